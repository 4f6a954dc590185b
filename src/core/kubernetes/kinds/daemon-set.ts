import { oneNode, type KindDefinition } from "../kind-definition.ts";
import { selectorOf } from "../labels.ts";
import { daemonUpdate, oneWay } from "../rolling-pods.ts";

/** https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/daemon-set-v1/ */
export const daemonSet: KindDefinition = {
  kind: "DaemonSet",
  apiVersion: "apps/v1",
  runs: "service",
  rollsOut: true,
  unsupportedFields: (workload) => [
    ...oneWay(workload),
    ...oneNode(workload),
    ...(workload.replicas === 1
      ? []
      : [
          { path: ["replicas"], message: `runs one pod on every node that fits, and replicas is ${workload.replicas}` },
        ]),
  ],
  reservedNameLength: () => 0,
  wrap: ({ workload, metadata, name, pod }) => ({
    metadata,
    spec: { selector: { matchLabels: selectorOf(name) }, ...daemonUpdate(workload), template: pod },
  }),
  ready: "rollout",
  service: {},
  documentation: {
    replicas: "1 only: one pod on every node that fits",
    nodes: "1 only",
    devices: "`spec.template`",
    container: "NAME",
    command: "`args`",
    health: "probes",
  },
};
