/** What the name of one of AWS's machine images says, also of a copy that nobody renamed. */
import { present } from "../../base/present.ts";
import { amiFamilies, type AmiAccelerator, type AmiFamily } from "./ami-families.ts";

export interface NamedAmi {
  /** Those whose parameter would hold it: two where one image serves Neuron and something else. */
  readonly families: readonly AmiFamily[];
  readonly kubernetesVersion?: string;
}

type Wanted = Partial<Pick<AmiFamily, "kernel" | "fips">> &
  Pick<AmiFamily, "orchestrator" | "os" | "architecture"> & { readonly accelerators: readonly AmiAccelerator[] };

/** A name's parts, by the groups of its pattern. */
type Groups = Readonly<Record<string, string | undefined>>;

/**
 * How AWS names what it builds: aws/amazon-ecs-ami al2023.pkr.hcl, al2.pkr.hcl and those beside them;
 * https://docs.aws.amazon.com/eks/latest/userguide/eks-linux-ami-versions.html; bottlerocket-os/bottlerocket
 * PUBLISHING.md.
 */
const patterns: readonly { readonly pattern: RegExp; readonly read: (groups: Groups) => Wanted | undefined }[] = [
  {
    pattern: /^al2023-ami-ecs-(?:(?<driver>neuron|gpu)-)?hvm-[\d.]+-kernel-[\d.]+-(?<arch>x86_64|arm64)/,
    read: ({ driver, arch }) => ({
      orchestrator: "ecs",
      os: "al2023",
      accelerators: [driverOf(driver)],
      architecture: archOf(arch),
    }),
  },
  {
    pattern: /^amzn2-ami-ecs-(?:kernel-(?<kernel>5\.10)-)?(?:(?<driver>inf|gpu)-)?hvm-[\d.]+-(?<arch>x86_64|arm64)/,
    read: ({ kernel, driver, arch }) => ({
      orchestrator: "ecs",
      os: "al2",
      accelerators: [driverOf(driver)],
      architecture: archOf(arch),
      ...(kernel === undefined ? {} : { kernel: "5.10" }),
    }),
  },
  {
    pattern: /^bottlerocket-aws-ecs-(?<variant>\d+)-(?<driver>nvidia-)?(?<fips>fips-)?(?<arch>x86_64|aarch64)-v/,
    read: ({ variant = "", driver, fips, arch }) => {
      const kernels: Readonly<Record<string, AmiFamily["kernel"]>> = { 1: "5.10", 3: "6.12", 4: "6.18" };
      return {
        orchestrator: "ecs",
        os: "bottlerocket",
        accelerators: driver === undefined ? ["neuron", "none"] : ["nvidia"],
        architecture: archOf(arch),
        ...present({ kernel: kernels[variant] }),
        ...(fips === undefined ? {} : { fips: true }),
      };
    },
  },
  {
    pattern:
      /^amazon-eks-node-al2023-(?<arch>x86_64|arm64)-(?<driver>standard|neuron|nvidia)-(?<kubernetes>1\.\d+)-v\d{8}/,
    read: ({ arch, driver }) => ({
      orchestrator: "eks",
      os: "al2023",
      accelerators: [driverOf(driver)],
      architecture: archOf(arch),
    }),
  },
  {
    pattern: /^amazon-eks-(?<driver>gpu-|arm64-)?node-(?<kubernetes>1\.\d+)-v\d{8}/,
    read: ({ driver }) => ({
      orchestrator: "eks",
      os: "al2",
      accelerators: driver === "gpu-" ? ["neuron", "nvidia"] : ["none"],
      architecture: driver === "arm64-" ? "arm64" : "x86_64",
    }),
  },
  {
    pattern: /^bottlerocket-aws-k8s-(?<kubernetes>1\.\d+)-(?<driver>nvidia-)?(?<fips>fips-)?(?<arch>x86_64|aarch64)-v/,
    read: ({ driver, fips, arch }) =>
      fips === undefined
        ? {
            orchestrator: "eks",
            os: "bottlerocket",
            accelerators: driver === undefined ? ["neuron", "none"] : ["nvidia"],
            architecture: archOf(arch),
          }
        : undefined,
  },
];

/** The families that an image of this name belongs to; undefined for one that AWS's recipes do not name so. */
export function readAmiName(name: string): NamedAmi | undefined {
  for (const { pattern, read } of patterns) {
    const groups = pattern.exec(name)?.groups;
    const wanted = groups === undefined ? undefined : read(groups);
    if (wanted === undefined) continue;
    const families = amiFamilies.filter((family) => isWanted(family, wanted));
    return families.length === 0 ? undefined : { families, ...present({ kubernetesVersion: groups?.["kubernetes"] }) };
  }
  return undefined;
}

function isWanted(family: AmiFamily, { accelerators, ...wanted }: Wanted): boolean {
  return (
    family.orchestrator === wanted.orchestrator &&
    family.os === wanted.os &&
    family.architecture === wanted.architecture &&
    family.kernel === wanted.kernel &&
    family.fips === wanted.fips &&
    accelerators.includes(family.accelerator)
  );
}

function driverOf(word: string | undefined): AmiAccelerator {
  if (word === "neuron" || word === "inf") return "neuron";
  return word === "gpu" || word === "nvidia" ? "nvidia" : "none";
}

function archOf(word: string | undefined): AmiFamily["architecture"] {
  return word === "x86_64" ? "x86_64" : "arm64";
}
