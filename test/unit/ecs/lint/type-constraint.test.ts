import fc from "fast-check";
import { expect, test } from "vitest";
import { instanceTypes } from "../../../../src/core/catalog/instance-types/catalog.ts";
import { readTypeConstraint } from "../../../../src/core/ecs/lint/type-constraint.ts";
import { evaluate, noType, parseConstraint } from "../../../../src/core/ecs/lint/type-expression.ts";
import { runs } from "../../../support/depth.ts";

const type = fc.constantFrom("inf2.xlarge", "inf2.24xlarge", "trn1.32xlarge", "INF2.xlarge", "m5.large", noType);
const comparison = fc.oneof(
  fc.tuple(fc.constantFrom("==", "!="), type).map(([operator, name]) => `${operator} ${name}`),
  fc
    .tuple(fc.constantFrom("in", "!in"), fc.uniqueArray(type, { minLength: 1, maxLength: 3 }))
    .map(([operator, names]) => `${operator} [${names.join(", ")}]`),
  fc.constantFrom("exists", "=~ inf2.*", "!~ g.*"),
);
const typeTest = comparison.map((each) =>
  each === "exists" ? "attribute:ecs.instance-type exists" : `attribute:ecs.instance-type ${each}`,
);
const oneTest = fc.oneof({ weight: 4, arbitrary: typeTest }, fc.constant("attribute:stack == prod"));
const expression = fc
  .tuple(oneTest, fc.constantFrom(" and ", " or "), oneTest, fc.boolean(), fc.boolean())
  .map(([one, word, other, isTwo, isNot]) => {
    const whole = isTwo ? `(${one})${word}(${other})` : one;
    return isNot ? `not (${whole})` : whole;
  });

test("the types are those for which no expression of the constraints is false", () => {
  let chosen = 0;
  fc.assert(
    fc.property(fc.array(expression, { minLength: 1, maxLength: 3 }), (texts) => {
      const parsed = texts.map((text) => {
        const result = parseConstraint(text);
        if ("problem" in result) throw new Error(`${text}: ${result.problem}`);
        return result.expression;
      });
      const found = readTypeConstraint(texts.map((text) => ({ type: "memberOf", expression: text, path: [] })));
      const passing = instanceTypes.filter(({ instanceType }) =>
        parsed.every((each) => evaluate(each, instanceType) !== false),
      );
      const chooses = parsed.some((each) => evaluate(each, noType) === false);
      expect(found?.types).toEqual(chooses ? passing : undefined);
      if (chooses) chosen++;
    }),
    { numRuns: runs(2000) },
  );
  expect(chosen).toBeGreaterThan(0);
});
