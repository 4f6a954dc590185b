import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import type { Task, TaskDefinition } from "../ecs-api/api.ts";
import { hostPortsOf, networkModeOfDefinition } from "../ecs-api/host-ports.ts";
import { withOverrides } from "../ecs-api/overrides.ts";
import { deviceAskOf, type AskSource, type DeviceSet } from "./asks.ts";
import { lockPortBase, lockPortBaseTag } from "../catalog/lock-ports.ts";

/** The devices that a task not yet STOPPED holds on its instance. */
export interface Claim {
  readonly taskArn: string;
  readonly devices: DeviceSet;
  /** `unknown`: the snapshot has no definition of the task. */
  readonly sources: readonly (AskSource | "unknown")[];
  /** A stopping task holds its devices until it is STOPPED. */
  readonly state: "held" | "stopping";
  /** Whether the task's containers run, as far as ECS knows. */
  readonly running: boolean;
  /** Whether aiplat placed it: it carries locks or aiplat's tags. */
  readonly ours: boolean;
  readonly networkMode: string;
  /** Whether it reserves the lock port of each of its devices, so that ECS refuses a second claim. */
  readonly locked: boolean;
  /** The static host ports it reserves, as `28700/udp`. */
  readonly hostPorts: readonly string[];
}

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html */
const beforeRunning: ReadonlySet<string> = new Set(["PROVISIONING", "PENDING", "ACTIVATING"]);

export type Terms = Omit<Claim, "taskArn" | "state" | "running" | "ours">;

/** The cluster's own lock port base, or the default. */
export function lockPortBaseOf(tags: Readonly<Record<string, string>>): number {
  const own = tags[lockPortBaseTag] ?? "";
  return /^\d{4,5}$/.test(own) ? Number(own) : lockPortBase;
}

/** Every claim of the cluster's tasks, whoever placed them, by container instance ARN. Tasks without an instance hold nothing. */
export function claimsOn(snapshot: ClusterSnapshot): ReadonlyMap<string, readonly Claim[]> {
  const termsOf = termsReader(snapshot);
  const claims = new Map<string, Claim[]>();
  for (const task of snapshot.tasks) {
    const { containerInstanceArn, lastStatus } = task;
    if (containerInstanceArn === undefined || lastStatus === "STOPPED") continue;
    const terms = termsOf(task);
    if (terms.devices.length === 0) continue;
    const { taskArn, desiredStatus } = task;
    const claim: Claim = {
      taskArn,
      ...terms,
      state: desiredStatus === "STOPPED" ? "stopping" : "held",
      running: !beforeRunning.has(lastStatus),
      ours: isOurs(task, terms),
    };
    const held = claims.get(containerInstanceArn);
    if (held === undefined) claims.set(containerInstanceArn, [claim]);
    else held.push(claim);
  }
  return claims;
}

/** Reads each definition once: a cluster has far fewer definitions than tasks. */
function termsReader(snapshot: ClusterSnapshot): (task: Task) => Terms {
  const base = lockPortBaseOf(snapshot.tags);
  const known = new Map<string, Terms>();
  return ({ taskDefinitionArn, overrides }) => {
    const definition = snapshot.taskDefinitions[taskDefinitionArn];
    if (definition === undefined) return unknown;
    const own = withOverrides(definition, overrides);
    const cached = own === definition ? known.get(taskDefinitionArn) : undefined;
    if (cached !== undefined) return cached;
    const terms = readTerms(own, base);
    if (own === definition) known.set(taskDefinitionArn, terms);
    return terms;
  };
}

/** What a task of the definition would claim. */
export function readTerms(definition: TaskDefinition, base: number): Terms {
  const ask = deviceAskOf(definition, base);
  const hostPorts = hostPortsOf(definition).map(({ port, protocol }) => `${port}/${protocol}`);
  const locked = ask.devices !== "all" && ask.devices.every((device) => hostPorts.includes(`${base + device}/udp`));
  return { ...ask, networkMode: networkModeOfDefinition(definition), hostPorts, locked };
}

/** What nothing is known of may hold everything. */
const unknown: Terms = { devices: "all", sources: ["unknown"], networkMode: "bridge", hostPorts: [], locked: false };

function isOurs(task: Task, { sources }: Terms): boolean {
  return sources.includes("lock-port") || (task.tags ?? []).some(({ key }) => key.startsWith("aiplat:"));
}
