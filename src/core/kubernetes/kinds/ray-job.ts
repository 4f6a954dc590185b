import { oneReplica, programOf, queued, type KindDefinition } from "../kind-definition.ts";
import { rayApiVersion, rayClusterSpec, unprobed } from "../ray.ts";
import { shellLine } from "../shell-words.ts";
import { backoffLimit } from "./job.ts";

/** https://docs.ray.io/en/latest/cluster/kubernetes/getting-started/rayjob-quick-start.html */
export const rayJob: KindDefinition = {
  kind: "RayJob",
  apiVersion: rayApiVersion,
  runs: "job",
  unsupportedFields: (workload) => [
    ...oneReplica(workload),
    ...unprobed(workload),
    ...(programOf(workload) === undefined
      ? [{ path: ["command"], message: "submits a command, and there is none" }]
      : []),
  ],
  // MaxRayJobNameLength is 47.
  reservedNameLength: () => "-abcde-serve-svc".length,
  wrap: (contents) => ({
    metadata: queued(contents),
    spec: {
      // KubeRay hands it to `ray job submit`.
      entrypoint: shellLine(programOf(contents.workload) ?? []),
      backoffLimit,
      // A cluster that stays would hold its devices.
      shutdownAfterJobFinishes: true,
      rayClusterSpec: rayClusterSpec(contents),
    },
  }),
  scalesItself: true,
  queues: { kueue: "label" },
  documentation: {
    replicas: "1 only",
    nodes: "`workerGroupSpecs[0].numOfHosts`",
    coordinator: "`headGroupSpec`",
    devices: "`workerGroupSpecs[0].template`",
    container: "NAME",
    command: "`entrypoint`, after the words of `entryPoint`",
    health: "refused",
    rendezvous: "Ray",
  },
};
