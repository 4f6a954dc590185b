// What only a process of its own has: its streams and its folder.
import { execFile, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bareEnv, cliPath } from "../support/cli.ts";

const quoted = () => `'${process.execPath}' '${cliPath()}'`;
const inShell = (script: string) =>
  new Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>((settle) => {
    execFile("sh", ["-c", script], { env: bareEnv() }, (error, stdout, stderr) =>
      settle({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });

describe.skipIf(!existsSync("/dev/full"))("a stream that cannot be written", () => {
  const said = "standard output cannot be written: there is no space left";

  it("fails the command, in one sentence", async () => {
    expect(await inShell(`${quoted()} templates list > /dev/full`)).toEqual({
      code: 1,
      stdout: "",
      stderr: `error: ${said}\n`,
    });
  });

  it("fails it as a document under -o json", async () => {
    const { code, stderr } = await inShell(`${quoted()} templates list -o json > /dev/full`);
    expect([code, JSON.parse(stderr)]).toMatchObject([1, { kind: "Error", code: "OperationFailed", message: said }]);
  });

  it("fails --version, which loads nothing", async () => {
    const { code, stderr } = await inShell(`${quoted()} --version > /dev/full`);
    expect([code, stderr]).toEqual([1, "error: standard output cannot be written: ENOSPC\n"]);
  });

  it("leaves the exit code as it is where it is standard error", async () => {
    expect((await inShell(`${quoted()} validate missing.yaml 2> /dev/full`)).code).toBe(2);
  });
});

describe("a folder that somebody has removed", () => {
  it("is said where it counts", () => {
    const cwd = mkdtempSync(join(tmpdir(), "aiplat-gone-"));
    const run = (args: string) =>
      spawnSync("sh", ["-c", `rmdir '${cwd}' 2>/dev/null; ${quoted()} ${args}`], {
        cwd,
        env: bareEnv(),
        encoding: "utf8",
      });
    expect(run("validate a.yaml")).toMatchObject({
      status: 2,
      stderr: "error: the current folder is not there any more\n  Change into one that is.\n",
    });
  });
});
