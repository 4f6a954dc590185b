import { present } from "../core/base/present.ts";
import type { ResourceReference } from "../core/kubernetes/apply/read-manifests.ts";
import { rolloutArguments } from "../core/kubernetes/apply/rollout.ts";
import { AiplatError } from "../errors.ts";
import type { KubectlAnswer, KubectlPort } from "../ports.ts";

const fieldManager = ["--server-side", "--field-manager", "aiplat"];

/** What became of one resource, in kubectl's words. */
export interface AppliedResource {
  readonly resource: string;
  readonly action: string;
}

/** What applying would change, as a diff; undefined where nothing would change. */
export async function diffManifests(kubectl: KubectlPort, text: string, force: boolean): Promise<string | undefined> {
  const answer = await kubectl.run(["diff", ...fieldManager, ...forced(force), "--filename", "-"], text);
  // "Exit status: 0 No differences were found. 1 Differences were found. >1 Kubectl or diff failed with an error."
  if (answer.code === 0) return undefined;
  if (answer.code === 1 && answer.stdout !== "") return answer.stdout;
  throw failed("diff", answer);
}

export async function applyManifests(
  kubectl: KubectlPort,
  text: string,
  force: boolean,
): Promise<readonly AppliedResource[]> {
  const answer = await kubectl.run(["apply", ...fieldManager, ...forced(force), "--filename", "-"], text);
  if (answer.code !== 0) throw failed("apply", answer);
  return answer.stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const space = line.indexOf(" ");
      return { resource: line.slice(0, space), action: line.slice(space + 1) };
    });
}

/**
 * Waits for what has a rollout, one after the other within one time for all.
 *
 * @param remaining Seconds that are left; asked before each resource.
 */
export async function waitForRollout(
  kubectl: KubectlPort,
  resources: readonly ResourceReference[],
  remaining: () => number,
  tell: (text: string) => void,
): Promise<void> {
  for (const resource of resources) {
    const args = rolloutArguments(resource, Math.max(1, Math.ceil(remaining())));
    if (args === undefined) continue;
    tell(`waiting for ${resource.kind} ${resource.name}`);
    const answer = await kubectl.run(args);
    if (answer.code === 0) continue;
    const said = sentence(answer);
    const describe = `kubectl describe ${resource.kind.toLowerCase()} ${resource.name}${resource.namespace === undefined ? "" : ` --namespace ${resource.namespace}`}`;
    throw new AiplatError(
      /timed out|exceeded its progress deadline/i.test(`${answer.stderr}${answer.stdout}`)
        ? "Timeout"
        : "OperationFailed",
      `${resource.kind} ${resource.name} is applied and not up: ${said}`,
      { hint: `${describe} says why. The manifests stay applied; --timeout waits longer.` },
    );
  }
}

function forced(force: boolean): readonly string[] {
  return force ? ["--force-conflicts"] : [];
}

/** What to do about kubectl's refusals. */
const hints: readonly (readonly [RegExp, string])[] = [
  [/conflict/i, "Another field manager owns these fields: leave them to it, or take them over with --force-conflicts."],
  [/no matches for kind/i, "The cluster does not know this kind: install its operator first."],
  [
    /connection refused|no such host|no configuration has been provided|context .* does not exist/i,
    "aws eks update-kubeconfig --name CLUSTER makes kubectl talk to a cluster; --context names another.",
  ],
];

function failed(verb: string, answer: KubectlAnswer): AiplatError {
  const text = `${answer.stderr}${answer.stdout}`;
  const hint = hints.find(([pattern]) => pattern.test(text))?.[1];
  return new AiplatError("OperationFailed", `kubectl ${verb} failed with exit ${answer.code}: ${sentence(answer)}`, {
    ...present({ hint }),
    details: { exitCode: answer.code, stderr: answer.stderr },
  });
}

function sentence({ stderr, stdout }: KubectlAnswer): string {
  return (stderr.trim() || stdout.trim()).replace(/^error: /i, "");
}
