/** What the planner fuzz draws: clusters with everything that holds devices or takes room, and what is to be run. */
import fc from "fast-check";

/** What the fuzz itself knows of the instance types that it draws. */
export const types: Readonly<
  Record<
    string,
    {
      readonly neuron: number;
      readonly gpus: number;
      readonly cpu: number;
      readonly memoryMiB: number;
      /** For tasks in awsvpc mode, beside the instance's own. */
      readonly interfaces: number;
      /** Slots are aligned rows, of these sizes only; else any run. */
      readonly rows?: readonly number[];
    }
  >
> = {
  "inf2.xlarge": { neuron: 1, gpus: 0, cpu: 4096, memoryMiB: 15_600, interfaces: 3 },
  "inf2.24xlarge": { neuron: 6, gpus: 0, cpu: 98_304, memoryMiB: 380_000, interfaces: 14 },
  "inf2.48xlarge": { neuron: 12, gpus: 0, cpu: 196_608, memoryMiB: 760_000, interfaces: 14 },
  "trn1.32xlarge": { neuron: 16, gpus: 0, cpu: 131_072, memoryMiB: 500_000, interfaces: 39, rows: [1, 4, 8, 16] },
  "g5.xlarge": { neuron: 0, gpus: 1, cpu: 4096, memoryMiB: 15_600, interfaces: 3 },
  "g5.12xlarge": { neuron: 0, gpus: 4, cpu: 49_152, memoryMiB: 190_000, interfaces: 14 },
  // Nobody's catalogue knows them: the one has no accelerator, the other has, and nobody knows how many;
  // their interfaces nobody counts.
  "m5.large": { neuron: 0, gpus: 0, cpu: 2048, memoryMiB: 7_600, interfaces: Infinity },
  "inf9.xlarge": { neuron: 2, gpus: 0, cpu: 4096, memoryMiB: 15_600, interfaces: Infinity },
};

const often = <T>(value: T, other: T, weight = 7) =>
  fc.oneof({ weight, arbitrary: fc.constant(value) }, { weight: 1, arbitrary: fc.constant(other) });

const machine = fc.record({
  type: fc.constantFrom("wanted", "wanted", "wanted", "wanted", "wanted", ...Object.keys(types)),
  zone: often("us-east-1a", "us-east-1b", 4),
  active: often(true, false, 9),
  connected: often(true, false, 9),
  oldAgent: often(false, true),
  bottlerocket: often(false, true),
  impaired: often(false, true, 12),
  stacked: often(true, false, 9),
  inProvider: often(true, false, 4),
  /** CPU, memory and network interfaces that other tasks leave; undefined for all. */
  leaves: fc.oneof(
    { weight: 3, arbitrary: fc.constant(undefined) },
    {
      weight: 2,
      arbitrary: fc.record({
        cpu: fc.integer({ min: 0, max: 4 }),
        memory: fc.integer({ min: 0, max: 4 }),
        interfaces: fc.constantFrom(0, 1, 2, Infinity, Infinity, Infinity),
      }),
    },
  ),
});
export type DrawnMachine = typeof machine extends fc.Arbitrary<infer T> ? T : never;

/** How a task says, or does not say, what devices it uses. */
const ways = [
  "locked",
  "locked",
  "locked",
  "host-locked",
  "half-locked",
  "unlocked",
  "unlocked",
  "awsvpc",
  "other-base",
  "lock-only",
  "lock-only",
  "tag-of-task",
  "tag-of-service",
  "tag-of-definition",
  "tag-none",
  "visible-devices",
  "privileged",
  "unknown",
  "cpu",
  "web",
  "cpu-awsvpc",
] as const;
const holder = fc.record({
  on: fc.nat(255),
  // Often at an end, so that the slots that are free are not cut the same on every machine.
  first: fc.oneof(fc.nat(15), fc.constantFrom(0, 1, 5, 11)),
  length: fc.constantFrom(1, 1, 2, 4, 16),
  way: fc.constantFrom(...ways),
  stopping: often(false, true, 2),
  pending: often(false, true),
});
export type DrawnHolder = typeof holder extends fc.Arbitrary<infer T> ? T : never;

const daemon = fc.record({
  privileged: fc.boolean(),
  awsvpc: often(false, true, 3),
  cpu: fc.constantFrom(0, 128),
  memory: fc.constantFrom(128, 512),
  /** A port that a workload may want too. */
  web: often(false, true, 9),
});
export type DrawnDaemon = typeof daemon extends fc.Arbitrary<infer T> ? T : never;

const wish = fc.record({
  types: fc.constantFrom<readonly string[]>(
    ["inf2.48xlarge"],
    ["inf2.24xlarge"],
    ["inf2.24xlarge"],
    ["trn1.32xlarge"],
    ["trn1.32xlarge"],
    ["inf2.xlarge"],
    ["inf2.24xlarge", "inf2.48xlarge"],
    ["trn1.32xlarge", "inf2.48xlarge"],
  ),
  devices: fc.constantFrom(1, 1, 2, 3, 4, 4, 5, 8, 12, 16),
  count: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 12 })),
  mode: fc.constantFrom("bridge" as const, "bridge" as const, "host" as const, "awsvpc" as const, "awsvpc" as const),
  /** A fixed part for each replica, or the slot's fair share. */
  size: fc.constantFrom("small" as const, "small" as const, "share" as const, "half" as const),
  webPort: often(false, true),
  zone: often(false, true),
  stack: often(false, true, 9),
  distinct: often(false, true),
  group: often(undefined as string | undefined, "own"),
  strategy: fc.constantFrom("pack" as const, "spread" as const),
  provider: fc.oneof(
    { weight: 3, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.record({ mayGrow: fc.nat(3) }) },
  ),
});
export type Wish = typeof wish extends fc.Arbitrary<infer T> ? T : never;

export const drawn = fc.record({
  machines: fc.array(machine, { minLength: 1, maxLength: 5 }),
  holders: fc.oneof(fc.array(holder, { maxLength: 3 }), fc.array(holder, { maxLength: 8 })),
  daemons: fc.array(daemon, { maxLength: 2 }),
  wish,
  base: often(28_700, 30_000, 2),
  /** By this ECS chooses. */
  luck: fc.nat(),
});
export type Drawn = typeof drawn extends fc.Arbitrary<infer T> ? T : never;

/** A size that each of the types takes. */
export function sizeOf({ types: names, devices }: Wish): number {
  const most = Math.min(...names.map((name) => types[name]!.neuron));
  const rows = names.flatMap((name) => types[name]!.rows ?? []);
  const size = Math.min(devices, most);
  return rows.length === 0 || rows.includes(size) ? size : 1;
}

/** Numbers from 0 up to 1, always the same for one seed. */
export function luckOf(seed: number): () => number {
  let state = (seed ^ 0x9e3779b9) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
