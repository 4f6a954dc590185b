import { isRaw, type ListKeys, type Raw, own } from "../base/merge.ts";

/**
 * The raw fields that make `wanted` of `base` when they are merged over it: the inverse of mergeRaw. Items of a keyed
 * list that only the base has stay, since a merge cannot take them away.
 */
export function rawOverlay(base: Raw, wanted: Raw, keys: ListKeys): Raw {
  const overlay: Record<string, unknown> = {};
  for (const name of Object.keys(base)) if (!Object.hasOwn(wanted, name)) overlay[name] = null;
  for (const [name, value] of Object.entries(wanted)) {
    const before = own(base, name);
    if (JSON.stringify(before) === JSON.stringify(value)) continue;
    const keyOf = own(keys, name);
    if (isRaw(value) && isRaw(before)) overlay[name] = rawOverlay(before, value, keys);
    else if (keyOf !== undefined && Array.isArray(value) && value.every(isRaw))
      overlay[name] = itemOverlays(Array.isArray(before) ? before.filter(isRaw) : [], value, keyOf, keys);
    else overlay[name] = value;
  }
  return overlay;
}

function itemOverlays(
  before: readonly Raw[],
  items: readonly Raw[],
  keyOf: (item: Raw) => string,
  keys: ListKeys,
): readonly Raw[] {
  const known = new Map(before.map((item) => [keyOf(item), item]));
  return items.flatMap((item) => {
    const base = known.get(keyOf(item));
    if (base === undefined) return [item];
    const overlay = rawOverlay(base, item, keys);
    if (Object.keys(overlay).length === 0) return [];
    // What names the item has to be said, or the merge would not find it.
    const naming = Object.fromEntries(Object.entries(item).filter(([name]) => namingFields.has(name)));
    return [{ ...naming, ...overlay }];
  });
}

const namingFields: ReadonlySet<string> = new Set(["name", "containerPath", "hostPath", "containerPort", "protocol"]);
