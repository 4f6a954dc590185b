import { describe, expect, it } from "vitest";
import { parseExpression } from "../../../../src/core/ecs-api/query/parse.ts";
import { holdsNowhere, problemsOfExpression } from "../../../../src/core/ecs-api/query/type-names.ts";

const type = "attribute:ecs.instance-type";

// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-inference.html had `Inf1.xlarge`
describe("problemsOfExpression", () => {
  it.each([
    [`${type} == Inf1.xlarge`, `Write ${type} == inf1.xlarge.`],
    [`${type} != Inf1.xlarge`, `Write ${type} != inf1.xlarge.`],
    [`${type} not_in [INF2.xlarge, trn1.2xlarge]`, `Write ${type} !in [inf2.xlarge, trn1.2xlarge].`],
    [
      `attribute:stack == Prod and not(${type} in [Inf1.xlarge])`,
      `Write attribute:stack == Prod and not(${type} in [inf1.xlarge]).`,
    ],
  ])("answers %s with the mend", (expression, hint) => {
    expect(problemsOfExpression(expression, ["at"])).toMatchObject([{ path: ["at"], hint }]);
  });

  it.each([`${type} == inf1.xlarge`, `${type} =~ Inf1.*`, "attribute:stack == Inf1.xlarge", `${type} exists`])(
    "leaves %s",
    (expression) => {
      expect(problemsOfExpression(expression, [])).toEqual([]);
    },
  );

  it("says what cannot be read", () => {
    expect(problemsOfExpression("attribute:", [])).toContainEqual(
      expect.objectContaining({ code: "placement-expression", hint: expect.stringContaining("attribute:NAME") }),
    );
  });
});

describe("holdsNowhere", () => {
  it.each<[boolean, string]>([
    [true, `${type} == Inf1.xlarge`],
    [true, `${type} in [Inf1.xlarge, INF2.xlarge] and attribute:stack == prod`],
    [true, `not(${type} != Inf1.xlarge)`],
    [false, `${type} in [Inf1.xlarge, inf1.2xlarge]`],
    [false, `${type} == Inf1.xlarge or attribute:stack == prod`],
    [false, `${type} != Inf1.xlarge`],
  ])("is %s of %s", (expected, expression) => {
    expect(holdsNowhere(parseExpression(expression))).toBe(expected);
  });
});
