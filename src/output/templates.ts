import type { TemplateSummary } from "../core/workload/template-summary.ts";
import type { Template } from "../core/workload/template.ts";
import type { View } from "./print.ts";
import type { Style } from "./style.ts";
import { alignedTable, type Table } from "./table.ts";

/** Templates in the order in which they are listed. */
export function templateListView(templates: readonly TemplateSummary[]): View {
  return {
    kind: "TemplateList",
    document: { items: templates },
    table: {
      columns: ["NAME", "SUMMARY", "GROUP", "TARGETS", "ACCELERATORS"].map((title) => ({ title })),
      rows: templates.map(({ name, summary, group, targets, accelerators }) => [
        name,
        summary,
        group,
        targets.join(" "),
        accelerators.join(" "),
      ]),
    },
    text: (style, columns) => alignedTable(groupedTable(templates), style, columns),
  };
}

/** Each group under its name. */
function groupedTable(templates: readonly TemplateSummary[]): Table {
  const mark = (text: string, style: Style) => (text.startsWith(" ") ? text : style.bold(text));
  return {
    columns: [{ title: "NAME", mark }, { title: "TARGETS" }, { title: "ACCELERATORS" }, { title: "SUMMARY" }],
    rows: templates.flatMap(({ name, summary, group, targets, accelerators }, index) => [
      ...(group === templates[index - 1]?.group ? [] : [[group]]),
      [`  ${name}`, targets.join(" "), accelerators.join(" "), summary],
    ]),
  };
}

/** Piped, the workload file alone: `aiplat templates show NAME > aiplat.yaml`. */
export function templateView({ workload, readme, files }: Template, summary: TemplateSummary): View {
  return {
    kind: "Template",
    document: { ...summary, workload, readme, files: Object.fromEntries(files) },
    text: (style) =>
      [
        readme.trimEnd(),
        ...[["aiplat.yaml", workload] as const, ...files].map(
          ([name, text]) => `${style.bold(name)}\n\n${text.trimEnd()}`,
        ),
      ].join("\n\n") + "\n",
    piped: workload,
  };
}
