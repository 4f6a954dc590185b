import { describe, expect, it } from "vitest";
import { costOfTasks } from "../../../src/core/placement/task-cost.ts";
import { ecsWorkload } from "../../support/ecs-workload.ts";
import { anInstance } from "../../support/cluster.ts";
import type { Workload } from "../../../src/core/workload/schema.ts";

const nowhere = { instances: [] };
const variants = (change: Partial<Workload>) =>
  ecsWorkload(change).everyVariant.map(({ requirements }) => requirements);

describe("what tasks cost", () => {
  it("is one choice for slots of one size on one type, and several where types differ", () => {
    const slots = variants({ accelerator: { instanceTypes: ["inf2.24xlarge"], devicesPerReplica: 2 } });
    expect(slots.length).toBeGreaterThan(1);
    expect(costOfTasks([{ count: 3, variants: slots }], nowhere)).toMatchObject({
      perHour: { least: 6.49063, most: 6.49063 },
      parts: [{ count: 3, choices: [{ instanceType: "inf2.24xlarge", takes: "2 of 6 devices" }] }],
    });
    const either = variants({ accelerator: { instanceTypes: ["inf2.xlarge", "trn1.2xlarge"] } });
    expect(costOfTasks([{ count: 1, variants: either }], nowhere)?.perHour).toEqual({ least: 0.7582, most: 1.34375 });
  });

  it("is of the cluster's types where the tasks name none", () => {
    const bare = variants({ accelerator: { instanceTypes: ["g5.xlarge"] } }).map((each) => ({
      ...each,
      constraints: [],
    }));
    expect(costOfTasks([{ count: 1, variants: bare }], nowhere)).toBeUndefined();
    expect(costOfTasks([{ count: 1, variants: bare }], { instances: [anInstance("a", "g5.12xlarge")] })).toMatchObject({
      perHour: { least: 1.418, most: 1.418 },
    });
  });

  it("is without the fee of Managed Instances, and says so", () => {
    const managed = variants({
      accelerator: { instanceTypes: ["trn1.32xlarge"] },
      ecs: { capacity: "managed-instances", networkMode: "awsvpc" },
    });
    expect(costOfTasks([{ count: 1, variants: managed }], nowhere)).toMatchObject({
      managedInstances: true,
      perHour: { least: 21.5, most: 21.5 },
    });
    const own = variants({ accelerator: { instanceTypes: ["trn1.32xlarge"] } });
    expect(costOfTasks([{ count: 1, variants: own }], nowhere)).not.toHaveProperty("managedInstances");
  });

  it("says where the machines are, as far as the cluster says it", () => {
    const one = [{ count: 1, variants: variants({ accelerator: { instanceTypes: ["inf2.xlarge"] } }) }];
    expect(
      costOfTasks(one, { ...nowhere, clusterArn: "arn:aws:ecs:eu-west-1:111122223333:cluster/prod" })?.machinesIn,
    ).toBe("eu-west-1");
    expect(costOfTasks(one, nowhere)).not.toHaveProperty("machinesIn");
  });
});
