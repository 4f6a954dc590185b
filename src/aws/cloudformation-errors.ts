import { callName } from "./service-errors.ts";
import type { ErrorRule } from "./failure.ts";

/** What CloudFormation refuses, with the fix. https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/CommonErrors.html */
export const cloudFormationRules: readonly ErrorRule[] = [
  {
    names: [
      "InvalidChangeSetStatus",
      "InvalidChangeSetStatusException",
      "ChangeSetNotFound",
      "ChangeSetNotFoundException",
    ],
    code: "OperationFailed",
    say: () => ({
      message: "the stack has changed since the change set was made",
      hint: "Somebody else deploys it: run the command again.",
    }),
  },
  {
    names: ["LimitExceededException", "LimitExceeded"],
    code: "NoCapacity",
    say: (failure, call) => ({
      message: `${callName(call)} would exceed a quota of the account: ${failure.message}`,
      hint: "Raise it in the Service Quotas console, or delete stacks that are not needed.",
    }),
  },
  {
    // "Stack:arn:... is in UPDATE_IN_PROGRESS state and can not be updated."
    text: /is in \w+_IN_PROGRESS state/,
    code: "OperationFailed",
    say: (failure) => ({
      message: failure.message,
      hint: "Another change of the stack is under way: run the command again, and it waits for that.",
    }),
  },
  {
    text: /cannot be deleted while TerminationProtection is enabled/i,
    code: "OperationFailed",
    say: (failure) => ({
      message: failure.message,
      hint: "aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name NAME takes it off.",
    }),
  },
  {
    // Whatever else is wrong with a request or a template: its own sentence is the best there is.
    names: ["ValidationError", "ValidationException", "InsufficientCapabilitiesException", "AlreadyExistsException"],
    code: "OperationFailed",
    say: (failure, call) => ({ message: `${callName(call)} was refused: ${failure.message}` }),
  },
];
