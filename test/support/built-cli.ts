import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");
const pause = new Int32Array(new SharedArrayBuffer(4));

/**
 * Builds the tool into the package folder, once a test run: the first worker that needs it builds, the others wait.
 *
 * @throws Error with the build's own words, in every test that needs it.
 */
export function buildOnce(folder: string): void {
  once(folder, "build", () => build([join(root, "scripts/build.mjs"), join(folder, "dist")]));
}

/** The same for the modules that tests run in their own process. */
export function bundleOnce(folder: string): void {
  once(folder, "bundle", () => build([join(root, "scripts/bundle-modules.mjs"), join(folder, "modules")]));
}

/** @param make Answers why it failed; empty where it did not. */
function once(folder: string, what: string, make: () => string): void {
  const outcome = join(folder, `${what}-outcome`);
  if (!existsSync(outcome)) {
    if (claims(join(folder, `${what}-begun`))) writeWhole(outcome, make());
    else while (!existsSync(outcome)) Atomics.wait(pause, 0, 0, 50);
  }
  const error = readFileSync(outcome, "utf8");
  if (error !== "") throw new Error(`the command-line tool does not build:\n${error}`);
}

/** Others see the file once all of it is there. */
function writeWhole(path: string, text: string): void {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}

/** Whether this worker is the first: a folder is made by one only. */
function claims(lock: string): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch {
    return false;
  }
}

function build(args: readonly string[]): string {
  try {
    execFileSync(process.execPath, args, { cwd: root, stdio: "pipe" });
    return "";
  } catch (error) {
    return String((error as { readonly stderr?: Buffer }).stderr ?? error) || "the build failed";
  }
}
