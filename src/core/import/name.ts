import type { RegisteredTaskDefinition } from "../ecs-api/api.ts";
import { workloadTag } from "../ecs-api/service.ts";
import { variantsOf } from "../ecs/variants.ts";
import { nameRule } from "../workload/fields.ts";
import { resolveWorkload } from "../workload/resolve.ts";
import type { Workload } from "../workload/schema.ts";
import { acceleratorsOf } from "./accelerators.ts";
import { baseOf } from "./base.ts";
import { mainContainer, type ImportedPart } from "./source.ts";

/**
 * What the workload is called: by its tag where aiplat made it; by its container where that gives the family; else as
 * the family is, as far as a workload can be.
 */
export function nameOf(part: ImportedPart): string {
  const { definition, service } = part;
  const container = mainContainer(part).name;
  const tag = [...(service?.tags ?? []), ...(definition.tags ?? [])].find(({ key }) => key === workloadTag)?.value;
  if (tag !== undefined && isName(tag)) return tag;
  if (isName(container) && familiesOf(part, container).includes(definition.family)) return container;
  return [definition.family, container].find(isName) ?? legalName(definition);
}

/**
 * The families of the workload that a definition is a slot of, in the order of its slots; its own alone where it is
 * none.
 */
export function familiesWith(part: ImportedPart): readonly string[] {
  return familiesOf(part, nameOf(part));
}

function familiesOf(part: ImportedPart, name: string): readonly string[] {
  const { family } = part.definition;
  const slots = acceleratorsOf(part).map((accelerator) =>
    variantsOf(
      resolveWorkload(
        baseOf({ parts: [part] }, { name, accelerator, sized: true, full: false }) as unknown as Workload,
      ),
    ).map((variant) => variant.name),
  );
  return [...slots, [name]].find((names) => names.includes(family)) ?? [family];
}

function isName(name: string): boolean {
  return nameRule.pattern.test(name);
}

/** `Team_Trainer` as `team-trainer`. */
function legalName({ family }: RegisteredTaskDefinition): string {
  const words = family
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+/, "");
  return words.slice(0, 41).replace(/-+$/, "") || "workload";
}
