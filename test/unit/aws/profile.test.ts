import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectAws } from "../../../src/aws/connect.ts";
import { chooseCredentials } from "../../../src/aws/credentials.ts";
import { checkRegion, chooseEndpoints, chooseRegion, readProfile, sourceOf } from "../../../src/aws/profile.ts";
import type { GlobalOptions } from "../../../src/context.ts";

let folder: string;
let files: Record<string, string>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "aiplat-aws-"));
  files = { AWS_CONFIG_FILE: join(folder, "config"), AWS_SHARED_CREDENTIALS_FILE: join(folder, "credentials") };
  await writeFile(
    files["AWS_CONFIG_FILE"]!,
    `[default]
region = eu-north-1
[profile dev]
region = eu-west-3
services = local
endpoint_url = http://localhost:1000
[profile bare]
output = json
[services local]
ecs =
  endpoint_url = http://localhost:2000
`,
  );
  await writeFile(
    files["AWS_SHARED_CREDENTIALS_FILE"]!,
    "[keys]\naws_access_key_id = AKIAKEYS\naws_secret_access_key = secret\nregion = us-west-1\n",
  );
});

afterAll(() => rm(folder, { recursive: true }));

const options: GlobalOptions = {
  regions: [],
  sandbox: false,
  format: "text",
  quiet: false,
  color: true,
  debug: false,
  input: true,
  yes: false,
};

describe("the region", () => {
  const everything = { AWS_REGION: "us-east-2", AWS_DEFAULT_REGION: "us-west-2", AWS_PROFILE: "dev" };
  const rows: readonly (readonly [
    what: string,
    flags: Partial<GlobalOptions>,
    env: Record<string, string>,
    name: string | undefined,
    source?: string,
  ])[] = [
    ["--region wins over everything", { regions: ["sa-east-1"] }, everything, "sa-east-1", "--region"],
    ["then AWS_REGION", {}, everything, "us-east-2", "AWS_REGION"],
    ["then AWS_DEFAULT_REGION", {}, { ...everything, AWS_REGION: "" }, "us-west-2", "AWS_DEFAULT_REGION"],
    ["then the profile of AWS_PROFILE", {}, { AWS_PROFILE: "dev" }, "eu-west-3", "profile dev"],
    ["then the profile of AWS_DEFAULT_PROFILE", {}, { AWS_DEFAULT_PROFILE: "dev" }, "eu-west-3", "profile dev"],
    ["--profile wins over AWS_PROFILE", { profile: "keys" }, { AWS_PROFILE: "dev" }, "us-west-1", "profile keys"],
    ["then the default profile", {}, {}, "eu-north-1", "profile default"],
    ["a named profile without a region takes no other profile's", { profile: "bare" }, {}, undefined],
  ];
  for (const [what, flags, env, name, source] of rows) {
    test(`${what}`, async () => {
      const all = { ...files, ...env };
      const given = { ...options, ...flags };
      expect(chooseRegion(given, all, await readProfile(given, all))).toEqual(
        name === undefined ? undefined : { name, source },
      );
    });
  }

  test("where none is named, the error says what to do", async () => {
    const aws = connectAws({ ...options, profile: "bare" }, files, AbortSignal.abort());
    await expect(aws.region()).rejects.toMatchObject({
      code: "NoRegion",
      exitCode: 6,
      hint: expect.stringContaining("aws configure set region us-east-1 --profile bare") as string,
    });
  });

  test("an availability zone is refused with its region", () => {
    expect(() => checkRegion("us-east-1a")).toThrow(
      expect.objectContaining({
        code: "Usage",
        message: "us-east-1a is an availability zone, not a region",
        hint: "Write us-east-1.",
      }) as Error,
    );
  });

  test.each(["us east 1", "us-east-1/", "", "-x", "us-east-1.evil.example"])(
    "%j is refused before any call",
    (region) => {
      expect(() => checkRegion(region)).toThrow(/is not a region's name/);
    },
  );

  test.each(["us-east-1", "us-gov-west-1", "eu-isoe-west-1", "cn-north-1", "local"])("%s may be a region", (region) => {
    expect(checkRegion(region)).toBe(region);
  });
});

test("a profile that is not there is an error with those that are", async () => {
  await expect(readProfile({ profile: "prod" }, files)).rejects.toMatchObject({
    code: "NoCredentials",
    exitCode: 6,
    message: "there is no profile prod in the AWS configuration",
    hint: "Those there are: bare, default, dev, keys.",
  });
});

describe("the endpoints", () => {
  const services = [
    "ecs",
    "ssm",
    "logs",
    "eks",
    "ec2",
    "sts",
    "iam",
    "ecr",
    "secretsmanager",
    "servicequotas",
    "autoscaling",
    "elasticloadbalancing",
    "cloudformation",
  ];
  const all = (url: string) => Object.fromEntries(services.map((service) => [service, url]));
  const rows: readonly (readonly [
    what: string,
    flags: Partial<GlobalOptions>,
    env: Record<string, string>,
    endpoints: object,
  ])[] = [
    ["AWS's own by default", {}, {}, {}],
    [
      "--endpoint-url for every service",
      { endpointUrl: "http://flag:1", profile: "dev" },
      { AWS_ENDPOINT_URL: "http://env:1" },
      all("http://flag:1"),
    ],
    [
      "a service's variable before the general one",
      {},
      { AWS_ENDPOINT_URL: "http://env:1", AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: "http://logs:1" },
      { ...all("http://env:1"), logs: "http://logs:1" },
    ],
    [
      "a service of two words",
      {},
      { AWS_ENDPOINT_URL_SECRETS_MANAGER: "http://a:1", AWS_ENDPOINT_URL_SERVICE_QUOTAS: "http://b:1" },
      { secretsmanager: "http://a:1", servicequotas: "http://b:1" },
    ],
    [
      "the profile's services before its endpoint_url",
      { profile: "dev" },
      {},
      { ...all("http://localhost:1000"), ecs: "http://localhost:2000" },
    ],
    [
      "the environment before the profile",
      { profile: "dev" },
      { AWS_ENDPOINT_URL: "http://env:1" },
      all("http://env:1"),
    ],
    [
      "none but the flag's under AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
      { profile: "dev" },
      { AWS_ENDPOINT_URL: "http://env:1", AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "true" },
      {},
    ],
  ];
  for (const [what, flags, env, endpoints] of rows) {
    test(`${what}`, async () => {
      const everything = { ...files, ...env };
      const given = { ...options, ...flags };
      expect(chooseEndpoints(given, everything, await readProfile(given, everything))).toEqual(endpoints);
    });
  }

  test.each([
    ["localhost:4566", "is not a URL", "Write it with its scheme, e.g. http://localhost:5000"],
    ["nonsense", "is not a URL", "Write it with its scheme, e.g. http://localhost:5000"],
    ["http://", "names no host", "Write it as http://localhost:5000"],
    ["http:///path", "names no host", "Write it as http://localhost:5000"],
    ["http://:4566", "names no host", "Write it as http://localhost:5000"],
    ["ftp://host", "has the scheme ftp, and AWS is called over HTTP", "Write http:// or https:// in its place."],
    ["HTTP://host", "has its scheme in capitals", "Write http://."],
    ["http://h:99999", "has the port 99999, and ports go from 1 to 65535", "Write it as http://localhost:5000"],
    ["http://[::1]:x/p", "has the port x, and ports go from 1 to 65535", "Write it as http://localhost:5000"],
    ["http://a b", "has the host a b, which cannot be one", "Write it as http://localhost:5000"],
    ["http://[::1", "has the host [::1, which cannot be one", "Write it as http://localhost:5000"],
  ])("%s is refused with the flag that gave it, by what is wrong with it", async (endpointUrl, what, hint) => {
    const profile = await readProfile({}, files);
    expect(() => chooseEndpoints({ endpointUrl }, {}, profile)).toThrow(
      expect.objectContaining({ code: "Usage", message: `--endpoint-url: ${endpointUrl} ${what}`, hint }) as Error,
    );
  });

  test.each(["http://localhost", "https://[::1]:8443/x", "http://h:65535"])("%s is taken", async (endpointUrl) => {
    const profile = await readProfile({}, files);
    expect(chooseEndpoints({ endpointUrl }, {}, profile).ecs).toBe(endpointUrl);
  });
});

test.each(["http://user:hunter2@localhost:4566", "http://hunter2@localhost", "ftp://u:hunter2@x", "u:hunter2@x"])(
  "an endpoint with a password is refused without repeating it",
  async (endpointUrl) => {
    const profile = await readProfile({}, files);
    const refused = (() => {
      try {
        return chooseEndpoints({ endpointUrl }, {}, profile);
      } catch (error) {
        return error;
      }
    })();
    expect(refused).toMatchObject({ code: "Usage", message: expect.not.stringContaining("hunter2") as string });
  },
);

describe("the credentials", () => {
  const keys = { AWS_ACCESS_KEY_ID: "AKIAENV", AWS_SECRET_ACCESS_KEY: "secret" };

  test("keys in the environment win over AWS_PROFILE", async () => {
    const env = { ...files, ...keys, AWS_SESSION_TOKEN: "token", AWS_PROFILE: "keys" };
    expect(chooseCredentials({}, env, await readProfile({}, env), "us-east-1")).toEqual({
      accessKeyId: "AKIAENV",
      secretAccessKey: "secret",
      sessionToken: "token",
    });
  });

  test("and lose to --profile", async () => {
    const env = { ...files, ...keys };
    const chosen = chooseCredentials(
      { profile: "keys" },
      env,
      await readProfile({ profile: "keys" }, env),
      "us-east-1",
    );
    expect(chosen).toBeTypeOf("function");
  });
});

test("what names a region that is called", () => {
  const named = { name: "eu-west-1", source: "AWS_REGION" };
  expect([
    sourceOf("us-east-1", { regions: ["us-west-2", "us-east-1"] }, undefined),
    sourceOf("eu-west-1", { regions: [] }, named),
    sourceOf("us-east-1", { regions: [] }, named),
  ]).toEqual(["--region", "AWS_REGION", undefined]);
});
