import { oneNameEach, statefulUpdate, statefulUpdateWarnings } from "../rolling-pods.ts";
import { indexDigits, oneNode, queued, type KindDefinition } from "../kind-definition.ts";
import { selectorOf } from "../labels.ts";
import { headlessName, headlessService } from "../rendezvous.ts";

/** https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/stateful-set-v1/ */
export const statefulSet: KindDefinition = {
  kind: "StatefulSet",
  apiVersion: "apps/v1",
  runs: "service",
  rollsOut: true,
  unsupportedFields: (workload) => [...oneNode(workload), ...oneNameEach(workload)],
  warnings: (workload, { kubernetesVersion }) => statefulUpdateWarnings(workload, kubernetesVersion),
  // The label controller-revision-hash is NAME-HASH; a pod is NAME-INDEX.
  reservedNameLength: ({ replicas }) => Math.max("-0123456789".length, 1 + indexDigits(replicas)),
  scalable: true,
  budgeted: true,
  companions: ({ metadata, name }) => [headlessService(metadata, selectorOf(name))],
  wrap: (contents) => ({
    metadata: queued(contents),
    spec: {
      ...(contents.autoscaled ? {} : { replicas: contents.workload.replicas }),
      serviceName: headlessName(contents.name),
      // Replicas do not wait for each other: loading a model takes long.
      podManagementPolicy: "Parallel",
      ...statefulUpdate(contents.workload),
      selector: { matchLabels: selectorOf(contents.name) },
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
