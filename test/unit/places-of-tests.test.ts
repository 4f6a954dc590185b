// Where tests lie.
import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { expect, it } from "vitest";

const root = join(import.meta.dirname, "../..");
const files = readdirSync(join(root, "test"), { recursive: true, encoding: "utf8" });

/** Tests of no one file of src/, and what they are of. */
const ofTheWhole = new Map([
  ["unit/architecture-page", "docs/architecture.md"],
  ["unit/house-sources", "the files of src/"],
  ["unit/house-tests", "the tests"],
  ["unit/layers", "the imports of src/"],
  ["unit/places-of-tests", "the tests"],
  ["unit/start-up", "what offline commands load"],
  ["unit/catalog/facts", "facts/ beside what stands by hand in src/"],
  ["unit/plan/planner-fuzz-others", "the planner as a whole"],
  ["unit/plan/planner-fuzz-runs", "the planner as a whole"],
  ["unit/plan/planner-fuzz-services", "the planner as a whole"],
  ["cli/action", "action.yml"],
  ["cli/before-aws", "every command"],
  ["cli/code-cache", "bin/aiplat.js"],
  ["cli/deployed-workloads", "what earlier versions deployed"],
  ["cli/hostile-input", "every command"],
  ["cli/input-bounds", "every command"],
  ["cli/pages", "README.md and docs/"],
]);

/** Where the source of a test lies: its path without `core/`, and without a word after a dot for one of several tests. */
function sourcesOf(test: string): readonly string[] {
  const [kind = "", ...path] = join(dirname(test), basename(test).split(".")[0]!).split("/");
  const rest = path.join("/");
  const places =
    kind === "cli" ? [`src/commands/${rest}`] : [`src/${rest}`, `src/core/${rest}`, `test/${rest}`, `${rest}.mjs`];
  return places.flatMap((place) => [place, `${place}.ts`]);
}

it("has a test lie where its source lies: test/unit/ROOM/FILE.test.ts, test/cli/NOUN/VERB.test.ts", () => {
  const tests = files.filter((file) => /^(unit|cli)\/.*\.test\.ts$/.test(file));
  const lost = tests
    .map((file) => file.slice(0, -".test.ts".length))
    .filter((test) => !ofTheWhole.has(test) && !sourcesOf(test).some((place) => existsSync(join(root, place))));
  expect(lost).toEqual([]);
  expect([...ofTheWhole.keys()].filter((test) => !tests.includes(`${test}.test.ts`))).toEqual([]);
});
