import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { lessons } from "../support/faults/lessons.ts";

const root = join(import.meta.dirname, "../..");
const script = join(root, "scripts/test-faults.mjs");

describe("under faults", () => {
  let wrongs: Readonly<Record<string, readonly string[]>> = {};
  beforeAll(async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [script, "--lessons"], { cwd: root });
    wrongs = JSON.parse(stdout) as typeof wrongs;
  });

  it.each(lessons.map(({ name }) => name))("%s", (name) => {
    expect(wrongs[name]).toEqual([]);
  });
});
