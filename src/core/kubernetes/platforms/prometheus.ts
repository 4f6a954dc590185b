import type { InstanceType } from "../../catalog/instance-types/instance-type.ts";
import { settingProblem } from "../../base/problem.ts";
import { deviceTolerations } from "../devices.ts";
import { exporterMonitorSpec, exporters } from "../exporters.ts";
import { sharedLabels } from "../labels.ts";
import type { Manifest } from "../manifest.ts";
import { shapeOfNode } from "../whole-node.ts";
import { charts } from "./charts.ts";
import { dashboardJson, dashboards, type DashboardName } from "./dashboards.ts";
import { typesOfKind } from "./fleet.ts";
import type { Platform, PlatformFleet } from "./platform.ts";

/** aws-neuron/aws-neuron-sdk @9f6387f, src/k8/k8s-neuron-monitor-daemonset.yml */
export const neuronMonitorImage = "public.ecr.aws/neuron/neuron-monitor:1.3.0";

/** By which the chart's Grafana finds a dashboard. */
const dashboardLabel = { grafana_dashboard: "1" };

function dashboard(name: DashboardName): Manifest {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: `aiplat-dashboard-${name}`, labels: { ...sharedLabels, ...dashboardLabel } },
    data: { [`aiplat-${name}.json`]: JSON.stringify(dashboardJson(name), null, 2) },
  };
}

/** Neuron's exporter, on the fleet's nodes. */
function neuronMonitor(types: readonly InstanceType[]): readonly Manifest[] {
  const { name, labels, port } = exporters.neuron;
  const metadata = { name, namespace: name, labels: { ...sharedLabels, ...labels } };
  const instances = types.flatMap(({ instanceType }) => [instanceType, `ml.${instanceType}`]);
  return [
    { apiVersion: "v1", kind: "Namespace", metadata: { name, labels: sharedLabels } },
    {
      apiVersion: "apps/v1",
      kind: "DaemonSet",
      metadata,
      spec: {
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            affinity: {
              nodeAffinity: {
                requiredDuringSchedulingIgnoredDuringExecution: {
                  nodeSelectorTerms: [
                    {
                      matchExpressions: [
                        { key: "node.kubernetes.io/instance-type", operator: "In", values: instances },
                      ],
                    },
                  ],
                },
              },
            },
            tolerations: deviceTolerations(shapeOfNode(types[0]!)),
            containers: [
              {
                name,
                image: neuronMonitorImage,
                command: ["/opt/bin/entrypoint.sh"],
                args: ["--port", String(port), "--neuron-monitor-config", "/opt/aws/neuron/bin/neuron-monitor.conf"],
                ports: [{ containerPort: port }],
                env: [{ name: "GOMEMLIMIT", value: "160MiB" }],
                resources: {
                  requests: { cpu: "256m", memory: "128Mi" },
                  limits: { cpu: "500m", memory: "256Mi" },
                },
                // It reads what every process does with the devices.
                securityContext: { privileged: true },
              },
            ],
          },
        },
      },
    },
    { apiVersion: "monitoring.coreos.com/v1", kind: "PodMonitor", metadata, spec: exporterMonitorSpec("neuron") },
  ];
}

function shownIn(fleet: PlatformFleet): readonly DashboardName[] {
  return (Object.keys(dashboards) as DashboardName[]).filter((kind) => typesOfKind(fleet, kind).length > 0);
}

/** https://github.com/prometheus-community/helm-charts/tree/main/charts/kube-prometheus-stack */
export const prometheus: Platform = {
  summary: "Prometheus and Grafana, with Neuron's exporter and a dashboard for each kind of device",
  chartOf: () => charts.prometheus,
  fleetProblems: (fleet) =>
    shownIn(fleet).length > 0
      ? []
      : [
          settingProblem(
            "platform-devices",
            "prometheus has a dashboard for Neuron devices and one for NVIDIA GPUs, and no type with either is named",
            "Name the fleet's, as --instance-type trn1.32xlarge --instance-type g6.xlarge, or workloads on them.",
          ),
        ],
  values: (fleet) => {
    const neuron = typesOfKind(fleet, "neuron");
    return {
      prometheus: {
        // Else it reads the monitors and rules of its own release alone.
        prometheusSpec: {
          podMonitorSelectorNilUsesHelmValues: false,
          serviceMonitorSelectorNilUsesHelmValues: false,
          ruleSelectorNilUsesHelmValues: false,
        },
      },
      extraManifests: [
        ...(neuron.length === 0 ? [] : neuronMonitor(neuron)),
        ...shownIn(fleet).map((name) => dashboard(name)),
      ],
    };
  },
  notes: (fleet) => [
    ...(typesOfKind(fleet, "nvidia").length === 0
      ? []
      : [
          "DCGM's metrics are those of the GPU Operator's exporter: aiplat eks platform generate gpu-operator. It needs this chart's resources first.",
        ]),
    ...(typesOfKind(fleet, "neuron").length === 0
      ? []
      : [
          "neuron-monitor reads nothing of devices that the DRA driver gives out: " +
            "https://awsdocs-neuron.readthedocs-hosted.com/en/latest/deploy/infrastructure/monitoring.html",
        ]),
  ],
};
