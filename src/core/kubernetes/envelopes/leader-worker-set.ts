import { indexDigits, queued, withContainer, type Envelope } from "../envelope.ts";
import { boundsOf } from "../rollout.ts";
import { withoutProbes } from "../probes.ts";

/** https://lws.sigs.k8s.io/docs/reference/leaderworkerset.v1/ */
export const leaderWorkerSet: Envelope = {
  apiVersion: "leaderworkerset.x-k8s.io/v1",
  runs: "service",
  rollsOut: true,
  limits: () => [],
  // Its StatefulSets are NAME and NAME-GROUP, and their label controller-revision-hash is as long as NAME-GROUP-HASH.
  nameRoom: ({ replicas }) => 1 + indexDigits(replicas) + "-0123456789".length,
  scalable: true,
  wrap: (contents) => {
    const { workload, pod } = contents;
    return {
      apiVersion: "leaderworkerset.x-k8s.io/v1",
      kind: "LeaderWorkerSet",
      metadata: queued(contents),
      spec: {
        ...(contents.autoscaled ? {} : { replicas: workload.replicas }),
        leaderWorkerTemplate: {
          size: workload.nodes,
          // A group is one replica: what is left of it cannot serve.
          restartPolicy: "RecreateGroupOnPodRestart",
          leaderTemplate: pod,
          // Requests come to the leader, and so do probes.
          workerTemplate: withContainer(pod, withoutProbes),
        },
        rolloutStrategy: { type: "RollingUpdate", rollingUpdateConfiguration: boundsOf(workload.rollout) },
      },
    };
  },
};
