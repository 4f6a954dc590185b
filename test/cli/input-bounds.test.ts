import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cliPath, runCli, spawnCli } from "../support/cli.ts";

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), "aiplat-bounds-"));
});
afterAll(() => rmSync(cwd, { recursive: true }));

/** The built tool, started as a user does. */
const commandOf = (...args: readonly string[]) => [process.execPath, cliPath(), ...args];

const mib = 1024 * 1024;
const workload = "name: a\nimage: b:1\naccelerator: none\nresources: { memory: 2GiB }\n";
const write = (text: string | Buffer) => {
  const path = join(cwd, `${Math.random()}.yaml`);
  writeFileSync(path, text);
  return path;
};

describe("input beyond its bound", () => {
  it.each([
    ["a workload", ["validate"], 4],
    ["a task definition", ["taskdef", "lint"], 4],
    ["a saved plan", ["service", "deploy", "--region", "us-east-1", "--plan"], 4],
  ] as const)("is refused: %s, as a file and on standard input", async (_, args, most) => {
    const text = " ".repeat(most * mib + 1);
    const path = write(text);
    const refused = (name: string) => ({
      code: 2,
      stdout: "",
      stderr: `error: ${name} is larger than ${most} MiB: it is no file for aiplat\n`,
    });
    expect(await runCli([...args, path])).toEqual(refused(path));
    expect(await runCli([...args, "-"], { input: text })).toEqual(refused("<stdin>"));
  });

  it("is not read to its end: a device without one", async () => {
    const { code, stderr } = await spawnCli(["validate", "/dev/zero"]);
    expect([code, stderr]).toEqual([2, "error: /dev/zero is larger than 4 MiB: it is no file for aiplat\n"]);
  });

  it("is heard of Ctrl-C: a pipe that nobody ends", async () => {
    const pipe = join(cwd, "pipe");
    execFileSync("mkfifo", [pipe]);
    // Open for both: nobody writes, and it never ends.
    const run = execFileSync(
      "sh",
      ["-c", `exec 3<>"$0"; "$@" "$0" & sleep 2; kill -INT $!; wait $!; echo $?`, pipe, ...commandOf("validate")],
      { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], env: { PATH: process.env["PATH"]! } },
    );
    expect(run).toBe("130\n");
  });

  it.each([
    ["a folder", () => cwd, "is a directory, not a file"],
    ["bytes that are no text", () => write(Buffer.from([0xff, 0xfe, 0xfd])), "is not UTF-8 text"],
    ["a NUL", () => write(`${workload}\u0000`), "is not UTF-8 text"],
    ["nesting", () => write(`${workload}environment: ${"[".repeat(5_000)}`), "the file is nested too deep"],
    [
      "aliases of aliases",
      () => {
        const lists = [..."bcdefgh"].map((name, index) => `${name}: &${name} [${`*${"abcdefg"[index]},`.repeat(10)}]`);
        return write(`${workload}a: &a [x]\n${lists.join("\n")}\n`);
      },
      "the file repeats its anchors too often",
    ],
  ])("%s is refused in a sentence", async (_, path, sentence) => {
    const { code, stderr } = await runCli(["validate", path()]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(sentence)]);
  });

  it("takes a pipe whose writer is slow", async () => {
    const text = execFileSync("bash", ["-c", `"$@" <(sleep 1; printf '%s' "$0")`, workload, ...commandOf("validate")], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
    expect(text).toBe("");
  });
});

describe("the page of bounds", () => {
  it("names tests that are there", () => {
    const page = readFileSync(join(import.meta.dirname, "../../docs/bounds.md"), "utf8");
    const named = [...page.matchAll(/\| (test\/\S+) \|/g)].map((match) => match[1]!);
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((path) => !existsSync(join(import.meta.dirname, "../..", path)))).toEqual([]);
  });
});
