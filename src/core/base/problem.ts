import type { ProblemCode, RefusalCode, WarningCode } from "./codes/problem-codes.ts";
import { present } from "./present.ts";

/** Where in a document a problem is: keys and indices from the root. */
export type Path = readonly (string | number)[];

/** One thing that is wrong with what the user gave, and what to write instead. */
export interface Problem {
  readonly severity: "error" | "warning";
  /** Stable kebab-case id of the registry, e.g. `unknown-instance-type`. */
  readonly code: ProblemCode;
  /** What is wrong, in one sentence, naming the offending value. */
  readonly message: string;
  /** What to write instead. */
  readonly hint?: string;
  /** The key in the workload file that the problem is about. */
  readonly path?: Path;
  /** Whether the key itself is wrong and not its value: the place is then the key's. */
  readonly about?: "key";
}

/** Where the user can see a problem: a file's line and column, or the flag that set the value. */
export interface Place {
  readonly file?: string;
  /** From 1. */
  readonly line?: number;
  /** From 1. */
  readonly column?: number;
  readonly flag?: string;
}

/** A problem with its place. */
export interface LocatedProblem extends Problem, Place {}

/** Input that the core refuses: every problem at once. The command line turns it into exit 2. */
export class Refusal extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map((problem) => problem.message).join("\n"));
    this.name = "Refusal";
    this.problems = problems;
  }
}

/** What AWS has and aiplat cannot read, where it would have to: nobody's input, so exit 1. */
export class UnreadableDefinition extends Refusal {}

/** The work's result; where it is refused, these problems are said beside its own. @throws Refusal */
export function refuseTogether<T>(problems: readonly Problem[], work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof Refusal ? new Refusal([...problems, ...error.problems]) : error;
  }
}

/** An error-severity problem; the shape most rules need. */
export function problem(code: RefusalCode, path: Path, message: string, hint?: string): Problem {
  return { severity: "error", code, message, path, ...present({ hint }) };
}

/** An error-severity problem that is about no key of the workload, but about what else a command was told. */
export function settingProblem(code: RefusalCode, message: string, hint?: string): Problem {
  return { severity: "error", code, message, ...present({ hint }) };
}

/** A warning: the input is legal and is carried out, but the user should know. */
export function warning(code: WarningCode, path: Path, message: string, hint?: string): Problem {
  return { severity: "warning", code, message, path, ...present({ hint }) };
}

/** A warning that is about no key of the workload. */
export function settingWarning(code: WarningCode, message: string, hint?: string): Problem {
  return { severity: "warning", code, message, ...present({ hint }) };
}

/** The warnings but for those that an error says in the same words: what is refused need not be warned of. */
export function withoutRefused<Each extends Problem>(warnings: readonly Each[], problems: readonly Problem[]): Each[] {
  const refused = new Set(problems.flatMap(({ severity, message }) => (severity === "error" ? message : [])));
  return warnings.filter(({ message }) => !refused.has(message));
}

/** Throws a Refusal when any of the problems is an error. */
export function refuseErrors(problems: readonly Problem[]): void {
  if (problems.some((each) => each.severity === "error")) throw new Refusal(problems);
}

/** `a`, `a or b`, `a, b or c`: how every message lists what is legal. */
export function listOr(items: readonly (string | number)[], word = "or"): string {
  if (items.length <= 1) return items.join("");
  return `${items.slice(0, -1).join(", ")} ${word} ${items[items.length - 1]}`;
}

/** `ports[0].container`: a path as messages name it. */
export function pathText(path: Path): string {
  return path
    .map((each, index) => {
      const word = typeof each === "string" && /^[A-Za-z_$][\w$-]*$/.test(each);
      if (word) return index === 0 ? each : `.${each}`;
      return `[${JSON.stringify(each)}]`;
    })
    .join("");
}

export function samePath(one: Path, other: Path): boolean {
  return one.length === other.length && one.every((each, index) => each === other[index]);
}

/** Whether one path leads to the other or to a part of it. */
export function pathsMeet(one: Path, other: Path): boolean {
  const length = Math.min(one.length, other.length);
  return one.slice(0, length).every((each, index) => String(each) === String(other[index]));
}

/** What a document has at a path; undefined where it has nothing there. */
export function valueAt(document: unknown, path: Path): unknown {
  let value = document;
  for (const segment of path)
    value =
      typeof value === "object" && value !== null && Object.hasOwn(value, segment)
        ? (value as Readonly<Record<string | number, unknown>>)[segment]
        : undefined;
  return value;
}
