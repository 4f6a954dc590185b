import type { Context } from "../context.ts";

export interface Progress {
  update(text: string): void;
  /** Ends it; the line is gone from the terminal. */
  stop(): void;
}

const silent: Progress = { update: () => undefined, stop: () => undefined };

/** A spinner on stderr, only on a terminal: pipes, --quiet and -o json get none. */
export async function startProgress(context: Context, text: string): Promise<Progress> {
  const { options, stderr } = context;
  if (!stderr.isTTY || options.quiet || options.format === "json") return silent;
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
