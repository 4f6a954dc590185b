import { problem, settingProblem, type Problem } from "../../base/problem.ts";
import { allocationOf, allocationProblems, notServedByDra } from "../allocation.ts";
import { deviceTolerations } from "../devices.ts";
import { draDriverNamespace } from "../installs.ts";
import { shapeOfNode } from "../whole-node.ts";
import { charts } from "./charts.ts";
import { efaNotes, missingDevices, typesOfKind } from "./fleet.ts";
import type { Platform, PlatformFleet, PlatformPod } from "./platform.ts";

function isNeuron({ shape }: PlatformPod): boolean {
  return shape.instanceTypes.some(({ accelerator }) => accelerator.kind === "neuron");
}

/** Neuron's own pods: every one has a mechanism, which is one for the whole cluster. */
function mechanismsOf({ pods, cluster }: PlatformFleet): ReadonlySet<string> {
  const neuron = pods.filter(isNeuron);
  return new Set(neuron.map(({ workload, shape }) => allocationOf(workload, shape, cluster)));
}

function usesDra(fleet: PlatformFleet): boolean {
  return fleet.cluster.neuronScheduler === "dra" || mechanismsOf(fleet).has("dra");
}

/** Where no pod says what it asks for, parts are to be had wherever a node has several devices. */
function usesExtension(fleet: PlatformFleet): boolean {
  const mechanisms = mechanismsOf(fleet);
  return mechanisms.size === 0
    ? typesOfKind(fleet, "neuron").some(({ accelerator }) => accelerator.count > 2)
    : mechanisms.has("extension");
}

/** Types that are named, and that no pod is on, whose own problem says so with its place. */
function unservedTypes(fleet: PlatformFleet): readonly Problem[] {
  const ofPods = new Set(fleet.pods.flatMap(({ shape }) => shape.instanceTypes));
  const unserved = notServedByDra(typesOfKind(fleet, "neuron").filter((type) => !ofPods.has(type)));
  return usesDra(fleet) && unserved !== undefined
    ? [settingProblem("dra-type", unserved, "Leave them out, or use --neuron-scheduler extension.")]
    : [];
}

/** A pod that asks the device plugin, where another's claims have the cluster run the DRA driver in its place. */
function besideClaims({ workload, shape }: PlatformPod, fleet: PlatformFleet): readonly Problem[] {
  if (!usesDra(fleet) || allocationOf(workload, shape, fleet.cluster) === "dra") return [];
  return [
    problem(
      "platform-mechanism",
      ["accelerator"],
      "its devices are the device plugin's to give out, and those of another workload of the fleet the DRA driver's: a cluster has one of them",
      "Use --neuron-scheduler dra for all of them, here and in eks generate, or a cluster for each.",
    ),
  ];
}

/** https://github.com/aws-neuron/neuron-helm-charts */
export const neuronHelmChart: Platform = {
  summary: "Neuron's device plugin or DRA driver, and its scheduler extension",
  chartOf: (fleet) => ({
    ...charts["neuron-helm-chart"],
    ...(usesDra(fleet) ? { namespace: draDriverNamespace } : {}),
  }),
  fleetProblems: (fleet) => [
    ...missingDevices(fleet, "neuron", "neuron-helm-chart", "trn1.32xlarge"),
    ...unservedTypes(fleet),
  ],
  podProblems: (pod, fleet) =>
    isNeuron(pod)
      ? [
          // The chart is the same for every kind.
          ...allocationProblems(pod.workload, pod.shape, fleet.cluster, { kind: "", exclusiveTopology: "" }),
          ...(fleet.cluster.neuronScheduler === undefined ? besideClaims(pod, fleet) : []),
        ]
      : [],
  values: (fleet) => {
    const types = typesOfKind(fleet, "neuron");
    const tolerations = [
      { key: "CriticalAddonsOnly", operator: "Exists" },
      ...deviceTolerations(shapeOfNode(types[0]!)),
      // HyperPod keeps everything off a node that it is about to replace, and the plugin has to stay.
      {
        key: "sagemaker.amazonaws.com/node-health-status",
        operator: "Equal",
        value: "Unschedulable",
        effect: "NoSchedule",
      },
    ];
    const dra = usesDra(fleet);
    return {
      // The nodes that its DaemonSets run on, HyperPod's among them.
      neuronInstances: types.flatMap(({ instanceType }) => [instanceType, `ml.${instanceType}`]),
      devicePlugin: dra ? { enabled: false } : { enabled: true, tolerations },
      draDriver: dra ? { enabled: true, tolerations } : { enabled: false },
      // DRA needs none: "topology-aware allocation without custom scheduler extensions" (EKS, device-management-neuron).
      scheduler: { enabled: !dra && usesExtension(fleet) },
      // As EKS installs both mechanisms; beside the DRA driver the chart makes half of it.
      npd: { enabled: false },
    };
  },
  notes: (fleet) => [
    "neuronInstances has this fleet's types alone: name every Neuron type of the cluster, since one release serves them all.",
    ...(usesDra(fleet)
      ? ["The device plugin and the DRA driver must not run on one node: remove the plugin's release first."]
      : []),
    ...(!usesDra(fleet) && usesExtension(fleet)
      ? ["Its second scheduler has an image for one version of Kubernetes: scheduler.customScheduler.image.tag."]
      : []),
    "Neuron's node problem detector is left out: it needs a namespace and an IAM role, which the chart does not make: " +
      "https://awsdocs-neuron.readthedocs-hosted.com/en/latest/deploy/infrastructure/problem-detector-irsa.html",
    ...efaNotes({ types: typesOfKind(fleet, "neuron") }),
  ],
};
