import { describe, expect, it } from "vitest";
import type { ContainerInstance } from "../../../src/core/cluster/snapshot.ts";
import { parseExpression, readExpression } from "../../../src/core/ecs-api/query/parse.ts";
import { evaluate } from "../../../src/core/cluster/evaluate-query.ts";
import { printExpression } from "../../../src/core/ecs-api/query/expression.ts";
import type { ExpressionProblem } from "../../../src/core/ecs-api/query/scanner.ts";
import { Refusal } from "../../../src/core/base/problem.ts";

const resources = { cpu: 2048, memoryMiB: 4096, tcpPorts: [], udpPorts: [], gpus: [] };
const instance: ContainerInstance = {
  arn: "arn:aws:ecs:us-east-1:111122223333:container-instance/prod/1",
  ec2InstanceId: "i-abcd1234",
  status: "ACTIVE",
  agentConnected: true,
  agentVersion: "1.14.4",
  registeredAt: Date.parse("2018-02-12T22:28:28.500Z"),
  attributes: {
    "ecs.instance-type": "t2.small",
    "ecs.availability-zone": "us-east-1a",
    "ecs.os-type": "linux",
    stack: "prod",
    rank: "12",
    note: "two words",
    empty: "",
  },
  registered: resources,
  remaining: resources,
  runningTasksCount: 1,
  pendingTasksCount: 0,
};

function selects(
  text: string,
  changes: Partial<ContainerInstance> = {},
  groups: readonly string[] = ["service:production"],
): boolean {
  return evaluate(parseExpression(text), { instance: { ...instance, ...changes }, groups: new Set(groups) });
}

function problemsOf(text: string): readonly ExpressionProblem[] {
  try {
    parseExpression(text, ["placementConstraints", 0, "expression"]);
  } catch (error) {
    if (error instanceof Refusal) return error.problems as readonly ExpressionProblem[];
    throw error;
  }
  return [];
}

describe("AWS's own examples", () => {
  const g2 = { attributes: { "ecs.instance-type": "g2.2xlarge", "ecs.availability-zone": "us-east-1a" } };
  it.each([
    ["attribute:ecs.instance-type == t2.small", {}, { attributes: { "ecs.instance-type": "t2.medium" } }],
    [
      "attribute:ecs.availability-zone in [us-east-1a, us-east-1b]",
      {},
      { attributes: { "ecs.availability-zone": "us-east-1c" } },
    ],
    [
      "attribute:ecs.instance-type =~ g2.* and attribute:ecs.availability-zone != us-east-1d",
      g2,
      { attributes: { ...g2.attributes, "ecs.availability-zone": "us-east-1d" } },
    ],
    ["runningTasksCount == 1", {}, { runningTasksCount: 2 }],
    ["agentVersion < 1.14.5", {}, { agentVersion: "1.105.1" }],
    ["registeredAt < 2018-02-13", {}, { registeredAt: Date.parse("2018-02-13T00:00:00Z") }],
    ["ec2InstanceId in ['i-abcd1234', 'i-wxyx7890']", {}, { ec2InstanceId: "i-other" }],
    ["attribute:stack != prod", { attributes: { stack: "test" } }, {}],
    ["attribute:ecs.instance-type in [t2.small, t2.medium]", {}, g2],
    ["attribute:ecs.os-type == linux", {}, { attributes: { "ecs.os-type": "windows" } }],
  ])("%s", (text, selected, other) => {
    expect(selects(text, selected)).toBe(true);
    expect(selects(text, other)).toBe(false);
  });

  it("selects by the groups of an instance's tasks", () => {
    expect(selects("task:group == service:production")).toBe(true);
    expect(selects("task:group == service:production", {}, ["database"])).toBe(false);
    expect(selects("not(task:group == database)", {}, ["database", "web"])).toBe(false);
    expect(selects("not(task:group == database)", {}, [])).toBe(true);
  });

  it("selects by != only instances that have the attribute", () => {
    expect(selects("attribute:stack != prod", { attributes: {} })).toBe(false);
    expect(selects("not(attribute:stack == prod)", { attributes: {} })).toBe(true);
  });
});

describe("operators", () => {
  it.each([
    ["attribute:stack == prod", "attribute:stack equals prod", true],
    ["attribute:stack != prod", "attribute:stack not_equals prod", false],
    ["runningTasksCount > 0", "runningTasksCount greater_than 0", true],
    ["runningTasksCount >= 2", "runningTasksCount greater_than_equal 2", false],
    ["runningTasksCount < 2", "runningTasksCount less_than 2", true],
    ["runningTasksCount <= 0", "runningTasksCount less_than_equal 0", false],
    ["attribute:stack !exists", "attribute:stack not_exists", false],
    ["attribute:stack !in [prod]", "attribute:stack not_in [prod]", false],
    ["attribute:stack in [test, prod]", "attribute:stack in ['test','prod']", true],
    ["attribute:stack =~ p.*", "attribute:stack matches p.*", true],
    ["attribute:stack !~ p.*", "attribute:stack not_matches p.*", false],
    ["attribute:stack == prod && runningTasksCount == 1", "attribute:stack == prod and runningTasksCount == 1", true],
    ["attribute:stack == test || runningTasksCount == 1", "attribute:stack == test or runningTasksCount == 1", true],
    ["!attribute:stack == prod", "not attribute:stack == prod", false],
    ["attribute:stack==prod", "attribute:stack == prod", true],
    ["!(attribute:stack!exists)", "not(attribute:stack !exists)", true],
  ])("%s is %s", (sign, word, selected) => {
    expect(parseExpression(word)).toEqual(parseExpression(sign));
    expect(selects(sign)).toBe(selected);
  });

  it.each([
    ["attribute:missing exists", false],
    ["attribute:missing !exists", true],
    ["attribute:missing !in [a]", false],
    ["attribute:missing !~ a", false],
    ["attribute:constructor exists", false],
    ["attribute:empty == ''", true],
    ["attribute:empty exists", true],
    ["attribute:note == 'two words'", true],
    ['attribute:note == "two words"', true],
    ["attribute:rank > 9", true],
    ["attribute:rank < 100", true],
    ["attribute:stack > 9", false],
    ["attribute:stack == PROD", false],
    ["agentConnected == true", true],
    ["agentConnected in [false]", false],
    ["agentConnected =~ t.*", true],
    ["ec2InstanceId =~ i-[g-z]+", false],
    ["ec2InstanceId =~ i-[a-z0-9]+4", true],
    ["agentVersion > 1.9", true],
    ["agentVersion == 1.14.4.0", true],
    ["task:group =~ service:.*", true],
    ["task:group !~ service:.*", false],
    ["task:group in [a, service:production]", true],
    ["task:group != database", true],
    ["task:group exists", true],
  ])("%s: %s", (text, selected) => expect(selects(text)).toBe(selected));

  it("selects nothing by what an instance does not say", () => {
    const { agentVersion: _version, registeredAt: _at, ...silent } = instance;
    for (const operator of ["==", "!=", ">", ">=", "<", "<="]) {
      for (const text of [`agentVersion ${operator} 1.14.4`, `registeredAt ${operator} 2018-02-12`])
        expect(evaluate(parseExpression(text), { instance: silent, groups: new Set() })).toBe(false);
    }
  });

  it("binds not tighter than and, and and tighter than or", () => {
    expect(printExpression(parseExpression("not attribute:a == 1 and attribute:b == 2 or attribute:c == 3"))).toBe(
      "(not(attribute:a == 1) and attribute:b == 2) or attribute:c == 3",
    );
    expect(selects("runningTasksCount == 1 or runningTasksCount == 2 and runningTasksCount == 3")).toBe(true);
    expect(selects("(runningTasksCount == 1 or runningTasksCount == 2) and runningTasksCount == 3")).toBe(false);
  });
});

describe("dates", () => {
  // The instance registered at 2018-02-12T22:28:28.5Z.
  it.each([
    ["registeredAt == 2018-02-12T22:28:28", true],
    ["registeredAt == 2018-02-12T22:28:28Z", true],
    ["registeredAt == 2018-02-12T22:28:28+00:00", true],
    ["registeredAt == 2018-02-12T23:58:28+01:30", true],
    ["registeredAt == 2018-02-12T17:28:28-05:00", true],
    ["registeredAt > 2018-02-12", true],
    ["registeredAt > 2018-02-12T22:28:28", false],
    ["registeredAt < 2018-02-12T22:28:29", true],
  ])("%s: %s", (text, selected) => expect(selects(text)).toBe(selected));

  it.each([
    "2018-02-30",
    "2018-13-01",
    "2018-2-3",
    "2018-02-12T25:00:00",
    "2018-02-12 22:28:28",
    "yesterday",
    "1518474508",
    "2018-02-12T22:28:28.5Z",
  ])("%s is refused", (date) => {
    expect(problemsOf(`registeredAt < ${date}`)).toHaveLength(1);
  });
});

describe("refusals", () => {
  it.each([
    ["", 0, "the expression ends where a comparison should start"],
    ["ecs.instance-type == t2.small", 0, "'ecs.instance-type' is nothing that ECS compares"],
    ["agentconnected == true", 0, "'agentconnected' is nothing that ECS compares"],
    ["constructor == true", 0, "'constructor' is nothing that ECS compares"],
    ["attribute:stack", 15, "an operator is missing behind attribute:stack"],
    ["attribute:stack = prod", 16, "'=' is not an operator"],
    ["attribute:stack IS prod", 16, "'IS' is not an operator"],
    ["attribute:stack toString prod", 16, "'toString' is not an operator"],
    ["attribute:stack ==", 18, "a value is missing behind =="],
    ["attribute:stack == prod and", 27, "the expression ends where a comparison should start"],
    ["attribute:stack == prod AND attribute:a == b", 24, "'AND' is not an operator"],
    ["attribute:note == two words", 22, "'and', 'or' or the end should stand here, not 'words'"],
    ["(attribute:stack == prod", 0, "'(' has no ')'"],
    ["attribute:stack == prod)", 23, "')' closes nothing"],
    ["attribute:stack in prod", 19, "in needs a list in brackets"],
    ["attribute:stack in []", 20, "the list is empty"],
    ["attribute:stack in [a,]", 22, "a value is missing behind the comma"],
    ["attribute:stack in [a", 19, "'[' has no ']'"],
    ["attribute:stack in [a b]", 22, "values in a list stand between commas"],
    ["attribute:stack == [a]", 19, "== compares one value, not a list"],
    ["attribute:stack == 'prod", 19, "the quoted value does not end"],
    ["attribute:stack == pr*d", 19, "'pr*d' looks like a pattern, and this operator compares whole values"],
    ["attribute:stack == a;b", 19, "no attribute's value has ';' in it"],
    ["attribute: == a", 10, "the name of the attribute is missing"],
    ["attribute:a$ == a", 10, "no attribute's name has '$' in it"],
    ["attribute:a == 'b(c)'", 15, "a comparison cannot contain parentheses, not even in quotes"],
    ["attribute:ecs.instance-type =~ (g4|g5).*", 31, "a pattern cannot contain parentheses"],
    ["attribute:ecs.instance-type =~ g(4|5).*", 32, "a pattern cannot contain parentheses"],
    ["attribute:ecs.instance-type =~ '(?i)g4.*'", 32, "a pattern cannot contain parentheses"],
    [
      "attribute:ecs.instance-type =~ *.large",
      31,
      "nothing stands before '*' that it could repeat; write \\* for the character",
    ],
    [
      "attribute:ecs.instance-type =~ g4.*+",
      35,
      "possessive quantifiers (?+, *+, ++, {n}+) are not evaluated; leave the '+' out",
    ],
    ["attribute:ecs.instance-type =~ [a-z", 31, "'[' has no ']'"],
    ["agentConnected exists", 15, "agentConnected cannot be compared with exists"],
    ["agentConnected == yes", 18, "agentConnected is true or false, not 'yes'"],
    ["agentVersion in [1.14.5]", 13, "agentVersion cannot be compared with in"],
    ["agentVersion > v1.14.5", 15, "'v1.14.5' is not an agent version"],
    ["runningTasksCount =~ 1", 18, "runningTasksCount cannot be compared with =~"],
    ["runningTasksCount > 1.5", 20, "runningTasksCount is a whole number, not '1.5'"],
    ["ec2InstanceId > i-1", 14, "ec2InstanceId cannot be compared with >"],
    ["task:group < a", 11, "task:group cannot be compared with <"],
    ["attribute:rank > high", 17, "> compares numbers, and 'high' is none"],
  ])("%s", (text, offset, message) => {
    const [found, ...others] = problemsOf(text);
    expect(others).toEqual([]);
    expect(found!.offset).toBe(offset);
    expect(found!.message.split("\n")[0]).toBe(message);
    expect(found!.path).toEqual(["placementConstraints", 0, "expression"]);
  });

  it("limits how long and how deep an expression may be", () => {
    const [long] = problemsOf(`attribute:a in [${"x,".repeat(1000)}x]`);
    expect([long!.offset, long!.message.split("\n")[0]]).toEqual([
      2000,
      "the expression has 2018 characters, and ECS takes 2000",
    ]);
    const [deep] = problemsOf("!".repeat(200));
    expect([deep!.offset, deep!.message.split("\n")[0]]).toEqual([100, "the expression is nested more than 100 deep"]);
  });

  it("shows the expression with a caret beneath the place", () => {
    expect(problemsOf("attribute:stack = prod")[0]!.message).toBe(
      `'=' is not an operator\n  attribute:stack = prod\n${" ".repeat(18)}^`,
    );
  });

  it("shows the part around the place of a long expression", () => {
    const text = `${"attribute:a == b and ".repeat(50)}wrong == 1 and ${"attribute:c == d and ".repeat(20)}attribute:e == f`;
    const [, line, caret] = problemsOf(text)[0]!.message.split("\n");
    expect(line!.length).toBeLessThan(90);
    expect(line!.slice(caret!.length - 1)).toMatch(/^wrong == 1/);
  });

  it("reports everything that is wrong where the rest can be read", () => {
    expect(
      problemsOf("agentVersion > new and registeredAt < soon or agentConnected exists").map((each) => each.offset),
    ).toEqual([15, 38, 61]);
  });

  it.each([
    ["ecs.instance-type == a", "Write attribute:ecs.instance-type."],
    ["instanceId == a", "Write ec2InstanceId."],
    ["AgentVersion > 1", "Write agentVersion."],
    ["runningTaskCount > 1", "Write runningTasksCount."],
    ["group == a", "Write task:group."],
    [
      "stack == a",
      "A comparison starts with attribute:NAME, agentConnected, ec2InstanceId, agentVersion, registeredAt, runningTasksCount or task:group.",
    ],
    ["attribute:a Equals b", "Write equals."],
    ["attribute:a == b Or attribute:a == c", "Write or."],
    ["attribute:a =~ (b|c)", "Write in [a, b] for whole values, or a comparison for each pattern, joined by or."],
  ])("%s: %s", (text, hint) => expect(problemsOf(text)[0]!.hint).toBe(hint));
});

describe("doubts", () => {
  it.each([
    ["attribute:a == 1 or attribute:b == 2 and attribute:c == 3", 17],
    ['attribute:a == "1"', 15],
    ["task:group != a", 11],
    ["attribute:a > 1", 12],
  ])("%s", (text, offset) =>
    expect(readExpression(text).doubts.map((each) => [each.severity, each.offset])).toEqual([["warning", offset]]),
  );

  it("has none where the order is written", () => {
    expect(readExpression("attribute:a == 1 or (attribute:b == '2' and not(task:group == c))").doubts).toEqual([]);
  });
});
