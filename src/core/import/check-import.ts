import type { Tag } from "../ecs-api/api.ts";
import { diffNormalForms } from "../ecs/diff.ts";
import { generatedFields, type FieldTree } from "../ecs/generated-fields.ts";
import { resolveForEcs } from "../ecs/resolve-for-ecs.ts";
import { ecsRules } from "../ecs/rules.ts";
import type { Service, ServiceInput } from "../ecs-api/service.ts";
import { generatedServiceFields } from "../ecs/service-form.ts";
import { Refusal } from "../base/problem.ts";
import { checkDocument } from "../workload/check.ts";
import type { Raw } from "../base/merge.ts";
import { resolveWorkload } from "../workload/resolve.ts";
import { workloadRules } from "../workload/rules.ts";
import { runRules } from "../workload/rules/rule.ts";
import { serviceOf, settingsOfDefinition, settingsOfService } from "./raw-fields.ts";
import { isFoundByTag, targetOf, type ImportSource } from "./source.ts";

/**
 * What speaks against a workload file: it is not legal, or says something else than is there. Nothing dropped counts as
 * little as nothing added.
 */
export function problemsOfImport(document: Raw, source: ImportSource): readonly string[] {
  const { parts } = source;
  const checked = checkDocument(document, () => undefined);
  const wrong = [
    ...checked.problems,
    ...runRules([...workloadRules, ...ecsRules], checked.workload, checked.broken),
  ].filter(({ severity }) => severity === "error");
  if (wrong.length > 0) return wrong.map(({ message }) => message);
  try {
    const ecs = resolveForEcs(resolveWorkload(checked.workload), targetOf(source), null);
    const { variants } = ecs;
    if (variants.length !== parts.length)
      return [`it would be ${variants.length} services: ${variants.map(({ name }) => name).join(", ")}`];
    return parts.flatMap((part, index) => {
      const generated = variants[index]!.definition;
      return [
        ...(generated.family === part.definition.family || isFoundByTag(part, ecs.workload.name)
          ? []
          : [`${part.definition.family} would be ${generated.family}`]),
        ...differences(settingsOfDefinition(part.definition), settingsOfDefinition(generated), generatedFields),
        ...tagDifferences(part.definition.tags, generated.tags),
        ...(part.service === undefined ? [] : serviceDifferences(part.service, serviceOf(ecs, variants[index]!, part))),
      ];
    });
  } catch (error) {
    if (error instanceof Refusal) return error.problems.map(({ message }) => message);
    throw error;
  }
}

/** The fields that differ, whoever could have written them. */
function differences(live: Raw, generated: Raw, fields: FieldTree): readonly string[] {
  if (JSON.stringify(live) === JSON.stringify(generated)) return [];
  const paths = [...diffNormalForms(live, generated, fields), ...diffNormalForms(generated, live, fields)].map(
    ({ path }) => path,
  );
  return [`${[...new Set(paths)].join(", ") || "the order of a list"} would be another`];
}

function serviceDifferences(live: Service, generated: ServiceInput): readonly string[] {
  return [
    ...differences(settingsOfService(live), settingsOfService(generated), generatedServiceFields),
    ...tagDifferences(live.tags, generated.tags),
  ];
}

/** Tags that are there and would have another value, such as the slot of a workload that is named otherwise. */
function tagDifferences(live: readonly Tag[] = [], generated: readonly Tag[] = []): readonly string[] {
  const values = new Map(generated.map(({ key, value }) => [key, value]));
  return live.flatMap(({ key, value }) =>
    values.has(key) && values.get(key) !== value ? [`the tag ${key} would be ${values.get(key)} and not ${value}`] : [],
  );
}
