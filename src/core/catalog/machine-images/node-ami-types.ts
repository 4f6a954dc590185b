/** What EKS calls the images of managed node groups. */
import { amiFamilies, amiParameters, type AmiAccelerator, type AmiFamily, type AmiOs } from "./ami-families.ts";
import { serves } from "./amis.ts";
import type { Architecture, InstanceType } from "../instance-types/instance-type.ts";

export interface NodeAmiType {
  readonly os: AmiOs;
  readonly architecture: Architecture;
  /** `none` is an instance without accelerator. */
  readonly accelerators: readonly AmiAccelerator[];
  /** The FIPS builds of Bottlerocket have parameters of their own, which the catalogue has not got. */
  readonly fips?: true;
}

const x86 = "x86_64";
const arm = "arm64";

/**
 * Every value of `amiType` for Linux but CUSTOM
 * (https://docs.aws.amazon.com/eks/latest/APIReference/API_Nodegroup.html); what each serves:
 * https://docs.aws.amazon.com/eks/latest/userguide/ml-eks-optimized-ami.html. Bottlerocket's plain image serves Neuron,
 * and AL2's GPU image both Neuron and NVIDIA.
 */
export const nodeAmiTypes = {
  AL2023_x86_64_NEURON: { os: "al2023", architecture: x86, accelerators: ["neuron"] },
  AL2023_x86_64_NVIDIA: { os: "al2023", architecture: x86, accelerators: ["nvidia"] },
  AL2023_ARM_64_NVIDIA: { os: "al2023", architecture: arm, accelerators: ["nvidia"] },
  AL2023_x86_64_STANDARD: { os: "al2023", architecture: x86, accelerators: ["none"] },
  AL2023_ARM_64_STANDARD: { os: "al2023", architecture: arm, accelerators: ["none"] },
  BOTTLEROCKET_x86_64: { os: "bottlerocket", architecture: x86, accelerators: ["neuron", "none"] },
  BOTTLEROCKET_ARM_64: { os: "bottlerocket", architecture: arm, accelerators: ["none"] },
  BOTTLEROCKET_x86_64_NVIDIA: { os: "bottlerocket", architecture: x86, accelerators: ["nvidia"] },
  BOTTLEROCKET_ARM_64_NVIDIA: { os: "bottlerocket", architecture: arm, accelerators: ["nvidia"] },
  BOTTLEROCKET_x86_64_FIPS: { os: "bottlerocket", architecture: x86, accelerators: ["neuron", "none"], fips: true },
  BOTTLEROCKET_ARM_64_FIPS: { os: "bottlerocket", architecture: arm, accelerators: ["none"], fips: true },
  BOTTLEROCKET_x86_64_NVIDIA_FIPS: { os: "bottlerocket", architecture: x86, accelerators: ["nvidia"], fips: true },
  BOTTLEROCKET_ARM_64_NVIDIA_FIPS: { os: "bottlerocket", architecture: arm, accelerators: ["nvidia"], fips: true },
  AL2_x86_64_GPU: { os: "al2", architecture: x86, accelerators: ["neuron", "nvidia"] },
  AL2_x86_64: { os: "al2", architecture: x86, accelerators: ["none"] },
  AL2_ARM_64: { os: "al2", architecture: arm, accelerators: ["none"] },
} as const satisfies Record<string, NodeAmiType>;

export type NodeAmiTypeName = keyof typeof nodeAmiTypes;

/** The operating systems that new node groups are made with: EKS's AL2 images have ended. */
export const nodeOperatingSystems = ["al2023", "bottlerocket"] as const;
export type NodeOs = (typeof nodeOperatingSystems)[number];

/** The table's row; undefined for CUSTOM, Windows and what is newer than the catalogue. */
export function findNodeAmiType(name: string): NodeAmiType | undefined {
  return Object.hasOwn(nodeAmiTypes, name) ? nodeAmiTypes[name as NodeAmiTypeName] : undefined;
}

/** Whether a node group of this image can run an accelerated instance type. */
export function amiTypeServes(ami: NodeAmiType, type: InstanceType): boolean {
  return familiesOf(ami).some((family) => serves(family, type));
}

/**
 * The image that a node group of the type needs; undefined where EKS has none, on
 * that operating system if one is named.
 */
export function nodeAmiTypeFor(type: InstanceType, os?: NodeOs): NodeAmiTypeName | undefined {
  const names = Object.keys(nodeAmiTypes) as readonly NodeAmiTypeName[];
  return names.find((name) => {
    const ami: NodeAmiType = nodeAmiTypes[name];
    return ami.fips !== true && (os === undefined ? ami.os !== "al2" : ami.os === os) && amiTypeServes(ami, type);
  });
}

/** The public SSM parameter that holds the newest release version of an image; undefined where none is known. */
export function releaseParameter(ami: NodeAmiType, kubernetesVersion: string): string | undefined {
  if (ami.fips === true) return undefined;
  const family = familiesOf(ami).find(
    ({ lastKubernetesMinor }) =>
      lastKubernetesMinor === undefined || Number(kubernetesVersion.slice(2)) <= lastKubernetesMinor,
  );
  return family === undefined ? undefined : amiParameters(family, kubernetesVersion).version;
}

function familiesOf({ os, architecture, accelerators }: NodeAmiType): readonly AmiFamily[] {
  return amiFamilies.filter(
    (family) =>
      family.orchestrator === "eks" &&
      family.os === os &&
      family.architecture === architecture &&
      accelerators.includes(family.accelerator),
  );
}
