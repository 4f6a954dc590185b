import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const scripts = join(import.meta.dirname, "../../../scripts");

function said(program: string) {
  const args = ["--import", join(scripts, "say-errors.mjs"), "--input-type=module", "-e", program];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  return [status, stderr];
}

describe("what a script throws", () => {
  it.each([
    ["a sentence of its own", 'throw new Error("g9.ts: no price for g9.xlarge")', "g9.ts: no price for g9.xlarge\n"],
    [
      "a file that is not there",
      'import { readFile } from "node:fs/promises"; await readFile("not-there.json")',
      "ENOENT: no such file or directory, open 'not-there.json'\n",
    ],
  ])("is one line where it is %s", (_, program, line) => {
    expect(said(program)).toEqual([1, line]);
  });

  it("has its stack where it is a bug", () => {
    expect(said("null.x")).toEqual([1, expect.stringMatching(/^TypeError: .*\n +at /)]);
  });

  it("is said so by every script that makes something of the project", () => {
    const all = readdirSync(scripts).filter((name) => /^build-.*\.mjs$/.test(name));
    expect(all.length).toBeGreaterThan(5);
    const silent = all.filter(
      (name) => !readFileSync(join(scripts, name), "utf8").includes('import "./say-errors.mjs";'),
    );
    expect(silent).toEqual([]);
  });
});
