import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readQuery } from "../../../../src/sandbox/wire/query.ts";
import { runs } from "../../../support/depth.ts";

const read = (text: string) => readQuery(new URLSearchParams(text));

describe("a form", () => {
  it.each<[form: string, input: object]>([
    ["Action=A&Name=x", { Action: "A", Name: "x" }],
    ["Names.member.1=a&Names.member.2=b", { Names: ["a", "b"] }],
    ["Names.member.2=b&Names.member.10=c&Names.member.1=a", { Names: ["a", "b", "c"] }],
    ["Template.Id=lt-1&Template.Version=$Latest", { Template: { Id: "lt-1", Version: "$Latest" } }],
    ["Tags.member.1.Key=a&Tags.member.1.Value=", { Tags: [{ Key: "a", Value: "" }] }],
    // EC2's dialect.
    ["Filter.1.Name=n&Filter.1.Value.1=a&Filter.1.Value.2=b", { Filter: [{ Name: "n", Value: ["a", "b"] }] }],
    // How an empty list is written.
    ["Capabilities=&Name=x", { Name: "x" }],
    ["A.__proto__.polluted=yes", { A: { ["__proto__"]: { polluted: "yes" } } }],
  ])("%s", (form, input) => {
    expect(JSON.stringify(read(form))).toEqual(JSON.stringify(input));
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  it.each(["A=1&A.B=2", "A.B=2&A=1", "A.B=1&A.B.C=2"])("is refused where a name is of two kinds: %s", (form) => {
    expect(() => read(form)).toThrow("is of two kinds");
  });

  it("is what was written, whatever that is", () => {
    const name = fc
      .string({ unit: fc.constantFrom("a", "B", "_"), minLength: 1, maxLength: 3 })
      .filter((each) => each !== "member");
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { depthSize: "small", withCrossShrink: true },
        fc.string({ minLength: 1 }),
        fc.array(tie("value"), { minLength: 1, maxLength: 12 }),
        fc.dictionary(name, tie("value"), { minKeys: 1, maxKeys: 3 }),
      ),
    }));
    const written = (path: string, each: unknown): [string, string][] => {
      if (typeof each === "string") return [[path, each]];
      const list = Array.isArray(each);
      return Object.entries(each as object).flatMap(([key, inner]) =>
        written(`${path}.${list ? `member.${Number(key) + 1}` : key}`, inner),
      );
    };
    // A path has at most 20 parts.
    const shallow = (each: unknown): boolean => written("A", each).every(([path]) => path.split(".").length <= 20);
    fc.assert(
      fc.property(fc.dictionary(name, value.filter(shallow), { minKeys: 1 }), (input) => {
        const form = Object.entries(input).flatMap(([key, each]) => written(key, each));
        expect(readQuery(new URLSearchParams(form))).toEqual(input);
      }),
      { numRuns: runs(500) },
    );
  });
});
