/** Which instance types an image does not drive though it carries a driver for their kind of accelerator, and why. */
import type { Family } from "../instance-types/families.ts";

export interface AmiExclusion {
  readonly families: readonly Family[];
  readonly reason: string;
}

/**
 * "ECS-Optimized GPU AMIs for this target [al2keplergpu] are not officially built and published"
 * (aws/amazon-ecs-ami README.md).
 */
const kepler: AmiExclusion = {
  families: ["g2", "p2"],
  reason: "NVIDIA's current drivers no longer know its Kepler GPUs",
};
/**
 * awslabs/amazon-eks-ami doc/usage/g7-ami.md @fb366630; aws/amazon-ecs-ami NVIDIA_DRIVER_VERSION @a2532d3;
 * bottlerocket-os/bottlerocket #4889.
 */
const g7: AmiExclusion = {
  families: ["g7"],
  reason: "its RTX PRO 4500 Blackwell needs NVIDIA driver 595, and AWS's images carry 580 or older",
};
/** NVIDIA/open-gpu-kernel-modules lists 0x2BB5 from 575 on; AL2's images carry 550 or 570. */
const g7eOnAl2: AmiExclusion = {
  families: ["g7e"],
  reason: "its RTX PRO 6000 Blackwell needs NVIDIA driver 575, and AL2's images carry 570 or older",
};
/** nvidia-kmod-load.sh of the AL2023 recipe picks the GRID module by device; AL2's script has nothing of the kind. */
const fractional: AmiExclusion = {
  families: ["g6f", "gr6f"],
  reason: "it carries no GRID driver, which fractional GPUs need",
};
/**
 * install-nvidia-driver.sh of the AL2023 recipe adds the NVLink subnet manager; AL2's does not. AWS's EKS table names
 * P6 for AL2023 only.
 */
const p6OnAl2: AmiExclusion = {
  families: ["p6-b200", "p6-b300"],
  reason: "it carries no NVLink subnet manager, which P6 needs",
};
/** https://docs.aws.amazon.com/eks/latest/userguide/ml-eks-optimized-ami.html starts with g4dn and p3. */
const notInEksTable: AmiExclusion = {
  families: ["g2", "g3", "g3s", "p2"],
  reason: "AWS's table of the types that EKS images serve does not name it",
};
/** The same table names p6e-gb200 for AL2023 arm64 and g5g alone for Bottlerocket arm64. */
const grace: AmiExclusion = {
  families: ["p6e-gb200"],
  reason: "AWS names g5g alone for Bottlerocket's arm64 NVIDIA image",
};

/** Of the NVIDIA images of each orchestrator and operating system. */
export const nvidiaExclusions = {
  ecs: [kepler, g7],
  ecsAl2: [kepler, fractional, p6OnAl2, g7, g7eOnAl2],
  eks: [notInEksTable, g7],
  eksAl2: [kepler, p6OnAl2, g7, g7eOnAl2],
  bottlerocketArm: [grace],
} as const;

/** It came with Neuron SDK 2.19; Trn2 came with SDK 2.21. */
export const trn2BeforeDriver = (version: string): AmiExclusion => ({
  families: ["trn2", "trn2u"],
  reason: `its Neuron driver is ${version}, older than Trn2`,
});
