/** The exporters of the devices' metrics, by the labels that their projects give them, and their ports. */
export const exporters = {
  // aws-neuron-sdk @81ce03a, src/k8/k8s-neuron-monitor-daemonset.yml
  neuron: { name: "neuron-monitor", labels: { app: "neuron-monitor" }, port: 8000 },
  // NVIDIA/dcgm-exporter @d5e5f51, dcgm-exporter.yaml
  nvidia: { name: "dcgm-exporter", labels: { "app.kubernetes.io/name": "dcgm-exporter" }, port: 9400 },
} as const;

/**
 * What a PodMonitor says of an exporter.
 * https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.PodMonitor
 */
export function exporterMonitorSpec(kind: keyof typeof exporters): Readonly<Record<string, unknown>> {
  const { labels, port } = exporters[kind];
  return {
    namespaceSelector: { any: true },
    selector: { matchLabels: labels },
    // The exporter's own labels say whose pod uses the device.
    podMetricsEndpoints: [{ portNumber: port, path: "/metrics", honorLabels: true }],
  };
}
