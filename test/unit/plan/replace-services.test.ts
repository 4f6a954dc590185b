import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EcsWorkload } from "../../../src/core/ecs/resolve-for-ecs.ts";
import { Refusal } from "../../../src/core/base/problem.ts";
import { replacedBy, replacementIn } from "../../../src/core/plan/replacement.ts";
import type { ServicePlan } from "../../../src/core/plan/service-plan.ts";
import { runs } from "../../support/depth.ts";
import { aSnapshot, anInstance, aTask } from "../../support/cluster.ts";
import { refusals } from "../../support/ecs-workload.ts";
import { chip, LiveWorld, on, through } from "../../support/live-services.ts";

const whole = {};
const both = on(["inf2.24xlarge", "inf2.48xlarge"]);
const pairs = (changes: object = {}) => chip({ ...on(["inf2.24xlarge"], 2), ...changes });
const slots = ["n0-1", "n2-3", "n4-5"].map((slot) => `chip-inf2-24xlarge-${slot}`);

const deployed = (file: object): LiveWorld => {
  const world = new LiveWorld();
  world.carryOut(world.plan(chip(file)));
  return world;
};
const lines = ({ steps }: ServicePlan) =>
  steps.map(({ action, service, desiredCount }) => `${action} ${service} x ${desiredCount}`);

/** Machines of six devices with what the workload's services run on them: `running` of each, whole machines first. */
function machines(count: number, world?: LiveWorld) {
  const registered = { cpu: 96 * 1024, memoryMiB: 370_000, tcpPorts: [22], udpPorts: [], gpus: [] };
  const held = { ...registered, cpu: 9_000, memoryMiB: 16_000, udpPorts: [28700, 28701, 28702, 28703, 28704, 28705] };
  const running = world?.services[0]?.desiredCount ?? 0;
  const all = Array.from({ length: count }, (_, index) =>
    anInstance(`i${index}`, "inf2.24xlarge", { registered, remaining: index < running ? held : registered }),
  );
  const definitions = world?.definitions ?? [];
  const tasks = all
    .slice(0, running)
    .map((machine, index) =>
      aTask(`t${index}`, definitions[0]!, machine, { group: `service:${world!.services[0]!.serviceName}` }),
    );
  return aSnapshot(all, tasks, definitions);
}

describe("what is left over", () => {
  it.each([
    [1, "its 1 task stops once"],
    [2, "its 2 tasks stop once"],
  ])("is told with its %i tasks", (replicas, says) => {
    const world = deployed({ ...whole, replicas });
    const [deletion] = world.plan(pairs({ replicas: 1 }), {}, machines(4, world)).steps.toReversed();
    expect(deletion!.why).toContain(says);
  });

  it("is deleted after everything else, and what is new remembers it", () => {
    const world = deployed(whole);
    const plan = world.plan(pairs({ replicas: 3 }), {}, machines(3, world));
    expect(lines(plan)).toEqual([...slots.map((name) => `create ${name} x 1`), "delete chip x 0"]);
    expect(plan.steps.map(({ replaces, after }) => [replaces, after])).toEqual([
      ...slots.map(() => [["chip"], undefined]),
      [undefined, slots],
    ]);
    expect(plan.steps.at(-1)!.why).toContain("its 2 tasks stop once");
    expect(plan.unplaced).toEqual([]);
    world.carryOut(plan, 1);
    expect(replacedBy(world.services[1]!)).toEqual([{ service: "chip", definition: "chip:1", count: 2 }]);
    expect(replacementIn(world.services)).toMatchObject({
      successors: [{ serviceName: slots[0] }],
      remaining: [{ serviceName: "chip" }],
      gone: [],
    });
  });

  it("keeps its room until then: what has none beside it is said, with the way out", () => {
    const world = deployed(whole);
    const snapshot = machines(2, world);
    const { unplaced } = world.plan(pairs({ replicas: 3 }), {}, snapshot);
    expect(unplaced.map(({ detail }) => detail)).toEqual(
      slots.map(
        (name, index) =>
          `${name} would stall: 1 task is wanted, and the cluster has room for 0: 2 inf2.24xlarge instances, such as i-i0: /dev/neuron${2 * index}-${2 * index + 1} are held by task t0 and needs 29,491 CPU units, 9,000 remain; chip stays until its successors are steady`,
      ),
    );
    expect(unplaced[0]!.hint).toContain("Add 1 inf2.24xlarge instance");
    expect(unplaced[0]!.hint).toContain("--recreate deletes chip first");
    const recreated = world.plan(pairs({ replicas: 3 }), { recreate: true }, snapshot);
    expect(recreated.unplaced).toEqual([]);
    expect(lines(recreated)).toEqual(["delete chip x 0", ...slots.map((name) => `create ${name} x 1`)]);
    expect(recreated.steps.map(({ replaces, after }) => [replaces, after])).toEqual(
      recreated.steps.map(() => [undefined, undefined]),
    );
    expect(recreated.steps[1]!.create!.tags).toContainEqual({ key: "aiplat:replaces:chip", value: "2 x chip:1" });
  });

  it("shares its replicas over what has room beside it, first", () => {
    const world = deployed(whole);
    // The third machine has room for two slots of the three, the others for none.
    const snapshot = machines(3, world);
    const other = { ...snapshot.instances[2]!.remaining, cpu: 60 * 1024, memoryMiB: 240_000 };
    const instances = [...snapshot.instances.slice(0, 2), { ...snapshot.instances[2]!, remaining: other }];
    const { steps, unplaced } = world.plan(pairs(), {}, { ...snapshot, instances });
    expect([steps.map(({ desiredCount }) => desiredCount), unplaced]).toEqual([[1, 1, 0, 0], []]);
  });

  it("is taken over by a service that lives where nothing is new", () => {
    const world = deployed({ ...both, replicas: 3 });
    expect(lines(world.plan(chip({ replicas: 4 })))).toEqual([
      "update chip-inf2-24xlarge x 4",
      "delete chip-inf2-48xlarge x 0",
    ]);
  });

  it("hands its number on where that is left to autoscaling", () => {
    const scaled = { ecs: { service: { desiredCount: null } } };
    const world = deployed({ ...both, ...scaled, replicas: 2 });
    world.services = world.services.map((each, index) => ({ ...each, desiredCount: 3 + index }));
    const plan = world.plan(chip({ ...scaled, replicas: 2 }));
    expect(lines(plan)).toEqual(["update chip-inf2-24xlarge x 7", "delete chip-inf2-48xlarge x 0"]);
    expect(plan.steps[0]!.update).toEqual({ cluster: "prod", service: "chip-inf2-24xlarge", desiredCount: 7 });
    expect(lines(world.plan(pairs({ ...scaled, replicas: 2 })))).toEqual([
      ...[3, 2, 2].map((count, index) => `create ${slots[index]} x ${count}`),
      "delete chip-inf2-24xlarge x 0",
      "delete chip-inf2-48xlarge x 0",
    ]);
  });

  it("cannot live beside what has its discovery name or its target groups, but where it goes first", () => {
    const connect = { serviceConnectConfiguration: { enabled: true, namespace: "n" } };
    const connected = { ecs: { service: connect } };
    const other = on(["inf2.48xlarge", "g5.xlarge"]);
    const world = deployed({ ...connected });
    expect(() => world.plan(chip({ ...other, ...connected }))).toThrow("a discovery name of its own");
    expect(world.plan(chip({ ...other, ...connected }), { recreate: true }).steps[0]).toMatchObject({
      action: "delete",
    });
    expect(() => deployed(whole).plan(chip({ ...other, ...connected }))).not.toThrow();
    const blue = { ecs: { service: { deploymentConfiguration: { strategy: "BLUE_GREEN", bakeTimeInMinutes: 1 } } } };
    expect(() => deployed(whole).plan(chip({ ...other, ...blue }))).toThrow(Refusal);
  });

  it("that holds devices unseen by ECS is gone round, unless it goes first", () => {
    const awsvpc = { ecs: { networkMode: "awsvpc", network: { subnets: ["subnet-1"] } } };
    const network = { networkConfiguration: { awsvpcConfiguration: { subnets: ["subnet-1"] } } };
    const world = new LiveWorld();
    world.carryOut(world.plan(chip({ ...both, ...awsvpc, replicas: 1 }), network));
    const file = chip({ ...on(["inf2.24xlarge"]), ...awsvpc, replicas: 1 });
    // A service of another name holds the only machine.
    world.services = [
      {
        ...world.services[0]!,
        serviceName: "chip-old",
        tags: [
          ...world.services[0]!.tags!.filter(({ key }) => key !== "aiplat:slot"),
          { key: "aiplat:slot", value: "n0-1" },
        ],
      },
    ];
    const snapshot = machines(1, world);
    const constraints = (recreate: boolean) =>
      world.plan(file, { ...network, recreate }, snapshot).steps.find(({ create }) => create !== undefined)!.create!
        .placementConstraints;
    expect(constraints(false)).toContainEqual({ type: "memberOf", expression: "ec2InstanceId not_in [i-i0]" });
    expect(constraints(true)).toEqual([{ type: "distinctInstance" }]);
  });
});

describe("an old service whose slot is not in its name", () => {
  it("registers in the family that it has, and a change of it is an update and nothing else", () => {
    const four = on(["inf2.24xlarge"], 4);
    const world = new LiveWorld();
    const { create, definition } = world.plan(chip(four)).steps[0]!;
    const { taskDefinitionArn } = world.register({ ...definition!, family: "chip" });
    world.create({ ...create!, serviceName: "chip", taskDefinition: taskDefinitionArn });
    const plan = world.plan(chip(four));
    expect([lines(plan), plan.registrations]).toEqual([
      ["keep chip x 2"],
      [{ service: "chip", family: "chip", action: "keep", taskDefinitionArn, changes: [] }],
    ]);
    world.carryOut(world.plan(chip({ ...four, image: "chip:2" })));
    expect(world.lines).toEqual(["chip chip:2 x 2"]);
    // One family for several slots would have their definitions as revisions of each other.
    const named = { ecs: { taskDefinition: { family: "other" } } };
    expect(refusals(() => chip({ ...four, ...named }))).toEqual(["family-shared ecs.taskDefinition.family"]);
    // Where there is one slot, a family that the file names is the file's.
    expect(world.plan(chip({ ...on(["inf2.24xlarge"]), ...named })).registrations).toMatchObject([
      { family: "other", action: "register" },
    ]);
  });
});

describe("a service that was made in place of others", () => {
  it("is in the place of none that the file has again: a rollback leaves it alone", () => {
    const settings = { capacity: through("asg") };
    const world = new LiveWorld();
    world.carryOut(world.plan(chip(on(["inf2.xlarge", "inf2.48xlarge"])), settings));
    // Interrupted after the first of its steps.
    world.carryOut(world.plan(chip(on(["inf2.24xlarge"])), settings), 1);
    const last = chip(on(["inf2.xlarge", "inf2.24xlarge"]));
    const plan = world.plan(last, settings);
    expect(plan.steps.find(({ service }) => service === "chip")).toMatchObject({
      action: "update",
      tags: expect.arrayContaining([{ key: "aiplat:replaces:chip-inf2-xlarge", value: "kept" }]) as unknown,
    });
    world.carryOut(plan);
    expect(replacementIn(world.services)).toBeUndefined();
    expect(world.plan(last, settings).steps.map(({ action }) => action)).toEqual(["keep", "keep"]);
  });
});

/** One state of the file, and how it is deployed. */
interface Deployed {
  readonly instanceTypes: readonly string[];
  readonly devices?: number | undefined;
  readonly replicas: number;
  readonly image: string;
  readonly recreate: boolean;
  /** How many steps are carried out before the user interrupts; all where undefined. */
  readonly some?: number | undefined;
}

/** Deploys one file after the other, then the last one twice: the second time there is nothing left to do. */
function settled(files: readonly Deployed[]): LiveWorld {
  const world = new LiveWorld();
  let last: EcsWorkload | undefined;
  for (const { instanceTypes, devices, replicas, image, recreate, some } of files) {
    last = chip({ ...on(instanceTypes, devices), replicas, image });
    const before = world.services;
    const plan = world.plan(last, { recreate, capacity: through("asg") });
    const gone = plan.steps.filter(({ action }) => action === "delete");
    // Nothing that serves goes before its successors are there, but where the user says so.
    const order = plan.steps.map(({ action }) => action === "delete");
    expect(order).toEqual(order.toSorted((one, other) => (recreate ? -1 : 1) * (Number(one) - Number(other))));
    for (const { service, after = [] } of gone) {
      expect(after.length > 0).toBe(!recreate);
      expect(after).not.toContain(service);
    }
    // Every live service is updated under its name, kept, or deleted; none is renamed.
    const named = new Set(plan.steps.filter(({ action }) => action !== "create").map(({ service }) => service));
    expect(before.every(({ serviceName }) => named.has(serviceName))).toBe(true);
    expect(
      plan.steps.filter(({ create }) => before.some(({ serviceName }) => serviceName === create?.serviceName)),
    ).toEqual([]);
    world.carryOut(plan, some);
  }
  const settings = { capacity: through("asg") };
  world.carryOut(world.plan(last!, settings));
  expect(world.plan(last!, settings).steps.filter(({ action }) => action !== "keep")).toEqual([]);
  expect(world.services).toHaveLength(last!.variants.length);
  expect(world.services.reduce((sum, { desiredCount }) => sum + desiredCount, 0)).toBe(last!.workload.replicas);
  return world;
}

describe("any file after any other", () => {
  const types = ["inf2.xlarge", "inf2.24xlarge", "inf2.48xlarge"];
  const file = fc.record<Deployed>({
    instanceTypes: fc.uniqueArray(fc.constantFrom(...types), { minLength: 1, maxLength: 3 }),
    devices: fc.constantFrom(undefined, 1, 2, 4),
    replicas: fc.integer({ min: 0, max: 9 }),
    image: fc.constantFrom("chip:1", "chip:2"),
    recreate: fc.boolean(),
    some: fc.option(fc.nat({ max: 20 }), { nil: undefined }),
  });
  const legal = ({ instanceTypes, devices }: Deployed) =>
    devices === undefined || devices === 1 || !instanceTypes.includes("inf2.xlarge");
  const none = { replicas: 0, image: "chip:1", recreate: false };

  it.each<[string, readonly Deployed[]]>([
    [
      "one of two new types was made, and the file has the old type again instead of the other",
      [
        { ...none, instanceTypes: ["inf2.xlarge"] },
        { ...none, instanceTypes: ["inf2.48xlarge", "inf2.24xlarge"], some: 1 },
        { ...none, instanceTypes: ["inf2.48xlarge", "inf2.xlarge"] },
      ],
    ],
    [
      "the only new type was made, and the file has every slot of the old type beside it",
      [
        { ...none, instanceTypes: ["inf2.48xlarge"], devices: 1 },
        { ...none, instanceTypes: ["inf2.xlarge"], some: 1 },
        { ...none, instanceTypes: ["inf2.48xlarge", "inf2.xlarge"], devices: 1 },
      ],
    ],
  ])("comes to rest where %s", (_, files) => {
    expect(replacementIn(settled(files).services)).toBeUndefined();
  });

  it("comes to its variants with their replicas, and a second plan changes nothing", () => {
    fc.assert(
      fc.property(fc.array(file.filter(legal), { minLength: 1, maxLength: 5 }), (files) => {
        expect(replacementIn(settled(files).services)).toBeUndefined();
      }),
      { numRuns: runs(30) },
    );
  });
});
