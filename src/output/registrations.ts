import type { RegisteredTaskDefinition } from "../core/ecs-api/api.ts";
import type { View } from "./print.ts";

/** What `taskdef register` answers. */
export function registrationsView(
  registrations: readonly {
    readonly definition: RegisteredTaskDefinition;
    readonly action: "registered" | "unchanged";
  }[],
): View {
  return {
    kind: "TaskDefinitionList",
    document: {
      items: registrations.map(({ definition: { family, revision, taskDefinitionArn }, action }) => ({
        family,
        revision,
        taskDefinitionArn,
        action,
      })),
    },
    table: {
      columns: [
        { title: "DEFINITION" },
        { title: "ACTION", mark: (text, style) => (text === "registered" ? style.green(text) : style.dim(text)) },
        { title: "ARN" },
      ],
      rows: registrations.map(({ definition: { family, revision, taskDefinitionArn }, action }) => [
        `${family}:${revision}`,
        action,
        taskDefinitionArn,
      ]),
    },
  };
}
