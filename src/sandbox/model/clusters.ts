import { AwsError } from "../wire/aws-error.ts";
import type { ClusterRecord } from "./records.ts";
import type { World } from "./world.ts";

/** A new, empty cluster. */
export function createCluster(world: World, name: string, arn = world.arn(`cluster/${name}`)): ClusterRecord {
  const cluster: ClusterRecord = {
    arn,
    name,
    status: "ACTIVE",
    tags: [],
    settings: [{ name: "containerInsights", value: "disabled" }],
    configuration: undefined,
    capacityProviders: [],
    defaultStrategy: [],
    instances: new Map(),
    tasks: new Map(),
    services: new Map(),
    rooms: undefined,
    runTokens: new Map(),
  };
  world.clusters.set(name, cluster);
  return cluster;
}

/** The cluster of a name or an ARN, `default` where none is given; undefined where there is none. */
export function findCluster(world: World, reference = "default"): ClusterRecord | undefined {
  const name = lastPart(reference);
  const found = world.clusters.get(name);
  if (found !== undefined) return reference.startsWith("arn:") && reference !== found.arn ? undefined : found;
  return world.adopt !== undefined && /^[A-Za-z0-9_-]{1,255}$/.test(name) ? world.adopt(name) : undefined;
}

/** @throws AwsError ClusterNotFoundException, also for a cluster that was deleted. */
export function requireCluster(world: World, reference: string | undefined): ClusterRecord {
  const cluster = findCluster(world, reference);
  if (cluster === undefined || cluster.status === "INACTIVE")
    throw new AwsError("ClusterNotFoundException", "Cluster not found.");
  return cluster;
}

/** The id at the end of an ARN, or the text itself. */
export function lastPart(reference: string): string {
  return reference.slice(reference.lastIndexOf("/") + 1);
}
