import { describeGroupOperations } from "./auto-scaling/describe-groups.ts";
import { changeGroupOperations } from "./auto-scaling/change-groups.ts";
import { groupInstanceOperations } from "./auto-scaling/group-instances.ts";
import type { Operation } from "./wire/operation.ts";

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_Operations.html */
export const autoScalingOperations: Readonly<Record<string, Operation>> = {
  ...describeGroupOperations,
  ...changeGroupOperations,
  ...groupInstanceOperations,
};
