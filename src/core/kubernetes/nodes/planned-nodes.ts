import { groupBy } from "../../base/groups.ts";
import { present } from "../../base/present.ts";
import { amiFamiliesFor } from "../../catalog/machine-images/amis.ts";
import type { InstanceType } from "../../catalog/instance-types/instance-type.ts";
import { efaLayout, type MachineInterface } from "../../catalog/network-interfaces.ts";
import {
  nodeAmiTypeFor,
  nodeAmiTypes,
  type NodeAmiTypeName,
  type NodeOs,
} from "../../catalog/machine-images/node-ami-types.ts";
import { listOr, problem, refuseErrors, type Problem } from "../../base/problem.ts";
import type { ResolvedWorkload, Shape } from "../../workload/resolved.ts";
import { deviceKind, deviceTaint } from "../devices.ts";
import type { Quantities } from "../manifest.ts";
import { nodeQuantities, offeredBy, partOfDevices } from "../node-resources.ts";
import { offersOf } from "../offer-rules.ts";
import { deviceSetup, type DeviceSetup } from "./device-setup.ts";
import { nodeProblems, nodeSettingProblems } from "./rules.ts";
import type { NodeSettings, NodeTarget } from "./settings.ts";

/** Nodes of one kind: one node group, or one node pool. */
export interface PlannedNodes {
  readonly name: string;
  readonly types: readonly InstanceType[];
  readonly amiType: NodeAmiTypeName;
  readonly os: NodeOs;
  readonly shape: Shape;
  readonly taint: { readonly key: string; readonly effect: "NoSchedule" };
  readonly labels: Readonly<Record<string, string>>;
  /** What a node has of the devices that the workload asks for, or of their parts. */
  readonly offered: Quantities;
  /** What else the nodes need to offer it. */
  readonly setup?: DeviceSetup;
  /** Of each node, where it has EFA. */
  readonly interfaces?: readonly MachineInterface[];
  readonly placementGroup: boolean;
  /** Nodes that all replicas fill. */
  readonly desiredSize: number;
}

/**
 * The nodes that a workload runs on: one fleet for each of its shapes. Types with EFA interfaces, and types of a
 * reservation, each have a fleet of their own: the launch template names the interfaces of one type, and a reservation
 * is of one type.
 *
 * @throws Refusal with every problem at once.
 */
export function planNodes(
  workload: ResolvedWorkload,
  settings: NodeSettings,
  target: NodeTarget,
): readonly PlannedNodes[] {
  const reserved = settings.reservation ?? settings.capacityBlock;
  const os = target === "auto-mode" ? "bottlerocket" : settings.os;
  const groups = workload.shapes.flatMap((shape) =>
    shape.efaInterfaces > 0 || reserved !== undefined
      ? shape.instanceTypes.map((type) => ({ shape, types: [type] }))
      : [{ shape, types: shape.instanceTypes }],
  );
  const fleets = groups
    .flatMap((group) => splitByAmi(group, os))
    .flatMap((group, _, all) => fleetOf(workload, group, all.length === 1, settings, target));
  refuseErrors([
    ...workloadProblems(
      workload,
      os,
      groups.flatMap(({ types }) => types),
    ),
    ...poolNameProblems(fleets, target),
    ...nodeSettingProblems(settings, target),
    ...nodeProblems(settings, fleets, target),
    ...(reserved !== undefined && groups.length > 1 ? [severalTypes(reserved, groups)] : []),
  ]);
  return fleets;
}

/** Of a reservation, each type is a group. */
function severalTypes(reserved: string, groups: readonly Group[]): Problem {
  return problem(
    "reservation-of-one-type",
    ["accelerator", "instanceTypes"],
    `${reserved} is of one instance type, and the workload has ${groups.length}`,
    "Name that type alone with --instance-type.",
  );
}

/** A pool's name is the value of a label of its nodes. */
const longestPoolName = 63;

function poolNameProblems(fleets: readonly PlannedNodes[], target: NodeTarget): readonly Problem[] {
  if (target === "nodegroup") return [];
  return fleets
    .filter(({ name }) => name.length > longestPoolName)
    .map(({ name }) =>
      problem(
        "name-length",
        ["name"],
        `the node pool's name ${name} has ${name.length} characters, and it can have ${longestPoolName}`,
        "Write a shorter name, or a shorter eks.namespace.",
      ),
    );
}

interface Group {
  readonly shape: Shape;
  readonly types: readonly InstanceType[];
}

interface GroupOfImage extends Group {
  readonly amiType: NodeAmiTypeName | undefined;
}

function workloadProblems(
  workload: ResolvedWorkload,
  os: NodeOs | undefined,
  types: readonly InstanceType[],
): readonly Problem[] {
  const { name, shapes, hyperPodTypes = [] } = workload;
  const path = ["accelerator", "instanceTypes"];
  return [
    ...(types.length > 0
      ? []
      : [
          problem(
            "no-instance-type",
            ["accelerator"],
            shapes.some(({ request }) => request.kind === "resource")
              ? "accelerator.resource without instanceTypes does not say which nodes are to offer it"
              : "a workload without accelerator names no instance type: it runs on any nodes there are",
            "Name an accelerated type with --instance-type.",
          ),
        ]),
    ...hyperPodTypes.map((type) =>
      problem(
        "hyperpod-nodes",
        path,
        `nodes of ml.${type} are HyperPod's, which makes them itself`,
        `Write ${type} for nodes of EKS.`,
      ),
    ),
    ...(name.endsWith("-")
      ? [
          problem(
            "name-end",
            ["name"],
            `name ${name} ends with a dash, which no name in Kubernetes does`,
            `Write ${name.replace(/-+$/, "")}.`,
          ),
        ]
      : []),
    ...(shapes.some(({ request }) => request.kind === "nvidia-mps")
      ? [
          problem(
            "mps-on-eks",
            ["accelerator", "mps"],
            "accelerator.mps is not carried by a node: on EKS its device plugin says how GPUs are shared",
            "Remove it.",
          ),
        ]
      : []),
    ...unknownResources(workload),
    ...types
      .filter((type) => nodeAmiTypeFor(type, os) === undefined)
      .map((type) =>
        problem(
          "no-node-image",
          path,
          `EKS has no ${os === undefined ? "" : `${os} `}image for nodes of ${type.instanceType}`,
          there(type, os),
        ),
      ),
  ];
}

/** Nodes are sized, limited and simulated by how much they offer. */
function unknownResources(workload: ResolvedWorkload): readonly Problem[] {
  return workload.shapes.flatMap(({ request, instanceTypes }) =>
    request.kind !== "resource"
      ? []
      : instanceTypes
          .filter((type) => nodeQuantities(type, request, workload) === undefined)
          .map((type) =>
            problem(
              "node-resource",
              ["accelerator", "resource"],
              `nothing says how many ${request.resource} a node of ${type.instanceType} offers`,
              offeredBy(type, request, workload) === "unsaid"
                ? "Write accelerator.sharing: { strategy: time-slicing, replicas: 4 }, say."
                : `Its nodes offer ${offersOf(type, request.resource)}; for nodes alone leave accelerator.resource out.`,
            ),
          ),
  );
}

function there(type: InstanceType, os: NodeOs | undefined): string {
  const other = nodeAmiTypeFor(type);
  if (os !== undefined && other !== undefined) return `There is ${other}: leave --os out.`;
  const families = amiFamiliesFor(type);
  return families.length === 0 ? "Build an image of your own." : `There are: ${listOr(families, "and")}.`;
}

/** One node group has one image; of types for which there is none, it is undefined. */
function splitByAmi({ shape, types }: Group, os: NodeOs | undefined): readonly GroupOfImage[] {
  return [...groupBy(types, (type) => nodeAmiTypeFor(type, os))].map(([amiType, each]) => ({
    shape,
    types: each,
    amiType,
  }));
}

/** None of types without an image, which are refused. */
function fleetOf(
  workload: ResolvedWorkload,
  { shape, types, amiType }: GroupOfImage,
  alone: boolean,
  settings: NodeSettings,
  target: NodeTarget,
): readonly [PlannedNodes] | readonly [] {
  if (amiType === undefined) return [];
  const [first] = types as readonly [InstanceType];
  // The shape may have types without an image besides, which are refused.
  const taint = deviceTaint({ ...shape, instanceTypes: types });
  if (taint === undefined) throw new Error("an accelerated shape without devices");
  const interfaces = shape.efaInterfaces > 0 ? efaLayout(first, shape.efaInterfaces) : undefined;
  const several = workload.nodes > 1;
  const [part, whole] = partOfDevices(first, shape.request, workload) ?? [1, 1];
  const perNode = several ? 1 : Math.max(1, Math.floor(whole / Math.max(1, part)));
  const setup = deviceSetup(shape.request);
  const fleet: PlannedNodes = {
    name: fleetName(workload, first, alone, target),
    types,
    amiType,
    os: nodeAmiTypes[amiType].os as NodeOs,
    shape,
    taint,
    // Auto Mode has device plugins of its own, and a second one would count every device twice.
    labels: {
      ...(target === "auto-mode" ? {} : pluginLabels(shape)),
      ...setup?.labels,
      ...settings.labels,
    },
    offered: nodeQuantities(first, shape.request, workload) ?? {},
    ...present({ setup }),
    ...present({ interfaces }),
    // The instances of a capacity block are close together as they are, and in no placement group of ours.
    // https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-capacity-blocks.html
    placementGroup: several && settings.capacityBlock === undefined,
    desiredSize: Math.ceil((workload.replicas * workload.nodes) / perNode),
  };
  return [fleet];
}

/**
 * Pools are of the whole cluster: with the workload's namespace before a dot, which neither has, no other workload's is
 * called the same.
 */
function fleetName({ name, eks }: ResolvedWorkload, type: InstanceType, alone: boolean, target: NodeTarget): string {
  const scope = target === "nodegroup" || eks.namespace === undefined ? "" : `${eks.namespace}.`;
  return `${scope}${alone ? name : `${name}-${type.instanceType.replace(/\./g, "-")}`}`;
}

/**
 * What the Helm charts of the device plugins look for on a node where nothing discovers its features
 * (NVIDIA/k8s-device-plugin deployments/helm/nvidia-device-plugin/values.yaml; aws-ia/terraform-aws-eks-blueprints
 * patterns/nvidia-gpu-efa).
 */
function pluginLabels(shape: Shape): Readonly<Record<string, string>> {
  const { request, efaInterfaces } = shape;
  // Where HAMi's plugin runs, NVIDIA's must not.
  const hami = request.kind === "resource" && request.hami !== undefined;
  return {
    ...(deviceKind(shape) !== "nvidia" || hami ? {} : { "nvidia.com/gpu.present": "true" }),
    ...(efaInterfaces > 0 ? { "vpc.amazonaws.com/efa.present": "true" } : {}),
  };
}
