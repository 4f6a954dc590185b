import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { codesPage, exitTable } from "../../src/codes-reference.ts";
import { checkCodes } from "../../src/core/base/codes/check-codes.ts";
import { errorCodes } from "../../src/core/base/codes/error-codes.ts";
import { lintRules } from "../../src/core/base/codes/lint-rules.ts";
import { problemCodes } from "../../src/core/base/codes/problem-codes.ts";
import { failureReasons, reasonCodes } from "../../src/core/base/codes/reason-codes.ts";
import { rules } from "../../src/core/ecs/lint/rules.ts";
import { kindSections } from "../../src/core/kubernetes/kind-definition.ts";
import { extras } from "../../src/core/kubernetes/extras.ts";
import { readSources } from "../support/architecture.ts";

const root = join(import.meta.dirname, "../..");
const { files } = readSources(join(root, "src"));
const codesIn = (groups: Readonly<Record<string, object>>) =>
  Object.values(groups).flatMap((each) => Object.keys(each));

/** Where checks are made. */
const checks = { doctor: "core/doctor/", capacity: "core/capacity/check-", eks: "core/kubernetes/check/" };
const makesChecks = (file: string) => Object.values(checks).some((place) => file.startsWith(place));

/** What is written in some sources where a code stands: first in a call, or as a field or constant of that name. */
function writtenIn(where: (file: string) => boolean): ReadonlySet<string> {
  const texts = [...files].filter(([file]) => where(file) && !file.startsWith("core/base/codes/"));
  const place = /(?:\(|\b(?:code|check)(?:: | = ))\s*"([\w-]+)"/g;
  return new Set(texts.flatMap(([, text]) => [...text.matchAll(place)].map((match) => match[1]!)));
}

/** Codes that are made of a part that the compiler knows: `with-${extra}`. */
const made: ReadonlySet<string> = new Set([
  ...extras.map((extra) => `with-${extra}`),
  ...kindSections.map((section) => `${section}-not-used`),
]);

describe("the registry of codes", () => {
  it("has no code twice", () => {
    for (const groups of [problemCodes, lintRules, checkCodes]) {
      const codes = codesIn(groups);
      expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual([]);
    }
  });

  it("has no problem that nobody tells", () => {
    const written = writtenIn((file) => !makesChecks(file));
    expect(codesIn(problemCodes).filter((code) => !written.has(code) && !made.has(code))).toEqual([]);
  });

  it("has no error that nobody throws", () => {
    const written = writtenIn(() => true);
    expect(Object.keys(errorCodes).filter((code) => !written.has(code))).toEqual([]);
  });

  it("has every reason that aiplat itself writes into a failure, and no other", () => {
    const texts = [...files].filter(([file]) => !file.startsWith("sandbox/")).map(([, text]) => text);
    const written = texts.flatMap((text) =>
      [...text.matchAll(/\breason: "([A-Z_]+)"(?: satisfies (\w+))?/g)].map(([, reason, type]) => `${reason} ${type}`),
    );
    const known = [...new Set(written)].filter((each) => !Object.keys(reasonCodes).includes(each.split(" ")[0]!));
    expect(known.sort()).toEqual(Object.keys(failureReasons).map((reason) => `${reason} FailureReason`));
  });

  it("has no check that nobody makes", () => {
    const doctor = writtenIn((file) => file.startsWith(checks.doctor));
    expect(Object.keys(checkCodes.doctor).filter((code) => !doctor.has(code))).toEqual([]);
    const capacity = writtenIn((file) => file.startsWith(checks.capacity));
    expect(Object.keys(checkCodes["capacity check"]).filter((code) => !capacity.has(code))).toEqual([]);
    const eks = writtenIn((file) => file.startsWith(checks.eks));
    expect(Object.keys(checkCodes["eks check"]).filter((code) => !eks.has(code))).toEqual([]);
  });

  it("has the rules of lint, each once", () => {
    expect(rules.map(({ id }) => id).sort()).toEqual(codesIn(lintRules).sort());
  });

  it("is what docs/codes.md and README.md say (npm run generate)", async () => {
    expect(await readFile(join(root, "docs/codes.md"), "utf8")).toBe(codesPage());
    expect(await readFile(join(root, "README.md"), "utf8")).toContain(exitTable());
  });
});
