import { indexDigits, queued, withContainer, type KindDefinition } from "../kind-definition.ts";
import { boundsOf } from "../update-strategy.ts";
import { withoutProbes } from "../probes.ts";

/** https://lws.sigs.k8s.io/docs/reference/leaderworkerset.v1/ */
export const leaderWorkerSet: KindDefinition = {
  kind: "LeaderWorkerSet",
  apiVersion: "leaderworkerset.x-k8s.io/v1",
  runs: "service",
  rollsOut: true,
  unsupportedFields: () => [],
  // Its StatefulSets are NAME and NAME-GROUP, and their label controller-revision-hash is as long as NAME-GROUP-HASH.
  reservedNameLength: ({ replicas }) => 1 + indexDigits(replicas) + "-0123456789".length,
  scalable: true,
  budgeted: true,
  exclusiveTopology: "leaderworkerset.sigs.k8s.io/exclusive-topology",
  wrap: (contents) => {
    const { workload, pod } = contents;
    return {
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
  queues: { kueue: "label" },
  leaderApart: () => true,
  // kubernetes-sigs/lws api/leaderworkerset/v1
  ready: { condition: "Available" },
  // Its controller makes a Service of its name; requests are for the leaders.
  service: { suffix: "-leader", selector: { "leaderworkerset.sigs.k8s.io/worker-index": "0" } },
  documentation: {
    replicas: "`spec.replicas`: groups",
    nodes: "`leaderWorkerTemplate.size`",
    coordinator: "the leader is one of the nodes",
    devices: "`leaderTemplate` and `workerTemplate`",
    container: "NAME",
    command: "`args`",
    health: "probes of the leader",
    rendezvous: "`LWS_LEADER_ADDRESS`, `LWS_GROUP_SIZE`, `LWS_WORKER_INDEX` of its controller",
  },
};
