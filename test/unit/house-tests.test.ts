// What holds for every test.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const root = join(import.meta.dirname, "../..");
const files = readdirSync(join(root, "test"), { recursive: true, encoding: "utf8" }).filter((file) =>
  file.endsWith(".ts"),
);
const linesWith = (pattern: RegExp) =>
  files.flatMap((file) =>
    readFileSync(join(root, "test", file), "utf8")
      .split("\n")
      .flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1}`] : [])),
  );

it("leaves the depth of properties to test/support/depth.ts: write numRuns: runs(N)", () => {
  expect(linesWith(/numRuns:\s*\d/)).toEqual([]);
});

it("gives no test less time than test/support/depth.ts does: a busy machine needs it", () => {
  expect(linesWith(/\{ timeout: (?:\d{1,5}|[12]?\d?\d_000|300_000)\b/)).toEqual([]);
});
