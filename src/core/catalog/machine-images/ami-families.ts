import type { Family } from "../instance-types/families.ts";
import type { Architecture } from "../instance-types/instance-type.ts";
import { nvidiaExclusions, trn2BeforeDriver, type AmiExclusion } from "./ami-exclusions.ts";
import { ecsBottlerocketFamilies } from "./ecs-bottlerocket.ts";

export const orchestrators = ["ecs", "eks"] as const;
export type Orchestrator = (typeof orchestrators)[number];

export const amiOperatingSystems = ["al2023", "al2", "bottlerocket"] as const;
export type AmiOs = (typeof amiOperatingSystems)[number];

/** `none` is a plain image: no accelerator driver, or none that the orchestrator's own page speaks of. */
export const amiAccelerators = ["neuron", "nvidia", "none"] as const;
export type AmiAccelerator = (typeof amiAccelerators)[number];

/** One public image that AWS keeps current for the container instances of ECS or the nodes of EKS. */
export interface AmiFamily {
  readonly orchestrator: Orchestrator;
  readonly os: AmiOs;
  readonly accelerator: AmiAccelerator;
  readonly architecture: Architecture;
  /** Where one OS has several images: AL2 or Bottlerocket with another kernel. `ami latest` answers the one without. */
  readonly kernel?: "5.10" | "6.12" | "6.18";
  /** Beside the image without: the build with FIPS-validated cryptography. */
  readonly fips?: true;
  /** AWS describes it as a preview: listed, never chosen. */
  readonly preview?: true;
  /** The public SSM parameter; `{kubernetes}` stands for the minor version. */
  readonly parameter: string;
  /** `document`: one JSON document. `leaves`: a parameter for the image id and one for its version beneath. */
  readonly shape: "document" | "release-leaves" | "version-leaves";
  /** The day AWS ended the family (YYYY-MM-DD). Its parameter still answers, with the last image. */
  readonly retiredOn?: string;
  /** The last minor version of Kubernetes the family is built for. */
  readonly lastKubernetesMinor?: number;
  /** Linux, where it is too old for a reader not to be told. */
  readonly oldKernel?: "4.14";
  /** The Neuron driver that it stays on; absent where each image has the newest of its day. */
  readonly pinnedDriver?: PinnedDriver;
  readonly cannotServe?: readonly AmiExclusion[];
  readonly source: string;
}

export interface PinnedDriver {
  readonly version: string;
  /** The only instance families on which it is; all where absent. */
  readonly onlyOn?: readonly Family[];
}

const ecsPath = "/aws/service/ecs/optimized-ami";
const eksPath = "/aws/service/eks/optimized-ami/{kubernetes}";
const bottlerocketPath = "/aws/service/bottlerocket";

/** "The ECS-optimized Amazon Linux 2 AMI (AL2) will reach its EOL on June 30, 2026" (aws/amazon-ecs-ami README.md). */
const ecsAl2RetiredOn = "2026-06-30";
/**
 * https://docs.aws.amazon.com/eks/latest/userguide/eks-ami-deprecation-faqs.html: no AL2
 * AMIs after 2025-11-26; the last are for 1.32.
 */
const eksAl2 = { retiredOn: "2025-11-26", lastKubernetesMinor: 32 } as const;

const ecsGuide = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/retrieve-ecs-optimized_AMI.html";
const eksGuide = "https://docs.aws.amazon.com/eks/latest/userguide/retrieve-ami-id.html";
const eksBottlerocketGuide = "https://docs.aws.amazon.com/eks/latest/userguide/retrieve-ami-id-bottlerocket.html";
/** Which types each accelerated image of EKS serves. */
const eksTable = "https://docs.aws.amazon.com/eks/latest/userguide/ml-eks-optimized-ami.html";
const recipes = "aws/amazon-ecs-ami @a2532d3";

/** The last Neuron driver for kernel 4.14. */
const al2Driver = "2.17";
/**
 * What a boot service of AL2023's Neuron images installs on Inf1, whose last driver is 2.24 (Neuron's announcement of a
 * correction of driver support for Inf1).
 */
const inf1Driver = { version: "2.21", onlyOn: ["inf1"] } as const;

const ecs = { orchestrator: "ecs", shape: "document", source: ecsGuide } as const;
const ecsAl2 = { ...ecs, os: "al2", retiredOn: ecsAl2RetiredOn } as const;
const eks = { orchestrator: "eks", os: "al2023", shape: "release-leaves", source: eksGuide } as const;
const eksBottlerocket = {
  orchestrator: "eks",
  os: "bottlerocket",
  shape: "version-leaves",
  source: eksBottlerocketGuide,
} as const;

const x86 = { architecture: "x86_64" } as const;
const arm = { architecture: "arm64" } as const;

/**
 * Every family, and in which order they are shown. There is none for Neuron on arm64, and no ECS image of Amazon Linux
 * for NVIDIA on arm64.
 */
export const amiFamilies: readonly AmiFamily[] = [
  {
    ...ecs,
    ...x86,
    os: "al2023",
    accelerator: "neuron",
    parameter: `${ecsPath}/amazon-linux-2023/neuron/recommended`,
    pinnedDriver: inf1Driver,
    source: `${ecsGuide}; ${recipes} scripts/al2023/neuron`,
  },
  {
    ...ecs,
    ...x86,
    os: "al2023",
    accelerator: "nvidia",
    parameter: `${ecsPath}/amazon-linux-2023/gpu/recommended`,
    cannotServe: nvidiaExclusions.ecs,
  },
  { ...ecs, ...x86, os: "al2023", accelerator: "none", parameter: `${ecsPath}/amazon-linux-2023/recommended` },
  { ...ecs, ...arm, os: "al2023", accelerator: "none", parameter: `${ecsPath}/amazon-linux-2023/arm64/recommended` },
  ...ecsBottlerocketFamilies,
  {
    ...ecsAl2,
    ...x86,
    accelerator: "neuron",
    parameter: `${ecsPath}/amazon-linux-2/inf/recommended`,
    oldKernel: "4.14",
    pinnedDriver: { version: al2Driver },
    cannotServe: [trn2BeforeDriver(al2Driver)],
    source: `${ecsGuide}; ${recipes} scripts/enable-ecs-agent-inferentia-support.sh`,
  },
  {
    ...ecsAl2,
    ...x86,
    kernel: "5.10",
    accelerator: "neuron",
    parameter: `${ecsPath}/amazon-linux-2/kernel-5.10/inf/recommended`,
    pinnedDriver: { version: "2.21" },
    source: `${ecsGuide}; ${recipes} scripts/enable-ecs-agent-inferentia-support.sh`,
  },
  {
    ...ecsAl2,
    ...x86,
    accelerator: "nvidia",
    parameter: `${ecsPath}/amazon-linux-2/gpu/recommended`,
    oldKernel: "4.14",
    cannotServe: nvidiaExclusions.ecsAl2,
  },
  {
    ...ecsAl2,
    ...x86,
    kernel: "5.10",
    accelerator: "nvidia",
    parameter: `${ecsPath}/amazon-linux-2/kernel-5.10/gpu/recommended`,
    cannotServe: nvidiaExclusions.ecsAl2,
  },
  { ...ecsAl2, ...x86, accelerator: "none", parameter: `${ecsPath}/amazon-linux-2/recommended` },
  {
    ...ecsAl2,
    ...x86,
    kernel: "5.10",
    accelerator: "none",
    parameter: `${ecsPath}/amazon-linux-2/kernel-5.10/recommended`,
  },
  { ...ecsAl2, ...arm, accelerator: "none", parameter: `${ecsPath}/amazon-linux-2/arm64/recommended` },
  {
    ...ecsAl2,
    ...arm,
    kernel: "5.10",
    accelerator: "none",
    parameter: `${ecsPath}/amazon-linux-2/kernel-5.10/arm64/recommended`,
  },

  {
    ...eks,
    ...x86,
    accelerator: "neuron",
    parameter: `${eksPath}/amazon-linux-2023/x86_64/neuron/recommended`,
    pinnedDriver: inf1Driver,
    source: `${eksGuide}; awslabs/amazon-eks-ami #2579`,
  },
  {
    ...eks,
    ...x86,
    accelerator: "nvidia",
    parameter: `${eksPath}/amazon-linux-2023/x86_64/nvidia/recommended`,
    cannotServe: nvidiaExclusions.eks,
    source: `${eksGuide}; ${eksTable}`,
  },
  { ...eks, ...arm, accelerator: "nvidia", parameter: `${eksPath}/amazon-linux-2023/arm64/nvidia/recommended` },
  { ...eks, ...x86, accelerator: "none", parameter: `${eksPath}/amazon-linux-2023/x86_64/standard/recommended` },
  { ...eks, ...arm, accelerator: "none", parameter: `${eksPath}/amazon-linux-2023/arm64/standard/recommended` },
  // The plain variant: "Bottlerocket x86_64 aws-k8s: inf1, inf2, trn1, trn2" in the table.
  {
    ...eksBottlerocket,
    ...x86,
    accelerator: "neuron",
    parameter: `${bottlerocketPath}/aws-k8s-{kubernetes}/x86_64/latest`,
    source: `${eksBottlerocketGuide}; ${eksTable}`,
  },
  {
    ...eksBottlerocket,
    ...x86,
    accelerator: "nvidia",
    parameter: `${bottlerocketPath}/aws-k8s-{kubernetes}-nvidia/x86_64/latest`,
    cannotServe: nvidiaExclusions.eks,
    source: `${eksBottlerocketGuide}; ${eksTable}`,
  },
  {
    ...eksBottlerocket,
    ...arm,
    accelerator: "nvidia",
    parameter: `${bottlerocketPath}/aws-k8s-{kubernetes}-nvidia/arm64/latest`,
    cannotServe: nvidiaExclusions.bottlerocketArm,
    source: `${eksBottlerocketGuide}; ${eksTable}`,
  },
  {
    ...eksBottlerocket,
    ...x86,
    accelerator: "none",
    parameter: `${bottlerocketPath}/aws-k8s-{kubernetes}/x86_64/latest`,
  },
  {
    ...eksBottlerocket,
    ...arm,
    accelerator: "none",
    parameter: `${bottlerocketPath}/aws-k8s-{kubernetes}/arm64/latest`,
  },
  // One image of AL2 serves NVIDIA, Inferentia and Trainium.
  {
    ...eks,
    ...eksAl2,
    ...x86,
    os: "al2",
    accelerator: "neuron",
    parameter: `${eksPath}/amazon-linux-2-gpu/recommended`,
  },
  {
    ...eks,
    ...eksAl2,
    ...x86,
    os: "al2",
    accelerator: "nvidia",
    parameter: `${eksPath}/amazon-linux-2-gpu/recommended`,
    cannotServe: nvidiaExclusions.eksAl2,
  },
  { ...eks, ...eksAl2, ...x86, os: "al2", accelerator: "none", parameter: `${eksPath}/amazon-linux-2/recommended` },
  {
    ...eks,
    ...eksAl2,
    ...arm,
    os: "al2",
    accelerator: "none",
    parameter: `${eksPath}/amazon-linux-2-arm64/recommended`,
  },
];

/** `ecs al2 kernel-5.10 neuron x86_64`: how messages and lists name a family. */
export function describeAmiFamily({ orchestrator, os, kernel, fips, accelerator, architecture }: AmiFamily): string {
  const build = [...(kernel === undefined ? [] : [`kernel-${kernel}`]), ...(fips === true ? ["fips"] : [])];
  return [orchestrator, os, ...build, accelerator, architecture].join(" ");
}

/** The parameter that holds the image id or the document, and the one for the version where that is apart. */
export function amiParameters(
  { parameter, shape }: AmiFamily,
  kubernetesVersion: string | undefined,
): { readonly image: string; readonly version?: string } {
  const path = parameter.replace("{kubernetes}", kubernetesVersion ?? "{kubernetes}");
  if (shape === "document") return { image: path };
  return {
    image: `${path}/image_id`,
    version: `${path}/${shape === "release-leaves" ? "release_version" : "image_version"}`,
  };
}
