import { planNodes, type PlannedNodes } from "../../src/core/kubernetes/nodes/planned-nodes.ts";
import { autoModeManifests } from "../../src/core/kubernetes/nodes/auto-mode.ts";
import { karpenterManifests } from "../../src/core/kubernetes/nodes/karpenter.ts";
import type { Manifest } from "../../src/core/kubernetes/manifest.ts";
import { planNodegroup, type NodegroupPlan } from "../../src/core/kubernetes/nodes/node-group.ts";
import type { NodeSettings, NodeTarget } from "../../src/core/kubernetes/nodes/settings.ts";
import { resolveWorkload } from "../../src/core/workload/resolve.ts";
import type { Workload } from "../../src/core/workload/schema.ts";

/** A legal operator's settings. */
export const nodeSettings: NodeSettings = {
  cluster: "prod",
  nodeRole: "arn:aws:iam::123456789012:role/eks-node",
  subnets: ["subnet-1a"],
  securityGroups: ["sg-1a"],
  labels: {},
};

export interface NodeCase {
  readonly types: readonly string[];
  readonly nodes?: number;
  readonly replicas?: number;
  readonly devices?: number;
  /** Beside the types, in place of devices. */
  readonly accelerator?: Partial<Exclude<Workload["accelerator"], "none">>;
  readonly kind?: "job" | "service";
  readonly settings?: Partial<NodeSettings>;
}

function workloadOf({ types, nodes, replicas, devices, accelerator }: NodeCase): Workload {
  return {
    name: "bert",
    image: "repo/bert:1",
    accelerator: {
      instanceTypes: [...types],
      ...(devices === undefined ? {} : { devicesPerReplica: devices }),
      ...accelerator,
    },
    ...(nodes === undefined ? {} : { nodes }),
    ...(replicas === undefined ? {} : { replicas }),
  };
}

export function fleetsOf(each: NodeCase, target: NodeTarget = "nodegroup"): readonly PlannedNodes[] {
  return planNodes(resolveWorkload(workloadOf(each)), { ...nodeSettings, ...each.settings }, target);
}

export function plansOf(each: NodeCase): readonly NodegroupPlan[] {
  return fleetsOf(each).map((fleet) => planNodegroup("bert", fleet, { ...nodeSettings, ...each.settings }));
}

export function karpenterOf(each: NodeCase): readonly Manifest[] {
  return fleetsOf(each, "karpenter").flatMap((fleet) =>
    karpenterManifests({ name: "bert", kind: each.kind ?? "job" }, fleet, { ...nodeSettings, ...each.settings }),
  );
}

export function autoModeOf(each: NodeCase): readonly Manifest[] {
  return fleetsOf(each, "auto-mode").flatMap((fleet) =>
    autoModeManifests({ name: "bert", kind: each.kind ?? "job" }, fleet, { ...nodeSettings, ...each.settings }),
  );
}

/** Neuron and NVIDIA, one device, a whole instance, several nodes, reservations, Bottlerocket, a fractional GPU. */
export const nodeCases: Readonly<Record<string, NodeCase>> = {
  "neuron-device": { types: ["inf2.24xlarge"], devices: 1, replicas: 8, settings: { securityGroups: [] } },
  "neuron-nodes": { types: ["trn1.32xlarge"], nodes: 4 },
  "nvidia-device": {
    types: ["g5.xlarge", "g5.2xlarge"],
    kind: "service",
    replicas: 3,
    settings: { securityGroups: [], diskGiB: 100, labels: { team: "nlp" } },
  },
  "nvidia-nodes": {
    types: ["p6-b300.48xlarge"],
    nodes: 2,
    settings: { kubernetesVersion: "1.33", releaseVersion: "1.33.3-20250819" },
  },
  "nvidia-capacity-block": { types: ["p5.48xlarge"], nodes: 2, settings: { capacityBlock: "cr-0123456789abcdef0" } },
  "neuron-reservation": { types: ["trn2.48xlarge"], settings: { reservation: "cr-0123456789abcdef0" } },
  "nvidia-bottlerocket": {
    types: ["g5g.xlarge"],
    settings: { os: "bottlerocket", securityGroups: [], releaseVersion: "1.20.3-5d9ac849" },
  },
  "nvidia-fraction": { types: ["g6f.xlarge"], settings: { securityGroups: [] } },
  "nvidia-mig": {
    types: ["p5.48xlarge"],
    kind: "service",
    replicas: 57,
    settings: { securityGroups: [] },
    accelerator: { resource: "nvidia.com/mig-1g.10gb" },
  },
  "nvidia-hami": {
    types: ["g6.12xlarge"],
    kind: "service",
    replicas: 12,
    settings: { securityGroups: [] },
    accelerator: { resource: "nvidia.com/gpu", hami: { memory: "8GiB", maxComputePercent: 30 } },
  },
};
