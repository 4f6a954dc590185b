import { expect, it } from "vitest";
import { planTemplate, type RollTemplateVersion } from "../../../src/core/plan/roll-template.ts";

const version = (number: number, imageId: string, more: object = {}): RollTemplateVersion => ({
  number,
  isDefault: number === 1,
  imageId,
  data: { ImageId: imageId, InstanceType: "inf2.xlarge", MetadataOptions: { HttpTokens: "required" }, ...more },
});
const old = version(1, "ami-old");
const made = version(2, "ami-new");

it.each([
  ["nothing, where it has the image", { named: "2", used: made, latest: made }, undefined],
  [
    "nothing, where a parameter says the image",
    { named: "1", used: version(1, "resolve:ssm:/aws/service/x"), latest: made },
    undefined,
  ],
  [
    "a version, and the group's number",
    { named: "1", used: old, latest: old },
    { create: { from: 1 }, adopt: "group" },
  ],
  ["a version alone", { named: "$Latest", used: old, latest: old }, { create: { from: 1 } }],
  [
    "a version and the default",
    { named: "$Default", used: old, latest: old },
    { create: { from: 1 }, adopt: "default" },
  ],
  ["what an earlier roll made", { named: "1", used: old, latest: made }, { version: 2, adopt: "group" }],
  [
    "what an earlier roll made, in another order",
    {
      named: "1",
      used: old,
      latest: {
        ...made,
        data: { MetadataOptions: { HttpTokens: "required" }, InstanceType: "inf2.xlarge", ImageId: "ami-new" },
      },
    },
    { version: 2, adopt: "group" },
  ],
  [
    "no version with the image that differs in something else",
    { named: "1", used: old, latest: version(2, "ami-new", { KeyName: "other" }) },
    { create: { from: 1 }, adopt: "group" },
  ],
])("a group needs %s", (_, template, expected) => {
  expect(planTemplate(template, "ami-new")).toEqual(expected);
});
