import { operation, type Operation } from "./wire/operation.ts";
import { struct } from "./wire/shape.ts";

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html */
export const stsOperations: Readonly<Record<string, Operation>> = {
  GetCallerIdentity: operation("sts", struct({}), (_, { world }) => ({
    Arn: `arn:aws:iam::${world.account}:user/sandbox`,
    UserId: "AIDASANDBOXSANDBOXSA",
    Account: world.account,
  })),
};
