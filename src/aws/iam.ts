import { GetRoleCommand, IAMClient, SimulatePrincipalPolicyCommand } from "@aws-sdk/client-iam";
import type { Decision } from "../core/doctor/observed-account.ts";
import type { IamPort } from "../ports.ts";
import { absentAs } from "./failure.ts";
import { createCall } from "./call.ts";
import { clientSettings, type AwsConfig } from "./config.ts";

/** IAM's reading side over the SDK. */
export function createIam(config: AwsConfig, signal: AbortSignal): IamPort {
  const client = new IAMClient(clientSettings(config, "iam"));
  const call = createCall(config, "iam", signal);
  return {
    role: async (RoleName) => {
      const answer = await absentAs(
        /^NoSuchEntity/,
        call("GetRole", (options) => client.send(new GetRoleCommand({ RoleName }), options)),
      );
      return answer?.Role === undefined
        ? undefined
        : { arn: answer.Role.Arn ?? "", trustPolicy: answer.Role.AssumeRolePolicyDocument ?? "" };
    },

    simulate: async (PolicySourceArn, actions, resource) => {
      const command = new SimulatePrincipalPolicyCommand({
        PolicySourceArn,
        ActionNames: [...actions],
        ResourceArns: [resource],
      });
      const { EvaluationResults = [] } = await call("SimulatePrincipalPolicy", (options) =>
        client.send(command, options),
      );
      return new Map(
        EvaluationResults.map(({ EvalActionName, EvalDecision }) => [
          EvalActionName ?? "",
          (EvalDecision ?? "implicitDeny") as Decision,
        ]),
      );
    },
  };
}
