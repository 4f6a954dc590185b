import fc from "fast-check";

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Where in a JSON value something is changed, and how. */
export interface Mutation {
  readonly at: number;
  readonly how: "replace" | "delete" | "rename" | "duplicate";
  readonly value: Json;
}

const value: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(
    null,
    true,
    false,
    0,
    -1,
    1.5,
    1e21,
    "",
    "x",
    "__proto__",
    [],
    {},
    [null],
    [[]],
    { name: null },
    "arn:aws:ecs:us-east-1:1:task-definition/x:1",
  ),
  fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>,
);

export const mutations: fc.Arbitrary<readonly Mutation[]> = fc.array(
  fc.record({
    at: fc.nat(),
    how: fc.constantFrom(
      "replace" as const,
      "replace" as const,
      "delete" as const,
      "rename" as const,
      "duplicate" as const,
    ),
    value,
  }),
  { minLength: 1, maxLength: 3 },
);

/** The value with each mutation at one of its places. */
export function mutate(root: unknown, changes: readonly Mutation[]): unknown {
  const copy = structuredClone(root) as object;
  for (const { at, how, value: given } of changes) {
    const places = placesIn(copy);
    if (places.length === 0) break;
    const { parent, key } = places[at % places.length]!;
    if (how === "replace") parent[key] = structuredClone(given);
    else if (how === "delete" && Array.isArray(parent)) parent.splice(Number(key), 1);
    else if (how === "delete") delete parent[key];
    else if (how === "duplicate" && Array.isArray(parent)) parent.push(structuredClone(parent[Number(key)]));
    else {
      parent[`${key}x`] = parent[key];
      if (!Array.isArray(parent)) delete parent[key];
    }
  }
  return copy;
}

interface Place {
  readonly parent: Record<string, unknown>;
  readonly key: string;
}

function placesIn(value: unknown): readonly Place[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => [
    { parent: value as Record<string, unknown>, key },
    ...placesIn(child),
  ]);
}
