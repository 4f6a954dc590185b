import { present } from "../../base/present.ts";
import { deviceKind } from "../devices.ts";
import { exporterMonitorSpec, exporters } from "../exporters.ts";
import type { ExtraDefinition } from "../extra-definition.ts";
import { sharedLabels } from "../labels.ts";

/** One for all workloads on such devices: a second one would be scraped twice. */
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
    const kind = deviceKind(shape) === "neuron" ? "neuron" : "nvidia";
    return [
      {
        apiVersion: "monitoring.coreos.com/v1",
        kind: "PodMonitor",
        metadata: { name: exporters[kind].name, ...present({ namespace }), labels: sharedLabels },
        spec: exporterMonitorSpec(kind),
      },
    ];
  },
  documentation: {
    does: "has Prometheus scrape the devices' exporter, DCGM's (9400) or neuron-monitor (8000)",
    for: "workloads with devices",
  },
};
