import { oneNode, queued, type KindDefinition } from "../kind-definition.ts";
import { selectorOf } from "../labels.ts";
import { rollingUpdate } from "../update-strategy.ts";

/** https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/deployment-v1/ */
export const deployment: KindDefinition = {
  kind: "Deployment",
  apiVersion: "apps/v1",
  runs: "service",
  rollsOut: true,
  unsupportedFields: oneNode,
  reservedNameLength: () => 0,
  scalable: true,
  budgeted: true,
  wrap: (contents) => ({
    metadata: queued(contents),
    spec: {
      ...(contents.autoscaled ? {} : { replicas: contents.workload.replicas }),
      selector: { matchLabels: selectorOf(contents.name) },
      ...rollingUpdate(contents.workload, contents.shape, "strategy"),
      template: contents.pod,
    },
  }),
  queues: { kueue: "label" },
  ready: "rollout",
  service: {},
  documentation: {
    replicas: "`spec.replicas`",
    nodes: "1 only",
    devices: "`spec.template`",
    container: "NAME",
    command: "`args`",
    health: "probes",
  },
};
