import { inRegion, type ErrorRule } from "./failure.ts";
import { callName } from "./service-errors.ts";

/** What EKS refuses, with the fix. https://docs.aws.amazon.com/eks/latest/APIReference/CommonErrors.html */
export const eksRules: readonly ErrorRule[] = [
  {
    names: ["ResourceNotFoundException"],
    text: /cluster/i,
    when: (_, call) => call.operation !== "DescribeNodegroup",
    code: "NotFound",
    say: (_, call) => ({
      message: `there is no such EKS cluster${inRegion(call)}`,
      hint: "Name another with --cluster or --region; aws eks list-clusters shows those there are.",
    }),
  },
  {
    names: ["ResourceInUseException"],
    code: "OperationFailed",
    say: (failure) => ({
      message: failure.message,
      hint: "Wait until the change under way is over, and run the command again.",
    }),
  },
  {
    names: ["ResourceLimitExceededException"],
    code: "NoCapacity",
    say: (failure, call) => ({
      message: `${callName(call)} would exceed a quota of the account: ${failure.message}`,
      hint: "Raise it in the Service Quotas console, or free what is not needed.",
    }),
  },
  {
    // Whatever else EKS finds wrong with a request: its own sentence is the best there is.
    names: ["InvalidParameterException", "InvalidRequestException"],
    code: "OperationFailed",
    say: (failure, call) => ({ message: `${callName(call)} was refused: ${failure.message}` }),
  },
];
