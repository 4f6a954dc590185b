import { describe, expect, it } from "vitest";
import { unknownContainers, withWeights } from "../../../src/core/plan/run-flags.ts";
import { readRunFlags, type RunFlagTexts } from "../../../src/core/plan/read-run-flags.ts";
import { runningAs, runRequest, type RunSettings } from "../../../src/core/plan/run-request.ts";
import { planRegistered } from "../../../src/core/plan/plan-run.ts";
import { aDefinition, anInstance, aSnapshot, aTask } from "../../support/cluster.ts";
import { ecsOf } from "../../support/ecs.ts";

const overrides = (...containerOverrides: readonly object[]) => ({
  overrides: JSON.stringify({ containerOverrides }),
});

describe("readRunFlags", () => {
  it("reads every flag as RunTask has it", () => {
    const texts: RunFlagTexts = {
      placementConstraints: ["type=distinctInstance", 'type=memberOf,expression="attribute:stack == prod"'],
      placementStrategy: ["type=spread,field=attribute:ecs.availability-zone", "type=binpack,field=memory"],
      networkConfiguration: "awsvpcConfiguration={subnets=[subnet-1]}",
      capacityProviderStrategy: ["capacityProvider=gpu,weight=3,base=1", '{"capacityProvider":"spot"}'],
      tags: ["key=team,value=nlp", "key=empty"],
      propagateTags: "TASK_DEFINITION",
      ...overrides({ name: "main", environment: [{ name: "A", value: "" }], memory: 512 }),
    };
    expect(readRunFlags(texts)).toEqual({
      flags: {
        placementConstraints: [
          { type: "distinctInstance" },
          { type: "memberOf", expression: "attribute:stack == prod" },
        ],
        placementStrategy: [
          { type: "spread", field: "attribute:ecs.availability-zone" },
          { type: "binpack", field: "memory" },
        ],
        networkConfiguration: { awsvpcConfiguration: { subnets: ["subnet-1"] } },
        capacityProviderStrategy: [{ capacityProvider: "gpu", weight: 3, base: 1 }, { capacityProvider: "spot" }],
        tags: [
          { key: "team", value: "nlp" },
          { key: "empty", value: "" },
        ],
        propagateTags: "TASK_DEFINITION",
        overrides: {
          containerOverrides: [{ name: "main", environment: [{ name: "A", value: "" }], memory: 512 }],
        },
      },
    });
  });

  const provider = (name: string, more = "") => `capacityProvider=${name}${more}`;
  it.each<[string, RunFlagTexts, string, string]>([
    ["no shorthand", { tags: ["team"] }, "run-flag", 'team has "team" where KEY=VALUE should stand'],
    ["a field that is none", { tags: ["key=a,valeu=b"] }, "run-flag", "valeu is no field of the API, which has value"],
    ["a missing field", { capacityProviderStrategy: ["weight=1"] }, "run-flag", "has no capacityProvider"],
    ["a wrong type", { capacityProviderStrategy: [provider("a", ",weight=x")] }, "run-flag", "takes a whole number"],
    ["a word in another case", { launchType: "ec2" }, "run-flag", 'launchType is "ec2"'],
    ["a launch type of no machines", { launchType: "FARGATE" }, "run-flag", "not by launch type FARGATE"],
    [
      "launch type and strategy",
      { launchType: "EC2", capacityProviderStrategy: [provider("a")] },
      "run-flag",
      "exclude each other",
    ],
    [
      "two bases",
      { capacityProviderStrategy: [provider("a", ",base=1,weight=1"), provider("b", ",base=1")] },
      "run-flag",
      "several capacity providers have a base",
    ],
    [
      "no weight",
      { capacityProviderStrategy: [provider("a"), provider("b")] },
      "run-flag",
      "no capacity provider has a weight above 0",
    ],
    ["Fargate", { capacityProviderStrategy: [provider("FARGATE_SPOT")] }, "run-flag", "has no accelerators"],
    ["no subnet", { networkConfiguration: "awsvpcConfiguration={subnets=[]}" }, "run-flag", "there is no subnet"],
    ["tags of services", { propagateTags: "SERVICE" }, "run-flag", "for the tasks of services"],
    ["a tag of AWS", { tags: ["key=aws:a,value=b"] }, "run-flag", "the tag aws:a is AWS's own"],
    ["a tag of aiplat", { tags: ["key=aiplat:run,value=b"] }, "run-flag", "the tag aiplat:run is aiplat's own"],
    ["devices that are none", { tags: ["key=aiplat:devices,value=b"] }, "run-flag", "says nothing of devices"],
    ["no expression", { placementConstraints: ["type=memberOf"] }, "run-flag", "memberOf takes an expression"],
    ["one too many", { placementConstraints: ["type=distinctInstance,expression=a"] }, "run-flag", "no expression"],
    [
      "a type in upper case",
      { placementConstraints: ["type=memberOf,expression=attribute:ecs.instance-type == Inf1.xlarge"] },
      "placement-expression",
      "instance types are lower case",
    ],
    ["a strategy that is none", { placementStrategy: ["type=pack"] }, "run-flag", 'type is "pack"'],
    [
      "a strategy by what is none",
      { placementStrategy: ["type=binpack,field=gpu"] },
      "placement-strategy",
      "binpack is by cpu or memory",
    ],
    [
      "GPUs",
      overrides({ name: "main", resourceRequirements: [{ type: "GPU", value: "1" }] }),
      "override-devices",
      "overrides.containerOverrides[0].resourceRequirements: overrides cannot change devices",
    ],
    [
      "the runtime's devices",
      overrides({ name: "main", environment: [{ name: "NEURON_RT_VISIBLE_CORES", value: "0" }] }),
      "override-devices",
      "overrides cannot change devices",
    ],
    ["ports", overrides({ name: "main", portMappings: [] }), "override-devices", "overrides cannot change ports"],
    [
      "the devices that are listed",
      overrides({ name: "main", linuxParameters: {} }),
      "override-devices",
      "overrides cannot change devices",
    ],
    [
      "more than ECS takes",
      overrides({ name: "main", command: ["x".repeat(8200)] }),
      "run-flag",
      "the overrides have 8255 characters",
    ],
  ])("refuses %s", (_, texts, code, message) => {
    const read = readRunFlags(texts);
    expect("problems" in read ? read.problems : []).toMatchObject([
      { code, message: expect.stringContaining(message) },
    ]);
  });

  it("says all that is wrong at once", () => {
    const read = readRunFlags({ launchType: "FARGATE", propagateTags: "SERVICE", tags: ["key=aiplat:slot,value=x"] });
    expect("problems" in read && read.problems.map(({ path }) => path![0])).toEqual([
      "launchType",
      "tags",
      "propagateTags",
    ]);
  });
});

describe("unknownContainers", () => {
  const definition = (...names: readonly string[]) => ({
    family: "f",
    containerDefinitions: names.map((name) => ({ name, image: "x" })),
  });
  const named = (name?: string) => ({ containerOverrides: [name === undefined ? { memory: 1 } : { name }] });

  it("finds names that the definition does not have, and takes none where there is one container", () => {
    expect(unknownContainers(named("main"), definition("main", "log"))).toEqual([]);
    expect(unknownContainers(named(), definition("main"))).toEqual([]);
    expect(unknownContainers(named(), definition("main", "log"))).toMatchObject([{ hint: "Write main or log." }]);
    expect(unknownContainers(named("mian"), definition("main"))).toMatchObject([
      { code: "override-container", message: "there is no container mian" },
    ]);
  });
});

describe("withWeights", () => {
  it("reads no weight as ECS does", () => {
    const of = (name: string, weight?: number) => ({
      capacityProvider: name,
      ...(weight === undefined ? {} : { weight }),
    });
    expect(withWeights([of("a")])).toEqual([of("a", 1)]);
    expect(withWeights([of("a", 0)])).toEqual([of("a", 1)]);
    expect(withWeights([of("a", 2), of("b")])).toEqual([of("a", 2), of("b", 0)]);
  });
});

const settings: RunSettings = {
  run: "w-1",
  cluster: "prod",
  count: 1,
  strategy: "pack",
  placementConstraints: [],
  enableExecuteCommand: false,
};

describe("a run with flags", () => {
  const tagsOf = (changes: Partial<RunSettings>) =>
    runRequest(
      { ...settings, ...changes },
      {
        family: "f",
        containerDefinitions: [],
        tags: [
          { key: "team", value: "nlp" },
          { key: "aiplat:workload", value: "w" },
        ],
      },
    ).tags!.map(({ key, value }) => `${key}=${value}`);

  it("has the definition's tags and its own, of which its own count", () => {
    expect(tagsOf({})).toEqual(["team=nlp", "aiplat:workload=w", "aiplat:run=w-1"]);
    expect(tagsOf({ tags: [{ key: "team", value: "cv" }] })).toEqual([
      "team=cv",
      "aiplat:workload=w",
      "aiplat:run=w-1",
    ]);
    expect(tagsOf({ propagateTags: "NONE" })).toEqual(["aiplat:workload=w", "aiplat:run=w-1"]);
  });

  it("needs what its overrides say, and registers what the file says", () => {
    const ecs = ecsOf({ name: "w", image: "w:1", accelerator: { instanceTypes: ["inf2.xlarge"] } });
    const more = { overrides: { containerOverrides: [{ name: "w", memory: 1234, cpu: 99 }] } };
    const running = runningAs(ecs, more);
    expect(running.variants.map(({ requirements: { memoryMiB, cpu } }) => [memoryMiB, cpu])).toEqual([[1234, 99]]);
    expect(running.variants.map(({ definition }) => definition)).toEqual(
      ecs.variants.map(({ definition }) => definition),
    );
    expect(runningAs(ecs, {})).toBe(ecs);
  });
});

describe("a run of a definition that is given", () => {
  const machine = (id: string) => {
    const resources = { cpu: 4096, memoryMiB: 15_000, tcpPorts: [], udpPorts: [], gpus: [] };
    return anInstance(id, "inf2.xlarge", { registered: resources, remaining: resources, capacityProvider: "asg" });
  };
  const chip = aDefinition("chip", {
    memory: 10_000,
    linuxParameters: { devices: [{ hostPath: "/dev/neuron0", containerPath: "/dev/neuron0" }] },
  });
  const elastic: RunSettings = {
    ...settings,
    count: 3,
    capacityProviderStrategy: [{ capacityProvider: "asg", weight: 1 }],
    mayGrow: 1,
  };
  const plan = (snapshot: ReturnType<typeof aSnapshot>) => planRegistered(chip, elastic, 3, snapshot, new Set());

  it("asks a capacity provider for as many as it has and may start machines for", () => {
    const { steps, unplaced } = plan(aSnapshot([machine("1")]));
    expect(steps.map(({ count, why }) => [count, why])).toEqual([[2, "as it is registered; 1 new inf2.xlarge of asg"]]);
    expect(unplaced).toMatchObject([{ detail: expect.stringContaining("1 of 3 tasks") }]);
    expect(plan(aSnapshot([machine("1"), machine("2")]))).toMatchObject({ steps: [{ count: 3 }], unplaced: [] });
  });

  it("asks for no new machine where one would have to be named that somebody holds unseen", () => {
    const held = aTask("t", chip, machine("1"));
    const { steps, unplaced } = plan(aSnapshot([machine("1"), machine("2")], [held], [chip]));
    expect(steps.map(({ count }) => count)).toEqual([1]);
    expect(unplaced).toMatchObject([{ reason: "DEVICES", detail: expect.stringContaining("asg starts no machines") }]);
  });

  it("does without the machines that are there on Managed Instances", () => {
    expect(planRegistered(chip, elastic, 3, undefined, new Set())).toMatchObject({
      steps: [{ count: 3, why: "ECS chooses the devices and the machine" }],
      unplaced: [],
    });
  });
});
