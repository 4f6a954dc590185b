// test/fixtures/broken/expected.txt is a transcript: each broken file or combination of flags with what is said of it,
// where, and the exit code.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runCli } from "../support/cli.ts";

const folder = join(import.meta.dirname, "../fixtures/broken");

interface Case {
  readonly line: string;
  readonly args: readonly string[];
  readonly stderr: string;
  readonly code: number;
}

const cases = readFileSync(join(folder, "expected.txt"), "utf8")
  .split(/^(?=\$ aiplat )/m)
  .map((block): Case => {
    const [line = "", ...rest] = block.trimEnd().split("\n");
    const words = [...line.slice("$ aiplat ".length).matchAll(/'([^']*)'|(\S+)/g)];
    return {
      line,
      args: words.map((word) => word[1] ?? word[2]!),
      stderr: rest
        .slice(0, -1)
        .map((each) => `${each}\n`)
        .join(""),
      code: Number(/^exit (\d+)$/.exec(rest.at(-1) ?? "")?.[1]),
    };
  });

describe("broken workloads and flags", () => {
  test("every fixture has its place in the transcript", () => {
    const named = new Set(cases.flatMap(({ args }) => args));
    expect(readdirSync(folder).filter((file) => file !== "expected.txt" && !named.has(file))).toEqual([]);
    expect(cases.length).toBeGreaterThan(100);
  });

  test.concurrent.each(cases)("$line", async ({ args, stderr, code }) => {
    expect(await runCli(args, { cwd: folder })).toEqual({ code, stdout: "", stderr });
  });
});
