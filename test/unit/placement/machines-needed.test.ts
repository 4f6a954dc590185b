import { describe, expect, it } from "vitest";
import { machinesNeeded } from "../../../src/core/placement/machines-needed.ts";
import type { Workload } from "../../../src/core/workload/schema.ts";
import { ecsOf } from "../../support/ecs.ts";

const needed = (changes: Partial<Workload>, replicas: number) =>
  machinesNeeded(ecsOf({ name: "w", image: "w:1", ...changes }), replicas);
const on = (type: string, devicesPerReplica?: number) => ({
  accelerator: { instanceTypes: [type], ...(devicesPerReplica === undefined ? {} : { devicesPerReplica }) },
});

describe("machinesNeeded", () => {
  it.each<[string, Partial<Workload>, number, number]>([
    ["slots that share a machine", on("inf2.24xlarge", 2), 7, 3],
    ["slots that do not", on("inf2.24xlarge", 4), 3, 3],
    ["GPUs", on("g5.12xlarge", 2), 5, 3],
    ["memory that shares no machine", { ...on("trn1.32xlarge", 4), resources: { memory: "300GiB" } }, 3, 3],
    ["a host port of its own", { ...on("inf2.24xlarge", 2), ports: [{ container: 8080, host: 80 }] }, 3, 3],
    ["raw fields", { ...on("inf2.24xlarge", 2), ecs: { taskDefinition: { cpu: "65536" } } }, 3, 3],
    ["one at least", on("inf2.xlarge"), 0, 1],
  ])("counts %s as placement does", (_, workload, replicas, count) => {
    expect(needed(workload, replicas).map((each) => each.count)).toEqual([count]);
  });

  it("has what the constraints ask of a machine, and a type for a CPU workload", () => {
    const placement = { constraints: ["attribute:stack == prod"] };
    expect(needed({ ...on("inf2.xlarge"), ecs: { placement } }, 1)).toEqual([
      { instanceType: "inf2.xlarge", count: 1, attributes: { stack: "prod" } },
    ]);
    expect(needed({ accelerator: "none", resources: { memory: "1GiB" } }, 1)).toMatchObject([
      { instanceType: "inf2.xlarge" },
    ]);
  });
});
