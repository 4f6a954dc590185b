import { findInstanceType } from "../catalog/instance-types/catalog.ts";
import type { AcceleratorKind } from "../catalog/instance-types/instance-type.ts";
import type { Template } from "./template.ts";

/**
 * The kinds of accelerator that a template's workload files run on, `none` among them. Read by the words of the text,
 * not by the parser, since a list of all templates waits for it; a test holds it to what the parser reads.
 */
export function acceleratorsOf({ workload, files }: Template): readonly (AcceleratorKind | "none")[] {
  const texts = [workload, ...files.values()];
  const found = new Set<AcceleratorKind | "none">();
  for (const text of texts) {
    if (/^accelerator: none\b/m.test(text)) found.add("none");
    for (const [, types] of text.matchAll(/^[^#\n]*\binstanceTypes: \[([^\]]*)\]/gm))
      for (const name of types!.split(",")) {
        const type = findInstanceType(name.trim());
        if (type !== undefined) found.add(type.accelerator.kind);
      }
  }
  return [...found].toSorted();
}
