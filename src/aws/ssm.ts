import { GetParametersByPathCommand, GetParametersCommand, SSMClient } from "@aws-sdk/client-ssm";
import { present } from "../core/base/present.ts";
import type { PathParameter } from "../core/catalog/machine-images/ami-history.ts";
import type { SsmPort } from "../ports.ts";
import { createCall } from "./call.ts";
import { clientSettings, type AwsConfig } from "./config.ts";

/**
 * https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html: "Maximum number of 10 items."
 */
const namesPerCall = 10;

/** Parameter Store in one region. */
export function createSsm(config: AwsConfig, signal: AbortSignal): SsmPort {
  const client = new SSMClient(clientSettings(config, "ssm"));
  const call = createCall(config, "ssm", signal);
  return {
    async getParameters(names) {
      const batches = Array.from({ length: Math.ceil(names.length / namesPerCall) }, (_, index) =>
        names.slice(index * namesPerCall, (index + 1) * namesPerCall),
      );
      const answers = await Promise.all(
        batches.map((Names) =>
          call("GetParameters", (options) => client.send(new GetParametersCommand({ Names }), options)),
        ),
      );
      const values = new Map<string, string>();
      for (const { Name, Value } of answers.flatMap((answer) => answer.Parameters ?? [])) {
        if (Name !== undefined && Value !== undefined) values.set(Name, textOf(Value));
      }
      return { values, missing: names.filter((name) => !values.has(name)) };
    },

    async getParametersByPath(Path, { recursive: Recursive }) {
      const found: PathParameter[] = [];
      let NextToken: string | undefined;
      do {
        const command = new GetParametersByPathCommand({
          Path,
          Recursive,
          MaxResults: namesPerCall,
          ...present({ NextToken }),
        });
        const answer = await call("GetParametersByPath", (options) => client.send(command, options));
        for (const { Name, Value, LastModifiedDate } of answer.Parameters ?? [])
          if (Name !== undefined && Value !== undefined)
            found.push({ name: Name, value: textOf(Value), ...present({ modifiedAt: LastModifiedDate?.getTime() }) });
        NextToken = answer.NextToken;
      } while (NextToken !== undefined && NextToken !== "");
      return found;
    },
  };
}

/** A document is a JSON string on AWS; moto 5.2.1 answers the object itself. */
function textOf(value: string): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
