import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../../../support/depth.ts";
import { parseExpression } from "../../../../src/core/ecs-api/query/parse.ts";
import {
  printExpression,
  type Expression,
  type Operator,
  type Test,
} from "../../../../src/core/ecs-api/query/expression.ts";
import { Refusal } from "../../../../src/core/base/problem.ts";

const equality: readonly Operator[] = ["==", "!=", "in", "!in", "=~", "!~"];
const ordering: readonly Operator[] = ["==", "!=", ">", ">=", "<", "<="];
const text = fc.stringMatching(/^[A-Za-z0-9_.@/\\: -]{0,12}$/);
const pattern = fc
  .array(
    fc.constantFrom("a", "g4.", "t[23]", ".*", "x+", "y?", "z{2,3}", "|", "\\.", "\\d", "[^a-c']", " ", "&&", "="),
    { minLength: 1, maxLength: 6 },
  )
  .map((parts) => parts.join(""));

function testOf(subject: string, operators: readonly Operator[], value: fc.Arbitrary<string>): fc.Arbitrary<Test> {
  return fc.constantFrom(...operators).chain((operator) => {
    const args =
      operator === "exists" || operator === "!exists"
        ? fc.constant([])
        : operator === "in" || operator === "!in"
          ? fc.array(value, { minLength: 1, maxLength: 4 })
          : fc.tuple(operator === "=~" || operator === "!~" ? pattern : value);
    return args.map((each) => ({ kind: "test", subject, operator, args: each }) as Test);
  });
}

const test = fc.oneof(
  fc
    .stringMatching(/^[A-Za-z0-9_./\\-]{1,10}$/)
    .chain((name) => testOf(`attribute:${name}`, [...equality, "exists", "!exists"], text)),
  testOf("attribute:rank", [">", ">=", "<", "<="], fc.integer().map(String)),
  testOf("task:group", [...equality, "exists", "!exists"], fc.stringMatching(/^[a-z0-9:#/ &'=-]{0,9}$/)),
  testOf("agentConnected", equality, fc.constantFrom("true", "false")),
  testOf("ec2InstanceId", equality, text),
  testOf("agentVersion", ordering, fc.constantFrom("1.2.3", "1.105.1", "2")),
  testOf("registeredAt", ordering, fc.constantFrom("2018-06-18", "2018-06-18T22:28:28Z", "2018-06-18T22:28:28+02:00")),
  testOf("runningTasksCount", ordering, fc.nat(99).map(String)),
);

const { expression } = fc.letrec<{ expression: Expression }>((tie) => ({
  expression: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    test,
    tie("expression").map((operand) => ({ kind: "not", operand }) as const),
    fc.record({
      kind: fc.constantFrom("and" as const, "or" as const),
      operands: fc.array(tie("expression"), { minLength: 2, maxLength: 4 }),
    }),
  ),
}));

describe("the cluster query language", () => {
  it("prints every expression as text that parses to the same expression", () => {
    fc.assert(
      fc.property(expression, (each) => {
        const printed = printExpression(each);
        fc.pre(printed.length <= 2000);
        expect(parseExpression(printed)).toEqual(each);
      }),
      { numRuns: runs(2000) },
    );
  });

  it("prints what it parses from any text as text that parses to the same", () => {
    const word = fc.constantFrom(
      "attribute:a",
      "task:group",
      "==",
      "!=",
      "in",
      "!in",
      "[",
      "]",
      ",",
      "(",
      ")",
      "and",
      "or",
      "not",
      "!",
      "exists",
      "=~",
      "a",
      "'b c'",
      '"d"',
      "&&",
      "||",
      "1",
      "runningTasksCount",
      "<",
      ".*",
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 14 }), fc.constantFrom(" ", ""), (words, space) => {
        const parsed = parsedOr(words.join(space));
        const again = parsed === undefined ? undefined : parseExpression(printExpression(parsed));
        expect(again).toEqual(parsed);
      }),
      { numRuns: runs(20_000) },
    );
  });

  it("throws nothing but a Refusal that points into the text, whatever the text", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ maxLength: 60 }),
          fc.string({ unit: "binary", maxLength: 60 }),
          fc.string({ maxLength: 40 }).map((each) => `attribute:a =~ ${each}`),
        ),
        (each) => {
          try {
            parseExpression(each);
          } catch (error) {
            expect(error).toBeInstanceOf(Refusal);
            for (const found of (error as Refusal).problems) {
              const { offset } = found as unknown as { offset: number };
              expect(offset).toBeGreaterThanOrEqual(0);
              expect(offset).toBeLessThanOrEqual(each.length);
              expect(found.message.split("\n")).toHaveLength(3);
            }
          }
        },
      ),
      { numRuns: runs(20_000) },
    );
  });
});

function parsedOr(source: string): Expression | undefined {
  try {
    return parseExpression(source);
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}
