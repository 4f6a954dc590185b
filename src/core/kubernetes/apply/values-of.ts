import { isRaw } from "../../base/merge.ts";

/** Every value under a key, wherever it stands. */
export function valuesOf(value: unknown, key: string): readonly unknown[] {
  if (Array.isArray(value)) return value.flatMap((item) => valuesOf(item, key));
  if (!isRaw(value)) return [];
  return [...(key in value ? [value[key]] : []), ...Object.values(value).flatMap((item) => valuesOf(item, key))];
}
