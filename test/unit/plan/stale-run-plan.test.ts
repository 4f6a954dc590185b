import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ClusterSnapshot } from "../../../src/core/cluster/snapshot.ts";
import type { RegisteredTaskDefinition } from "../../../src/core/ecs-api/api.ts";
import { refusalOfEcs } from "../../../src/core/placement/refusal-of-ecs.ts";
import { requirementsOf } from "../../../src/core/ecs/requirements.ts";
import { instanceStatesOf } from "../../../src/core/placement/instance-state.ts";
import { staleRunReasons, type RunWorld } from "../../../src/core/plan/stale-run-plan.ts";
import { newestOf } from "../../../src/core/plan/newest-revisions.ts";
import { planRegistered, planRun } from "../../../src/core/plan/plan-run.ts";
import { plannedRun } from "../../../src/core/plan/planned-run.ts";
import type { RunPlan } from "../../../src/core/plan/run-plan.ts";
import type { RunSettings } from "../../../src/core/plan/run-request.ts";
import type { Workload } from "../../../src/core/workload/schema.ts";
import { runs } from "../../support/depth.ts";
import { aDefinition, anInstance, aSnapshot, aTask } from "../../support/cluster.ts";
import { ecsOf } from "../../support/ecs.ts";
import { cluster, settingsOf, slotOf, snapshotOf, standing, workloadOf } from "../../support/random-clusters.ts";

const described = {
  name: "prod",
  arn: "arn:aws:ecs:us-east-1:111122223333:cluster/prod",
  tags: {},
  capacityProviders: ["asg"],
};
const noDefinitions: ReadonlyMap<string, RegisteredTaskDefinition> = new Map();

function planned(
  workload: Workload,
  settings: RunSettings,
  snapshot: ClusterSnapshot,
  definitions = noDefinitions,
): RunPlan {
  const round = planRun(ecsOf(workload), settings, settings.count, snapshot, new Set());
  return plannedRun({
    settings,
    round,
    cluster: described,
    devices: true,
    follows: [],
    newest: newestOf(definitions),
    now: 0,
  });
}

describe("a saved plan in a random world", () => {
  it("holds where nothing has moved", () => {
    let steps = 0;
    fc.assert(
      fc.property(cluster, ({ machines, holders, it: wish }) => {
        const snapshot = snapshotOf(machines, holders);
        const plan = planned(workloadOf(wish), settingsOf(wish), snapshot);
        steps += plan.steps.length;
        expect(staleRunReasons(plan, { cluster: described, definitions: noDefinitions, snapshot })).toEqual([]);
      }),
      { numRuns: runs(500) },
    );
    expect(steps).toBeGreaterThan(runs(200));
  });

  it("is refused before ECS could start a task on a device that somebody else has come to hold", () => {
    const seen = { held: 0, refused: 0 };
    fc.assert(
      fc.property(cluster, fc.nat(6), ({ machines, holders, it: wish }, before) => {
        const plan = planned(workloadOf(wish), settingsOf(wish), snapshotOf(machines, holders.slice(0, before)));
        const snapshot = snapshotOf(machines, holders);
        const moved = staleRunReasons(plan, { cluster: described, definitions: noDefinitions, snapshot });
        if (plan.steps.length === 0 || before >= holders.length) return;
        seen[moved.length === 0 ? "held" : "refused"]++;
        if (moved.length > 0) return;
        const instanceStates = instanceStatesOf(snapshot);
        for (const { definition, request } of plan.steps) {
          const requirements = requirementsOf(
            definition!,
            {
              ...(request.group === undefined ? {} : { group: request.group }),
              placementConstraints: request.placementConstraints ?? [],
            },
            28_700,
          );
          const accepting = instanceStates
            .filter((room) => refusalOfEcs(requirements, room) === undefined && room.instance.status === "ACTIVE")
            .map((room) => instanceStates.indexOf(room));
          for (const on of accepting)
            for (const device of slotOf(definition!))
              expect(standing({ machines, holders, it: wish }, on, device).free).toBe(true);
        }
      }),
      { numRuns: runs(1500) },
    );
    expect(seen.held).toBeGreaterThan(runs(50));
    expect(seen.refused).toBeGreaterThan(runs(50));
  });
});

const resources = { cpu: 96 * 1024, memoryMiB: 370_000, tcpPorts: [22], udpPorts: [], gpus: [] };
const machine = (id: string, changes: Parameters<typeof anInstance>[2] = {}) =>
  anInstance(id, "inf2.24xlarge", { registered: resources, remaining: resources, ...changes });
const chip: Workload = {
  name: "chip",
  image: "chip:1",
  accelerator: { instanceTypes: ["inf2.24xlarge"], devicesPerReplica: 2 },
};
const settings: RunSettings = {
  run: "chip-1",
  cluster: "prod",
  count: 1,
  strategy: "pack",
  placementConstraints: [],
  enableExecuteCommand: false,
};
const locking = (devices: readonly number[]) => ({
  linuxParameters: { devices: devices.map((device) => ({ hostPath: `/dev/neuron${device}` })) },
  portMappings: devices.map((device) => ({
    containerPort: 28_700 + device,
    hostPort: 28_700 + device,
    protocol: "udp",
  })),
});
const locked = (devices: readonly number[]) => aDefinition(`locked-${devices.join("")}`, locking(devices));
const unlocked = aDefinition("foreign", { linuxParameters: { devices: [{ hostPath: "/dev/neuron0" }] } });
const one = machine("1");
const two = machine("2");
const holding = (definition: RegisteredTaskDefinition, on: typeof one, ...udpPorts: readonly number[]) =>
  aSnapshot(
    [one, two].map((each) => (each === on ? { ...each, remaining: { ...resources, udpPorts } } : each)),
    [aTask("t", definition, on)],
    [definition],
  );
const revision = (number: number, status = "ACTIVE") =>
  aDefinition(
    "chip-inf2-24xlarge-n0-1",
    {},
    {
      taskDefinitionArn: `arn:aws:ecs:us-east-1:111122223333:task-definition/chip-inf2-24xlarge-n0-1:${number}`,
      revision: number,
      status,
    },
  );
const family = "chip-inf2-24xlarge-n0-1";

describe("what moves a plan", () => {
  // Slot n0-1 on machine i-1.
  const plan = planned(chip, settings, aSnapshot([one, two]));
  const moved = (world: Partial<RunWorld>, from = plan) =>
    staleRunReasons(from, {
      cluster: described,
      definitions: noDefinitions,
      snapshot: aSnapshot([one, two]),
      ...world,
    });

  it("is the plan that the tests are about", () => {
    expect(plan.steps).toMatchObject([{ count: 1, machines: ["i-1"], definition: { family } }]);
    expect(plan.inputs).toEqual({
      settings,
      plannedAt: "1970-01-01T00:00:00.000Z",
      cluster: { name: "prod", arn: described.arn, lockPortBase: 28_700 },
      families: [{ family }],
      devices: true,
    });
  });

  it.each<[what: string, world: Partial<RunWorld>, says: string]>([
    ["the cluster is gone", { cluster: undefined }, "cluster prod is gone"],
    [
      "it is another account's",
      { cluster: { ...described, arn: "arn:aws:ecs:us-east-1:999900001111:cluster/prod" } },
      "the plan is for arn:aws:ecs:us-east-1:111122223333:cluster/prod, and cluster prod here is arn:aws:ecs:us-east-1:999900001111:cluster/prod",
    ],
    [
      "its locks have moved",
      { cluster: { ...described, tags: { "aiplat:lock-port-base": "30000" } } },
      "the cluster's lock port base was 28700 and is 30000",
    ],
    ["a revision was registered", { definitions: new Map([[family, revision(1)]]) }, `${family}:1 was registered`],
    ["the machine is gone", { snapshot: aSnapshot([two]) }, "i-1 is gone"],
    [
      "it drains",
      { snapshot: aSnapshot([machine("1", { status: "DRAINING" }), two]) },
      "i-1: the instance is DRAINING: ECS places tasks on ACTIVE ones only",
    ],
    [
      "its agent is away",
      { snapshot: aSnapshot([machine("1", { agentConnected: false }), two]) },
      "i-1: its ECS agent is not connected",
    ],
    [
      "it has no memory left",
      { snapshot: aSnapshot([machine("1", { remaining: { ...resources, memoryMiB: 1000 } }), two]) },
      "i-1: needs 117,964 MiB, 1,000 remain",
    ],
    [
      "the slot is taken",
      { snapshot: holding(locked([1, 2]), one, 28_701, 28_702) },
      "i-1: /dev/neuron1 is held by task t",
    ],
    [
      "a port of the slot is taken by nobody known",
      { snapshot: aSnapshot([machine("1", { remaining: { ...resources, udpPorts: [28_700] } }), two]) },
      "i-1: UDP host port 28700, the lock of /dev/neuron0, is taken",
    ],
    [
      "somebody without a lock has come to another machine that ECS may choose",
      { snapshot: holding(unlocked, two) },
      "i-2: /dev/neuron0 is held by task t, which ECS does not see and the plan does not go round",
    ],
  ])("%s", (_, world, says) => {
    expect(moved(world)).toEqual([says]);
  });

  it("is told all at once", () => {
    expect(
      moved({
        cluster: { ...described, tags: { "aiplat:lock-port-base": "30000" } },
        definitions: new Map([[family, revision(3)]]),
        snapshot: aSnapshot([two]),
      }),
    ).toHaveLength(3);
  });

  it.each<[what: string, world: Partial<RunWorld>]>([
    ["a task on other devices of the machine", { snapshot: holding(locked([2, 3]), one, 28_702, 28_703) }],
    [
      "a task on the same slot of another machine, which ECS sees",
      { snapshot: holding(locked([0, 1]), two, 28_700, 28_701) },
    ],
    ["a task without devices", { snapshot: holding(aDefinition("web"), one) }],
    ["another machine that is gone, and a new one", { snapshot: aSnapshot([one, machine("3")]) }],
    ["revisions of other families", { definitions: new Map([["web", aDefinition("web")]]) }],
    ["another tag of the cluster", { cluster: { ...described, tags: { team: "ml" } } }],
    ["another capacity provider", { cluster: { ...described, capacityProviders: [] } }],
  ])("is not %s", (_, world) => {
    expect(moved(world)).toEqual([]);
  });

  it("is not a machine that is kept away from and has become free", () => {
    const around = planned(
      { ...chip, accelerator: { instanceTypes: ["inf2.24xlarge"] } },
      settings,
      holding(unlocked, one),
    );
    expect(around.steps[0]!.request.placementConstraints).toEqual([
      { type: "memberOf", expression: "ec2InstanceId not_in [i-1]" },
    ]);
    expect(moved({}, around)).toEqual([]);
  });

  it("is a revision that is no longer active, by the newest one or by name", () => {
    const known = new Map([[family, revision(2)]]);
    const from = planned(chip, settings, aSnapshot([one, two]), known);
    expect(moved({ definitions: known }, from)).toEqual([]);
    expect(moved({ definitions: new Map([[family, revision(1)]]) }, from)).toEqual([`${family}:2 is no longer active`]);
    expect(moved({}, from)).toEqual([`${family}:2 is no longer active`]);
    const arn = revision(2).taskDefinitionArn;
    const round = planRegistered(revision(2), settings, 1, aSnapshot([one]), new Set());
    const named = plannedRun({
      settings,
      round,
      cluster: described,
      devices: true,
      follows: [],
      newest: newestOf(noDefinitions),
      now: 0,
    });
    expect(
      moved(
        {
          definitions: new Map([
            [arn, revision(2)],
            [family, revision(3)],
          ]),
        },
        named,
      ),
    ).toEqual([]);
    expect(moved({ definitions: new Map([[arn, revision(2, "INACTIVE")]]) }, named)).toEqual([
      `${family}:2 is no longer active`,
    ]);
    const follows = plannedRun({
      settings,
      round,
      cluster: described,
      devices: true,
      follows: [family],
      newest: newestOf(known),
      now: 0,
    });
    expect(
      moved(
        {
          definitions: new Map([
            [arn, revision(2)],
            [family, revision(3)],
          ]),
        },
        follows,
      ),
    ).toEqual([`${family}:3 was registered`]);
  });

  it("is a capacity provider that the cluster no longer has", () => {
    const from = planned(
      { ...chip, ecs: { capacity: { provider: "asg" } } },
      { ...settings, capacityProviderStrategy: [{ capacityProvider: "asg", weight: 1 }] },
      aSnapshot([]),
    );
    expect(moved({}, from)).toEqual([]);
    expect(moved({ cluster: { ...described, capacityProviders: ["other"] } }, from)).toEqual([
      "the cluster has no capacity provider asg any more",
    ]);
  });

  it("is whoever has come to a device of a machine of a type that nobody knows", () => {
    const unheard = (id: string) => machine(id, { attributes: { "ecs.instance-type": "trn9.48xlarge" } });
    const [mine, other] = [unheard("1"), unheard("2")];
    const round = planRegistered(locked([0, 1]), settings, 1, aSnapshot([mine, other]), new Set());
    const from = plannedRun({
      settings,
      round,
      cluster: described,
      devices: true,
      follows: [],
      newest: newestOf(noDefinitions),
      now: 0,
    });
    const definitions = new Map([[locked([0, 1]).taskDefinitionArn, locked([0, 1])]]);
    const held = (definition: RegisteredTaskDefinition) =>
      moved({ definitions, snapshot: aSnapshot([mine, other], [aTask("t", definition, other)], [definition]) }, from);
    expect(moved({ definitions, snapshot: aSnapshot([mine, other]) }, from)).toEqual([]);
    expect(held(unlocked)).toEqual([
      "i-2: the catalogue does not know trn9.48xlarge, and so not its Neuron devices; " +
        "/dev/neuron0 is held by task t, which ECS does not see and the plan does not go round",
    ]);
    expect(held(locked([4]))).toEqual([]);
  });

  it("is no machine and no lock where ECS schedules by itself", () => {
    const gpu: Workload = { name: "gpu", image: "gpu:1", accelerator: { instanceTypes: ["g5.xlarge"] } };
    const round = planRun(ecsOf(gpu), settings, 1, undefined, new Set());
    const from = plannedRun({
      settings,
      round,
      cluster: described,
      devices: false,
      follows: [],
      newest: newestOf(noDefinitions),
      now: 0,
    });
    expect(
      moved({ cluster: { ...described, tags: { "aiplat:lock-port-base": "30000" } }, snapshot: aSnapshot([]) }, from),
    ).toEqual([]);
  });
});
