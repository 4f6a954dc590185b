import { describe, expect, it } from "vitest";
import { explainStackFailure, explainStatusReason, lastOperation } from "../../../src/core/capacity/stack-outcome.ts";
import type { StackEvent } from "../../../src/core/capacity/stack.ts";

let made = 0;

function event(logicalId: string, status: string, reason?: string): StackEvent {
  made += 1;
  return {
    id: `event-${made}`,
    at: made * 1000,
    logicalId,
    type: logicalId === "aiplat-prod-inf2-xlarge" ? "AWS::CloudFormation::Stack" : "AWS::AutoScaling::AutoScalingGroup",
    status,
    ...(reason === undefined ? {} : { reason }),
  };
}

const stack = "aiplat-prod-inf2-xlarge";

describe("explainStatusReason", () => {
  it.each([
    [
      "You have requested more vCPU capacity than your current vCPU limit of 0 allows for the instance bucket that the specified instance type belongs to. (Service: AutoScaling; Status Code: 400)",
      "NoCapacity",
      "vCPU quota",
    ],
    [
      "We currently do not have sufficient p5.48xlarge capacity in the Availability Zone you requested (us-east-1a).",
      "NoCapacity",
      "no capacity of the instance type",
    ],
    [
      "The requested reservation does not have sufficient compatible and available capacity for this request. ReservationCapacityExceeded",
      "NoCapacity",
      "reservation or block",
    ],
    [
      "Your requested instance type (trn1.32xlarge) is not supported in your requested Availability Zone (us-east-1e).",
      "OperationFailed",
      "not offered in the zone",
    ],
    ["Resource handler returned message: Cannot exceed quota for RolesPerAccount: 1000", "NoCapacity", "a quota"],
    [
      "User: arn:aws:iam::123456789012:user/ci is not authorized to perform: iam:CreateRole on resource: arn:aws:iam::123456789012:role/x",
      "AccessDenied",
      "may not make it",
    ],
    ["aiplat-prod-inf2-xlarge already exists in stack arn:aws:...", "OperationFailed", "not of this stack"],
    ["The image id '[ami-0123]' does not exist (Service: Ec2, Status Code: 400)", "OperationFailed", "machine image"],
    ["Something that nobody has seen before.", "OperationFailed", "Something that nobody has seen before"],
  ])("%s", (reason, code, what) => {
    const explained = explainStatusReason(reason);
    expect(explained.code).toBe(code);
    expect(explained.what).toContain(what);
  });
});

describe("explainStackFailure", () => {
  it("is about the first resource that failed of its own accord, in the last operation", () => {
    const events = [
      event(stack, "CREATE_IN_PROGRESS", "User Initiated"),
      event("SecurityGroup", "CREATE_FAILED", "of an operation before"),
      event(stack, "UPDATE_IN_PROGRESS", "User Initiated"),
      event("LaunchTemplate", "UPDATE_FAILED", "Resource update cancelled"),
      event("AutoScalingGroup", "UPDATE_FAILED", "VcpuLimitExceeded"),
      event("CapacityProvider", "UPDATE_FAILED", "another"),
      event(stack, "UPDATE_ROLLBACK_IN_PROGRESS", "The following resource(s) failed to update"),
      event(stack, "UPDATE_ROLLBACK_COMPLETE"),
    ];
    expect(explainStackFailure(events.toReversed())).toMatchObject({
      logicalId: "AutoScalingGroup",
      code: "NoCapacity",
      reason: "VcpuLimitExceeded",
    });
    expect(lastOperation(events.toReversed())).toEqual(events.slice(2));
  });

  it("says nothing where nothing failed", () => {
    expect(explainStackFailure([event(stack, "CREATE_IN_PROGRESS"), event(stack, "CREATE_COMPLETE")])).toBeUndefined();
  });
});
