import { cp, mkdtemp, readdir, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bareEnv, cliPath } from "../support/cli.ts";

/** Later versions of Node keep compiled code themselves. */
describe.skipIf(!process.versions.node.startsWith("20."))("code compiled at build time", () => {
  let folder: string;
  let cli: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "aiplat-compiled-"));
    const built = dirname(dirname(cliPath()));
    for (const name of ["bin", "dist"]) await cp(join(built, name), join(folder, name), { recursive: true });
    for (const name of ["package.json", "templates"]) await symlink(join(built, name), join(folder, name));
    cli = join(folder, "bin/aiplat.js");
    // Tells on stderr whether V8 took the compiled code of each file.
    await writeFile(
      join(folder, "tell.cjs"),
      `const vm = require("node:vm");
       vm.Script = class extends vm.Script {
         constructor(source, options) {
           super(source, options);
           process.stderr.write((this.cachedDataRejected === false ? "taken" : "compiled") + " " + options.filename + "\\n");
         }
       };`,
    );
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function run(...args: readonly string[]) {
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      ["--require", join(folder, "tell.cjs"), cli, ...args],
      { cwd: folder, env: bareEnv() },
    );
    const files = stderr.trim().split("\n");
    return {
      stdout,
      taken: files.filter((line) => line.startsWith("taken ")),
      compiled: files.filter((line) => line.startsWith("compiled ")),
    };
  }

  test.each([
    ["--help"],
    ["instances list --family inf1"],
    ["templates list"],
    ["taskdef generate --name bert --image bert:1 --instance-type g5.xlarge"],
  ])("is taken for every file of %s", async (line) => {
    const { taken, compiled } = await run(...line.split(" "));
    expect(taken.length).toBeGreaterThan(1);
    expect(compiled).toEqual([]);
  });

  test("is left where it is not this V8's", async () => {
    const name = (await readdir(join(folder, "dist"))).find((each) => each.startsWith("main.js."))!;
    await truncate(join(folder, "dist", name), 1000);
    const { stdout, compiled } = await run("--version");
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(compiled).toEqual([`compiled ${join(folder, "dist/main.js")}`]);
  });
});
