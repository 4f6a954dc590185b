/** What goes beside the resource where it is asked for. */
import { present } from "../base/present.ts";
import { listOr, settingProblem, type Problem } from "../base/problem.ts";
import type { ResolvedWorkload, Shape } from "../workload/resolved.ts";
import { deviceKind } from "./devices.ts";
import { exporterMonitorSpec, exporters } from "./exporters.ts";
import { typeOf } from "./kind-definition.ts";
import { definitionOf, kinds, type Kind } from "./kinds.ts";
import { selectorOf, sharedLabels } from "./labels.ts";
import type { Manifest, Metadata } from "./manifest.ts";

export const extras = ["service", "hpa", "scaled-object", "pod-monitor", "pdb"] as const;
export type Extra = (typeof extras)[number];

export interface ExtraSettings {
  readonly extras?: readonly Extra[];
  /** The most replicas that an autoscaler starts; the file's replicas are the least. */
  readonly maxReplicas?: number;
  /** Where KEDA asks for the devices' utilisation. */
  readonly prometheusUrl?: string;
}

export interface ExtraContents extends ExtraSettings {
  readonly workload: ResolvedWorkload;
  readonly shape: Shape;
  readonly kind: Kind;
  readonly name: string;
  readonly metadata: Metadata;
}

/** Percent: below it a replica has room, above it another one starts. */
const targetUtilization = 70;

/** Whether the extras say how many replicas run. */
export function isAutoscaled({ extras: asked = [] }: ExtraSettings): boolean {
  return asked.includes("hpa") || asked.includes("scaled-object");
}

/** The kinds whose pods take requests and whose controller makes no Service of its own that does. */
const served = kinds.filter((kind) => definitionOf(kind).service !== undefined);
/** The kinds whose pods Kubernetes can count for a budget. */
const budgeted = kinds.filter((kind) => definitionOf(kind).budgeted === true);
const scalable = kinds.filter((kind) => definitionOf(kind).scalable === true);

const scalingItself = kinds.filter((kind) => definitionOf(kind).scalesItself === true);

/** What is wrong with the most replicas of a kind that scales itself, or that nothing scales. */
function ownScalingProblems({ workload, kind, maxReplicas, ...settings }: ExtraContents): readonly Problem[] {
  if (maxReplicas === undefined || isAutoscaled(settings)) return [];
  const wrong = (message: string, hint?: string) => [
    settingProblem("max-replicas", `--max-replicas ${maxReplicas}${message}`, hint),
  ];
  if (!scalingItself.includes(kind))
    return wrong(
      `: nothing scales the ${kind}`,
      scalable.includes(kind)
        ? "Write --with hpa or --with scaled-object too."
        : `${listOr(scalingItself, "and")} scale themselves, and --with hpa scales ${listOr(scalable, "and")}.`,
    );
  if (maxReplicas <= workload.replicas)
    return wrong(` is no more than the workload's replicas (${workload.replicas}), which are the least`);
  return workload.eks.queue?.kueue === undefined
    ? []
    : wrong(`: Kueue admits a ${kind} as a whole, and none that scales itself`, "Leave one of the two out.");
}

/** Why the extras that are asked for cannot go with the workload. */
export function extraProblems(contents: ExtraContents): readonly Problem[] {
  const { workload, shape, kind, extras: asked = [], maxReplicas, prometheusUrl } = contents;
  const problems = [...ownScalingProblems(contents)];
  const wrong = (extra: Extra, message: string, hint?: string) => {
    if (asked.includes(extra)) problems.push(settingProblem(`with-${extra}`, `--with ${extra}: ${message}`, hint));
  };
  if (!served.includes(kind))
    wrong(
      "service",
      `${kind} has no Service of aiplat's`,
      `There is one for ${listOr(served, "and")}; the controllers of the other services make their own.`,
    );
  else if (workload.ports.length === 0) wrong("service", "the workload has no ports", "Write ports, or --port.");
  if (!budgeted.includes(kind))
    wrong("pdb", `a PodDisruptionBudget counts no pods of a ${kind}`, `It counts those of ${listOr(budgeted, "and")}.`);
  for (const extra of ["hpa", "scaled-object"] as const) {
    if (!scalable.includes(kind))
      wrong(extra, `${kind} has no scale subresource`, `There is one for ${listOr(scalable, "and")}.`);
    if (maxReplicas === undefined) wrong(extra, "--max-replicas is missing");
    else if (maxReplicas <= workload.replicas)
      wrong(
        extra,
        `--max-replicas ${maxReplicas} is no more than the workload's replicas (${workload.replicas}), ` +
          "which are the least",
      );
  }
  if (asked.includes("hpa"))
    wrong(
      "scaled-object",
      "KEDA makes a HorizontalPodAutoscaler of its own, so hpa cannot go with it",
      "Keep one of them.",
    );
  if (prometheusUrl === undefined)
    wrong(
      "scaled-object",
      "--prometheus is missing: KEDA reads the devices' utilisation there",
      "Write --prometheus http://prometheus.monitoring:9090.",
    );
  if (deviceKind(shape) === undefined) {
    const none = shape.request.kind === "none" ? "a CPU workload has no devices" : "nothing measures such devices,";
    wrong("scaled-object", `${none} to scale on`, "Use hpa.");
    wrong("pod-monitor", `${none} to watch`);
  }
  return problems;
}

/** The extras in their order. */
export function extraManifests(contents: ExtraContents): readonly Manifest[] {
  const make: Readonly<Record<Extra, (contents: ExtraContents) => Manifest>> = {
    service,
    hpa,
    "scaled-object": scaledObject,
    "pod-monitor": podMonitor,
    pdb: podDisruptionBudget,
  };
  return extras.filter((extra) => contents.extras?.includes(extra)).map((extra) => make[extra](contents));
}

function service({ workload, kind, name, metadata }: ExtraContents): Manifest {
  const { suffix = "", selector = {} } = definitionOf(kind).service ?? {};
  const ports = workload.ports.map((port) => ({
    name: port.name ?? `${port.protocol}-${port.container}`,
    port: port.container,
    targetPort: port.container,
    protocol: port.protocol.toUpperCase(),
  }));
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { ...metadata, name: `${name}${suffix}` },
    spec: { selector: { ...selectorOf(name), ...selector }, ports },
  };
}

/**
 * So many pods of the service may be away while nodes are drained.
 * https://kubernetes.io/docs/tasks/run-application/configure-pdb/
 */
function podDisruptionBudget({ workload, name, metadata }: ExtraContents): Manifest {
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata,
    // With 0 no node could ever be drained.
    spec: {
      maxUnavailable: Math.max(1, workload.rollout?.maxUnavailable ?? 1),
      selector: { matchLabels: selectorOf(name) },
    },
  };
}

function scaleTarget({ kind, name }: ExtraContents): Readonly<Record<string, string>> {
  return { ...typeOf(definitionOf(kind)), name };
}

/**
 * On CPU, which every cluster's metrics server knows.
 * https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/
 */
function hpa(contents: ExtraContents): Manifest {
  return {
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: contents.metadata,
    spec: {
      scaleTargetRef: scaleTarget(contents),
      minReplicas: contents.workload.replicas,
      maxReplicas: contents.maxReplicas,
      metrics: [
        {
          type: "Resource",
          resource: { name: "cpu", target: { type: "Utilization", averageUtilization: targetUtilization } },
        },
      ],
    },
  };
}

/** On the devices' utilisation. https://keda.sh/docs/latest/scalers/prometheus/ */
function scaledObject(contents: ExtraContents): Manifest {
  return {
    apiVersion: "keda.sh/v1alpha1",
    kind: "ScaledObject",
    metadata: contents.metadata,
    spec: {
      scaleTargetRef: scaleTarget(contents),
      minReplicaCount: contents.workload.replicas,
      maxReplicaCount: contents.maxReplicas,
      triggers: [
        {
          type: "prometheus",
          metricType: "Value",
          metadata: {
            serverAddress: contents.prometheusUrl,
            query: utilisationQuery(contents),
            threshold: String(targetUtilization),
          },
        },
      ],
    },
  };
}

/** Percent over all of the workload's devices: DCGM's exporter names the pod, neuron-monitor the instance type. */
function utilisationQuery({ shape, name, metadata }: ExtraContents): string {
  if (deviceKind(shape) === "neuron") {
    const types = shape.instanceTypes.map((type) => type.instanceType).join("|");
    return `100 * avg(neuroncore_utilization_ratio${types === "" ? "" : `{instance_type=~"${types}"}`})`;
  }
  const namespace = metadata.namespace === undefined ? "" : `namespace="${metadata.namespace}",`;
  return `avg(DCGM_FI_DEV_GPU_UTIL{${namespace}pod=~"${name}-.+"})`;
}

/** One for all workloads on such devices: a second one would be scraped twice. */
function podMonitor({ shape, metadata: { namespace } }: ExtraContents): Manifest {
  const kind = deviceKind(shape) === "neuron" ? "neuron" : "nvidia";
  return {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PodMonitor",
    metadata: { name: exporters[kind].name, ...present({ namespace }), labels: sharedLabels },
    spec: exporterMonitorSpec(kind),
  };
}
