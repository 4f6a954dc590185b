import { nvidiaExclusions } from "./ami-exclusions.ts";
import type { AmiFamily } from "./ami-families.ts";

const guide = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-bottlerocket-retrieve-ami.html";
/** Which types each accelerated image of EKS serves; those of ECS are built of the same packages. */
const eksTable = "https://docs.aws.amazon.com/eks/latest/userguide/ml-eks-optimized-ami.html";

type Variant = Pick<AmiFamily, "kernel" | "fips" | "preview" | "retiredOn"> & { readonly name: string };

const current: Variant = { name: "aws-ecs-2" };
/** aws-ecs-3: bottlerocket-os/bottlerocket #4685; aws-ecs-4: v1.61.0. Both are described as previews. */
const previews: readonly Variant[] = [
  { name: "aws-ecs-3", kernel: "6.12", preview: true },
  { name: "aws-ecs-3", kernel: "6.12", preview: true, fips: true },
  { name: "aws-ecs-4", kernel: "6.18", preview: true },
];
/** bottlerocket-os/bottlerocket #4492 (v1.44.0). */
const ended: Variant = { name: "aws-ecs-1", kernel: "5.10", retiredOn: "2025-07-24" };

/**
 * The plain variant carries the Neuron driver, as on EKS: kernel-modules-neuron goes with every variant for AWS that is
 * not NVIDIA's (bottlerocket-os/bottlerocket-kernel-kit @2f50162 packages/kernel-6.1/kernel-6.1.spec; no source says so
 * of the kernels 6.12 and 6.18). On x86_64 alone there are Neuron types.
 */
const neuron: AmiFamily = {
  ...family(current, "none", "x86_64"),
  accelerator: "neuron",
  source:
    `${guide}; bottlerocket-os/bottlerocket QUICKSTART-ECS.md; ` +
    "bottlerocket-os/bottlerocket-kernel-kit @2f50162 packages/kernel-6.1/kernel-6.1.spec",
};

/** ECS's images of Bottlerocket, the current ones first. */
export const ecsBottlerocketFamilies: readonly AmiFamily[] = [
  neuron,
  ...[current, ...previews, ended].flatMap((variant) => [
    family(variant, "nvidia", "x86_64"),
    family(variant, "nvidia", "arm64"),
    family(variant, "none", "x86_64"),
    family(variant, "none", "arm64"),
  ]),
];

function family(
  { name, ...variant }: Variant,
  accelerator: "nvidia" | "none",
  architecture: AmiFamily["architecture"],
): AmiFamily {
  const path = [name, ...(accelerator === "nvidia" ? ["nvidia"] : []), ...(variant.fips ? ["fips"] : [])].join("-");
  const onArm = accelerator === "nvidia" && architecture === "arm64";
  return {
    orchestrator: "ecs",
    os: "bottlerocket",
    shape: "version-leaves",
    ...variant,
    accelerator,
    architecture,
    parameter: `/aws/service/bottlerocket/${path}/${architecture}/latest`,
    ...(accelerator === "none" ? {} : { cannotServe: onArm ? nvidiaExclusions.bottlerocketArm : nvidiaExclusions.ecs }),
    source: onArm ? `${guide}; ${eksTable}` : guide,
  };
}
