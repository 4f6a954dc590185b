import type { Context } from "../context.ts";
import { harmlessLine } from "./harmless.ts";

export interface Progress {
  update(text: string): void;
  /** Ends it; the line is gone from the terminal. */
  stop(): void;
}

const silent: Progress = { update: () => undefined, stop: () => undefined };

/**
 * Whether a line on stderr can be drawn over. Not on a terminal of no size (`script` in a pipe, `docker run -t` without
 * a terminal behind it): ora would clear infinitely many lines there. Nor on one that knows no control characters.
 */
export function isLive({ stderr, env }: Pick<Context, "stderr" | "env">): boolean {
  return stderr.isTTY && stderr.columns > 0 && env["TERM"] !== "dumb";
}

/** A spinner on stderr, only on a terminal: pipes, --quiet and -o json get none. */
export async function startProgress(context: Context, text: string): Promise<Progress> {
  const { options } = context;
  if (!isLive(context) || options.quiet || options.format === "json") return silent;
  if (live !== undefined) return nested(live, text);
  const { default: ora } = await import("ora");
  // discardStdin would swallow Ctrl-C and the answers to questions.
  const spinner = ora({ text: harmlessLine(text), discardStdin: false, isEnabled: true }).start();
  live = spinner;
  return {
    update: (next) => {
      spinner.text = harmlessLine(next);
    },
    stop: () => {
      live = undefined;
      spinner.stop();
    },
  };
}

/** The one live line that a terminal has room for. */
let live: { text: string } | undefined;

/** A step within another shows on the same line, which goes back to what it said when the step is over. */
function nested(line: { text: string }, text: string): Progress {
  const before = line.text;
  line.text = harmlessLine(text);
  return {
    update: (next) => {
      line.text = harmlessLine(next);
    },
    stop: () => {
      line.text = before;
    },
  };
}
