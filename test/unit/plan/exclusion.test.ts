import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PlacementConstraint, RegisteredTaskDefinition, TaskDefinition } from "../../../src/core/ecs-api/api.ts";
import type { EcsWorkload } from "../../../src/core/ecs/resolve-for-ecs.ts";
import { planRegistered } from "../../../src/core/plan/plan-run.ts";
import { planServices } from "../../../src/core/plan/plan-service.ts";
import { planSlots } from "../../../src/core/plan/plan-slots.ts";
import type { RunSettings } from "../../../src/core/plan/run-request.ts";
import { runs } from "../../support/depth.ts";
import { aDefinition, anInstance, aSnapshot, aTask } from "../../support/cluster.ts";
import { ecsOf } from "../../support/ecs.ts";
import { cluster, settingsOf, slotOf, snapshotOf, standing, upTo, workloadOf } from "../../support/random-clusters.ts";

const networkConfiguration = { awsvpcConfiguration: { subnets: ["subnet-1"] } };
const service = { cluster: "prod", networkConfiguration, enableExecuteCommand: false, force: false };
const nothing = { services: [], definitions: [] };

/** The EC2 ids that constraints keep a task away from. */
function excludedBy(constraints: readonly PlacementConstraint[] = []): readonly string[] {
  return constraints.flatMap(
    ({ expression }) => /^ec2InstanceId not_in \[(.*)\]$/.exec(expression ?? "")?.[1]!.split(", ") ?? [],
  );
}

function registered(definition: TaskDefinition): RegisteredTaskDefinition {
  return { ...definition, taskDefinitionArn: `arn:${definition.family}:1`, revision: 1, status: "ACTIVE" };
}

/** What a service of each variant is kept away from, by family. */
function servicesExclude(
  ecs: EcsWorkload,
  snapshot: ReturnType<typeof snapshotOf>,
): ReadonlyMap<string, readonly string[]> {
  const { steps } = planServices(ecs, service, snapshot, nothing);
  return new Map(steps.map(({ create }) => [create!.serviceName, excludedBy(create!.placementConstraints)]));
}

describe("runs and services of the same requirements", () => {
  it("are kept off the same machines: those where somebody unseen holds a device of theirs", () => {
    const seen = { excluding: 0, slots: 0, quiet: 0 };
    fc.assert(
      fc.property(cluster, (given) => {
        const { machines, holders, it } = given;
        const snapshot = snapshotOf(machines, holders);
        const ecs = ecsOf(workloadOf(it));
        // What a run adds by flags, a service cannot.
        const { group: _group, ...plain } = settingsOf(it);
        const settings: RunSettings = { ...plain, placementConstraints: [] };
        const services = servicesExclude(ecs, snapshot);
        const runs = planSlots(ecs, settings, it.count, snapshot).steps;

        for (const { definition, shape, slot = [] } of ecs.variants) {
          const names = new Set(shape.instanceTypes.map(({ instanceType }) => instanceType));
          const untracked = upTo(machines.length)
            .filter((on) => names.has(machines[on]!.type))
            .filter((on) => slot.some((device) => standing(given, on, device).untracked));
          const expected = untracked.map((on) => `i-${on}`);
          expect(services.get(definition.family)).toEqual(expected);
          const [asRegistered] = planRegistered(registered(definition), settings, 1, snapshot, new Set()).steps;
          expect(excludedBy(asRegistered!.request.placementConstraints)).toEqual(expected);
          // After them a run goes round what another slot of its own plan needs.
          for (const { request } of runs.filter((step) => step.definition!.family === definition.family)) {
            expect(excludedBy(request.placementConstraints).slice(0, expected.length)).toEqual(expected);
            seen.slots++;
          }
          if (expected.length > 0) seen.excluding++;
          if (untracked.some((on) => !machines[on]!.active || !machines[on]!.connected)) seen.quiet++;
        }
        for (const { definition } of runs) expect(slotOf(definition!).length).toBeGreaterThan(0);
      }),
      // Always the same clusters, so that no seed decides over what follows.
      { numRuns: runs(150), seed: 1 },
    );
    // The cases must be worth something.
    expect(seen.excluding).toBeGreaterThanOrEqual(Math.floor(runs(50) / 3));
    expect(seen.slots).toBeGreaterThanOrEqual(Math.floor(runs(100) / 3));
    expect(seen.quiet).toBeGreaterThanOrEqual(Math.floor(runs(10) / 3));
  });
});

describe("a service on whole machines", () => {
  const lock = { containerPort: 28_700, hostPort: 28_700, protocol: "udp" };
  const devices = { linuxParameters: { devices: [{ hostPath: "/dev/neuron0" }] } };
  const job = aDefinition("job", { ...devices, portMappings: [lock] });
  const machines = ["0", "1"].map((id) => anInstance(id, "inf2.xlarge"));
  const held = aSnapshot(machines, [aTask("t", job, machines[0])], [job]);
  const whole = (networkMode: "bridge" | "awsvpc") =>
    ecsOf({
      name: "chip",
      kind: "service",
      image: "chip:1",
      accelerator: { instanceTypes: ["inf2.xlarge"] },
      ecs: { networkMode },
    });

  it("in awsvpc mode is kept off a machine whose chip a task of bridge mode holds, port and all", () => {
    const [step] = planServices(whole("awsvpc"), service, held, nothing).steps;
    expect(step!.create!.placementConstraints).toEqual([
      { type: "distinctInstance" },
      { type: "memberOf", expression: "ec2InstanceId not_in [i-0]" },
    ]);
  });

  it("in bridge mode leaves that to ECS, which counts the port", () => {
    const [step] = planServices(whole("bridge"), service, held, nothing).steps;
    expect(step!.create).not.toHaveProperty("placementConstraints");
  });

  it("is not kept off its own tasks", () => {
    const own = registered(whole("awsvpc").variants[0]!.definition);
    const tasks = [aTask("own", own, machines[0], { group: "service:chip" }), aTask("t", job, machines[1])];
    const [step] = planServices(whole("awsvpc"), service, aSnapshot(machines, tasks, [own, job]), nothing).steps;
    expect(excludedBy(step!.create!.placementConstraints)).toEqual(["i-1"]);
  });

  it.each(["bridge", "awsvpc"] as const)("in %s mode is kept off a machine that only rests, as a run is", (mode) => {
    const byHand = aDefinition("by-hand", devices);
    const resting = [
      { ...machines[0]!, status: "DRAINING" },
      { ...machines[1]!, agentConnected: false },
      anInstance("2", "inf2.xlarge"),
    ];
    const tasks = resting.map((machine, index) => aTask(`t${index}`, byHand, machine)).slice(0, 2);
    const snapshot = aSnapshot(resting, tasks, [byHand]);
    const [deployed] = planServices(whole(mode), service, snapshot, nothing).steps;
    expect(excludedBy(deployed!.create!.placementConstraints)).toEqual(["i-0", "i-1"]);
    const settings: RunSettings = {
      run: "chip-1",
      cluster: "prod",
      count: 1,
      strategy: "pack",
      placementConstraints: [],
      networkConfiguration,
      enableExecuteCommand: false,
    };
    const [run] = planSlots(whole(mode), settings, 1, snapshot).steps;
    expect(excludedBy(run!.request.placementConstraints)).toEqual(["i-0", "i-1"]);
  });
});
