import type * as z from "zod/mini";
import { listOr, pathText, problem, samePath, type Path, type Problem, valueAt } from "../base/problem.ts";
import { unitsMistake, vcpuOfUnits } from "./fields.ts";
import { hintFor, showValue } from "./hints.ts";
import { isRaw } from "../base/merge.ts";
import { suggestKey } from "./suggest.ts";

type Issue = z.core.$ZodIssue;

export interface Described {
  readonly problems: readonly Problem[];
  /** Paths that a rule must not read: what stands there is wrong, or was meant and stands elsewhere. */
  readonly broken: readonly Path[];
}

/** Turns what the schema found into one clear problem each. */
export function describeIssues(
  issues: readonly Issue[],
  schema: z.core.$ZodType,
  document: unknown,
  writtenAt: (path: Path) => string | undefined,
): Described {
  const problems: Problem[] = [];
  const broken: Path[] = [];
  const missing: Problem[] = [];
  for (const issue of issues.flatMap((each) => chooseBranch(each, document))) {
    const path = issue.path as Path;
    if (issue.code === "unrecognized_keys") {
      for (const key of issue.keys) {
        const { hint, meant } = suggestKey(schema, path, key);
        problems.push({
          ...problem(
            "unknown-key",
            [...path, key],
            `unknown key ${key}${path.length === 0 ? "" : ` in ${pathText(path)}`}`,
            hint,
          ),
          about: "key",
        });
        broken.push([...path, key], ...(meant === undefined ? [] : [meant]));
      }
    } else {
      const described = describe(issue, path, valueAt(document, path), writtenAt(path));
      (described.code === "missing-key" ? missing : problems).push(described);
    }
  }
  // A key that is missing because it is misspelt is one mistake, not two.
  const all = [...problems, ...missing.filter((each) => !broken.some((one) => samePath(one, each.path!)))];
  return { problems: all, broken: [...broken, ...all.map((each) => each.path!), ...missing.map((each) => each.path!)] };
}

function describe(issue: Issue, path: Path, value: unknown, written: string | undefined): Problem {
  const name = path.length === 0 ? "a workload" : pathText(path);
  const wants = wanted(issue);
  if (issue.code === "invalid_key") {
    return {
      ...problem(
        "invalid-key",
        path,
        `${JSON.stringify(path.at(-1))} in ${pathText(path.slice(0, -1))} must be ${wants}`,
      ),
      about: "key",
    };
  }
  if (value === undefined) return problem("missing-key", path, `${name} is missing`, `Write ${wants}.`);
  // Whoever writes the secret itself must not find it in the log of a build.
  if (path[0] === "secrets" && path.length === 2)
    return problem("invalid-value", path, `${name} must be ${wants}, never the secret itself`);
  const vcpu = typeof value === "number" && path.at(-1) === "cpu" ? vcpuOfUnits(value) : undefined;
  if (vcpu !== undefined)
    return problem("invalid-value", path, `${name} ${unitsMistake(value as number, vcpu)}`, `Write ${vcpu}.`);
  return problem(
    "invalid-value",
    path,
    `${name} must be ${wants}, not ${showValue(value, written)}`,
    hintFor(path, value, wants, written),
  );
}

/** What completes "must be": the schema's own words, or what its kind of check implies. */
function wanted(issue: Issue): string {
  const message = issue.code === "invalid_key" ? (issue.issues[0]?.message ?? "") : issue.message;
  if (message.startsWith("must be ")) return message.slice("must be ".length);
  if (issue.code === "invalid_value") return listOr(issue.values.map(String));
  if (issue.code === "invalid_type") return issue.expected === "array" ? "a list" : "a map of keys and values";
  return "something else";
}

/**
 * Of a union that nothing matched, what is wrong with the branch that was meant; the union itself where that is open.
 */
function chooseBranch(issue: Issue, document: unknown): readonly Issue[] {
  if (issue.code !== "invalid_union" || !isRaw(valueAt(document, issue.path as Path))) return [issue];
  const branches = issue.errors
    .filter((branch) => branch.every((each) => each.path.length > 0 || each.code === "unrecognized_keys"))
    .sort((one, other) => one.length - other.length);
  const [best, next] = branches;
  if (best === undefined || (next !== undefined && next.length === best.length)) return [issue];
  return best.map((each) => ({ ...each, path: [...issue.path, ...each.path] }));
}
