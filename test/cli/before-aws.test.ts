// What every command says before AWS answers anything: of a broken file, of no region, of no credentials.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Command } from "../../src/commands/command.ts";
import { registry } from "../../src/commands/registry.ts";
import { longFlag } from "../../src/commands/shared/option.ts";
import { commandCalls } from "../../src/core/iam/command-calls.ts";
import { runCli, spawnCli } from "../support/cli.ts";
import { startLoopback, type LoopbackServer } from "../support/loopback-servers.ts";

const bert = {
  name: "bert",
  image: "bert:1",
  accelerator: { instanceTypes: ["inf2.24xlarge"], devicesPerReplica: 2 },
  ecs: { cluster: "prod" },
};
const roles = { execution: "arn:aws:iam::123456789012:role/x" };

let folder: string;
/** Where ./aiplat.yaml cannot be read. */
let unreadable: string;
let expired: LoopbackServer;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "aiplat-before-aws-"));
  unreadable = join(folder, "unreadable");
  mkdirSync(unreadable);
  writeFileSync(join(unreadable, "aiplat.yaml"), "name: bert\necs: { cluster: [\n");
  writeFileSync(join(folder, "broken.yaml"), "name: Bert\nimage: bert:1\nreplica: 2\n");
  writeFileSync(join(folder, "broken.json"), "{");
  writeFileSync(join(folder, "good.yaml"), JSON.stringify(bert));
  // Its key is right, and what ECS makes of it is not.
  const refused = { ...bert, roles, logs: { group: "/bert" }, ecs: { ...bert.ecs, taskDefinition: { cpu: 1 } } };
  writeFileSync(join(folder, "refused.yaml"), JSON.stringify(refused));
  writeFileSync(join(folder, "config"), "[profile dev]\nregion = us-east-1\n");
  expired = await startLoopback(() => ({
    status: 400,
    headers: { "content-type": "application/x-amz-json-1.1" },
    body: JSON.stringify({ __type: "ExpiredTokenException", message: "The security token is expired" }),
  }));
});
afterAll(async () => {
  await expired.stop();
  rmSync(folder, { recursive: true, force: true });
});

const commands: readonly (readonly [words: string, command: Command])[] = await Promise.all(
  registry.map(async ({ words, load }) => [words, await load()] as const),
);

/** What a command asks for beside what it is tried with. */
const more: Readonly<Record<string, readonly string[]>> = {
  "ami check": ["--max-age", "9d"],
  "capacity deploy": ["--subnet", "subnet-1"],
  "capacity generate": ["--subnet", "subnet-1"],
  "cluster drain": ["i-0abc12345678def90"],
  "eks check": ["--cluster", "prod"],
  "eks nodegroup create": [
    "--cluster",
    "prod",
    "--node-role",
    "arn:aws:iam::123456789012:role/n",
    "--subnet",
    "subnet-1",
  ],
  "iam policy": ["run-task"],
  "instances list": ["--live"],
  "service import": ["bert"],
  "service scale": ["--replicas", "2"],
  "task exec": ["12345678"],
  "task logs": ["12345678"],
  "task stop": ["12345678"],
  "task wait": ["12345678"],
};
const optionOf = ({ options = [] }: Command, flag: string) => options.find(({ flags }) => longFlag(flags) === flag);
const takesWorkload = (command: Command) => command.arguments?.[0]?.syntax === "[workload...]";

/** A command line with a workload, where the command takes one. */
function withWorkload(words: string, command: Command, file: string): readonly string[] {
  const named = takesWorkload(command)
    ? [file]
    : optionOf(command, "--workload") === undefined
      ? []
      : ["--workload", file];
  return [...words.split(" "), ...(more[words] ?? []), ...named];
}

const readers = commands.filter(
  ([, command]) => takesWorkload(command) || optionOf(command, "--workload") !== undefined,
);
const ofFiles = commands.flatMap(([words, command]) =>
  ["--plan", "--cluster-state"].flatMap((flag) =>
    optionOf(command, flag) === undefined ? [] : [[words, flag] as const],
  ),
);
const ofCluster = commands.filter(([, command]) =>
  optionOf(command, "--cluster")?.defaultText?.includes("./aiplat.yaml"),
);
const callers = commands.filter(([words]) => Object.hasOwn(commandCalls, words));

describe("a broken file, and no region", () => {
  it.each(readers)("has %s tell of the workload alone, with its places", async (words, command) => {
    expect(readers.length).toBeGreaterThan(15);
    const { code, stdout, stderr } = await runCli(withWorkload(words, command, "broken.yaml"), { cwd: folder });
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^broken\.yaml:1:7: error: name .*\n.*\nbroken\.yaml:3:1: error: unknown key replica\n/m);
    expect(stderr).not.toContain("region");
  });

  it.each(ofFiles)("has %s %s tell of that file", async (words, flag) => {
    const { code, stderr } = await runCli([...words.split(" "), flag, "broken.json"], { cwd: folder });
    expect([code, stderr]).toEqual([2, expect.stringContaining("broken.json")]);
    expect(stderr).not.toContain("region");
  });

  it.each(ofCluster)("has %s tell of an ./aiplat.yaml whose cluster cannot be read", async (words) => {
    expect(ofCluster.length).toBeGreaterThan(10);
    const args = [...words.split(" "), ...(more[words] ?? [])];
    const { code, stderr } = await runCli(args, { cwd: unreadable });
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^aiplat\.yaml:\d+:\d+: error: /)]);
  });

  it.each([["taskdef", "generate", "--all"], ["taskdef", "register"], ["plan"], ["run-task"], ["service", "deploy"]])(
    "has what only the definition shows told by %s %s, whose logs need the region",
    async (...words) => {
      const { code, stderr } = await runCli([...words, "refused.yaml"], { cwd: folder });
      expect([code, stderr]).toEqual([2, expect.stringMatching(/^refused\.yaml:1:\d+: error: /m)]);
      expect(stderr).not.toContain("region");
    },
  );

  it.each([
    ["run-task", "--tags", "{"],
    ["plan", "--tags", "{"],
    ["cluster explain", "--overrides", "{"],
    ["service deploy", "--network-configuration", "{"],
    ["doctor", "--network-configuration", "{"],
  ])("has %s tell of its %s at once with the file", async (words, flag, text) => {
    const { code, stderr } = await runCli([...words.split(" "), "broken.yaml", flag, text], { cwd: folder });
    expect(code).toBe(2);
    for (const said of ["broken.yaml:1:7: error", "broken.yaml:3:1: error", `${flag}: error`])
      expect(stderr).toContain(said);
  });

  it("has a snapshot told of at once with the workload", async () => {
    const args = ["plan", "broken.yaml", "--cluster-state", "broken.json"];
    const { code, stderr } = await runCli(args, { cwd: folder });
    expect([code, stderr]).toEqual([2, expect.stringMatching(/broken\.json[^]*broken\.yaml:1:7/)]);
  });

  it.each(["generate", "diff", "register"])("has taskdef %s refuse a variant that is not there", async (verb) => {
    const { code, stderr } = await runCli(["taskdef", verb, "good.yaml", "--variant", "x"], { cwd: folder });
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^error: --variant x: there is no such variant\n/)]);
  });
});

describe("a command line that cannot be carried out, and no region", () => {
  it.each([
    [["task", "exec", "12345678", "--"], "nothing stands after --"],
    [["service", "exec", "bert", "--"], "nothing stands after --"],
    [["service", "import"], "nothing to import was named"],
  ])("is told of alone: %j", async (args, said) => {
    const { code, stderr } = await runCli(args, { cwd: folder });
    expect([code, stderr]).toEqual([2, expect.stringContaining(said)]);
    expect(stderr).not.toContain("region");
  });
});

describe("what keeps a command from AWS", () => {
  /** Commands that do without, or report it as what they found. */
  const goOn = new Set(["doctor", "taskdef generate"]);

  it.each(callers)("is told once by %s where no region is named", async (words, command) => {
    const { code, stderr } = await runCli([...withWorkload(words, command, "good.yaml"), "--yes"], { cwd: folder });
    if (goOn.has(words)) return;
    expect([code, stderr]).toEqual([6, expect.stringMatching(/^(?!warning)[^]*error: no AWS region is named\n/)]);
    expect(stderr.match(/no AWS region/g)).toHaveLength(1);
  });

  it.each(callers)("is told once by %s where there are no credentials", async (words, command) => {
    const args = [...withWorkload(words, command, "good.yaml"), "--yes"];
    const { code, stderr } = await runCli(args, { cwd: folder, env: { AWS_REGION: "us-east-1" } });
    if (goOn.has(words)) return;
    expect([code, stderr]).toEqual([6, expect.stringMatching(/^error: no AWS credentials were found\n/)]);
    expect(stderr.match(/no AWS credentials/g)).toHaveLength(1);
    expect(stderr).not.toContain("done");
  });

  it("is a profile that is not there, for a policy too", async () => {
    const env = { AWS_REGION: "us-east-1" };
    const { code, stderr } = await runCli(["iam", "policy", "run-task", "--profile", "prdo"], { env });
    expect([code, stderr]).toEqual([6, expect.stringContaining("there is no profile prdo")]);
  });

  it("is, where keys of the environment have expired, no fault of the profile that they win over", async () => {
    const env = {
      AWS_CONFIG_FILE: join(folder, "config"),
      AWS_PROFILE: "dev",
      AWS_ENDPOINT_URL: expired.url,
      AWS_ACCESS_KEY_ID: "testing",
      AWS_SECRET_ACCESS_KEY: "testing",
    };
    const { code, stderr } = await spawnCli(["task", "list"], { env });
    expect([code, stderr]).toEqual([
      6,
      expect.stringMatching(/^error: the AWS credentials have expired\n.*AWS_ACCESS_KEY_ID/),
    ]);
    expect(stderr).not.toContain("--profile dev");
  });
});
