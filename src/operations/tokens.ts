import { createHash, randomBytes } from "node:crypto";

/**
 * The client token of one call of a command: the same words give the same token, so that a repeated command never
 * starts a task twice. RunTask takes 64 characters.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/ECS_Idempotency.html
 */
export function deriveToken(...words: readonly (string | number)[]): string {
  return createHash("sha256").update(JSON.stringify(words)).digest("hex");
}

/**
 * The name by which the tasks of one run are found again: random, or always the same for one client token.
 * It fits `startedBy` (128 characters).
 */
export function nameRun(workload: string, clientToken?: string): string {
  const id = clientToken === undefined ? randomBytes(4).toString("hex") : deriveToken("run", clientToken).slice(0, 8);
  return `${workload}-${id}`;
}
