import { describe, expect, it } from "vitest";
import { requirementsOf } from "../../../src/core/ecs/requirements.ts";
import { toAiplatError } from "../../../src/errors.ts";

const written = {
  family: "svc",
  containerDefinitions: [{ name: "svc", image: "x:1", memory: 512 }],
  placementConstraints: [{ type: "memberOf" as const, expression: "" }],
};
const arn = "arn:aws:ecs:us-east-1:111122223333:task-definition/svc:2";

const refusalOf = (definition: Parameters<typeof requirementsOf>[0]) => {
  try {
    requirementsOf(definition, {}, 51_000);
  } catch (error) {
    return toAiplatError(error);
  }
  return undefined;
};

describe("a placement constraint that cannot be read", () => {
  it("is the input's fault where somebody writes it", () => {
    expect(refusalOf(written)).toMatchObject({
      code: "InvalidInput",
      exitCode: 2,
      details: { problems: [{ path: ["placementConstraints", 0, "expression"] }] },
    });
  });

  it("is named by its revision where ECS has it", () => {
    expect(refusalOf({ ...written, taskDefinitionArn: arn, revision: 2 })).toMatchObject({
      code: "OperationFailed",
      exitCode: 1,
      message: expect.stringMatching(/^svc:2 has a placement constraint that aiplat cannot read: the expression ends/),
      hint: "Look at it with aws ecs describe-task-definition --task-definition svc:2",
    });
  });
});
