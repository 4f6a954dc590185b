import { oneNode, type Envelope } from "../envelope.ts";
import { selectorOf } from "../labels.ts";

/** https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/daemon-set-v1/ */
export const daemonSet: Envelope = {
  apiVersion: "apps/v1",
  runs: "service",
  limits: (workload) => [
    ...oneNode(workload),
    ...(workload.replicas === 1
      ? []
      : [
          { path: ["replicas"], message: `runs one pod on every node that fits, and replicas is ${workload.replicas}` },
        ]),
  ],
  nameRoom: () => 0,
  wrap: ({ metadata, name, pod }) => ({
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata,
    spec: { selector: { matchLabels: selectorOf(name) }, template: pod },
  }),
};
