// Canaries where secrets stand: credentials, a password in an endpoint, a redacted cluster. None is ever repeated.
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../support/cli.ts";
import { startTestSandbox, type TestSandbox } from "../support/sandbox.ts";

const canary = "CANARY5f3a";
let box: TestSandbox;
let cwd: string;
let env: Readonly<Record<string, string>>;

beforeAll(async () => {
  box = await startTestSandbox({ cluster: "prod" });
  cwd = mkdtempSync(join(tmpdir(), "aiplat-secrets-"));
  env = {
    ...(box.sandbox.environment as Readonly<Record<string, string>>),
    AWS_ACCESS_KEY_ID: "AKIA0000000000000000",
    AWS_SECRET_ACCESS_KEY: `${canary}secret`,
    AWS_SESSION_TOKEN: `${canary}token`,
  };
  writeFileSync(
    join(cwd, "aiplat.yaml"),
    `name: bert
image: b:1
accelerator: { instanceTypes: [inf2.24xlarge], devicesPerReplica: 2 }
command: [serve, --token=${canary}command]
environment: { TOKEN: ${canary}value }
ecs: { cluster: prod }
`,
  );
});
afterAll(async () => {
  await box.sandbox.close();
  rmSync(cwd, { recursive: true });
});

/** All that a command prints; with `--debug`, what it says of each call too. */
async function printed(...args: readonly string[]) {
  const { stdout, stderr } = await runCli([...args, "--debug"], { box, cwd, env });
  return stdout + stderr;
}

describe("a secret", () => {
  it.each([
    ["run-task"],
    ["run-task", "-o", "json"],
    ["run-task", "--count", "9", "--all-or-nothing"],
    ["service", "deploy"],
    ["service", "status", "bert", "-o", "json"],
    ["task", "list", "--cluster", "prod"],
    ["cluster", "devices", "--cluster", "prod", "-o", "html"],
    ["cluster", "explain"],
    ["taskdef", "register"],
    ["doctor"],
    ["ami", "latest", "--all-regions"],
    ["service", "delete", "nobody", "--cluster", "prod"],
    ["plan", "--region", "not a region"],
  ])("of the caller's is in nothing that %s prints", async (...args) => {
    const text = await printed(...args);
    expect(text).not.toContain(`${canary}secret`);
    expect(text).not.toContain(`${canary}token`);
    // What these commands say of a workload is not what its variables hold.
    expect(text).not.toContain(`${canary}value`);
  });

  it("is in no error for credentials that are wrong", async () => {
    const { code, stderr } = await runCli(["task", "list", "--cluster", "prod", "--debug"], {
      cwd,
      env: { ...env, AWS_ACCESS_KEY_ID: `${canary} secret`, AWS_SECRET_ACCESS_KEY: "" },
    });
    expect(code).not.toBe(70);
    expect(stderr).not.toContain(`${canary} secret`);
  });

  it("is in no redacted snapshot, which is for its owner alone", async () => {
    await runCli(["run-task"], { box, cwd, env });
    const { code } = await runCli(["cluster", "snapshot", "--redact", "--file", "s.json"], { cwd, env });
    const text = readFileSync(join(cwd, "s.json"), "utf8");
    expect([code, text.includes("bert"), text.includes(canary)]).toEqual([0, true, false]);
    expect((statSync(join(cwd, "s.json")).mode & 0o777).toString(8)).toBe("600");
  });
});
