import type { ExtraDefinition } from "../extra-definition.ts";
import { metricsPort, metricsPortProblems, portNameInService } from "../request-ports.ts";
import { selectorOf } from "../labels.ts";

/** https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.ServiceMonitor */
export const serviceMonitor: ExtraDefinition = {
  makes: ["ServiceMonitor"],
  reads: [],
  needs: {},
  throughService: true,
  problems: metricsPortProblems,
  manifests: ({ workload, name, metadata }) => [
    {
      apiVersion: "monitoring.coreos.com/v1",
      kind: "ServiceMonitor",
      metadata,
      spec: {
        // The Service has the labels of all that goes with the workload; a headless one has no such port.
        selector: { matchLabels: selectorOf(name) },
        endpoints: [{ port: portNameInService(metricsPort(workload)!), path: "/metrics" }],
      },
    },
  ],
  documentation: {
    does: "has Prometheus scrape `/metrics` through the Service, on the port named `metrics`, else that for requests",
    for: "kinds for `service`",
  },
};
