import { devicesTag } from "../catalog/device-set.ts";
import { isRaw, type Raw, own } from "../base/merge.ts";
import { rolloutTag } from "../ecs-api/service.ts";
import { generatedFields, type FieldTree } from "./generated-fields.ts";
import { itemKey } from "./list-items.ts";
import { normalForm } from "./normal-form.ts";

/** One field in which two task definitions differ. */
export interface Change {
  /** `containerDefinitions[bert].environment[MODEL_URI].value`: items of lists by their name. */
  readonly path: string;
  /** From the registered definition to the declared one. */
  readonly kind: "added" | "removed" | "changed";
  /** In the registered definition. */
  readonly before?: unknown;
  /** In the declared one. */
  readonly after?: unknown;
  /** Where it comes from, when not from the file: a default that changed. */
  readonly note?: string;
}

/**
 * What registering `declared` would change, field by field and in normal form; nothing where both mean the same. Fields
 * that only the registered definition has count where aiplat could have written them: somebody removed them here.
 */
export function diffTaskDefinitions(declared: Raw, registered: Raw): readonly Change[] {
  return diffNormalForms(normalForm(registered), normalForm(declared), generatedFields);
}

/** aiplat's own tags alone are no reason to touch what somebody else has made. */
export function isOwnTag({ path, kind, after }: Change): boolean {
  if (kind !== "added" || !path.startsWith("tags[aiplat:") || path === `tags[${rolloutTag}]`) return false;
  // What a file says of the devices it uses is the user's; that a CPU workload uses none, aiplat says by itself.
  return path !== `tags[${devicesTag}]` || after === undefined || JSON.stringify(after).includes('"none"');
}

/** The same for any two objects in normal form. `fields` are those that aiplat could have written. */
export function diffNormalForms(before: Raw, after: Raw, fields: FieldTree): readonly Change[] {
  return diffObjects(before, after, fields, "");
}

function diffObjects(before: Raw, after: Raw, fields: FieldTree | true, path: string): readonly Change[] {
  const names = new Set([...Object.keys(after), ...Object.keys(before)]);
  return [...names].flatMap((name) => {
    const ours = below(fields, name);
    const at = join(path, name);
    const [was, is] = [own(before, name), own(after, name)];
    return isListOrNothing(was) && isListOrNothing(is)
      ? diffLists(name, was ?? [], is ?? [], ours, at)
      : diffValues(was, is, ours, at);
  });
}

/** Which of a field's own fields aiplat could have written. */
function below(fields: FieldTree | true, name: string): FieldTree | true | undefined {
  if (fields === true) return true;
  return own(fields, name);
}

function diffValues(
  before: unknown,
  after: unknown,
  ours: FieldTree | true | undefined,
  path: string,
): readonly Change[] {
  if (after === undefined) return ours === undefined ? [] : removed(before, ours, path);
  if (before === undefined) return [{ path, kind: "added", after }];
  if (isRaw(before) && isRaw(after)) return diffObjects(before, after, ours ?? {}, path);
  return same(before, after) ? [] : [{ path, kind: "changed", before, after }];
}

/** Of an object that only the registered definition has, the parts that aiplat could have written. */
function removed(before: unknown, ours: FieldTree | true, path: string): readonly Change[] {
  return ours !== true && isRaw(before) ? diffObjects(before, {}, ours, path) : [{ path, kind: "removed", before }];
}

function diffLists(
  name: string,
  before: readonly unknown[],
  after: readonly unknown[],
  ours: FieldTree | true | undefined,
  path: string,
): readonly Change[] {
  if (after.length === 0 && ours === undefined) return [];
  const keyOf = itemKey(name);
  if (keyOf === undefined || ![...before, ...after].every(isRaw)) return diffPlainLists(before, after, ours, path);
  const [old, now] = [byKey(before as readonly Raw[], keyOf), byKey(after as readonly Raw[], keyOf)];
  return [...new Set([...now.keys(), ...old.keys()])].flatMap((key) => {
    const [was, is] = [old.get(key), now.get(key)];
    const at = `${path}[${key}]`;
    if (was === undefined) return [{ path: at, kind: "added", after: is } satisfies Change];
    // A whole item is the user's to remove, in lists of raw fields as in aiplat's own.
    if (is === undefined)
      return name === "tags" && !key.startsWith("aiplat:")
        ? []
        : [{ path: at, kind: "removed", before: was } satisfies Change];
    return diffObjects(was, is, ours ?? {}, at);
  });
}

/** Lists whose items have no name: item by item where they are as many, else whole. */
function diffPlainLists(
  before: readonly unknown[],
  after: readonly unknown[],
  ours: FieldTree | true | undefined,
  path: string,
): readonly Change[] {
  if (before.length === after.length && after.every(isRaw))
    return after.flatMap((item, index) => diffValues(before[index], item, ours, `${path}[${index}]`));
  if (same(before, after)) return [];
  if (before.length === 0) return [{ path, kind: "added", after }];
  return after.length === 0 ? [{ path, kind: "removed", before }] : [{ path, kind: "changed", before, after }];
}

/** Items by key; the second of two with one key is `NAME#2`. */
function byKey(items: readonly Raw[], keyOf: (item: Raw) => string): ReadonlyMap<string, Raw> {
  const map = new Map<string, Raw>();
  for (const item of items) {
    const key = keyOf(item);
    let unique = key;
    for (let copy = 2; map.has(unique); copy++) unique = `${key}#${copy}`;
    map.set(unique, item);
  }
  return map;
}

/** Whether two values are equal: in normal form keys and items have one order. */
function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function isListOrNothing(value: unknown): value is readonly unknown[] | undefined {
  return value === undefined || Array.isArray(value);
}

function join(path: string, name: string): string {
  if (!/^[A-Za-z_][\w-]*$/.test(name)) return `${path}[${JSON.stringify(name)}]`;
  return path === "" ? name : `${path}.${name}`;
}
