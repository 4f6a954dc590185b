// Makes the package folder of a test run, where the first test that runs the command-line tool builds it: `npm run
// build` and other test runs can go on at the same time, and tests of the core wait for no build.
import { cp, mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** The package under test, and an empty folder. */
    readonly cli: { readonly folder: string; readonly emptyFolder: string };
  }
}

const root = join(import.meta.dirname, "../..");

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "aiplat-test-"));
  const emptyFolder = join(folder, "empty");
  await mkdir(emptyFolder);
  await cp(join(root, "bin"), join(folder, "bin"), { recursive: true });
  for (const name of ["templates", "schema", "package.json"]) await symlink(join(root, name), join(folder, name));
  project.provide("cli", { folder, emptyFolder });
  return () => rm(folder, { recursive: true, force: true });
}
