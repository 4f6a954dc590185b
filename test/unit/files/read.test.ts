import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../../support/cli.ts";

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), "aiplat-read-"));
  mkdirSync(join(cwd, "folder"));
  symlinkSync("loop", join(cwd, "loop"));
  writeFileSync(join(cwd, "latin1.yaml"), Buffer.from([0x61, 0xe9]));
  writeFileSync(join(cwd, "broken.yaml"), "name: [a\n");
  writeFileSync(join(cwd, "twice.yaml"), "name: a\nname: b\n");
});
afterAll(() => rmSync(cwd, { recursive: true }));

const unreadable = [
  "error: none.yaml: no such file",
  "error: folder is a directory, not a file",
  "error: loop cannot be read: its links lead round in a circle",
  "error: broken.yaml/a cannot be read: a part of its path is a file, not a folder",
  "error: latin1.yaml is not UTF-8 text",
  "  Save it as UTF-8, if it is the right file.",
];

describe("files that cannot be read", () => {
  it.each([["validate"], ["taskdef", "lint"]])("are told all at once, in words: aiplat %s", async (...words) => {
    const paths = ["none.yaml", "folder", "loop", "broken.yaml/a", "latin1.yaml", "broken.yaml"];
    const { code, stderr } = await runCli([...words, ...paths], { cwd });
    expect([code, stderr.trimEnd().split("\n")]).toEqual([2, unreadable]);
  });

  it("are told with what is wrong in the others, where the texts can be had", async () => {
    const { stderr } = await runCli(["validate", "twice.yaml", "broken.yaml"], { cwd });
    expect(stderr).toMatch(
      /^twice\.yaml:2:1: error: name is written twice[^]*^broken\.yaml:2:1: error: not valid YAML/m,
    );
  });
});
