import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ImportSource } from "../../../src/core/import/source.ts";
import { runs } from "../../support/depth.ts";
import { asRegistered, asService, importUnchanged } from "../../support/imports.ts";
import { chip, LiveWorld, on } from "../../support/live-services.ts";
import { besideContainers } from "../../support/random-containers.ts";

type Document = Readonly<Record<string, unknown>>;

/** What is imported of the service of a workload. */
function imported(change: object): Document {
  const world = new LiveWorld();
  world.carryOut(world.plan(chip(change)));
  const definition = asRegistered(world.definitions[0]!, 1);
  return importUnchanged({
    parts: [{ definition, service: asService(definition, world.services[0]!) }],
    cluster: "prod",
  }).document;
}

const rawOf = ({ ecs }: Document) => {
  const { taskDefinition, service, placement } = ecs as Document;
  return [taskDefinition, service, placement];
};
const noRaw = [undefined, undefined, undefined];

const nothing: object = { init: [], sidecars: [], model: undefined };
const volumes = [{ path: "/models", host: "/opt/models", readOnly: true }];
const roles = { execution: "arn:aws:iam::111122223333:role/e", task: "arn:aws:iam::111122223333:role/t" };

describe("init, sidecars and the model", () => {
  test("come back as they were written, and leave no raw fields", () => {
    fc.assert(
      fc.property(besideContainers, (beside) => {
        const document = imported({ volumes, roles, ...beside });
        expect(rawOf(document)).toEqual(noRaw);
        const { init = [], sidecars = [], model } = document;
        expect({ init, sidecars, model }).toEqual({ ...nothing, ...beside });
      }),
      { numRuns: runs(300) },
    );
  });

  test("come back beside a size that the file says, on Managed Instances too", () => {
    const beside = {
      init: [{ name: "one", image: "one:1" }],
      sidecars: [{ name: "two", image: "two:1", resources: { cpu: 0.5, memory: "1GiB" } }],
    };
    const written = { resources: { cpu: 2, memory: "4GiB" }, ...beside };
    expect(imported(written)).toMatchObject(written);
    const managed = { ...written, ecs: { capacity: "managed-instances", networkMode: "host" } };
    const definition = asRegistered(chip(managed).variants[0]!.definition);
    expect(definition).toMatchObject({ cpu: "2816", memory: "5632" });
    const { document } = importUnchanged({ parts: [{ definition }] });
    expect([rawOf(document), document]).toEqual([noRaw, expect.objectContaining(written)]);
  });

  test("come back of the services of all slots, with the devices that they share", () => {
    const sidecars = [{ name: "metrics", image: "metrics:1", devices: "shared" }];
    const world = new LiveWorld();
    world.carryOut(world.plan(chip({ ...on(["inf2.24xlarge"], 2), replicas: 3, sidecars })));
    const parts = world.definitions.map((each, index) => {
      const definition = asRegistered(each, 1);
      return { definition, service: asService(definition, world.services[index]!) };
    });
    expect(parts).toHaveLength(3);
    const { document } = importUnchanged({ parts: parts as unknown as ImportSource["parts"], cluster: "prod" });
    expect([rawOf(document), document["sidecars"]]).toEqual([noRaw, sidecars]);
  });

  const main = { name: "old", image: "old:1", cpu: 256, memory: 512, essential: true };
  const other = { name: "other", image: "other:1", cpu: 256, memory: 512, essential: false };
  const task = (own: object, ...others: readonly object[]) =>
    asRegistered({
      family: "old",
      networkMode: "bridge",
      requiresCompatibilities: ["EC2"],
      containerDefinitions: [{ ...main, ...own }, ...others],
    });
  const after = (containerName: string, condition: string) => ({ dependsOn: [{ containerName, condition }] });

  test.each<[what: string, definition: ReturnType<typeof task>, words: object]>([
    [
      "one that ends before the workload",
      task(after("other", "SUCCESS"), other),
      { init: [{ name: "other", image: "other:1" }] },
    ],
    [
      "one that runs beside it",
      task(after("other", "START"), other),
      { sidecars: [{ name: "other", image: "other:1" }] },
    ],
    ["one that nothing waits for", task({}, other), {}],
    ["one whose end is awaited, however it ends", task(after("other", "COMPLETE"), other), {}],
    ["one whose end ends the task", task(after("other", "START"), { ...other, essential: true }), {}],
    ["one of no size", task(after("other", "START"), { ...other, cpu: 0 }), {}],
    ["one with a soft limit", task(after("other", "START"), { ...other, memoryReservation: 256 }), {}],
  ])("%s", (_, definition, words) => {
    const { init, sidecars } = importUnchanged({ parts: [{ definition }] }).document;
    expect({ init, sidecars }).toEqual({ init: undefined, sidecars: undefined, ...words });
  });

  test("a field without a word of a container with one stays in the raw fields, by its name", () => {
    const definition = task(after("other", "START"), { ...other, dockerLabels: { a: "b" } });
    const { document } = importUnchanged({ parts: [{ definition }] });
    expect(document["sidecars"]).toEqual([{ name: "other", image: "other:1" }]);
    expect((document["ecs"] as Document)["taskDefinition"]).toEqual({
      containerDefinitions: [{ name: "other", dockerLabels: { a: "b" } }],
    });
  });
});
