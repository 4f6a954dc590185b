/** Grafana dashboards of the devices, as data. */
import type { Raw } from "../../base/merge.ts";

/** A graph: what Prometheus is asked, and in which of Grafana's units. */
interface Panel {
  readonly title: string;
  readonly query: string;
  readonly unit: string;
  /** Of a ratio, the value that fills the graph. */
  readonly most?: number;
}

interface Dashboard {
  readonly title: string;
  readonly panels: readonly Panel[];
}

/** Per pod: the exporter's own label, kept by honorLabels. */
const byGpu = "by (Hostname, gpu, GPU_I_ID, namespace, pod)";

export const dashboards = {
  nvidia: {
    title: "NVIDIA GPUs (DCGM)",
    panels: [
      { title: "Utilization", query: `avg ${byGpu} (DCGM_FI_DEV_GPU_UTIL)`, unit: "percent", most: 100 },
      {
        title: "Graphics engine active, parts of MIG too",
        query: `avg ${byGpu} (DCGM_FI_PROF_GR_ENGINE_ACTIVE)`,
        unit: "percentunit",
        most: 1,
      },
      {
        title: "Tensor cores active",
        query: `avg ${byGpu} (DCGM_FI_PROF_PIPE_TENSOR_ACTIVE)`,
        unit: "percentunit",
        most: 1,
      },
      {
        title: "Memory used",
        query: `avg ${byGpu} (DCGM_FI_DEV_FB_USED / (DCGM_FI_DEV_FB_USED + DCGM_FI_DEV_FB_FREE))`,
        unit: "percentunit",
        most: 1,
      },
      {
        title: "Idle GPUs: below 1 % for 15 minutes",
        query: "count(max_over_time(DCGM_FI_DEV_GPU_UTIL[15m]) < 1) or vector(0)",
        unit: "none",
      },
      { title: "Power", query: "sum by (Hostname) (DCGM_FI_DEV_POWER_USAGE)", unit: "watt" },
      { title: "Temperature", query: "max by (Hostname, gpu) (DCGM_FI_DEV_GPU_TEMP)", unit: "celsius" },
      { title: "Last XID error", query: "max by (Hostname, gpu) (DCGM_FI_DEV_XID_ERRORS)", unit: "none" },
      {
        title: "NVLink",
        query: "sum by (Hostname, gpu) (rate(DCGM_FI_DEV_NVLINK_BANDWIDTH_TOTAL[5m]))",
        unit: "none",
      },
    ],
  },
  neuron: {
    title: "Neuron devices (neuron-monitor)",
    panels: [
      {
        title: "NeuronCore utilization",
        query: "avg by (instance_id, neuroncore) (neuroncore_utilization_ratio)",
        unit: "percentunit",
        most: 1,
      },
      {
        // neuron-monitor says nothing of a core that no process has.
        title: "NeuronCores held idle: below 1 % for 15 minutes",
        query: "count(max_over_time(neuroncore_utilization_ratio[15m]) < 0.01) or vector(0)",
        unit: "none",
      },
      {
        title: "Memory used by the runtime",
        query: "sum by (instance_id, memory_location) (neuron_runtime_memory_used_bytes)",
        unit: "bytes",
      },
      { title: "Latency of executions", query: "max by (percentile) (execution_latency_seconds)", unit: "s" },
      { title: "Executions", query: "sum by (status_type) (rate(execution_status_total[5m]))", unit: "ops" },
      {
        title: "Errors of executions",
        query: "sum by (instance_id, error_type) (rate(execution_errors_total[5m]))",
        unit: "ops",
      },
      {
        title: "ECC events",
        query: "sum by (instance_id, event_type) (increase(hardware_ecc_events_total[1h]))",
        unit: "none",
      },
      {
        title: "vCPUs used by the runtime",
        query: "sum by (instance_id, usage_type) (neuron_runtime_vcpu_usage_ratio)",
        unit: "percentunit",
      },
      {
        title: "Memory of the host",
        query: "max by (instance_id) (system_memory_used_bytes / system_memory_total_bytes)",
        unit: "percentunit",
        most: 1,
      },
    ],
  },
} as const satisfies Readonly<Record<string, Dashboard>>;

export type DashboardName = keyof typeof dashboards;

/** Grafana's grid is 24 wide: two graphs in a row. */
const width = 12;
const height = 8;

const dataSource = { type: "prometheus", uid: "$datasource" };

/** The dashboard as Grafana imports it. https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/ */
export function dashboardJson(name: DashboardName): Raw {
  const { title, panels } = dashboards[name];
  return {
    uid: `aiplat-${name}`,
    title,
    tags: ["aiplat"],
    schemaVersion: 39,
    refresh: "30s",
    time: { from: "now-3h", to: "now" },
    templating: { list: [{ name: "datasource", type: "datasource", query: "prometheus", label: "Data source" }] },
    panels: panels.map((panel: Panel, index) => ({
      id: index + 1,
      type: "timeseries",
      title: panel.title,
      datasource: dataSource,
      gridPos: { x: (index % 2) * width, y: Math.floor(index / 2) * height, w: width, h: height },
      fieldConfig: {
        defaults: { unit: panel.unit, min: 0, ...(panel.most === undefined ? {} : { max: panel.most }) },
        overrides: [],
      },
      options: { legend: { displayMode: "table", placement: "right", calcs: ["mean", "max"] } },
      targets: [{ refId: "A", datasource: dataSource, expr: panel.query, legendFormat: "__auto" }],
    })),
  };
}
