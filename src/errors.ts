import { errorCodes, exitCodes, type ErrorCode } from "./core/base/codes/error-codes.ts";
import { present } from "./core/base/present.ts";
import { Refusal, UnreadableDefinition, type LocatedProblem } from "./core/base/problem.ts";

export { exitCodes, type ErrorCode } from "./core/base/codes/error-codes.ts";
export type { LocatedProblem } from "./core/base/problem.ts";

export type ExitCode = number;

export interface ErrorOptions {
  /** What to do about it. */
  readonly hint?: string;
  /** Facts for scripts: request ids, names, problems. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** An error the user sees: one clear message, what to do about it, and the exit code of its kind. */
export class AiplatError extends Error {
  readonly code: ErrorCode;
  readonly hint?: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "AiplatError";
    this.code = code;
    if (options.hint !== undefined) this.hint = options.hint;
    this.details = options.details ?? {};
  }

  get exitCode(): ExitCode {
    return errorCodes[this.code].exit;
  }
}

/** Whether a call that ended so may have taken effect: its answer was lost, came too late or was cut off. */
export function isUncertain(error: unknown): boolean {
  return error instanceof AiplatError && error.details["uncertain"] === true;
}

/** Why something cannot be done again whose first answer was lost: that does not say that it was not done. */
export function uncertain(error: unknown): unknown {
  if (!(error instanceof AiplatError)) return error;
  const { code, message, hint, details, cause } = error;
  return new AiplatError(code, message, { ...present({ hint }), details: { ...details, uncertain: true }, cause });
}

/** Invalid input with every problem at once (exit 2). */
export class InvalidInput extends AiplatError {
  readonly problems: readonly LocatedProblem[];

  constructor(problems: readonly LocatedProblem[], message = summarise(problems)) {
    super("InvalidInput", message, { details: { problems } });
    this.problems = problems;
  }
}

/** Ctrl-C: what still runs and how to go on is the operation's to say, in the hint. */
export class Interrupted extends AiplatError {
  constructor(message = "interrupted", options: ErrorOptions = {}) {
    super("Interrupted", message, options);
  }
}

/** Whether what a command answers is printed although it ends in this error: checks and capacity say what they found. */
export function printsResult({ exitCode }: AiplatError): boolean {
  return exitCode === exitCodes.check || exitCode === exitCodes.capacity;
}

/**
 * The one error of several: every mistake of the user's at once, before a region or credentials that are missing, as
 * nothing of AWS is needed to see those; of anything else, that alone.
 *
 * @param thrown What was thrown, one at least.
 */
export function together(thrown: readonly unknown[]): AiplatError {
  const errors = [...new Set(thrown)].map(toAiplatError);
  const mistakes = errors.filter(({ exitCode }) => exitCode !== exitCodes.credentials);
  const other = mistakes.find(({ exitCode }) => exitCode !== exitCodes.usage);
  if (mistakes.length < 2 || other !== undefined) return other ?? mistakes[0] ?? errors[0]!;
  const problems = mistakes.flatMap(problemsOf);
  return new AiplatError("Usage", `${problems.length} problems`, { details: { problems } });
}

/** What all of these come to, or the one error of those that are refused. */
export async function allTogether<const Asked extends readonly unknown[]>(
  asked: Asked,
): Promise<{ -readonly [Index in keyof Asked]: Awaited<Asked[Index]> }> {
  const settled = await Promise.allSettled(asked);
  const thrown = settled.flatMap((each) => (each.status === "rejected" ? [each.reason as unknown] : []));
  if (thrown.length > 0) throw together(thrown);
  return Promise.all(asked) as Promise<{ -readonly [Index in keyof Asked]: Awaited<Asked[Index]> }>;
}

function problemsOf({ message, hint, details }: AiplatError): readonly unknown[] {
  const { problems } = details;
  return Array.isArray(problems) ? problems : [{ severity: "error", message, ...present({ hint }) }];
}

/** Makes an AiplatError of whatever was thrown: a core refusal is invalid input, anything unknown is a bug. */
export function toAiplatError(error: unknown): AiplatError {
  if (error instanceof AiplatError) return error;
  if (error instanceof UnreadableDefinition) {
    const [{ hint } = {}] = error.problems;
    return new AiplatError("OperationFailed", error.message, hint === undefined ? {} : { hint });
  }
  if (error instanceof Refusal) return new InvalidInput(error.problems);
  if (error instanceof Error && error.name === "AbortError") return new Interrupted();
  const message = error instanceof Error ? error.message : String(error);
  return new AiplatError("Bug", `aiplat has a bug: ${message}`, {
    hint: "Run it again with --debug and report the output at https://github.com/aiplat/aiplat/issues",
    cause: error,
  });
}

function summarise(problems: readonly LocatedProblem[]): string {
  const errors = problems.filter((each) => each.severity === "error");
  return errors.length === 1 ? errors[0]!.message : `${errors.length} problems`;
}
