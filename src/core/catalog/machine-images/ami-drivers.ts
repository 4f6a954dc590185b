/** Which Neuron driver a machine image carries, as far as AWS says. */
import { amiFamilies, type AmiFamily } from "./ami-families.ts";
import { firstNewDriverSdk, isOldDriver } from "../container-images/image-checks.ts";

/** What a reader must know of a family's kernel and driver; undefined where there is nothing. */
export function describeDriver({ oldKernel, pinnedDriver }: AmiFamily): string | undefined {
  const kernel = oldKernel === undefined ? [] : [`kernel ${oldKernel}`];
  if (pinnedDriver === undefined) return kernel[0];
  const { version, onlyOn } = pinnedDriver;
  const installed =
    onlyOn === undefined ? `driver ${version}` : `on ${onlyOn.join(", ")} a boot service installs driver ${version}`;
  const runs = isOldDriver(version) ? `, on which Neuron SDK ${firstNewDriverSdk} and later images do not run` : "";
  return `${[...kernel, installed].join(" and ")}${runs}`;
}

/**
 * The Neuron driver that a family's images stay on with instances of this family; undefined
 * where each image has the newest of its day.
 */
export function pinnedDriverOn({ pinnedDriver }: AmiFamily, instanceFamily: string): string | undefined {
  const { version, onlyOn } = pinnedDriver ?? {};
  return onlyOn === undefined || onlyOn.some((each) => each === instanceFamily) ? version : undefined;
}

/**
 * How AWS names the ECS images with a Neuron driver (aws/amazon-ecs-ami al2inf.pkr.hcl, al2kernel5dot10inf.pkr.hcl,
 * al2023neu.pkr.hcl; Bottlerocket's plain variant), and so a copy that nobody renamed.
 */
const neuronNames: readonly {
  readonly pattern: RegExp;
  readonly os: AmiFamily["os"];
  readonly kernel?: AmiFamily["kernel"];
}[] = [
  { pattern: /^al2023-ami-ecs-neuron-hvm-/, os: "al2023" },
  { pattern: /^amzn2-ami-ecs-inf-hvm-/, os: "al2" },
  { pattern: /^amzn2-ami-ecs-kernel-5\.10-inf-hvm-/, os: "al2", kernel: "5.10" },
  { pattern: /^bottlerocket-aws-ecs-2-(?:fips-)?x86_64-/, os: "bottlerocket" },
];

/** The ECS family with a Neuron driver that an image of this name belongs to; undefined for any other image. */
export function ecsNeuronFamilyOf(imageName: string): AmiFamily | undefined {
  const found = neuronNames.find(({ pattern }) => pattern.test(imageName));
  return found === undefined
    ? undefined
    : amiFamilies.find(
        ({ orchestrator, accelerator, os, kernel }) =>
          orchestrator === "ecs" && accelerator === "neuron" && os === found.os && kernel === found.kernel,
      );
}

/**
 * Whether the name is one of an ECS image of AWS's without a Neuron driver. Of Bottlerocket those are the variants for
 * NVIDIA and for arm64; of the plain ones on kernels other than aws-ecs-2's no source tells.
 */
export function isEcsImageWithoutNeuron(imageName: string): boolean {
  return (
    /^(?:(?:al2023|amzn2)-ami-ecs-|bottlerocket-aws-ecs-\d+-(?:nvidia-|(?:fips-)?aarch64-))/.test(imageName) &&
    ecsNeuronFamilyOf(imageName) === undefined
  );
}

/**
 * Whether the name is one of an ECS image of AWS's without an NVIDIA driver: those with one have `gpu` in their name
 * (aws/amazon-ecs-ami al2023gpu.pkr.hcl, al2gpu.pkr.hcl, al2kernel5dot10gpu.pkr.hcl), of Bottlerocket `nvidia`.
 */
export function isEcsImageWithoutNvidia(imageName: string): boolean {
  return (
    /^(?:(?:al2023|amzn2)-ami-ecs-|bottlerocket-aws-ecs-)/.test(imageName) &&
    !/^(?:(?:al2023|amzn2)-ami-ecs-(?:kernel-5\.10-)?gpu-|bottlerocket-aws-ecs-\d+-nvidia-)/.test(imageName)
  );
}
