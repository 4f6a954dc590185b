import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runCli } from "../support/cli.ts";
import { templates } from "../support/templates.ts";

/** One of a single file. */
const single = "pytorch-inference-inf2";
/** One whose workload is merged with a patch and runs a script. */
const several = "pytorch-training-trn1";
const textOf = (name: string) => templates.find((each) => each.name === name)!.workload;

describe("init TEMPLATE", () => {
  let cwd: string;
  beforeEach(() => {
    cwd = mkdtempSync(join(tmpdir(), "aiplat-init-"));
  });
  afterEach(() => rmSync(cwd, { recursive: true }));

  const init = (...args: readonly string[]) => runCli(["init", ...args], { cwd });
  const text = (file = "aiplat.yaml") => readFileSync(join(cwd, file), "utf8");

  it("writes its files beside each other, and says what comes next", async () => {
    for (const { name, workload, files, targets } of templates) {
      const { code, stdout, stderr } = await init(name, "--force");
      expect([code, stdout, text()]).toEqual([0, "", workload]);
      for (const [file, written] of files) expect(text(file)).toBe(written);
      expect(stderr).toContain("aiplat validate\n");
      expect(stderr).toContain(`aiplat ${targets[0] === "eks" ? "eks" : "taskdef"} generate\n`);
    }
  });

  it("overwrites a file only where it is told to", async () => {
    writeFileSync(join(cwd, "aiplat.yaml"), "mine\n");
    const { code, stderr } = await init(single);
    expect([code, stderr, text()]).toEqual([
      2,
      "error: aiplat.yaml exists already\n  Use --force to overwrite it, or --file for another path.\n",
      "mine\n",
    ]);
    expect((await init(single, "--force")).code).toBe(0);
    expect(text()).not.toBe("mine\n");
  });

  it("writes where --file says, and to standard output for -", async () => {
    expect((await init(single, "--file", "other.yaml")).code).toBe(0);
    expect(readdirSync(cwd)).toEqual(["other.yaml"]);
    expect(await init(single, "--file", "-")).toEqual({ code: 0, stdout: textOf(single), stderr: "" });
  });

  it("writes all of several files or none, and says what goes with standard output", async () => {
    writeFileSync(join(cwd, "train.py"), "mine\n");
    const { code, stderr } = await init(several);
    expect([code, readdirSync(cwd)]).toEqual([2, ["train.py"]]);
    expect(stderr).toContain("train.py exists already");
    expect(await init(several, "--force", "--file", "train.py")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("train.py is a file that goes with the workload's"),
    });
    expect(text("train.py")).toBe("mine\n");
    const piped = await init(several, "--file", "-");
    expect([piped.code, piped.stdout]).toEqual([0, textOf(several)]);
    expect(piped.stderr).toContain("eks.yaml and train.py go with it");
  });

  it("names every template where none is given or the name is wrong", async () => {
    for (const args of [["init"], ["init", "no-such-template"], ["templates", "show", "no-such-template"]]) {
      const { code, stdout, stderr } = await runCli(args, { cwd });
      expect([code, stdout, templates.filter(({ name }) => !stderr.includes(name))]).toEqual([2, "", []]);
    }
  });

  it("works with a path that has a space", async () => {
    await init(single);
    copyFileSync(join(cwd, "aiplat.yaml"), join(cwd, "a b.yaml"));
    expect(await runCli(["validate", "a b.yaml"], { cwd })).toMatchObject({ code: 0, stderr: "a b.yaml is valid\n" });
  });

  it("shows the file alone where it is piped, and all of it as a document", async () => {
    expect(await runCli(["templates", "show", single])).toEqual({ code: 0, stdout: textOf(single), stderr: "" });
    const { stdout } = await runCli(["templates", "show", single, "-o", "json"]);
    expect(JSON.parse(stdout)).toMatchObject({ kind: "Template", name: single, workload: textOf(single), files: {} });
  });
});
