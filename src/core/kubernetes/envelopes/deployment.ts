import { oneNode, queued, type Envelope } from "../envelope.ts";
import { selectorOf } from "../labels.ts";
import { rollingUpdate } from "../rollout.ts";

/** https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/deployment-v1/ */
export const deployment: Envelope = {
  apiVersion: "apps/v1",
  runs: "service",
  rollsOut: true,
  limits: oneNode,
  nameRoom: () => 0,
  scalable: true,
  wrap: (contents) => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: queued(contents),
    spec: {
      ...(contents.autoscaled ? {} : { replicas: contents.workload.replicas }),
      selector: { matchLabels: selectorOf(contents.name) },
      ...rollingUpdate(contents.workload, contents.shape, "strategy"),
      template: contents.pod,
    },
  }),
};
