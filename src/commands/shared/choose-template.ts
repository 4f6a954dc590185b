import { nearestNames } from "../../core/base/nearest.ts";
import { templateList } from "../../core/workload/template-list.ts";
import type { TemplateSummary } from "../../core/workload/template-summary.ts";
import { AiplatError } from "../../errors.ts";

/** The template of that name; the error lists them all. */
export function chooseTemplate(name: string | undefined): TemplateSummary {
  const templates = templateList;
  const found = templates.find((each) => each.name === name);
  if (found !== undefined) return found;
  const near =
    name === undefined
      ? undefined
      : nearestNames(
          name,
          templates.map((each) => each.name),
        )[0];
  const list = templates
    .map((each) => `${each.name.padEnd(Math.max(...templates.map((one) => one.name.length)))}  ${each.summary}`)
    .join("\n");
  throw new AiplatError("Usage", name === undefined ? "no template given" : `there is no template ${name}`, {
    hint: `${near === undefined ? "" : `Did you mean ${near}? `}The templates are:\n${list}`,
    details: { templates: templates.map((each) => each.name) },
  });
}
