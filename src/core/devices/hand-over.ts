import { compareVersions, isVersion } from "../base/version.ts";
import type { ContainerInstance } from "../cluster/snapshot.ts";
import type { Claim } from "./claims.ts";

/**
 * From 1.74.1 on the agent holds a task back until what it needs on the host is free.
 * https://github.com/aws/amazon-ecs-agent/blob/master/CHANGELOG.md
 */
export const handOverAgent = "1.74.1";

/**
 * Whether the agent hands devices over. One that does not say its version is taken for a current one: every AMI that
 * still resolves has it.
 */
export function holdsSuccessors({ agentVersion = "" }: Pick<ContainerInstance, "agentVersion">): boolean {
  return !isVersion(agentVersion) || compareVersions(agentVersion, handOverAgent) >= 0;
}

/** What decides whether a task waits for another one on its instance. */
type Successor = Pick<Claim, "networkMode" | "hostPorts">;

/** Without a port in common the successor may still be waiting for something else, as long as it does not run. */
export function isHandOver(stopping: Claim, successor: Claim): boolean {
  return waitsFor(stopping, successor) || (!successor.running && countsPorts(stopping) && countsPorts(successor));
}

/** The agent counts host ports, in bridge and host mode only: with one in common the successor waits for certain. */
function waitsFor(stopping: Successor, successor: Successor): boolean {
  return (
    countsPorts(stopping) &&
    countsPorts(successor) &&
    successor.hostPorts.some((port) => stopping.hostPorts.includes(port))
  );
}

function countsPorts({ networkMode }: Successor): boolean {
  return networkMode === "bridge" || networkMode === "host";
}
