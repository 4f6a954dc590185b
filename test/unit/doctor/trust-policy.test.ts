import { describe, expect, it } from "vitest";
import { judgeTrust } from "../../../src/core/doctor/trust-policy.ts";

const place = { partition: "aws", region: "us-east-1", account: "123456789012" };
const allow = (more: object = {}) => ({
  Effect: "Allow",
  Principal: { Service: "ecs-tasks.amazonaws.com" },
  Action: "sts:AssumeRole",
  ...more,
});
const where = (operator: string, key: string, value: string | readonly string[]) =>
  allow({ Condition: { [operator]: { [key]: value } } });
const deny = (more: object = {}) => ({ ...allow(more), Effect: "Deny" });

describe("whether tasks may assume a role", () => {
  it.each<readonly [what: string, statements: object | readonly object[], kind: string]>([
    ["the principal alone", allow(), "trusted"],
    ["one statement that is no list", allow(), "trusted"],
    [
      "a list of principals",
      [allow({ Principal: { Service: ["ec2.amazonaws.com", "ecs-tasks.amazonaws.com"] } })],
      "trusted",
    ],
    ["anybody", [allow({ Principal: "*" })], "trusted"],
    ["anybody, in the other notation", [allow({ Principal: { AWS: "*" } })], "trusted"],
    ["denied to anybody in the other notation", [allow(), deny({ Principal: { AWS: ["*"] } })], "not-trusted"],
    ["every action of STS", [allow({ Action: "sts:*" })], "trusted"],
    ["an action in other letters, in a list", [allow({ Action: ["sts:TagSession", "STS:assumerole"] })], "trusted"],
    ["every action but another", [allow({ Action: undefined, NotAction: "sts:TagSession" })], "trusted"],
    ["ECS itself, which is another principal", [allow({ Principal: { Service: "ecs.amazonaws.com" } })], "not-trusted"],
    ["an account", [allow({ Principal: { AWS: "arn:aws:iam::123456789012:root" } })], "not-trusted"],
    ["another action", [allow({ Action: "sts:TagSession" })], "not-trusted"],
    ["every action but this", [allow({ Action: undefined, NotAction: "sts:Assume*" })], "not-trusted"],
    ["no statement", [], "not-trusted"],
    ["denied as well", [allow(), deny()], "not-trusted"],
    [
      "denied to everybody else",
      [allow(), deny({ Principal: undefined, NotPrincipal: { Service: "ecs-tasks.amazonaws.com" } })],
      "trusted",
    ],
    [
      "denied in another account only",
      [allow(), deny({ Condition: { StringNotEquals: { "aws:SourceAccount": "123456789012" } } })],
      "trusted",
    ],
    [
      "denied outside another account",
      [allow(), deny({ Condition: { StringNotEquals: { "aws:SourceAccount": "999999999999" } } })],
      "not-trusted",
    ],
    [
      "denied where nobody can tell",
      [allow(), deny({ Condition: { Bool: { "aws:SecureTransport": "false" } } })],
      "unclear",
    ],
    ["this account", [where("StringEquals", "aws:SourceAccount", "123456789012")], "trusted"],
    [
      "this account among several, in other letters",
      [where("StringEquals", "AWS:sourceaccount", ["999999999999", "123456789012"])],
      "trusted",
    ],
    ["another account", [where("StringEquals", "aws:SourceAccount", "999999999999")], "not-trusted"],
    ["any account but this", [where("StringNotLike", "aws:SourceAccount", "1234*")], "not-trusted"],
    ["AWS's own example", [where("ArnLike", "aws:SourceArn", "arn:aws:ecs:us-east-1:123456789012:*")], "trusted"],
    ["any region", [where("ArnLike", "aws:SourceArn", "arn:aws:ecs:*:123456789012:*")], "trusted"],
    ["a pattern with less", [where("StringLike", "aws:SourceArn", "arn:aws:ecs:*")], "trusted"],
    [
      "a wildcard where ARNs are compared",
      [where("ArnEquals", "aws:SourceArn", "arn:aws:ecs:us-east-1:123456789012:*")],
      "trusted",
    ],
    [
      "a wildcard where text is compared to the letter",
      [where("StringEquals", "aws:SourceArn", "arn:aws:ecs:us-east-1:123456789012:*")],
      "not-trusted",
    ],
    ["any account, to the letter", [where("StringEquals", "aws:SourceAccount", "*")], "not-trusted"],
    [
      "denied where a wildcard does not match to the letter",
      [allow(), deny({ Condition: { StringNotEquals: { "aws:SourceAccount": "1234*" } } })],
      "not-trusted",
    ],
    [
      "one cluster, of which ECS says that it does not work",
      [where("ArnLike", "aws:SourceArn", "arn:aws:ecs:us-east-1:123456789012:cluster/prod")],
      "unclear",
    ],
    [
      "one cluster or all",
      [
        where("ArnLike", "aws:SourceArn", [
          "arn:aws:ecs:us-east-1:123456789012:cluster/prod",
          "arn:aws:ecs:us-east-1:123456789012:*",
        ]),
      ],
      "trusted",
    ],
    ["another region", [where("ArnLike", "aws:SourceArn", "arn:aws:ecs:eu-west-1:123456789012:*")], "not-trusted"],
    [
      "another account's ARN",
      [where("ArnLikeIfExists", "aws:SourceArn", "arn:aws:ecs:us-east-1:999999999999:*")],
      "not-trusted",
    ],
    [
      "another service's ARN",
      [where("ArnLike", "aws:SourceArn", "arn:aws:lambda:us-east-1:123456789012:*")],
      "not-trusted",
    ],
    ["an external id, which ECS never sends", [where("StringEquals", "sts:ExternalId", "x")], "not-trusted"],
    ["an external id where there is one", [where("StringEqualsIfExists", "sts:ExternalId", "x")], "trusted"],
    [
      "two conditions of which one fails",
      [
        allow({
          Condition: {
            StringEquals: { "aws:SourceAccount": "123456789012" },
            ArnLike: { "aws:SourceArn": "arn:aws:ecs:eu-west-1:*:*" },
          },
        }),
      ],
      "not-trusted",
    ],
    ["a condition that nobody can judge", [where("StringEquals", "aws:RequestTag/x", "y")], "unclear"],
    ["one such and a plain one", [where("StringEquals", "aws:RequestTag/x", "y"), allow()], "trusted"],
  ])("%s", (_, statements, kind) => {
    const document = JSON.stringify({ Version: "2012-10-17", Statement: statements });
    expect(judgeTrust(document, place).kind).toBe(kind);
    // As IAM answers it.
    expect(judgeTrust(encodeURIComponent(document), place).kind).toBe(kind);
  });

  it("what is no policy is not judged", () => {
    for (const text of ["", "%7B", "[]", "no", "%E0%A4%A"]) expect(judgeTrust(text, place).kind).toBe("unclear");
  });

  it("says which condition keeps tasks out", () => {
    const document = JSON.stringify({ Statement: [where("StringEquals", "aws:SourceAccount", "999999999999")] });
    expect(judgeTrust(document, place)).toMatchObject({
      why: expect.stringContaining("only where aws:SourceAccount is 999999999999") as string,
    });
  });
});
