import { listedUpToSdk, neuronRepositories } from "../catalog/container-images/image-data.ts";
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
  return { image: reference.text, sdk: neuronTagOf(reference)?.sdk ?? listedUpToSdk };
}

/** The image of an engine on GPUs. AWS's repositories are in its Deep Learning Container accounts. */
export function gpuImage(engine: EngineName | "training", { architecture }: InstanceType): FittingImage | undefined {
  const suffix = architecture === "arm64" ? "-arm64" : "";
  switch (engine) {
    case "vllm":
      return { image: `vllm${suffix}` };
    case "training":
      return { image: `pytorch-training${suffix}` };
    case "tgi":
      return suffix === "" ? { image: "ghcr.io/huggingface/text-generation-inference" } : undefined;
    case "triton":
      return { image: "nvcr.io/nvidia/tritonserver" };
  }
}
