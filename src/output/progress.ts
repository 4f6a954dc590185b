import type { Context } from "../context.ts";

export interface Progress {
  update(text: string): void;
  /** Ends it; the line is gone from the terminal. */
  stop(): void;
}

const silent: Progress = { update: () => undefined, stop: () => undefined };

/**
 * Whether a line on stderr can be drawn over. Not on a terminal of no size (`script` in a pipe, `docker run -t` without
 * a terminal behind it): ora would clear infinitely many lines there.
 */
export function isLive({ stderr }: Pick<Context, "stderr">): boolean {
  return stderr.isTTY && stderr.columns > 0;
}

/** A spinner on stderr, only on a terminal: pipes, --quiet and -o json get none. */
export async function startProgress(context: Context, text: string): Promise<Progress> {
  const { options } = context;
  if (!isLive(context) || options.quiet || options.format === "json") return silent;
  const { default: ora } = await import("ora");
  // discardStdin would swallow Ctrl-C and the answers to questions.
  const spinner = ora({ text, discardStdin: false, isEnabled: true }).start();
  return {
    update: (next) => {
      spinner.text = next;
    },
    stop: () => {
      spinner.stop();
    },
  };
}
