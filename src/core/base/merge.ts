/** A plain JSON value's object. */
export type Raw = Readonly<Record<string, unknown>>;

/** What tells two items of a list apart; lists without an entry are replaced whole. */
export type ListKeys = Readonly<Record<string, (item: Raw) => string>>;

/**
 * The merge of the raw fields over what aiplat generates: objects merge deeply, keyed lists item by item in the order
 * of the base with new items after, other lists replace, and null deletes.
 */
export function mergeRaw(base: Raw, overlay: Raw, keys: ListKeys): Raw {
  const result: Record<string, unknown> = { ...base };
  for (const [name, value] of Object.entries(overlay)) {
    if (value === null) delete result[name];
    else result[name] = mergeValue(name, own(result, name), value, keys);
  }
  return result;
}

function mergeValue(name: string, before: unknown, value: unknown, keys: ListKeys): unknown {
  if (isRaw(value)) return mergeRaw(isRaw(before) ? before : {}, value, keys);
  const keyOf = own(keys, name);
  if (!Array.isArray(value)) return value;
  return keyOf !== undefined && value.every(isRaw)
    ? mergeList(Array.isArray(before) ? before.filter(isRaw) : [], value, keyOf, keys)
    : value.map((item: unknown) => (isRaw(item) ? mergeRaw({}, item, keys) : item));
}

function mergeList(
  before: readonly Raw[],
  items: readonly Raw[],
  keyOf: (item: Raw) => string,
  keys: ListKeys,
): readonly Raw[] {
  const merged = new Map(before.map((item) => [keyOf(item), item]));
  for (const item of items) merged.set(keyOf(item), mergeRaw(merged.get(keyOf(item)) ?? {}, item, keys));
  return [...merged.values()];
}

/** Whether a value is a plain object. */
export function isRaw(value: unknown): value is Raw {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * What a record itself has under a key that somebody else has written: a record inherits `constructor` and `toString`,
 * which are no entries of it.
 */
export function own<Value>(record: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
