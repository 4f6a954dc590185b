import fc from "fast-check";
import * as z from "zod/mini";
import { describe, expect, test } from "vitest";
import { structure, type Schema } from "../../../src/core/ecs-api/field.ts";
import { document, double, flag, instant, integer, list, map, text } from "../../../src/core/ecs-api/field.ts";
import { fits } from "../../../src/core/ecs-api/fits.ts";
import { runs } from "../../support/depth.ts";

const leaf = fc.constantFrom<Schema>(
  text,
  flag,
  integer,
  double,
  instant,
  document,
  z.literal("aiplat/v1"),
  z.number().check(z.minimum(0)),
  z.optional(text),
);
const { schema } = fc.letrec<{ schema: Schema }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    tie("schema").map(list),
    tie("schema").map(map),
    fc.tuple(tie("schema"), tie("schema")).map(([a, b]) => structure("Some", { a, b })),
    fc.tuple(tie("schema"), tie("schema")).map(([a, b]) => z.looseObject({ a, b: z.optional(b) })),
    fc.tuple(tie("schema")).map(([a]) => z.strictObject({ a })),
  ),
}));

/** JSON that may be what a schema asks for, with something else here and there. */
function jsonFor(of: Schema): fc.Arbitrary<unknown> {
  const other = fc.constantFrom<unknown>(null, "text", 7, 1.5, -1, 2 ** 60, true, [], {}, { a: 1 }, "aiplat/v1");
  return fc.oneof({ weight: 12, arbitrary: rightFor(of) }, { weight: 1, arbitrary: other });
}

function rightFor(of: Schema): fc.Arbitrary<unknown> {
  const def = of._zod.def as unknown as {
    readonly type: string;
    readonly shape: Readonly<Record<string, Schema>>;
    readonly element: Schema;
    readonly valueType: Schema;
    readonly innerType: Schema;
  };
  switch (def.type) {
    case "string":
      return fc.string();
    case "boolean":
      return fc.boolean();
    case "number":
      return fc.nat();
    case "literal":
      return fc.constant("aiplat/v1");
    case "optional":
      return jsonFor(def.innerType);
    case "array":
      return fc.array(jsonFor(def.element), { maxLength: 3 });
    case "record":
      return fc.dictionary(fc.constantFrom("a", "b", "c", ""), jsonFor(def.valueType), { maxKeys: 3 });
    case "object": {
      const members = Object.entries(def.shape).map(([name, each]) => [name, jsonFor(each)] as const);
      const more = ["unknown", fc.constantFrom<unknown>(null, 1)] as const;
      const required = Object.entries(def.shape).flatMap(([name, each]) =>
        each._zod.def.type === "optional" ? [] : [name],
      );
      return fc.record(Object.fromEntries([...members, more]), { requiredKeys: required });
    }
    default:
      return fc.json().map((each) => JSON.parse(each) as unknown);
  }
}

describe("fits", () => {
  test("is what zod says of any JSON", () => {
    const said = new Set<boolean>();
    const cases = schema.chain((each) => fc.tuple(fc.constant(each), jsonFor(each)));
    fc.assert(
      fc.property(cases, ([each, value]) => {
        const json = JSON.parse(JSON.stringify(value)) as unknown;
        const { success } = z.safeParse(each, json);
        said.add(success);
        expect(fits(each, json)).toBe(success);
      }),
      { numRuns: runs(5000) },
    );
    expect(said).toEqual(new Set([true, false]));
  });
});
