// Builds the command-line tool once a test run, into a package folder of its own: `npm run build` and other test runs
// can go on at the same time.
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** The package under test, an empty folder, and why the build failed if it did. */
    readonly cli: { readonly folder: string; readonly emptyFolder: string; readonly error?: string };
  }
}

const root = join(import.meta.dirname, "../..");

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "aiplat-test-"));
  const emptyFolder = join(folder, "empty");
  await mkdir(emptyFolder);
  try {
    await cp(join(root, "bin"), join(folder, "bin"), { recursive: true });
    for (const name of ["templates", "schema", "package.json"]) await symlink(join(root, name), join(folder, name));
    await promisify(execFile)(process.execPath, [join(root, "scripts/build.mjs"), join(folder, "dist")], { cwd: root });
    project.provide("cli", { folder, emptyFolder });
  } catch (error) {
    // Unit tests need no build: only the tests that run the tool fail.
    project.provide("cli", { folder, emptyFolder, error: String((error as { stderr?: string }).stderr || error) });
  }
  return () => rm(folder, { recursive: true, force: true });
}
