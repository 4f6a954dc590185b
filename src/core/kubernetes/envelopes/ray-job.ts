import { oneReplica, queued, type Envelope } from "../envelope.ts";
import { rayApiVersion, rayClusterSpec, unprobed } from "../ray.ts";
import { backoffLimit } from "./job.ts";

/** A command as one line of a shell: KubeRay hands the entrypoint to `ray job submit`. */
function shellLine(command: readonly string[]): string {
  return command.map((word) => (/^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replace(/'/g, "'\\''")}'`)).join(" ");
}

/** https://docs.ray.io/en/latest/cluster/kubernetes/getting-started/rayjob-quick-start.html */
export const rayJob: Envelope = {
  apiVersion: rayApiVersion,
  runs: "job",
  limits: (workload) => [
    ...oneReplica(workload),
    ...unprobed(workload),
    ...(workload.command === undefined ? [{ path: ["command"], message: "submits a command, and there is none" }] : []),
  ],
  // MaxRayJobNameLength is 47.
  nameRoom: () => "-abcde-serve-svc".length,
  wrap: (contents) => ({
    apiVersion: rayApiVersion,
    kind: "RayJob",
    metadata: queued(contents),
    spec: {
      entrypoint: shellLine(contents.workload.command ?? []),
      backoffLimit,
      // A cluster that stays would hold its devices.
      shutdownAfterJobFinishes: true,
      rayClusterSpec: rayClusterSpec(contents),
    },
  }),
};
