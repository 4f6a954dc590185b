import { expect, test } from "vitest";
import { createCall } from "../../../src/aws/call.ts";
import type { AwsConfig } from "../../../src/aws/config.ts";
import type { AiplatError } from "../../../src/errors.ts";

/** What a call in a region ends in whose host nobody knows. */
async function ended(config: Partial<AwsConfig>, code = "ENOTFOUND"): Promise<AiplatError> {
  const credentials = { accessKeyId: "testing", secretAccessKey: "testing" };
  const whole: AwsConfig = { region: "us-esat-1", credentials, endpoints: {}, ...config };
  const call = createCall(whole, "ecs", new AbortController().signal);
  return call("RunTask", () => Promise.reject(Object.assign(new Error(code), { code }))).then(
    () => {
      throw new Error("it was answered");
    },
    (error: unknown) => error as AiplatError,
  );
}

test.each([
  ["us-esat-1", "--region", "Did you mean us-east-1? Write it in place of us-esat-1 in --region."],
  ["eu-wst-1", "AWS_REGION", "Did you mean eu-west-1? Write it in place of eu-wst-1 in AWS_REGION."],
  ["us-east-11", "profile dev", "Did you mean us-east-1? Write it in place of us-east-11 in profile dev."],
  ["here", "AWS_REGION", "aws account list-regions names those there are."],
  ["us-esat-1", undefined, "Did you mean us-east-1?"],
])("%s of %s is no region: exit 6", async (region, regionSource, hint) => {
  const error = await ended(regionSource === undefined ? { region } : { region, regionSource });
  expect([error.code, error.exitCode, error.hint]).toEqual(["NoRegion", 6, hint]);
  expect(error.message).toContain(`${regionSource ?? "region"} ${region}`);
  expect(error.details["awsCode"]).toBe("ENOTFOUND");
});

test("the network it is where the region exists, may exist, has answered, was not asked, or is behind an endpoint", async () => {
  const codes = await Promise.all([
    ended({ region: "us-east-1" }),
    ended({ region: "us-gov-wst-1" }),
    ended({ region: "cn-north-1" }),
    ended({ answering: new Set(["us-esat-1"]) }),
    ended({}, "EAI_AGAIN"),
    ended({ endpoints: { ecs: "http://localst" } }),
  ]);
  expect(codes.map(({ code }) => code)).toEqual(Array(6).fill("Network"));
});
