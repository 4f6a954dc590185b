import { describe, expect, it } from "vitest";
import type { Service } from "../../../src/core/ecs-api/service.ts";
import { planDrain, type DrainPlan } from "../../../src/core/plan/plan-drain.ts";
import { aDefinition, anInstance, aSnapshot, aTask } from "../../support/cluster.ts";

const device = (number: number) => ({ hostPath: `/dev/neuron${number}`, containerPath: `/dev/neuron${number}` });
const slot = (family: string, ...numbers: readonly number[]) =>
  aDefinition(family, {
    linuxParameters: { capabilities: { add: ["IPC_LOCK"] }, devices: numbers.map(device) },
    portMappings: numbers.map((each) => ({ containerPort: 28_700 + each, hostPort: 28_700 + each, protocol: "udp" })),
  });
const [low, high, side] = [slot("low", 0, 1), slot("high", 2, 3), aDefinition("side")];
const [leaving, other] = [anInstance("i1", "inf2.24xlarge"), anInstance("i2", "inf2.24xlarge")];

function service(definition: ReturnType<typeof aDefinition>, changes: object = {}): Service {
  return {
    serviceName: definition.family,
    taskDefinition: definition.taskDefinitionArn,
    desiredCount: 1,
    deploymentConfiguration: { minimumHealthyPercent: 0, maximumPercent: 100 },
    ...changes,
  } as unknown as Service;
}

const of = (definition: ReturnType<typeof aDefinition>, id: string, instance = leaving) =>
  aTask(id, definition, instance, { group: `service:${definition.family}` });

function plan(services: readonly Service[], tasks: Parameters<typeof aSnapshot>[1], scaling: string[] = []): DrainPlan {
  const snapshot = aSnapshot([leaving, other], tasks, [low, high, side], { services });
  return planDrain(snapshot, leaving, new Set(scaling));
}

describe("planDrain", () => {
  it("gives each task of a service its devices on another machine", () => {
    const { tasks, obstacles } = plan([service(low), service(high)], [of(low, "a"), of(high, "b")]);
    expect(tasks.map(({ devices, target }) => [devices, target?.ec2InstanceId, target?.devices])).toEqual([
      [["/dev/neuron0", "/dev/neuron1"], "i-i2", ["/dev/neuron0", "/dev/neuron1"]],
      [["/dev/neuron2", "/dev/neuron3"], "i-i2", ["/dev/neuron2", "/dev/neuron3"]],
    ]);
    expect(obstacles).toEqual([]);
  });

  it("puts no two tasks on one device: neither on one that is held, nor on one that it gave away itself", () => {
    const udpPorts = [28_700, 28_701];
    const busy = { ...other, remaining: { ...other.remaining, udpPorts } };
    const held = aSnapshot([leaving, busy], [of(low, "a"), of(low, "b", busy)], [low], { services: [service(low)] });
    expect(planDrain(held, leaving, new Set()).obstacles).toEqual([
      expect.stringMatching(/^no place .* of low: .*neuron/),
    ]);
    const twice = plan([service(low, { desiredCount: 2 })], [of(low, "a"), of(low, "b")]);
    expect(twice.tasks.map(({ target }) => target?.ec2InstanceId)).toEqual(["i-i2", undefined]);
    expect(twice.obstacles).toHaveLength(1);
  });

  it("leaves a machine for it to a capacity provider that starts some", () => {
    const provided = service(low, { desiredCount: 2, capacityProviderStrategy: [{ capacityProvider: "chips" }] });
    const tasks = [of(low, "a"), of(low, "b")];
    expect(plan([provided], tasks, ["chips"])).toMatchObject({ tasks: [{}, { provider: "chips" }], obstacles: [] });
    expect(plan([provided], tasks).obstacles).toHaveLength(2);
  });

  it("moves no daemon, and nothing that no service would start again", () => {
    const alone = aTask("c", side, leaving);
    const daemon = service(side, { schedulingStrategy: "DAEMON" });
    expect(plan([daemon], [of(side, "d"), alone]).tasks.map(({ as }) => as)).toEqual(["daemon", "runs-to-its-end"]);
    expect(plan([], [aTask("e", side, leaving, { desiredStatus: "STOPPED" })]).tasks).toEqual([]);
  });

  it.each([
    [{ minimumHealthyPercent: 100, maximumPercent: 100 }, 4, true],
    [{ minimumHealthyPercent: 50, maximumPercent: 100 }, 1, true],
    [{ minimumHealthyPercent: 50, maximumPercent: 100 }, 2, false],
    [{ minimumHealthyPercent: 100, maximumPercent: 150 }, 2, false],
    [{ minimumHealthyPercent: 100, maximumPercent: 150 }, 1, true],
    [{ minimumHealthyPercent: 100, maximumPercent: 200 }, 1, false],
  ])(
    "says where the deployment configuration %j lets nothing move, of %i",
    (deploymentConfiguration, desiredCount, stuck) => {
      const { obstacles } = plan([service(side, { deploymentConfiguration, desiredCount })], [of(side, "a")]);
      expect(obstacles.some((each) => each.includes("neither stop one nor start another"))).toBe(stuck);
    },
  );
});
