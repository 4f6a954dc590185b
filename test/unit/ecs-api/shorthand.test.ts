import { describe, expect, it } from "vitest";
import { readListParameter, readParameter, Unreadable } from "../../../src/core/ecs-api/shorthand.ts";
import * as model from "../../../src/core/ecs-api/model/task.ts";
import { memberOf } from "../../../src/core/ecs-api/field-kind.ts";

const network = memberOf(model.runTaskRequest, "networkConfiguration")!;
const itemOf = (member: string) => memberOf(memberOf(model.runTaskRequest, member)!, 0)!;
const [constraint, strategy, provider, tag] = [
  "placementConstraints",
  "placementStrategy",
  "capacityProviderStrategy",
  "tags",
].map(itemOf);

it("takes null for nothing as a member of JSON, and not for an item of a list", () => {
  const overrides = memberOf(model.runTaskRequest, "overrides")!;
  const read = (json: string) => readParameter(overrides, json);
  expect(read('{"containerOverrides":null,"cpu":"1"}')).toEqual({ cpu: "1" });
  expect(read('{"containerOverrides":"","cpu":""}')).toEqual({ cpu: "" });
  expect(read('{"containerOverrides":[{"name":"a","command":[null]}]}')).toEqual({
    containerOverrides: [{ name: "a", command: [null] }],
  });
});

// As `aws ecs run-task` reads them: awscli/shorthand.py and its tests.
describe("readParameter", () => {
  it.each([
    [
      "a hash with lists",
      network,
      "awsvpcConfiguration={subnets=[subnet-1,subnet-2],securityGroups=[sg-1],assignPublicIp=DISABLED}",
      {
        awsvpcConfiguration: {
          subnets: ["subnet-1", "subnet-2"],
          securityGroups: ["sg-1"],
          assignPublicIp: "DISABLED",
        },
      },
    ],
    [
      "a single value where a list is wanted",
      network,
      "awsvpcConfiguration={subnets=subnet-1}",
      { awsvpcConfiguration: { subnets: ["subnet-1"] } },
    ],
    ["JSON", network, ' {"awsvpcConfiguration":{"subnets":[]}}', { awsvpcConfiguration: { subnets: [] } }],
    ["a constraint without expression", constraint, "type=distinctInstance", { type: "distinctInstance" }],
    [
      "an expression with commas and quotes",
      constraint,
      "type=memberOf,expression=attribute:stack in [a, 'b c']",
      { type: "memberOf", expression: "attribute:stack in [a, 'b c']" },
    ],
    [
      "an expression in quotes",
      constraint,
      `type=memberOf,expression="attribute:stack == prod"`,
      { type: "memberOf", expression: "attribute:stack == prod" },
    ],
    [
      "an expression before the type",
      constraint,
      "expression=attribute:stack in [a,b],type=memberOf",
      { type: "memberOf", expression: "attribute:stack in [a,b]" },
    ],
    [
      "a field with a colon",
      strategy,
      "type=spread,field=attribute:ecs.availability-zone",
      { type: "spread", field: "attribute:ecs.availability-zone" },
    ],
    ["numbers", provider, "capacityProvider=gpu,weight=3,base=1", { capacityProvider: "gpu", weight: 3, base: 1 }],
    ["a number that is none", provider, "capacityProvider=gpu,weight=x", { capacityProvider: "gpu", weight: "x" }],
    ["quotes and spaces", tag, `key=team, value='a, "b"'`, { key: "team", value: 'a, "b"' }],
    ["a comma behind a backslash", tag, "key=team,value=a\\,b", { key: "team", value: "a,b" }],
    ["an empty value", tag, "key=team,value=", { key: "team", value: "" }],
    ["what the API does not have", tag, "key=team,values=[a,b]", { key: "team", values: ["a", "b"] }],
    [
      "overrides",
      model.taskOverride,
      'containerOverrides=[{name=main,command=["echo","a,b"],environment=[{name=A,value=1}],memory=512}],cpu=256',
      {
        containerOverrides: [
          { name: "main", command: ["echo", "a,b"], environment: [{ name: "A", value: "1" }], memory: 512 },
        ],
        cpu: "256",
      },
    ],
    [
      "a list without brackets",
      model.containerOverride,
      "name=main,command=python,train.py,memory=512",
      { name: "main", command: ["python", "train.py"], memory: 512 },
    ],
  ])("reads %s", (_, schema, text, value) => {
    expect(readParameter(schema!, text)).toEqual(value);
  });

  it.each([
    ["subnet-1", `has "subnet-1" where KEY=VALUE should stand`],
    ["awsvpcConfiguration={subnets=[a,b}", `has "}" where ] should stand`],
    ["awsvpcConfiguration={subnets=[a]", `has its end where } should stand`],
    ['key="a', `has "a" where the closing " should stand`],
    ["key=a,", "has its end where a value should stand"],
    ['{"a"', "is no JSON"],
  ])("says what is wrong with %s", (text, why) => {
    expect(() => readParameter(network, text)).toThrow(Unreadable);
    expect(() => readParameter(network, text)).toThrow(why);
  });
});

describe("readListParameter", () => {
  it("takes items in shorthand, and lists and items in JSON", () => {
    const team = { key: "team", value: "nlp" };
    const all = ["key=team,value=nlp", '{"key":"team","value":"nlp"}', '[{"key":"team","value":"nlp"}]'];
    expect(readListParameter(tag!, all)).toEqual([team, team, team]);
    expect(readListParameter(tag!, ["[]"])).toEqual([]);
  });
});
