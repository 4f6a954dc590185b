import { acceleratorsOf } from "../core/workload/template-accelerators.ts";
import type { Template } from "../core/workload/template.ts";
import type { View } from "./print.ts";
import type { Style } from "./style.ts";
import { alignedTable, type Table } from "./table.ts";

/** Templates in the order in which they are listed. */
export function templateListView(templates: readonly Template[]): View {
  return {
    kind: "TemplateList",
    document: { items: templates.map(summarise) },
    table: {
      columns: ["NAME", "SUMMARY", "GROUP", "TARGETS", "ACCELERATORS"].map((title) => ({ title })),
      rows: templates
        .map(summarise)
        .map(({ name, summary, group, targets, accelerators }) => [
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
function groupedTable(templates: readonly Template[]): Table {
  const mark = (text: string, style: Style) => (text.startsWith(" ") ? text : style.bold(text));
  return {
    columns: [{ title: "NAME", mark }, { title: "ON" }, { title: "DEVICES" }, { title: "SUMMARY" }],
    rows: templates
      .map(summarise)
      .flatMap(({ name, summary, group, targets, accelerators }, index) => [
        ...(group === templates[index - 1]?.group ? [] : [[group]]),
        [`  ${name}`, targets.join(" "), accelerators.join(" "), summary],
      ]),
  };
}

function summarise(template: Template) {
  const { name, summary, group, targets } = template;
  return { name, summary, group, targets, accelerators: acceleratorsOf(template) };
}

/** Piped, the workload file alone: `aiplat templates show NAME > aiplat.yaml`. */
export function templateView(template: Template): View {
  const { workload, readme, files } = template;
  return {
    kind: "Template",
    document: { ...summarise(template), workload, readme, files: Object.fromEntries(files) },
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
