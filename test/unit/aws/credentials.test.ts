// Every source of credentials of the SDK's, as the built tool has it: the build leaves out what nobody calls.
import { createHash, generateKeyPairSync } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { spawnCli } from "../../support/cli.ts";
import { startLoopback, type LoopbackServer } from "../../support/loopback-servers.ts";

const expiration = new Date(Date.now() + 3_600_000).toISOString();
const soon = new Date(Date.now() + 60_000).toISOString();
const keysOf = (id: string) => ({ AccessKeyId: id, SecretAccessKey: "secret", Token: "token", Expiration: expiration });
const role = "arn:aws:iam::123456789012:role/one";
const session = "arn:aws:iam::123456789012:user/one";

/** As STS answers, whose keys are named after what was asked. */
const assumed = (action: string) => `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <${action}Result><Credentials><AccessKeyId>${action}</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>
  <SessionToken>token</SessionToken><Expiration>${expiration}</Expiration></Credentials>
  <AssumedRoleUser><Arn>${role}/x</Arn><AssumedRoleId>id:x</AssumedRoleId></AssumedRoleUser></${action}Result>
  </${action}Response>`;

let home: string;
let server: LoopbackServer;
let signers: string[] = [];
const file = async (name: string, content: string | object) => {
  const path = join(home, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
};

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "aiplat-credentials-"));
  server = await startLoopback((request, body) => {
    const url = new URL(request.url!, "http://x");
    const action = new URLSearchParams(body).get("Action");
    if (action?.startsWith("AssumeRole") === true)
      return { headers: { "content-type": "text/xml" }, body: assumed(action) };
    const json = (answer: object) => ({
      headers: { "content-type": "application/json" },
      body: JSON.stringify(answer),
    });
    switch (url.pathname) {
      case "/federation/credentials":
        return json({
          roleCredentials: {
            accessKeyId: `sso with ${String(request.headers["x-amz-sso_bearer_token"])}`,
            secretAccessKey: "secret",
            sessionToken: "token",
            expiration: Date.now() + 3_600_000,
          },
        });
      case "/token":
        return json({ accessToken: "renewed", tokenType: "Bearer", expiresIn: 3600, refreshToken: "next" });
      case "/v1/token":
        return json({
          accessToken: { accessKeyId: "login", secretAccessKey: "secret", sessionToken: "token" },
          tokenType: "aws_sigv4",
          expiresIn: 900,
          refreshToken: "next",
        });
      case "/container":
        return json(keysOf(`container with ${request.headers.authorization}`));
      case "/latest/api/token":
        return { headers: { "x-aws-ec2-metadata-token-ttl-seconds": "21600" }, body: "metadata" };
      case "/latest/meta-data/iam/security-credentials/":
        return { body: "machine" };
      case "/latest/meta-data/iam/security-credentials/machine":
        return json({ Code: "Success", Type: "AWS-HMAC", LastUpdated: soon, ...keysOf("machine") });
      default:
        signers.push(/Credential=([^/]*)\//.exec(request.headers.authorization ?? "")?.[1] ?? url.pathname);
        return { status: 400, body: '{"__type":"ValidationException"}' };
    }
  });
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  await file(
    ".aws/config",
    `[profile base]
aws_access_key_id = base
aws_secret_access_key = secret
[profile role]
role_arn = ${role}
source_profile = base
[profile process]
credential_process = cat "${await file("process.json", { Version: 1, ...keysOf("process"), SessionToken: "token" })}"
[profile token]
role_arn = ${role}
web_identity_token_file = ${await file("token", "web")}
[profile sso]
sso_session = main
sso_account_id = 123456789012
sso_role_name = one
[sso-session main]
sso_region = us-east-1
sso_start_url = https://example.awsapps.com/start
[profile login]
login_session = ${session}
region = us-east-1
`,
  );
  await file(`.aws/sso/cache/${createHash("sha1").update("main").digest("hex")}.json`, {
    startUrl: "https://example.awsapps.com/start",
    region: "us-east-1",
    accessToken: "old",
    expiresAt: soon,
    clientId: "client",
    clientSecret: "secret",
    registrationExpiresAt: expiration,
    refreshToken: "refresh",
  });
  await file(`.aws/login/cache/${createHash("sha256").update(session).digest("hex")}.json`, {
    accessToken: {
      accessKeyId: "old",
      secretAccessKey: "secret",
      sessionToken: "token",
      accountId: "123456789012",
      expiresAt: soon,
    },
    clientId: "client",
    refreshToken: "refresh",
    dpopKey: privateKey.export({ type: "sec1", format: "pem" }),
  });
});
afterAll(async () => {
  await server.stop();
  await rm(home, { recursive: true, force: true });
});

it.each<readonly [source: string, signer: string, env: () => Readonly<Record<string, string>>]>([
  ["a profile's keys", "base", () => ({ AWS_PROFILE: "base" })],
  ["a profile's role", "AssumeRole", () => ({ AWS_PROFILE: "role" })],
  ["a profile's process", "process", () => ({ AWS_PROFILE: "process" })],
  ["a profile's web identity", "AssumeRoleWithWebIdentity", () => ({ AWS_PROFILE: "token" })],
  ["a profile's SSO, whose token is renewed", "sso with renewed", () => ({ AWS_PROFILE: "sso" })],
  ["a profile's aws login, whose token is renewed", "login", () => ({ AWS_PROFILE: "login" })],
  [
    "web identity in the environment",
    "AssumeRoleWithWebIdentity",
    () => ({ AWS_WEB_IDENTITY_TOKEN_FILE: join(home, "token"), AWS_ROLE_ARN: role }),
  ],
  [
    "the container",
    "container with pod",
    () => ({ AWS_CONTAINER_CREDENTIALS_FULL_URI: `${server.url}/container`, AWS_CONTAINER_AUTHORIZATION_TOKEN: "pod" }),
  ],
  [
    "the instance",
    "machine",
    () => ({ AWS_EC2_METADATA_DISABLED: "false", AWS_EC2_METADATA_SERVICE_ENDPOINT: server.url }),
  ],
])("calls are signed with credentials of %s", async (_, signer, env) => {
  signers = [];
  const run = await spawnCli(["cluster", "devices", "--cluster", "prod", "--region", "us-east-1"], {
    env: { HOME: home, AWS_ENDPOINT_URL: server.url, ...env() },
  });
  expect([...signers, run.stderr]).toContain(signer);
});
