import type { Random } from "./random.ts";

const others: readonly unknown[] = [null, 7, -1, "", "x", true, [], {}, [null], [[]], { x: 1 }];

/** A document with one of its values left out, or another in its place. */
export function mutate(text: string, random: Random): string {
  const document: unknown = JSON.parse(text);
  const places: (readonly [Record<string, unknown>, string])[] = [];
  const walk = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    for (const key of Object.keys(value)) {
      places.push([value as Record<string, unknown>, key]);
      walk((value as Record<string, unknown>)[key]);
    }
  };
  walk(document);
  if (places.length === 0) return "[]";
  const [parent, key] = random.pick(places);
  if (random.chance(0.3)) delete parent[key];
  else parent[key] = random.pick(others);
  return JSON.stringify(document);
}
