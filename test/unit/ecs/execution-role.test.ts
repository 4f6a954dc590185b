import { describe, expect, it } from "vitest";
import type { Workload } from "../../../src/core/workload/schema.ts";
import { ecsWorkload, refusals } from "../../support/ecs-workload.ts";

const ecr = "123456789012.dkr.ecr.us-east-1.amazonaws.com/bert:1";
const role = "arn:aws:iam::123456789012:role/execution";
const managed = { capacity: "managed-instances" } as const;
const accelerator = { instanceTypes: ["inf2.xlarge"] };
const refused = (change: Partial<Workload>) =>
  refusals(() => ecsWorkload({ accelerator, ecs: managed, ...change }, { region: "us-east-1" }));
const missing = (path = "roles.execution") => [`managed-instances-role ${path}`];

describe("a workload on Managed Instances without an execution role", () => {
  it.each<[what: string, change: Partial<Workload>, path?: string]>([
    ["that writes logs", { logs: { group: "/bert" } }],
    ["whose image is in a private registry of ECR", { image: ecr }],
    ["of GPUs", { image: ecr, accelerator: { instanceTypes: ["g5.xlarge"] } }],
    ["without accelerators", { image: ecr, accelerator: "none", resources: { cpu: 1, memory: "2GiB" } }],
    [
      "whose sidecar is pulled from ECR",
      { ecs: { ...managed, taskDefinition: { containerDefinitions: [{ name: "side", image: ecr }] } } },
    ],
    [
      "whose raw fields take it away",
      {
        image: ecr,
        roles: { execution: role },
        ecs: { ...managed, taskDefinition: { executionRoleArn: null } },
      },
      "ecs.taskDefinition.executionRoleArn",
    ],
  ])("is refused: one %s", (_, change, path) => {
    expect(refused(change)).toEqual(missing(path));
  });

  it.each<[what: string, change: Partial<Workload>]>([
    ["that does neither", {}],
    ["whose image is public", { image: "public.ecr.aws/neuron/pytorch-inference-neuronx:2.9.0" }],
    ["with the role", { image: ecr, logs: { group: "/bert" }, roles: { execution: role } }],
    [
      "with the role in its raw fields",
      { image: ecr, ecs: { ...managed, taskDefinition: { executionRoleArn: role } } },
    ],
    ["on EC2, where the machine's role does it", { image: ecr, logs: { group: "/bert" }, ecs: {} }],
  ])("is not: one %s", (_, change) => {
    expect(refused(change)).toEqual([]);
  });

  it("is told all that it cannot do, and what to add", () => {
    expect(() => ecsWorkload({ accelerator, image: ecr, logs: { group: "/bert" }, ecs: managed })).toThrow(
      "a task on Managed Instances cannot pull its image from ECR or write its logs without an execution role",
    );
  });
});
