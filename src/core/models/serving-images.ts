import { gpuImages, listedUpToSdk, neuronRepositories, type GpuImage } from "../catalog/container-images/image-data.ts";
import { parseImageReference } from "../catalog/container-images/image-reference.ts";
import { familiesServedBy, neuronTagOf } from "../catalog/container-images/images.ts";
import type { InstanceType } from "../catalog/instance-types/instance-type.ts";
import type { EngineName, Engine } from "./engines.ts";
import { neuronNative } from "./engines.ts";

/** An image that serves or trains on a type. */
export interface FittingImage {
  /** Repository, and tag where the catalogue knows it. */
  readonly image: string;
  /** Of Neuron images. */
  readonly sdk?: string;
}

/** The newest image of vLLM on Neuron, or of training there, for the family; undefined where AWS lists none. */
export function neuronImage(
  repository: "pytorch-inference-vllm-neuronx" | "pytorch-training-neuronx",
  { family }: InstanceType,
  engine?: Engine,
): FittingImage | undefined {
  const known = neuronRepositories.find((each) => each.repository === repository);
  const references = (known?.images ?? []).map(({ tag }) => parseImageReference(`${repository}:${tag}`));
  const reference = references.find((each) => {
    const families = familiesServedBy(each) ?? [];
    // The images that run NxD Inference are those for every family; vLLM Neuron's are Trainium2's alone.
    const isNative = !families.includes("trn1");
    return families.includes(family) && (engine === undefined || isNative === (engine === neuronNative));
  });
  if (reference === undefined) return undefined;
  return { image: `public.ecr.aws/neuron/${reference.text}`, sdk: neuronTagOf(reference)?.sdk ?? listedUpToSdk };
}

/** For x86-64 alone; a row of facts/container-images.json. */
export const tgiImage = "ghcr.io/huggingface/text-generation-inference:3.3.5";

/** The image of an engine on GPUs; Triton's without a tag, as no fact has the one that brings TensorRT-LLM. */
export function gpuImage(engine: EngineName | "training", { architecture }: InstanceType): FittingImage | undefined {
  const suffix = architecture === "arm64" ? "-arm64" : "";
  switch (engine) {
    case "vllm":
    case "training": {
      const repository = `${engine === "vllm" ? "vllm" : "pytorch-training"}${suffix}`;
      const known = gpuImages.find((each) => each.repository === repository);
      return known === undefined ? undefined : { image: publicName(known) };
    }
    case "tgi":
      return suffix === "" ? { image: tgiImage } : undefined;
    case "triton":
      return { image: "nvcr.io/nvidia/tritonserver" };
  }
}

/** https://gallery.ecr.aws/deep-learning-containers; what is not there is in AWS's accounts, one a region. */
function publicName({ repository, tag, isPublic }: GpuImage): string {
  return `${isPublic ? "public.ecr.aws/deep-learning-containers/" : ""}${repository}:${tag}`;
}
