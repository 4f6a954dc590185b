import { pathText, problem, type LocatedProblem, type Path } from "../base/problem.ts";
import { environmentNameRule } from "./fields.ts";
import { workloadFlags, type WorkloadFlag } from "./flags.ts";
import { placedHint, showValue } from "./hints.ts";
import { isRaw, type Raw } from "../base/merge.ts";

/** The texts of the workload flags, by flag; and the words after `--`. */
export interface FlagTexts {
  readonly texts: ReadonlyMap<string, readonly string[]>;
  readonly command?: readonly string[];
}

/** A document with the flags over it. */
export interface Overlaid {
  readonly document: Raw;
  /** The flags whose values are not legal, all at once. */
  readonly problems: readonly LocatedProblem[];
  /** What those flags would have set: no rule may read it. */
  readonly broken: readonly Path[];
  /** The flag that a value comes from; undefined where it comes from the file. */
  flagOf(path: Path): string | undefined;
}

/** Lays the flags over a document: a flag overrides the file, maps merge by key, lists replace. */
export function overlayFlags(document: Raw, { texts, command }: FlagTexts): Overlaid {
  const problems: LocatedProblem[] = [];
  const broken: Path[] = [];
  const origins: { readonly path: Path; readonly flag: string }[] = [];
  let result = document;
  const set = (path: Path, value: unknown, flag: string) => {
    result = setAt(result, path, value);
    origins.push({ path, flag });
  };
  const refuse = (flag: string, path: Path, message: string, hint?: string) => {
    problems.push({ ...problem("invalid-value", path, message, hint), flag });
    broken.push(path);
  };

  for (const row of workloadFlags) {
    const given = texts.get(row.flag);
    if (given === undefined) continue;
    const values: unknown[] = [];
    for (const text of given) {
      const [path, value] = row.collects === "map" ? entryOf(row, text) : [row.path, text];
      if (value === undefined) {
        refuse(
          row.flag,
          row.path,
          `${row.flag} takes ${row.argument.slice(1, -1)}, where K must be ${environmentNameRule.wants}${notKey(text)}`,
        );
        continue;
      }
      const reading = row.read(value);
      if (!("value" in reading)) {
        const { wrong, hint } = "wrong" in reading ? reading : wrongValue(row, path, value, reading.wants);
        refuse(row.flag, path, `${row.collects === "list" ? row.flag.slice(2) : pathText(path)} ${wrong}`, hint);
      } else if (row.collects === "map") set(path, reading.value, row.flag);
      else values.push(reading.value);
    }
    if (row.collects === "map" || values.length === 0) continue;
    if (row.flag === "--devices" && result["accelerator"] === "none" && texts.has("--instance-type")) {
      refuse(row.flag, row.path, "--devices does not go with --instance-type none: a CPU workload has no devices");
    } else if (row.flag === "--instance-type" && values.includes("none")) {
      if (values.length > 1)
        refuse(row.flag, row.path, "--instance-type none stands alone: a CPU workload has no instance types");
      else set(["accelerator"], "none", row.flag);
    } else set(row.path, row.collects === "list" ? values : values.at(-1), row.flag);
  }
  if (command !== undefined) {
    if (command.length === 0)
      refuse("--", ["command"], "nothing stands after --", "Write the container's command there, or leave -- out.");
    else set(["command"], command, "--");
  }
  return {
    document: result,
    problems,
    broken,
    flagOf: (path) => origins.findLast((origin) => origin.path.every((each, index) => each === path[index]))?.flag,
  };
}

/** The flag that sets a path, or a part of it. */
export function flagFor(path: Path): string | undefined {
  const meets = (row: WorkloadFlag) => row.path.slice(0, path.length).every((each, index) => each === path[index]);
  return workloadFlags.find(meets)?.flag;
}

/** The required keys that a document made of flags alone lacks. */
export function missingFlags(document: Raw, broken: readonly Path[]): readonly LocatedProblem[] {
  const absent = workloadFlags.filter(
    ({ path, ifMissing }) =>
      ifMissing !== undefined && !Object.hasOwn(document, path[0]!) && !broken.some((one) => one[0] === path[0]),
  );
  return absent.map(({ flag, path, ifMissing }) => ({
    ...problem("missing-key", path, `${pathText(path)} is missing`, ifMissing),
    flag,
  }));
}

function entryOf(row: WorkloadFlag, text: string): readonly [path: Path, value: string | undefined] {
  const equals = text.indexOf("=");
  const key = text.slice(0, Math.max(equals, 0));
  return environmentNameRule.pattern.test(key) && key !== "__proto__"
    ? [[...row.path, key], text.slice(equals + 1)]
    : [row.path, undefined];
}

function wrongValue(
  row: WorkloadFlag,
  path: Path,
  value: string,
  wants: string,
): { readonly wrong: string; readonly hint?: string | undefined } {
  // Whoever gives the secret itself must not find it in the log of a build.
  if (row.path[0] === "secrets") return { wrong: `must be ${wants}, never the secret itself` };
  return {
    wrong: `must be ${wants}, not ${showValue(value)}`,
    hint: placedHint(row.collects === "list" ? [...path, 0] : path, value),
  };
}

/** Only the part before `=` is shown: the rest may be a secret. */
function notKey(text: string): string {
  const equals = text.indexOf("=");
  return equals < 0 ? "" : `, not ${showValue(text.slice(0, equals))}`;
}

/**
 * Sets a value. A map grows; `accelerator: none` gives way; any other value in the way is
 * the file's mistake and stays to be reported.
 */
function setAt(document: Raw, [first, ...rest]: Path, value: unknown): Raw {
  const key = String(first);
  if (rest.length === 0) return { ...document, [key]: value };
  const inner = document[key];
  if (inner !== undefined && inner !== "none" && !isRaw(inner)) return document;
  return { ...document, [key]: setAt(isRaw(inner) ? inner : {}, rest, value) };
}
