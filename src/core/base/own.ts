/**
 * What a record itself has under a key that somebody else has written: a record inherits `constructor` and `toString`,
 * which are no entries of it.
 */
export function own<Value>(record: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
