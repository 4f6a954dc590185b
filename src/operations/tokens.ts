import { createHash, randomBytes, randomUUID } from "node:crypto";

/**
 * The client token of one call of a command: the same words give the same token, so that a repeated command never
 * starts a task twice. RunTask takes 64 characters.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/ECS_Idempotency.html
 */
function deriveToken(...words: readonly (string | number)[]): string {
  return createHash("sha256").update(JSON.stringify(words)).digest("hex");
}

/**
 * The token of the RunTask call whose first replica this is: neither the plan nor what ECS still shows changes it.
 *
 * @param generation How many tokens of this replica were used up.
 */
export function batchToken(token: string, first: number, generation = 0): string {
  return deriveToken(token, first, generation);
}

/** The token of a version of a launch template: made from the same one, with the same image, it is made once. */
export function templateVersionToken(templateId: string, from: number, imageId: string): string {
  return deriveToken("launch template version", templateId, from, imageId);
}

/** The token of a node group's update to a release, which begins from the one that it has. */
export function releaseToken(cluster: string, nodegroup: string, from: string, to: string): string {
  return deriveToken("node group release", cluster, nodegroup, from, to);
}

/**
 * How long a run that lost `lost` races in a row lets the others go first: longer each time, and a time of its own, so
 * that two runs that met once do not meet for ever.
 */
export function pauseMs(token: string, round: number, lost: number): number {
  const share = Number.parseInt(deriveToken("pause", token, round).slice(0, 8), 16) / 0x1_0000_0000;
  return 100 + Math.round(share * Math.min(2_000, 200 * 2 ** lost));
}

/**
 * The name by which the tasks of one run are found again: random, or always the same for one client token. Given as a
 * client token, it names the same run: so a run that was given none can be taken up again. It fits `startedBy` (128
 * characters).
 */
export function nameRun(workload: string, clientToken?: string): string {
  if (clientToken?.startsWith(`${workload}-`) === true && /^[0-9a-f]{8}$/.test(clientToken.slice(workload.length + 1)))
    return clientToken;
  const id = clientToken === undefined ? randomBytes(4).toString("hex") : deriveToken("run", clientToken).slice(0, 8);
  return `${workload}-${id}`;
}

/** The token of one mutating call of a command: EC2 and EKS take 64 characters. */
export function callToken(token: string, request: object): string {
  return deriveToken(token, JSON.stringify(request));
}

/** A token of its own for a command that was given none. */
export function randomToken(): string {
  return randomBytes(16).toString("hex");
}

/** The token of one CreateService call, which takes 36 characters. It guards the SDK's own repetitions of the call. */
export function newServiceToken(): string {
  return randomUUID();
}
