/** What a change set would do: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-changesets-view.html */
import { referencesIn, type Reference } from "./references.ts";
import { resourceTypes } from "./resource-types.ts";
import { exists } from "./resource-steps.ts";
import type { ChangeRecord, StackRecord } from "./stack-records.ts";
import type { TemplateRecord, TemplateResourceRecord } from "./template.ts";

/** The changes from what the stack has to the template, those that come by references among them. */
export function changesOf(stack: StackRecord, template: TemplateRecord): readonly ChangeRecord[] {
  const there = new Map([...stack.resources].filter(([, record]) => exists(record)));
  const before = new Map(stack.template?.resources.map((resource) => [resource.logicalId, resource]));
  const changes = new Map<string, ChangeRecord>();
  for (const resource of template.resources) {
    const record = there.get(resource.logicalId);
    const change =
      record === undefined
        ? added(resource)
        : modified(resource, before.get(resource.logicalId), record.physicalId, changes);
    if (change !== undefined) changes.set(resource.logicalId, change);
  }
  const ids = new Set(template.resources.map(({ logicalId }) => logicalId));
  for (const [logicalId, { type, physicalId }] of there)
    if (!ids.has(logicalId))
      changes.set(logicalId, { action: "Remove", logicalId, physicalId, type, replacement: undefined, details: [] });
  return [...changes.values()];
}

function added({ logicalId, type }: TemplateResourceRecord): ChangeRecord {
  return { action: "Add", logicalId, physicalId: undefined, type, replacement: undefined, details: [] };
}

function modified(
  { logicalId, type, properties }: TemplateResourceRecord,
  before: TemplateResourceRecord | undefined,
  physicalId: string,
  changes: ReadonlyMap<string, ChangeRecord>,
): ChangeRecord | undefined {
  const known = resourceTypes.get(type)!.properties;
  const names = new Set([...Object.keys(properties), ...Object.keys(before?.properties ?? {})]);
  const details = [...names].flatMap((property): ChangeRecord["details"] => {
    const recreates = known[property] === "replacement" ? "Always" : "Never";
    if (!sameData(properties[property], before?.properties[property]))
      return [{ property, recreates, cause: undefined }];
    const cause = referencesIn(properties[property]).find((reference) => mayChange(reference, changes));
    return cause === undefined
      ? []
      : [{ property, recreates, cause: [cause.logicalId, cause.attribute ?? []].flat().join(".") }];
  });
  if (details.length === 0) return undefined;
  const replacing = details.filter(({ recreates }) => recreates === "Always");
  const surely = replacing.some(({ cause }) => cause === undefined) ? "True" : "Conditional";
  const replacement = replacing.length > 0 ? surely : "False";
  return { action: "Modify", logicalId, physicalId, type, replacement, details };
}

/** Whether a reference may say something else after the changes. */
function mayChange({ logicalId, attribute }: Reference, changes: ReadonlyMap<string, ChangeRecord>): boolean {
  const change = changes.get(logicalId);
  if (change?.action !== "Modify") return false;
  if (change.replacement !== "False") return true;
  return attribute !== undefined && (resourceTypes.get(change.type)!.changing ?? []).includes(attribute);
}

/** Whether two pieces of data say the same, in whatever order their members stand. */
export function sameData(one: unknown, other: unknown): boolean {
  return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, each]) => [name, sorted(each)]),
  );
}
