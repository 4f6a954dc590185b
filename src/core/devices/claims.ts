import type { DeviceSet } from "../catalog/device-set.ts";
import { type ClusterSnapshot, placedTasks } from "../cluster/snapshot.ts";
import { taskServicesOf } from "../cluster/task-services.ts";
import type { ClaimSource } from "./claimed-devices.ts";
import { reachReader } from "./reach.ts";
import { termsReader } from "./terms.ts";

/** The devices that a task not yet STOPPED holds on its instance. */
export interface Claim {
  readonly taskArn: string;
  readonly devices: DeviceSet;
  /**
   * `unknown`: the snapshot has no definition of the task. `reach`: it says nothing of devices and could open every one
   * (`privileged`): no claim, and yet no place for a newcomer.
   */
  readonly sources: readonly (ClaimSource | "unknown" | "reach")[];
  /** A stopping task holds its devices until it is STOPPED. */
  readonly state: "held" | "stopping";
  /** Whether the task's containers run, as far as ECS knows. */
  readonly running: boolean;
  /** Whether a DAEMON service runs the task: where it is stopped, ECS starts it again. */
  readonly daemon: boolean;
  readonly networkMode: string;
  /** The static host ports it reserves, as `28700/udp`. */
  readonly hostPorts: readonly string[];
}

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html */
const beforeRunning: ReadonlySet<string> = new Set(["PROVISIONING", "PENDING", "ACTIVATING"]);

/**
 * Every claim of the cluster's tasks, whoever placed them, by container instance ARN. Tasks without an instance hold
 * nothing.
 */
export function claimsOn(snapshot: ClusterSnapshot): ReadonlyMap<string, readonly Claim[]> {
  const instances = new Map(snapshot.instances.map((instance) => [instance.arn, instance]));
  const serviceOf = taskServicesOf(snapshot);
  const termsOf = termsReader(snapshot);
  const reachOf = reachReader(snapshot);
  const claims = new Map<string, Claim[]>();
  for (const task of placedTasks(snapshot)) {
    const { taskArn, desiredStatus, lastStatus, containerInstanceArn } = task;
    const { locked: _, ...terms } = termsOf(task, instances.get(containerInstanceArn));
    const claim: Claim = {
      taskArn,
      ...terms,
      state: desiredStatus === "STOPPED" ? "stopping" : "held",
      running: !beforeRunning.has(lastStatus),
      daemon: serviceOf(task)?.schedulingStrategy === "DAEMON",
    };
    const held: Claim[] = [
      ...(claim.devices.length === 0 ? [] : [claim]),
      ...(reachOf(task)?.daemon === false ? [{ ...claim, devices: "all", sources: ["reach"] } as const] : []),
    ];
    if (held.length === 0) continue;
    const known = claims.get(containerInstanceArn);
    if (known === undefined) claims.set(containerInstanceArn, held);
    else known.push(...held);
  }
  return claims;
}

/** Whether a claim is none: its task could open the devices, and says nothing of them. */
export function isReach({ sources }: Pick<Claim, "sources">): boolean {
  return sources.includes("reach");
}

/** Whether ECS assigned the devices, and counts them. */
export function isCountedByEcs({ sources }: Pick<Claim, "sources">): boolean {
  return sources.includes("neuron-device");
}
