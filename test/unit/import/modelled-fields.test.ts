// Words of the container that come back out of a live service.
import { describe, expect, it } from "vitest";
import type { Raw } from "../../../src/core/base/merge.ts";
import type { Workload } from "../../../src/core/workload/schema.ts";
import { ecsOf } from "../../support/ecs.ts";
import { asRegistered, asService, importUnchanged } from "../../support/imports.ts";

const words = {
  entryPoint: ["/opt/run.sh"],
  command: ["serve"],
  workingDirectory: "/workspace",
  user: 1000,
  readOnlyRoot: true,
  ulimits: { core: 0, stack: { soft: 67_108_864, hard: -1 } },
  stop: { timeoutSeconds: 600 },
} satisfies Partial<Workload>;

/** What a live service of the workload is imported as. */
function roundTrip(change: Partial<Workload>, ofContainer: object = {}): Raw {
  const [variant] = ecsOf({ name: "bert", image: "repo/bert:1", kind: "service", ...change }).variants;
  const [container, ...others] = variant!.definition.containerDefinitions;
  const definition = asRegistered({
    ...variant!.definition,
    containerDefinitions: [{ ...container!, ...ofContainer }, ...others],
  });
  return importUnchanged({ parts: [{ definition, service: asService(definition, {}) }], cluster: "prod" }).document;
}

describe("the process of the container", () => {
  const plain: Partial<Workload> = { accelerator: "none", resources: { cpu: 1, memory: "1GiB" } };

  it("comes back in the words of the file, and in no raw field", () => {
    const document = roundTrip({ ...plain, ...words });
    expect(document).toMatchObject(words);
    expect((document["ecs"] as Raw)["taskDefinition"]).toBeUndefined();
  });

  it.each([
    [{ stopTimeout: 1 }, { stopTimeout: 1 }],
    [{ workingDirectory: "workspace" }, { workingDirectory: "workspace" }],
  ])("is raw where no word says it: %j", (live, raw) => {
    expect(roundTrip(plain, live)).toMatchObject({
      ecs: { taskDefinition: { containerDefinitions: [{ name: "bert", ...raw }] } },
    });
  });
});

describe("the limits of EFA", () => {
  const efa: Partial<Workload> = { accelerator: { instanceTypes: ["trn1.32xlarge"], efa: true } };

  it("are not said where they come with it", () => {
    const document = roundTrip(efa);
    expect(document).not.toHaveProperty("ulimits");
    expect((document["ecs"] as Raw)["taskDefinition"]).toBeUndefined();
  });

  it("are said where they are others", () => {
    expect(roundTrip({ ...efa, ulimits: { nofile: 1024 } })).toMatchObject({ ulimits: { nofile: 1024 } });
  });

  it("stay those of a definition of before, which had no limit of open files", () => {
    const memlock = [{ name: "memlock", softLimit: -1, hardLimit: -1 }];
    expect(roundTrip(efa, { ulimits: memlock })).toMatchObject({
      ecs: { taskDefinition: { containerDefinitions: [{ name: "bert", ulimits: memlock }] } },
    });
  });
});
