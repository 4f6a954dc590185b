/** What the jobs of Kubeflow's training operator have in common: pods by their role, the first of which leads. */
import { renamed, type Contents } from "./kind-definition.ts";

/**
 * A replica in the leading role, and a worker for every other node.
 *
 * @param leader The role's name, e.g. `Master`.
 * @param containerName What the controller looks for.
 */
export function replicaSpecs(
  { workload: { nodes }, pod }: Contents,
  leader: string,
  containerName: string,
): Readonly<Record<string, unknown>> {
  const spec = (replicas: number) => ({ replicas, restartPolicy: "Never", template: renamed(pod, containerName) });
  return { [leader]: spec(1), ...(nodes > 1 ? { Worker: spec(nodes - 1) } : {}) };
}
