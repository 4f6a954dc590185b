import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writeFiles, writeNewFile } from "../../../src/files/write.ts";
import { runCli } from "../../support/cli.ts";

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "aiplat-write-"));
  writeFileSync(join(cwd, "package.json"), "precious");
});
afterEach(() => rmSync(cwd, { recursive: true }));

describe("a file that can hold a secret", () => {
  it("is for its owner alone, new or overwritten", () => {
    const modeOf = (name: string) => (statSync(join(cwd, name)).mode & 0o777).toString(8);
    writeNewFile({ cwd }, "new.json", "1", { force: true, mode: 0o600 });
    chmodSync(join(cwd, "package.json"), 0o644);
    writeNewFile({ cwd }, "package.json", "2", { force: true, mode: 0o600 });
    expect([modeOf("new.json"), modeOf("package.json")]).toEqual(["600", "600"]);
  });
});

describe("files in a folder", () => {
  it("are written, and the folder is made", () => {
    expect(writeFiles({ cwd }, "out/all", new Map([["a.json", "1"]]))).toEqual(["out/all/a.json"]);
    expect(readFileSync(join(cwd, "out/all/a.json"), "utf8")).toBe("1");
  });

  it.each(["../package.json", "a/b.json", "..", "/etc/x"])("never leave it: %s, and nothing is written", (name) => {
    const files = new Map([
      ["a.json", "1"],
      [name, "2"],
    ]);
    expect(() => writeFiles({ cwd }, "out", files)).toThrow(`${name} is no name for a file in out`);
    expect(readdirSync(cwd)).toEqual(["package.json"]);
  });

  it.each([
    ["taskdef", "ecs: { taskDefinition: { family: ../package } }"],
    ["eks", "eks: { resource: { metadata: { name: ../package } } }"],
  ])("are refused by the name in the raw fields: %s generate", async (noun, raw) => {
    const workload = `name: a\nimage: b:1\naccelerator: { instanceTypes: [inf2.xlarge] }\n${raw}\n`;
    writeFileSync(join(cwd, "w.yaml"), workload);
    const flags = noun === "eks" ? [] : ["--region", "us-east-1"];
    const { code, stderr } = await runCli([noun, "generate", "w.yaml", "--out-dir", "out", ...flags], { cwd });
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^w\.yaml:4:\d+: error: .*"\.\.\/package"/)]);
    expect(readFileSync(join(cwd, "package.json"), "utf8")).toBe("precious");
    expect(readdirSync(cwd).toSorted()).toEqual(["package.json", "w.yaml"]);
  });
});

describe("what the system refuses", () => {
  it.each([
    ["a folder in the place of the file", ".", "error: . is a directory\n  Name a file with --file.\n", 2],
    ["a path through a file", "package.json/a.yaml", "a part of its path is a file, not a folder\n", 1],
    ["a name too long", `${"a".repeat(300)}.yaml`, "cannot be written: its name is too long\n", 1],
    [
      "a folder that is not there",
      "none/a.yaml",
      "error: none/a.yaml: there is no such folder\n  Make the folder first.\n",
      2,
    ],
  ])("is said in words: %s", async (_, path, said, exit) => {
    const { code, stderr } = await runCli(["init", "pytorch-inference-inf2", "--file", path], { cwd });
    expect([code, stderr]).toEqual([exit, expect.stringContaining(said)]);
    expect(stderr).not.toContain(cwd);
  });
});
