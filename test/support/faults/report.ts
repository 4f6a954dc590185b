import type { Played } from "./play.ts";

/** Takes down what ended wrong: the rule that was broken, and how. */
export type Say = (rule: string, text: string) => void;

/* oxlint-disable typescript/no-explicit-any -- documents are read as a script reads them */
export type Json = any;

/** A report: what is on stdout and what the error's document says. */
export interface Report {
  readonly document: Json;
  readonly error: Json;
  /** Whether it says that it does not know all, and where to look. */
  readonly admitsGaps: boolean;
}

export function reportOf({ stdout, stderr }: Pick<Played, "stdout" | "stderr">): Report {
  const error = parse(stderr.trimEnd().split("\n").at(-1) ?? "");
  return {
    document: parse(stdout),
    error,
    admitsGaps: error?.details?.unknown !== undefined && /aiplat |aws /.test(String(error?.hint)),
  };
}

function parse(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function option({ argv }: Pick<Played, "argv">, name: string): string | undefined {
  const at = argv.indexOf(name);
  return at < 0 ? undefined : argv[at + 1];
}
