import { present } from "../../base/present.ts";
import { deviceKind } from "../devices.ts";
import type { ExtraDefinition } from "../extra-definition.ts";
import { sharedLabels } from "../labels.ts";

/** The exporters of the devices' metrics, by the labels that their projects give them, and their ports. */
const exporters = {
  // aws-neuron-sdk @81ce03a, src/k8/k8s-neuron-monitor-daemonset.yml
  neuron: { name: "neuron-monitor", labels: { app: "neuron-monitor" }, port: 8000 },
  // NVIDIA/dcgm-exporter @d5e5f51, dcgm-exporter.yaml
  nvidia: { name: "dcgm-exporter", labels: { "app.kubernetes.io/name": "dcgm-exporter" }, port: 9400 },
} as const;

/**
 * One for all workloads on such devices: a second one would be scraped twice.
 * https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.PodMonitor
 */
export const podMonitor: ExtraDefinition = {
  makes: ["PodMonitor"],
  reads: [],
  needs: {},
  problems: ({ shape }) =>
    deviceKind(shape) === undefined
      ? [
          {
            message:
              shape.request.kind === "none"
                ? "a CPU workload has no devices to watch"
                : "nothing measures such devices, to watch",
          },
        ]
      : [],
  manifests: ({ shape, metadata: { namespace } }) => {
    const { name, labels, port } = deviceKind(shape) === "neuron" ? exporters.neuron : exporters.nvidia;
    return [
      {
        apiVersion: "monitoring.coreos.com/v1",
        kind: "PodMonitor",
        metadata: { name, ...present({ namespace }), labels: sharedLabels },
        spec: {
          namespaceSelector: { any: true },
          selector: { matchLabels: labels },
          // The exporter's own labels say whose pod uses the device.
          podMetricsEndpoints: [{ portNumber: port, path: "/metrics", honorLabels: true }],
        },
      },
    ];
  },
  documentation: {
    does: "has Prometheus scrape the devices' exporter, DCGM's (9400) or neuron-monitor (8000)",
    for: "workloads with devices",
  },
};
