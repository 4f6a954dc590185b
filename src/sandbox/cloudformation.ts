import { changeSetOperations } from "./cloudformation/change-sets.ts";
import { stackOperations } from "./cloudformation/stacks.ts";
import type { Operation } from "./wire/operation.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Operations.html */
export const cloudFormationOperations: Readonly<Record<string, Operation>> = {
  ...changeSetOperations,
  ...stackOperations,
};
