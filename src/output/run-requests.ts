import type { RunPlan } from "../core/plan/run-plan.ts";
import { toJson } from "./harmless.ts";
import type { View } from "./print.ts";

/** One API request as it would be sent. */
export interface ApiRequest {
  readonly service: "ecs" | "logs";
  readonly operation: "CreateLogGroup" | "PutRetentionPolicy" | "RegisterTaskDefinition" | "RunTask";
  /** What `aws SERVICE ... --cli-input-json` takes. */
  readonly input: object;
}

const commands: Readonly<Record<ApiRequest["operation"], string>> = {
  CreateLogGroup: "aws logs create-log-group --cli-input-json",
  PutRetentionPolicy: "aws logs put-retention-policy --cli-input-json",
  RegisterTaskDefinition: "aws ecs register-task-definition --cli-input-json",
  RunTask: "aws ecs run-task --cli-input-json",
};

/** What `run-task --dry-run` answers: the exact requests, in order, and why some tasks have none. */
export function requestsView(run: string, requests: readonly ApiRequest[], unplaced: RunPlan["unplaced"]): View {
  return {
    kind: "RunTaskPlan",
    document: { run, requests, failures: unplaced },
    text: (style) =>
      requests
        .map(({ operation, input }) => `${style.dim(`# ${commands[operation]}`)}\n${toJson(input, 2)}\n`)
        .join(""),
    table: {
      columns: [{ title: "OPERATION" }, { title: "INPUT" }],
      rows: requests.map(({ operation, input }) => [operation, toJson(input)]),
    },
  };
}
