import type { Template } from "../core/workload/template.ts";
import type { View } from "./print.ts";

export function templateListView(templates: readonly Template[]): View {
  return {
    kind: "TemplateList",
    document: { items: templates.map(({ name, summary }) => ({ name, summary })) },
    table: {
      columns: [{ title: "NAME" }, { title: "SUMMARY" }],
      rows: templates.map(({ name, summary }) => [name, summary]),
    },
  };
}

/** Piped, the workload file alone: `aiplat templates show NAME > aiplat.yaml`. */
export function templateView({ name, summary, workload, readme }: Template): View {
  return {
    kind: "Template",
    document: { name, summary, workload, readme },
    text: (style) => `${readme.trimEnd()}\n\n${style.bold("aiplat.yaml")}\n\n${workload}`,
    piped: workload,
  };
}
