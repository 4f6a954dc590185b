import { describe, expect, it } from "vitest";
import { checkDrift } from "../../../src/core/capacity/check-drift.ts";
import { differences } from "../../../src/core/capacity/compare-with-template.ts";
import { deployedStack } from "../../../src/core/capacity/deployed-stack.ts";
import type { ObservedCapacity } from "../../../src/core/capacity/observed-capacity.ts";
import { formatTemplate } from "../../../src/output/yaml.ts";
import { capacitiesOf, capacityCases } from "../../support/capacity.ts";

const physicalIds = new Map([
  ["LaunchTemplate", "lt-1"],
  ["InstanceProfile", "profile-1"],
  ["SecurityGroup", "sg-1"],
]);
const paths = (wanted: unknown, is: unknown) => differences(wanted, is, physicalIds).map(({ path }) => path);

describe("what differs from a template", () => {
  it.each<readonly [string, unknown, unknown, readonly string[]]>([
    ["numbers in words", { MinSize: "1" }, { MinSize: 1 }, []],
    ["a number", { MinSize: "1" }, { MinSize: 2 }, ["MinSize"]],
    ["what AWS adds within", { Ebs: { VolumeSize: 8 } }, { Ebs: { VolumeSize: 8, Iops: 3000 } }, []],
    ["what is left out", { Ebs: { VolumeSize: 8 } }, { Ebs: {} }, ["Ebs.VolumeSize"]],
    ["another order", { Subnets: ["a", "b"] }, { Subnets: ["b", "a"] }, []],
    ["one more", { Subnets: ["a"] }, { Subnets: ["b", "a"] }, ["Subnets"]],
    ["one of several", { D: [{ N: "a", S: 1 }, { N: "b" }] }, { D: [{ N: "b" }, { N: "a", S: 2 }] }, ["D.S"]],
    ["a reference", { Id: { Ref: "LaunchTemplate" } }, { Id: "lt-1" }, []],
    ["a reference to another", { Id: { Ref: "LaunchTemplate" } }, { Id: "lt-2" }, ["Id"]],
    ["an ARN", { Arn: { "Fn::GetAtt": ["InstanceProfile", "Arn"] } }, { Arn: "arn:aws:iam::1:x/profile-1" }, []],
    ["another ARN", { Arn: { "Fn::GetAtt": ["InstanceProfile", "Arn"] } }, { Arn: "arn:aws:iam::1:x/y" }, ["Arn"]],
    ["a version", { V: { "Fn::GetAtt": ["LaunchTemplate", "LatestVersionNumber"] } }, { V: "7" }, []],
    ["a reference to nothing known", { Id: { Ref: "Parameter" } }, { Id: "x" }, []],
    ["another function", { Id: { "Fn::Sub": "${Parameter}" } }, { Id: "x" }, []],
    ["a text", { UserData: { "Fn::Base64": "a\n" } }, { UserData: "a\n" }, []],
    ["another text", { UserData: { "Fn::Base64": "a\n" } }, { UserData: "b\n" }, ["UserData"]],
  ])("of %s", (_, wanted, is, expected) => {
    expect(paths(wanted, is)).toEqual(expected);
  });
});

const stack = { id: "arn", name: "aiplat-prod-inf2-xlarge", status: "CREATE_COMPLETE" };

const { template: madeTemplate } = capacitiesOf(capacityCases["inf2.xlarge"]!)[0]!;

describe("a deployed template", () => {
  it("is the same in JSON and in YAML", () => {
    const inJson = deployedStack(stack, JSON.stringify(madeTemplate), []).properties;
    expect(inJson?.get("AutoScalingGroup")).toMatchObject({ MinSize: "0" });
    expect(deployedStack(stack, formatTemplate(madeTemplate, []), []).properties).toEqual(inJson);
  });

  it.each(["", "a: [", "- 1", "{}", "a: *b"])("that is none is not read: %j", (body) => {
    expect(deployedStack(stack, body, []).properties).toBeUndefined();
  });
});

describe("a capacity without what could be compared", () => {
  const bare: ObservedCapacity = {
    name: stack.name,
    activities: [],
    zonesOffering: new Map(),
    containerInstances: [],
    securityGroups: [],
  };
  const found = (capacity: ObservedCapacity) => checkDrift(capacity).map(({ status, check }) => `${status} ${check}`);
  const inState = (status: string) => deployedStack({ ...stack, status }, "{}", []);

  it.each([
    ["somebody else's", { ...bare, name: "theirs" }, []],
    ["without a stack", bare, ["SKIP stack"]],
    ["with a stack that is being changed", { ...bare, stack: inState("UPDATE_IN_PROGRESS") }, ["WARN stack"]],
    ["with a stack that is stuck", { ...bare, stack: inState("DELETE_FAILED") }, ["FAIL stack"]],
    ["whose group is gone", { ...bare, stack: deployedStack(stack, JSON.stringify(madeTemplate), []) }, ["OK stack"]],
    [
      "with a stack whose last change failed",
      { ...bare, stack: inState("UPDATE_ROLLBACK_COMPLETE") },
      ["WARN stack", "SKIP drift"],
    ],
  ])("%s", (_, capacity, expected) => {
    expect(found(capacity)).toEqual(expected);
  });
});
