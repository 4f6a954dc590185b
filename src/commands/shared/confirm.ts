import type { Context } from "../../context.ts";
import { AiplatError } from "../../errors.ts";
import { harmlessLine } from "../../output/harmless.ts";

/** A question before something is done that cannot be taken back. */
export interface Confirmation {
  /** Completes "DOING needs a yes, and there is nobody to ask". */
  readonly doing: string;
  readonly question: string;
  /** How to say yes in advance. */
  readonly hint: string;
  /** What a no comes to, e.g. "nothing was deleted". */
  readonly refused: string;
  /** Whether standard input can hold an answer; it cannot where it was read for something else. */
  readonly answerable?: boolean;
}

/**
 * Asks on the terminal unless --yes said so already.
 *
 * @throws AiplatError Usage where nobody can be asked (--no-input, no terminal), OperationFailed on a no.
 */
export async function confirm(
  context: Context,
  { doing, question, hint, refused, answerable = true }: Confirmation,
): Promise<void> {
  const { yes, input } = context.options;
  if (yes) return;
  if (!input || !answerable || !context.stdinIsTTY)
    throw new AiplatError("Usage", `${doing} needs a yes, and there is nobody to ask`, { hint });
  if (!(await context.ask(harmlessLine(question)))) throw new AiplatError("OperationFailed", refused);
}
