/** What the jobs of Kubeflow's training operator have in common: pods by their role, the first of which leads. */
import { renamed, type Contents } from "./kind-definition.ts";

/**
 * A replica in the leading role, and a worker for every other node.
 *
 * @param leader The role's name, e.g. `Master`.
 * @param containerName What the controller looks for.
 */
export function replicaSpecs(contents: Contents, leader: string, containerName: string): ReplicaSpecs {
  const { nodes } = contents.workload;
  const spec = (replicas: number) => replicaSpec(contents, replicas, containerName);
  return { [leader]: spec(1), ...(nodes > 1 ? { Worker: spec(nodes - 1) } : {}) };
}

/** A worker for every node: they agree among each other who leads. */
export function workerSpecs(contents: Contents, containerName: string): ReplicaSpecs {
  return { Worker: replicaSpec(contents, contents.workload.nodes, containerName) };
}

type ReplicaSpecs = Readonly<Record<string, unknown>>;

function replicaSpec({ pod }: Contents, replicas: number, containerName: string): object {
  return { replicas, restartPolicy: "Never", template: renamed(pod, containerName) };
}
