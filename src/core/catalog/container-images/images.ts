/** What an image is built for and where it comes from, judged by its name alone. */
import {
  dlcAccountByRegion,
  gpuRepositories,
  listedUpToSdk,
  neuronRepositories,
  type NeuronRepository,
} from "./image-data.ts";
import { compareVersions } from "../../base/version.ts";
import { parseNeuronTag, type ImageReference, type NeuronTag } from "./image-reference.ts";

/** What an image's software can drive; `unknown` where nothing in its name says. */
export type BuiltFor = "neuron" | "nvidia" | "cpu" | "unknown";

/**
 * https://awsdocs-neuron.readthedocs-hosted.com/en/latest/release-notes/documentation/neuron-documentation.html, 2.21.0
 */
export const firstTrn2Sdk = "2.21";

/** The last vLLM version with an image for Trn1 and Inf2 (aws-neuron/deep-learning-containers README.md @2be9ed1). */
export const lastVllmForAll = "0.16";

/**
 * From this SDK on PyTorch images are TorchNeuron's, for Trn2 and Trn3 only
 * (https://awsdocs-neuron.readthedocs-hosted.com/en/v2.33.0/_sources/setup/pytorch/dlc.rst).
 */
export const firstTorchNeuronSdk = "2.33";

/** TorchNeuron's first PyTorch; no other framework has a version as high. */
const firstTorchNeuronVersion = "2.13";

const laterFamilies = ["inf2", "trn1", "trn1n", "trn2", "trn2u"];
const dlcAccounts: ReadonlySet<string> = new Set(Object.values(dlcAccountByRegion));

/** What an image is built for, from its registry, repository and tag. */
export function builtFor(image: ImageReference): BuiltFor {
  if (neuronFlavourOf(image) !== undefined) return "neuron";
  if (!isAwsImage(image)) return isNvidiaImage(image) ? "nvidia" : "unknown";
  const { tag = "" } = image;
  if (/(?:^|-)cpu(?:-|$)/.test(tag)) return "cpu";
  return gpuRepositories.includes(imageName(image)) && /(?:^|-)(?:gpu|cuda|cu\d+)(?:-|$)/.test(tag)
    ? "nvidia"
    : "unknown";
}

/** The Neuron families that an image runs on; undefined for an image that is not built for Neuron. */
export function familiesServedBy(image: ImageReference): readonly string[] | undefined {
  const flavour = neuronFlavourOf(image);
  if (flavour === undefined) return undefined;
  if (flavour === "neuron") return ["inf1"];
  const { framework, sdk } = neuronTagOf(image) ?? {};
  const isNewVllm =
    isVllmImage(image) && framework !== undefined && compareVersions(majorMinor(framework), lastVllmForAll) > 0;
  if (isNewVllm || isTorchNeuronImage(image)) return laterFamilies.filter((family) => family.startsWith("trn2"));
  if (sdk !== undefined && compareVersions(sdk, firstTrn2Sdk) < 0)
    return laterFamilies.filter((family) => !family.startsWith("trn2"));
  return laterFamilies;
}

/** `neuron` for Inf1, `neuronx` for the chips after it; undefined for an image that is not built for Neuron. */
export function neuronFlavourOf(image: ImageReference): NeuronTag["flavour"] | undefined {
  const tag = neuronTagOf(image);
  if (tag !== undefined) return tag.flavour;
  const named = /-(neuronx?)$/.exec(imageName(image))?.[1] as NeuronTag["flavour"] | undefined;
  return isAwsImage(image) || neuronRepositoryOf(image) !== undefined ? named : undefined;
}

/** What the tag says, where it is one of a Neuron image. */
export function neuronTagOf({ tag }: ImageReference): NeuronTag | undefined {
  return tag === undefined ? undefined : parseNeuronTag(tag);
}

/** AWS's Neuron repository of that name, wherever this copy is. */
export function neuronRepositoryOf(image: ImageReference): NeuronRepository | undefined {
  return neuronRepositories.find(({ repository }) => repository === imageName(image));
}

/** Whether the image is AWS's own: in a Deep Learning Container account or in AWS's galleries on public.ecr.aws. */
export function isAwsImage({ registry, ecr, repository }: ImageReference): boolean {
  if (ecr !== undefined) return dlcAccounts.has(ecr.account);
  return registry === "public.ecr.aws" && /^(?:neuron|deep-learning-containers)\//.test(repository);
}

export function isVllmImage(image: ImageReference): boolean {
  return /(?:^|-)vllm-/.test(imageName(image));
}

/** Whether the image is of TorchNeuron, which replaced torch-neuronx. */
export function isTorchNeuronImage(image: ImageReference): boolean {
  const { framework, sdk } = neuronTagOf(image) ?? {};
  if (framework === undefined || sdk === undefined || compareVersions(sdk, firstTorchNeuronSdk) < 0) return false;
  return /(?:^|-)(?:py)?torch/.test(imageName(image)) || compareVersions(framework, firstTorchNeuronVersion) >= 0;
}

/** Whether the catalogue's rules of images are made for the family: not where the type is newer than they are. */
export function isKnownNeuronFamily(family: string): boolean {
  return family === "inf1" || laterFamilies.includes(family);
}

/** Whether the image is of a Neuron SDK beyond the lists of AWS's images, and none of the single ones known of it. */
export function isBeyondLists(image: ImageReference): boolean {
  const sdk = neuronTagOf(image)?.sdk;
  if (sdk === undefined || compareVersions(sdk, listedUpToSdk) <= 0) return false;
  return !(neuronRepositoryOf(image)?.images ?? []).some(({ tag }) => tag === image.tag);
}

/** The last part of the repository. */
export function imageName({ repository }: ImageReference): string {
  return repository.slice(repository.lastIndexOf("/") + 1);
}

export function majorMinor(version: string): string {
  return version.split(".").slice(0, 2).join(".");
}

/**
 * https://catalog.ngc.nvidia.com and https://hub.docker.com/r/nvidia/cuda. Triton is not for NVIDIA alone: its Python
 * backend serves models on Inferentia (triton-inference-server/python_backend, inferentia/README.md).
 */
function isNvidiaImage({ registry, repository }: ImageReference): boolean {
  if (registry === "nvcr.io") return repository.startsWith("nvidia/") && repository !== "nvidia/tritonserver";
  return (registry === undefined || registry === "docker.io") && repository === "nvidia/cuda";
}
