import fc from "fast-check";
import * as z from "zod/mini";
import { describe, expect, test } from "vitest";
import type { Raw } from "../../../src/core/base/merge.ts";
import { workloadSchema } from "../../../src/core/workload/schema.ts";
import { takeLegal, type Legal } from "../../../src/core/workload/take-legal.ts";
import { legalWorkload } from "../../../src/core/workload/legal-workload.ts";
import { legalModule, legalOf } from "../../../src/core/workload/legal-of-schema.ts";
import { runs } from "../../support/depth.ts";
import { filledDocumentOf, templates } from "../../support/templates.ts";

const minimal = { name: "bert", image: "bert:1" };
const junk = fc.constantFrom<unknown>(
  null,
  "",
  " ",
  "none",
  "24GiB",
  0,
  -1,
  0.5,
  1e21,
  NaN,
  Infinity,
  true,
  [],
  ["x"],
  {},
  { a: 1 },
);

/** What fast-check draws nothing for, with groups in it two deep: the values without it are legal or a step beyond. */
const lookahead = /\(\?[!=](?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)/g;

/** Values near what is legal: at the bounds and a step beyond. */
function near(legal: Legal): fc.Arbitrary<unknown> {
  switch (legal.kind) {
    case "any":
    case "unsure":
      return fc.jsonValue({ maxDepth: 2 });
    case "boolean":
      return fc.boolean();
    case "text": {
      const [pattern] = legal.patterns ?? [];
      const most = legal.most ?? 8;
      return pattern === undefined
        ? fc.constantFrom("", "a", "x".repeat(most), "x".repeat(most + 1))
        : fc.stringMatching(new RegExp(pattern.source.replace(lookahead, "")), { size: "xsmall" });
    }
    case "number": {
      const edges = [legal.above, legal.least, legal.most].filter((edge) => edge !== undefined);
      return fc.constantFrom(...[...edges, 7].flatMap((edge) => [edge - 1, edge, edge + 0.5, edge + 1]));
    }
    case "one-of":
      return fc.constantFrom(...legal.values);
    case "list": {
      const most = legal.most ?? 2;
      return fc.tuple(near(legal.of), fc.constantFrom(0, 1, most, most + 1)).map(([one, n]) => Array(n).fill(one));
    }
    case "record":
      return fc.dictionary(near(legal.key).map(String), near(legal.value), { maxKeys: 3 });
    case "map":
      return fc.record(Object.fromEntries(Object.entries(legal.keys).map(([key, inner]) => [key, near(inner)])), {
        requiredKeys: [],
      });
    case "either":
      return fc.oneof(...legal.options.map(near));
  }
}

const keys = legalWorkload.kind === "map" ? legalWorkload.keys : {};
const values = Object.fromEntries(
  Object.entries(keys).map(([key, legal]) => [
    key,
    fc.oneof({ weight: 9, arbitrary: near(legal) }, { weight: 1, arbitrary: junk }),
  ]),
);

/** A workload with a few keys, one of which is maybe wrong somewhere within. */
const documents = fc
  .subarray(Object.keys(keys), { maxLength: 6 })
  .chain((some) => fc.record(Object.fromEntries(some.map((key) => [key, values[key]!]))))
  .chain((document) =>
    fc.constantFrom<Raw>({ ...minimal, ...document }, { ...document, ...minimal }, document, {
      ...minimal,
      ...document,
      more: 1,
    }),
  );

describe("takeLegal", () => {
  test("takes what the schema takes, as the schema gives it, and nothing else", () => {
    let taken = 0;
    fc.assert(
      fc.property(documents, (document) => {
        const judged = z.safeParse(workloadSchema, document);
        const own = takeLegal(document);
        if (own !== undefined) taken++;
        expect([JSON.stringify(own), own]).toEqual(
          judged.success ? [JSON.stringify(judged.data), judged.data] : [undefined, undefined],
        );
      }),
      { numRuns: runs(10_000) },
    );
    expect(taken).toBeGreaterThan(runs(500));
  });

  test.each(templates)("takes the template $name", (template) => {
    const document = filledDocumentOf(template);
    expect(takeLegal(document)).toEqual(document);
  });

  test("leaves to the library what it may read in another way", () => {
    const odd = JSON.parse('{"A":"1","__proto__":"2"}') as Raw;
    expect(takeLegal({ ...minimal, environment: odd })).toBeUndefined();
    expect(takeLegal(minimal, { kind: "unsure" })).toBeUndefined();
    expect(takeLegal(minimal, { kind: "either", options: [{ kind: "unsure" }, { kind: "any" }] })).toBeUndefined();
  });

  test("has data for every key of the schema", () => {
    expect(legalOf(workloadSchema as never)).toEqual(legalWorkload);
    expect(legalModule(legalWorkload)).not.toContain("unsure");
  });

  test("is unsure of what the data has no form for", () => {
    const forms = [z.date(), z.string().check(z.refine(() => true)), z.email(), z.number().check(z.multipleOf(2))];
    expect(forms.map((form) => legalOf(form as never).kind)).toEqual(forms.map(() => "unsure"));
    expect(legalOf(z.object({ a: z.string() }) as never)).toEqual({ kind: "unsure" });
    expect(legalOf(z.string().check(z.regex(/a/g)) as never)).toEqual({ kind: "unsure" });
  });
});
