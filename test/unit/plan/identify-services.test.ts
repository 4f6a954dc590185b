import { describe, expect, it } from "vitest";
import type { Service } from "../../../src/core/ecs-api/service.ts";
import { identifyServices } from "../../../src/core/plan/identify-services.ts";
import { Refusal } from "../../../src/core/base/problem.ts";
import { aDefinition } from "../../support/cluster.ts";
import { chip, LiveWorld, on } from "../../support/live-services.ts";

/** What is live after these files were deployed, one after the other. */
function after(...files: readonly object[]): LiveWorld {
  const world = new LiveWorld();
  for (const file of files) world.carryOut(world.plan(chip(file)));
  return world;
}

/** `VARIANT: SERVICE` for what lives, `VARIANT: (SERVICE)` for what would be made, and what is left over. */
function identified(world: Pick<LiveWorld, "services" | "definitions">, file: object): readonly string[] {
  const { parts, leftOver } = identifyServices(chip(file), world);
  return [
    ...parts.map(
      ({ variant, service, live }) => `${variant.name}: ${live === undefined ? `(${service})` : live.serviceName}`,
    ),
    ...leftOver.map(({ serviceName }) => `over: ${serviceName}`),
  ];
}

const whole = {};
const both = on(["inf2.24xlarge", "inf2.48xlarge"]);
const pairs = on(["inf2.24xlarge"], 2);
/** What makes one shape of types that differ in their size. */
const sized = { resources: { cpu: 2, memory: "8GiB" } };

describe("a live service", () => {
  it.each<readonly [what: string, world: LiveWorld, file: object, expected: readonly string[]]>([
    ["stands for its variant", after(whole), whole, ["chip: chip"]],
    [
      "keeps its name beside a second instance type",
      after(whole),
      both,
      ["chip-inf2-24xlarge: chip", "chip-inf2-48xlarge: (chip-inf2-48xlarge)"],
    ],
    [
      "keeps its name before the first of two types",
      after(whole),
      on(["inf2.48xlarge", "inf2.24xlarge"]),
      ["chip-inf2-48xlarge: (chip-inf2-48xlarge)", "chip-inf2-24xlarge: chip"],
    ],
    [
      "keeps the name that it had among others, when it is alone",
      after(both),
      on(["inf2.48xlarge"]),
      ["chip: chip-inf2-48xlarge", "over: chip-inf2-24xlarge"],
    ],
    [
      "is left over when its slot is no more",
      after(whole),
      pairs,
      [
        ...["n0-1", "n2-3", "n4-5"].map((slot) => `chip-inf2-24xlarge-${slot}: (chip-inf2-24xlarge-${slot})`),
        "over: chip",
      ],
    ],
    [
      "is that of the very slot",
      after(pairs),
      on(["inf2.24xlarge", "inf2.48xlarge"], 2),
      [
        ...["n0-1", "n2-3", "n4-5"].map((slot) => `chip-inf2-24xlarge-${slot}: chip-inf2-24xlarge-${slot}`),
        ...["n0-1", "n2-3", "n4-5", "n6-7", "n8-9", "n10-11"].map(
          (slot) => `chip-inf2-48xlarge-${slot}: (chip-inf2-48xlarge-${slot})`,
        ),
      ],
    ],
    ["of the one name is updated to another type", after(whole), on(["inf2.48xlarge"]), ["chip: chip"]],
    [
      "of the plain name is updated to the one slot of a type with several",
      after(whole),
      on(["inf2.24xlarge"], 4),
      ["chip-inf2-24xlarge-n0-3: chip"],
    ],
    [
      "of one slot is left over for the one of another",
      after(on(["inf2.24xlarge"], 4)),
      on(["inf2.24xlarge"], 5),
      ["chip-inf2-24xlarge-n0-4: (chip-inf2-24xlarge-n0-4)", "over: chip-inf2-24xlarge-n0-3"],
    ],
    [
      "stands for a shape that has gained a type",
      after({ ...on(["g5.12xlarge"], 1), ...sized }),
      { ...on(["g5.24xlarge", "g5.12xlarge", "inf2.xlarge"], 1), ...sized },
      ["chip-g5-24xlarge: chip", "chip-inf2-xlarge: (chip-inf2-xlarge)"],
    ],
  ])("%s", (_, world, file, expected) => {
    expect(identified(world, file)).toEqual(expected);
  });

  const anyService = (serviceName: string, changes: Partial<Service> = {}): Service => ({
    serviceArn: `arn:${serviceName}`,
    serviceName,
    status: "ACTIVE",
    desiredCount: 1,
    runningCount: 1,
    pendingCount: 0,
    taskDefinition: `arn:aws:ecs:us-east-1:1:task-definition/${serviceName}:1`,
    deployments: [],
    events: [],
    ...changes,
  });
  const devices = (numbers: readonly number[]) => ({
    linuxParameters: { devices: numbers.map((number) => ({ hostPath: `/dev/neuron${number}` })) },
  });
  const bound = (type: string) => ({
    placementConstraints: [{ type: "memberOf", expression: `attribute:ecs.instance-type == ${type}` }],
  });
  const definition = (name: string, container: object, changes: object = {}) =>
    aDefinition(name, container, {
      taskDefinitionArn: `arn:aws:ecs:us-east-1:1:task-definition/${name}:1`,
      ...changes,
    });

  it("without tags is found by its definition: the instance type of its constraint, and its devices", () => {
    const services = ["chip", "chip-inf2-48xlarge"].map((name) => anyService(name));
    const all = [0, 1, 2, 3, 4, 5];
    const world = {
      services,
      // Each runs what the other's name says.
      definitions: [
        definition("chip", devices([...all, 6, 7, 8, 9, 10, 11]), bound("inf2.48xlarge")),
        definition("chip-inf2-48xlarge", devices(all), bound("inf2.24xlarge")),
      ],
    };
    expect(identified(world, both)).toEqual(["chip-inf2-24xlarge: chip-inf2-48xlarge", "chip-inf2-48xlarge: chip"]);
  });

  it("whose definition names no type is found by its slot", () => {
    const services = [anyService("elsewhere", { tags: [{ key: "aiplat:slot", value: "n2-3" }] })];
    expect(identified({ services, definitions: [definition("elsewhere", {})] }, pairs)).toEqual([
      "chip-inf2-24xlarge-n0-1: (chip-inf2-24xlarge-n0-1)",
      "chip-inf2-24xlarge-n2-3: elsewhere",
      "chip-inf2-24xlarge-n4-5: (chip-inf2-24xlarge-n4-5)",
    ]);
  });

  it("of which nothing is known is found by its name", () => {
    expect(identified({ services: [anyService("chip")], definitions: [] }, whole)).toEqual(["chip: chip"]);
  });

  it("on Managed Instances has every device of its type", () => {
    const asked = { resourceRequirements: [{ type: "NeuronDevice", value: "ALL" }] };
    const world = { services: [anyService("old")], definitions: [definition("old", asked, bound("inf2.24xlarge"))] };
    expect(identified(world, both)[0]).toBe("chip-inf2-24xlarge: old");
  });

  it("of two for one variant is that of its name", () => {
    const tags = [{ key: "aiplat:slot", value: "n0-3" }];
    const services = ["a", "chip-inf2-24xlarge-n0-3"].map((name) => anyService(name, { tags }));
    expect(identified({ services, definitions: [] }, on(["inf2.24xlarge"], 4))).toEqual([
      "chip-inf2-24xlarge-n0-3: chip-inf2-24xlarge-n0-3",
      "over: a",
    ]);
  });

  it("that has the name of another variant's is not made a second time", () => {
    const world = {
      services: [anyService("chip-inf2-48xlarge", { tags: [{ key: "aiplat:slot", value: "n0-5" }] })],
      definitions: [definition("chip-inf2-48xlarge", {}, bound("inf2.24xlarge"))],
    };
    expect(() => identified(world, both)).toThrow(Refusal);
  });
});

describe("a name of the file's", () => {
  const named = { ecs: { service: { serviceName: "Legacy" } } };

  it("is that of the one service, new or live", () => {
    expect(identified(new LiveWorld(), named)).toEqual(["chip: (Legacy)"]);
    expect(identified(after(named), named)).toEqual(["chip: Legacy"]);
  });

  it("stays that of the service that has it when others come, and is refused where none has", () => {
    const world = after(named);
    expect(identified(world, { ...both, ...named })).toEqual([
      "chip-inf2-24xlarge: Legacy",
      "chip-inf2-48xlarge: (chip-inf2-48xlarge)",
    ]);
    expect(() => identified(new LiveWorld(), { ...both, ...named })).toThrow("is one name");
  });
});
