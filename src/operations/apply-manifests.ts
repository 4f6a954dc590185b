import { present } from "../core/base/present.ts";
import type { Raw } from "../core/base/merge.ts";
import { missingDeviceClass, mixNote, type DeviceNeeds } from "../core/kubernetes/apply/device-mechanism.ts";
import { explainRefusal } from "../core/kubernetes/apply/explain-refusal.ts";
import { orphanNote, possibleOrphans } from "../core/kubernetes/apply/orphans.ts";
import { levelNote, type LevelNeed } from "../core/kubernetes/apply/queue-levels.ts";
import { podTroubles } from "../core/kubernetes/apply/pod-troubles.ts";
import type { ResourceReference } from "../core/kubernetes/apply/read-manifests.ts";
import { rolloutArguments } from "../core/kubernetes/apply/rollout.ts";
import { instanceLabel } from "../core/kubernetes/labels.ts";
import { AiplatError } from "../errors.ts";
import type { KubectlAnswer, KubectlPort } from "../ports.ts";
import { flavorsOf, queuesOf } from "./observe-workload-needs.ts";

const fieldManager = ["--server-side", "--field-manager", "aiplat"];

/** What became of one resource, in kubectl's words. */
export interface AppliedResource {
  readonly resource: string;
  readonly action: string;
}

/** Manifests as they go to kubectl, and what they are. */
export interface ReadManifests {
  readonly text: string;
  readonly resources: readonly ResourceReference[];
}

/** What applying would change, as a diff; undefined where nothing would change. */
export async function diffManifests(
  kubectl: KubectlPort,
  { text, resources }: ReadManifests,
  force: boolean,
): Promise<string | undefined> {
  const answer = await kubectl.run(["diff", ...fieldManager, ...forced(force), "--filename", "-"], text);
  // "Exit status: 0 No differences were found. 1 Differences were found. >1 Kubectl or diff failed with an error."
  if (answer.code === 0) return undefined;
  if (answer.code === 1 && answer.stdout !== "") return answer.stdout;
  throw failed("diff", answer, resources);
}

export async function applyManifests(
  kubectl: KubectlPort,
  { text, resources }: ReadManifests,
  force: boolean,
): Promise<readonly AppliedResource[]> {
  const answer = await kubectl.run(["apply", ...fieldManager, ...forced(force), "--filename", "-"], text);
  if (answer.code !== 0) throw failed("apply", answer, resources);
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
    throw await notUp(kubectl, resource, answer);
  }
}

/**
 * What mixing two mechanisms would do to the devices; undefined where the cluster has the one that the manifests ask.
 *
 * @throws AiplatError where the cluster lacks a DeviceClass that is claimed.
 */
export async function checkDeviceClasses(kubectl: KubectlPort, needs: DeviceNeeds): Promise<string | undefined> {
  if (needs.deviceClasses.length === 0 && !needs.neuronPlugin) return undefined;
  const answer = await kubectl.run(["get", "deviceclasses.resource.k8s.io", "--output", "name"]);
  // A cluster that does not know the resource has none; one that cannot be asked is asked again by the diff.
  const unknown = /doesn't have a resource type/.test(answer.stderr);
  if (answer.code !== 0 && !unknown) return undefined;
  const there = answer.stdout.split("\n").flatMap((line) => (line === "" ? [] : [line.slice(line.indexOf("/") + 1)]));
  const missing = missingDeviceClass(needs, there);
  if (missing !== undefined) throw new AiplatError("OperationFailed", missing.message, { hint: missing.hint });
  return mixNote(needs, there);
}

/** That Kueue would hold pods back for ever that ask for a level of its Topology, a sentence each. */
export async function queueLevelNotes(kubectl: KubectlPort, needs: readonly LevelNeed[]): Promise<readonly string[]> {
  if (needs.length === 0) return [];
  const flavors = await flavorsOf(kubectl);
  const notes = await Promise.all(
    needs.map(async (need) => {
      const queues = await queuesOf(kubectl, need.namespace);
      // Who may not look is told nothing: Kueue says it of its Workload.
      return flavors === undefined || queues === undefined ? undefined : levelNote(need, [...queues, ...flavors]);
    }),
  );
  return notes.filter((each) => each !== undefined);
}

/** What is left of an earlier aiplat beside what was applied, a sentence each. */
export async function orphanNotes(
  kubectl: KubectlPort,
  resources: readonly ResourceReference[],
): Promise<readonly string[]> {
  const notes: string[] = [];
  for (const orphan of possibleOrphans(resources)) {
    const answer = await kubectl.run(["get", orphan.resource, orphan.name, "--ignore-not-found", "--output", "json"]);
    // Who may not look is told nothing: the resource itself is applied.
    const found: unknown = answer.code === 0 && answer.stdout.trim() !== "" ? JSON.parse(answer.stdout) : undefined;
    const said = orphanNote(orphan, found);
    if (said !== undefined) notes.push(said);
  }
  return notes;
}

async function notUp(kubectl: KubectlPort, resource: ResourceReference, answer: KubectlAnswer): Promise<AiplatError> {
  const { kind, name, namespace } = resource;
  const where = namespace === undefined ? [] : ["--namespace", namespace];
  const troubles = await podTroublesOf(kubectl, name, where);
  const describe = ["kubectl describe", kind.toLowerCase(), name, ...where].join(" ");
  const pods = troubles.length === 0 ? "" : `; its pods say ${troubles.join("; ")}`;
  return new AiplatError(
    /timed out|exceeded its progress deadline/i.test(`${answer.stderr}${answer.stdout}`)
      ? "Timeout"
      : "OperationFailed",
    `${kind} ${name} is applied and not up: ${sentence(answer)}${pods}`,
    {
      hint: `${describe} says why. The manifests stay applied; --timeout waits longer.`,
      details: { resource: { kind, name, ...present({ namespace }) }, pods: troubles },
    },
  );
}

/** What the pods' events and containers say; nothing where that cannot be read. */
async function podTroublesOf(kubectl: KubectlPort, name: string, where: readonly string[]): Promise<readonly string[]> {
  const list = async (...args: readonly string[]) => {
    const answer = await kubectl.run(["get", ...args, ...where, "--output", "json"]);
    return answer.code === 0 ? ((JSON.parse(answer.stdout) as { readonly items?: readonly Raw[] }).items ?? []) : [];
  };
  try {
    const [pods, events] = await Promise.all([
      list("pods", "--selector", `${instanceLabel}=${name}`),
      list("events", "--field-selector", "involvedObject.kind=Pod,type=Warning"),
    ]);
    return podTroubles(pods, events);
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

function forced(force: boolean): readonly string[] {
  return force ? ["--force-conflicts"] : [];
}

/** What to do about what kubectl says before a server has answered, and about conflicts. */
const hints: readonly (readonly [RegExp, string])[] = [
  [/conflict/i, "Another field manager owns these fields: leave them to it, or take them over with --force-conflicts."],
  [
    /connection refused|no such host|no configuration has been provided|context .* does not exist/i,
    "aws eks update-kubeconfig --name CLUSTER makes kubectl talk to a cluster; --context names another.",
  ],
];

function failed(verb: string, answer: KubectlAnswer, resources: readonly ResourceReference[]): AiplatError {
  const text = `${answer.stderr}${answer.stdout}`;
  const details = { exitCode: answer.code, stderr: answer.stderr };
  const explained = explainRefusal(text, resources);
  if (explained !== undefined)
    return new AiplatError(explained.code ?? "OperationFailed", explained.message, { hint: explained.hint, details });
  const hint = hints.find(([pattern]) => pattern.test(text))?.[1];
  return new AiplatError("OperationFailed", `kubectl ${verb} failed with exit ${answer.code}: ${sentence(answer)}`, {
    ...present({ hint }),
    details,
  });
}

/** Without the log of kubectl's libraries: `W1129 23:35:33.706922 30945 diff.go:723] ...`. */
function sentence({ stderr, stdout }: KubectlAnswer): string {
  const said = stderr.replace(/^[IWEF]\d{4} \d\d:\d\d:.*\n?/gm, "").trim();
  return (said || stdout.trim() || stderr.trim()).replace(/^error: /i, "");
}
