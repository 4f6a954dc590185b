import { findInstanceType } from "../catalog/instance-types/catalog.ts";
import type { AcceleratorKind } from "../catalog/instance-types/instance-type.ts";
import type { Template } from "./template.ts";

/** What a list says of a template. */
export interface TemplateSummary extends Pick<Template, "name" | "summary" | "group" | "targets"> {
  /** What its workload files run on, `none` among them. */
  readonly accelerators: readonly (AcceleratorKind | "none")[];
}

export function summariseTemplate(template: Template): TemplateSummary {
  const { name, summary, group, targets } = template;
  return { name, summary, group, targets, accelerators: acceleratorsOf(template) };
}

/** By the words of the text, not by the parser: a list of all templates waits for it. A test holds it to the parser. */
function acceleratorsOf({ workload, files }: Template): TemplateSummary["accelerators"] {
  const found = new Set<AcceleratorKind | "none">();
  for (const text of [workload, ...files.values()]) {
    if (/^accelerator: none\b/m.test(text)) found.add("none");
    for (const [, types] of text.matchAll(/^[^#\n]*\binstanceTypes: \[([^\]]*)\]/gm))
      for (const name of types!.split(",")) {
        const type = findInstanceType(name.trim());
        if (type !== undefined) found.add(type.accelerator.kind);
      }
  }
  return [...found].toSorted();
}
