import fc from "fast-check";
import type { ClusterSnapshot } from "../../src/core/cluster/snapshot.ts";
import type { PortMapping, RegisteredTaskDefinition, Task } from "../../src/core/ecs-api/api.ts";
import type { RunSettings } from "../../src/core/plan/run-request.ts";
import type { Workload } from "../../src/core/workload/schema.ts";
import { aDefinition, anInstance, aSnapshot, aTask } from "./cluster.ts";

/** The devices of the types that are drawn. */
export const deviceCounts: Readonly<Record<string, number>> = {
  "inf2.xlarge": 1,
  "inf2.24xlarge": 6,
  "inf2.48xlarge": 12,
  "trn1.32xlarge": 16,
};
export const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

/** A task as the test itself knows it: nothing here is read back from a definition. */
export interface Holder {
  readonly on: number;
  readonly devices: readonly number[];
  /** Those of them whose lock port it reserves. */
  readonly locked: readonly number[];
  readonly awsvpc: boolean;
  readonly stopping: boolean;
}

export interface Machine {
  readonly type: string;
  readonly zone: string;
  readonly active: boolean;
  readonly connected: boolean;
  readonly oldAgent: boolean;
  readonly cpu: number;
  readonly memoryMiB: number;
  readonly webPortTaken: boolean;
}

const often = <T>(value: T, other: T) =>
  fc.oneof({ weight: 7, arbitrary: fc.constant(value) }, { weight: 1, arbitrary: fc.constant(other) });
const machine: fc.Arbitrary<Machine> = fc.record({
  type: fc.constantFrom("wanted", "wanted", "wanted", ...Object.keys(deviceCounts)),
  zone: fc.constantFrom("us-east-1a", "us-east-1b"),
  active: often(true, false),
  connected: often(true, false),
  oldAgent: often(false, true),
  cpu: fc.constantFrom(512, 2048, 100_000),
  memoryMiB: fc.constantFrom(1024, 3000, 100_000),
  webPortTaken: often(false, true),
});
const holder = fc.record({
  on: fc.nat(),
  first: fc.nat(15),
  length: fc.constantFrom(1, 1, 2, 4, 16),
  locks: fc.constantFrom("all", "all", "none", "first"),
  awsvpc: often(false, true),
  stopping: fc.boolean(),
});
const wish = fc.record({
  types: fc.constantFrom<string[]>(
    ["inf2.48xlarge"],
    ["inf2.24xlarge"],
    ["trn1.32xlarge"],
    ["inf2.xlarge"],
    ["inf2.24xlarge", "inf2.48xlarge"],
    ["trn1.32xlarge", "inf2.48xlarge"],
  ),
  devices: fc.constantFrom(1, 1, 2, 4, 5, 6),
  count: fc.integer({ min: 1, max: 20 }),
  mode: fc.constantFrom("bridge" as const, "bridge" as const, "host" as const, "awsvpc" as const),
  cpu: fc.constantFrom(0.25, 1),
  memory: fc.constantFrom("512MiB", "1GiB"),
  webPort: often(false, true),
  zone: often(false, true),
  distinct: often(false, true),
  group: often(undefined as string | undefined, "own"),
  strategy: fc.constantFrom("pack" as const, "spread" as const),
});
export type Wish = typeof wish extends fc.Arbitrary<infer T> ? T : never;

/** A size that each of the types takes. */
function sizeFor({ types, devices }: Wish): number {
  const smallest = Math.min(...types.map((type) => deviceCounts[type]!));
  if (types.some((type) => type.startsWith("trn"))) return [1, 4].includes(devices) ? devices : 1;
  return Math.min(devices, smallest);
}

export function workloadOf(it: Wish): Workload {
  return {
    name: "chip",
    image: "chip:1",
    accelerator: { instanceTypes: it.types, devicesPerReplica: sizeFor(it) },
    resources: { cpu: it.cpu, memory: it.memory },
    ...(it.webPort ? { ports: [{ container: 8080, host: 8080 }] } : {}),
    ecs: { networkMode: it.mode },
  };
}

export function settingsOf(it: Wish): RunSettings {
  return {
    run: "chip-1",
    cluster: "prod",
    count: it.count,
    strategy: it.strategy,
    ...(it.group === undefined || it.mode === "awsvpc" ? {} : { group: it.group }),
    placementConstraints: [
      ...(it.zone ? [{ type: "memberOf", expression: "attribute:ecs.availability-zone == us-east-1a" }] : []),
      ...(it.distinct ? [{ type: "distinctInstance" }] : []),
    ],
    networkConfiguration: { awsvpcConfiguration: { subnets: ["subnet-1"] } },
    enableExecuteCommand: false,
  };
}

export function snapshotOf(machines: readonly Machine[], holders: readonly Holder[]): ClusterSnapshot {
  const ports = (on: number) => [
    ...new Set(
      holders.flatMap((each) =>
        each.on === on && !each.stopping && !each.awsvpc ? each.locked.map((device) => 28_700 + device) : [],
      ),
    ),
  ];
  const instances = machines.map((each, index) => {
    const resources = {
      cpu: each.cpu,
      memoryMiB: each.memoryMiB,
      tcpPorts: each.webPortTaken ? [22, 8080] : [22],
      udpPorts: ports(index),
      gpus: [],
    };
    return anInstance(String(index), each.type, {
      status: each.active ? "ACTIVE" : "DRAINING",
      agentConnected: each.connected,
      agentVersion: each.oldAgent ? "1.74.0" : "1.105.1",
      attributes: { "ecs.availability-zone": each.zone },
      registered: resources,
      remaining: resources,
    });
  });
  const definitions: RegisteredTaskDefinition[] = [];
  const tasks: Task[] = [];
  for (const [index, { on, devices, locked, awsvpc, stopping }] of holders.entries()) {
    const portMappings = locked.map((device): PortMapping => ({
      containerPort: 28_700 + device,
      hostPort: 28_700 + device,
      protocol: "udp",
    }));
    const definition = aDefinition(
      `held-${index}`,
      { linuxParameters: { devices: devices.map((device) => ({ hostPath: `/dev/neuron${device}` })) }, portMappings },
      awsvpc ? { networkMode: "awsvpc" } : {},
    );
    definitions.push(definition);
    tasks.push(aTask(String(index), definition, instances[on], stopping ? { desiredStatus: "STOPPED" } : {}));
  }
  return aSnapshot(instances, tasks, definitions);
}

/** The slot of a step, from the devices that its definition lists. */
export function slotOf(definition: {
  readonly containerDefinitions: readonly {
    readonly linuxParameters?: { readonly devices?: readonly { readonly hostPath: string }[] };
  }[];
}): readonly number[] {
  return definition.containerDefinitions[0]!.linuxParameters!.devices!.map(({ hostPath }) =>
    Number(hostPath.slice("/dev/neuron".length)),
  );
}

export function isLegal(type: string, slot: readonly number[]): boolean {
  const contiguous = slot.every((device, index) => device === slot[0]! + index) && slot.at(-1)! < deviceCounts[type]!;
  return (
    contiguous && (!type.startsWith("trn") || ([1, 4, 8, 16].includes(slot.length) && slot[0]! % slot.length === 0))
  );
}

/** A cluster with tasks that hold devices, locked or not, and what is to be run on it. */
export const cluster = fc
  .record({
    machines: fc.array(machine, { minLength: 1, maxLength: 5 }),
    holding: fc.array(holder, { maxLength: 6 }),
    it: wish,
  })
  .map(({ machines: drawn, holding, it }) => {
    const machines = drawn.map((each, index) =>
      each.type === "wanted" ? { ...each, type: it.types[index % it.types.length]! } : each,
    );
    const holders = holding.map(({ on: any, first, length, locks, awsvpc, stopping }): Holder => {
      const on = any % machines.length;
      const count = deviceCounts[machines[on]!.type]!;
      const devices = upTo(Math.min(length, count - (first % count))).map((index) => (first % count) + index);
      return {
        on,
        devices,
        locked: awsvpc || locks === "none" ? [] : locks === "first" ? devices.slice(0, 1) : devices,
        awsvpc,
        stopping,
      };
    });
    return { machines, holders, it };
  });

/** What stands between a new replica and a device, told without aiplat: nothing, ECS by the port, or nobody. */
export function standing(
  {
    machines,
    holders,
    it,
  }: { readonly machines: readonly Machine[]; readonly holders: readonly Holder[]; readonly it: Wish },
  on: number,
  device: number,
): { readonly free: boolean; readonly untracked: boolean } {
  const here = holders.filter((each) => each.on === on && each.devices.includes(device));
  const locks = it.mode !== "awsvpc";
  const handedOver = (each: Holder) =>
    locks && each.stopping && each.locked.includes(device) && !machines[on]!.oldAgent;
  const seen = (each: Holder) => locks && !each.stopping && each.locked.includes(device);
  return { free: here.every(handedOver), untracked: here.some((each) => !handedOver(each) && !seen(each)) };
}
