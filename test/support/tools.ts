import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/**
 * Whether a third-party program that a test compares with is missing, for `describe.skipIf`. Under
 * AIPLAT_REQUIRE_TOOLS=1 (continuous integration) a missing one is a failure.
 */
export function missingTools(...names: readonly string[]): boolean {
  const missing = names.filter((name) => !onPath(name));
  if (missing.length === 0) return false;
  if (process.env["AIPLAT_REQUIRE_TOOLS"] === "1") throw new Error(`not on PATH: ${missing.join(", ")}`);
  process.stderr.write(`skipped: ${missing.join(", ")} not on PATH\n`);
  return true;
}

/** The same of a program that continuous integration need not have. */
export function missingAnyway(name: string): boolean {
  const missing = !onPath(name);
  if (missing) process.stderr.write(`SKIPPED: ${name} not on PATH\n`);
  return missing;
}

function onPath(name: string): boolean {
  return (process.env["PATH"] ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
