import { priceOf } from "../catalog/instance-types/price.ts";
import type { FoundModel } from "./find-model.ts";
import type { SlotFit } from "./fit.ts";
import type { FitRequest } from "./request.ts";
import { checkpointBytes } from "./weights.ts";

export const starterTargets = ["ecs", "eks"] as const;
export type StarterTarget = (typeof starterTargets)[number];

/** What a workload file is written from. */
export interface Starter {
  readonly model: FoundModel;
  readonly request: FitRequest;
  /** A slot that the model fits. */
  readonly fit: SlotFit;
  readonly target: StarterTarget;
  /** The line that tells editors the schema. */
  readonly modeline: string;
}

const port = 8000;

/** Where weights from a bucket of the user's own are fetched to. */
const ownModelPath = "/models";

/** So many MiB a second arrive at the least: an estimate, as the time to start has room to spare. */
const downloadMiBPerSecond = 100;

/** Seconds that a server takes beside the download; on Neuron the model is compiled at the first start. */
const startSecondsOf = { nvidia: 180, neuron: 1200 } as const;

/** The most sequences at once that are written: vLLM's own default, and what compiles in good time on Neuron. */
const mostSequences = { nvidia: 256, neuron: 8 } as const;

/** A workload file that serves the model with vLLM, with comments that say why. */
export function starterWorkload(starter: Starter): string {
  const { model, request, fit, target, modeline } = starter;
  const { type, devices } = fit;
  const kind = kindOf(starter);
  const checkpointMiB = Math.ceil(checkpointBytes(model.shape) / 1024 ** 2);
  const startSeconds = startSecondsOf[kind] + 60 * Math.ceil(checkpointMiB / downloadMiBPerSecond / 60);
  const own = isOwn(model);
  const price = priceOf(type);
  const cost = price === undefined ? "" : `, ${price.text}`;
  const lines = [
    modeline,
    `# Serves ${model.hubName ?? workloadName(model.name)} with ${fit.engine} on ${devices} of the ${type.accelerator.count} ` +
      `${type.accelerator.name} of ${type.instanceType}${cost}.`,
    // A path may hold anything, which a comment may not.
    ...(model.hubName === undefined
      ? []
      : [`# What else it fits:  aiplat instances fit ${model.name} --context ${request.contextTokens}`]),
    `name: ${workloadName(model.name)}`,
    "kind: service",
    `image: ${fit.image!.image}`,
    ...serverLines(starter, own),
    `ports: [{ container: ${port}, name: http }]`,
    `# The first start ${own ? "fetches" : "downloads"} ${gibibytes(checkpointMiB)} GiB` +
      `${kind === "neuron" ? " and compiles the model" : ""}${target === "ecs" ? "; the next finds them in the volumes" : ""}.`,
    `health: { path: /health, port: ${port}, startSeconds: ${startSeconds} }`,
    "accelerator:",
    `  instanceTypes: [${type.instanceType}]`,
    `  devicesPerReplica: ${devices}`,
    ...(own
      ? [
          `# ${model.hubName === undefined ? "Copy" : "Gated: accept its terms, copy"} the weights to a bucket of yours, and name it here.`,
          `model: { uri: "\${env:MODEL_URI}", path: ${ownModelPath} }`,
        ]
      : []),
    "volumes:",
    ...volumeLines(starter, own, checkpointMiB),
    "replicas: 1",
    ...(devices > 1 ? ["# sharedMemory: 16GiB   # where the default, a part of the memory, is too little"] : []),
    ...(target === "eks" ? ["eks: { as: Deployment }"] : ["# ecs: { cluster: default }"]),
    `# logs: { group: /aiplat/${workloadName(model.name)} }`,
    "# roles:",
    "#   execution: arn:aws:iam::111122223333:role/ecsTaskExecutionRole",
    "#   task: arn:aws:iam::111122223333:role/my-task",
  ];
  return `${lines.join("\n")}\n`;
}

/** Entry point and command. The GPU image's own entry point is `vllm serve`; Neuron's has none that serves. */
function serverLines(starter: Starter, own: boolean): readonly string[] {
  const { model, request, fit } = starter;
  const kind = kindOf(starter);
  const sequences = Math.max(request.sequences, Math.min(fit.memory!.sequences, mostSequences[kind]));
  const isNxd = fit.engine === "vLLM on Neuron (NxD Inference)";
  return [
    ...(kind === "neuron" ? ["entryPoint: [vllm]"] : []),
    "command:",
    ...(kind === "neuron" ? ["  - serve"] : []),
    `  - ${own ? ownModelPath : model.hubName}`,
    ...(own ? [`  - --served-model-name=${model.hubName ?? workloadName(model.name)}`] : []),
    `  - --tensor-parallel-size=${fit.ranks}   # ${kind === "neuron" ? "NeuronCores" : "GPUs"} that share the weights`,
    `  - --max-model-len=${request.contextTokens}   # tokens of a sequence: ${fit.memory!.perSequenceMiB} MiB of cache on each`,
    `  - --max-num-seqs=${sequences}   # at once; ${fit.memory!.sequences} fit beside the weights`,
    ...(fit.note === undefined ? [] : [`  - --dtype=half   # ${fit.note}`]),
    // https://awsdocs-neuron.readthedocs-hosted.com/en/latest/libraries/nxd-inference/vllm/quickstart-vllm-online-serving.html
    ...(isNxd
      ? ["  - --no-enable-prefix-caching   # needs a cache in blocks, which NxD Inference has on request"]
      : []),
    // https://awsdocs-neuron.readthedocs-hosted.com/en/latest/deploy/environments/quickstart-deploy-dlc.html
    ...(fit.precision !== model.shape.precision
      ? [
          `  - '--hf-overrides={"quantization_config": {}}'   # served in ${fit.precision} on ${fit.type.accelerator.name}`,
        ]
      : []),
    `  - --port=${port}`,
  ];
}

/**
 * Weights, and what Neuron compiled. On ECS they stay on the machine for the next start; on EKS a path of the node's
 * needs the Pod Security level `privileged`, and a volume that goes with the pod does not.
 */
function volumeLines({ model, fit, target }: Starter, own: boolean, checkpointMiB: number): readonly string[] {
  const path = own ? ownModelPath : "/root/.cache/huggingface";
  const kept = own ? `models/${workloadName(model.name)}` : "huggingface";
  // The download's pieces lie beside the file that they become.
  const size = Math.ceil((checkpointMiB * 1.25) / 1024) + 1;
  const isNeuron = fit.type.accelerator.kind === "neuron";
  if (target === "eks")
    return [`  - { path: ${path}, scratch: ${size}GiB }   # goes with the pod; efs, lustre or claim keep it`];
  return [
    `  - { path: ${path}, host: /var/lib/aiplat/${kept} }`,
    ...(isNeuron ? ["  - { path: /var/tmp/neuron-compile-cache, host: /var/lib/aiplat/neuron-cache }"] : []),
  ];
}

/** Whether the weights come from a bucket of the user's own: of a model of one's own, and of a gated one. */
function isOwn({ hubName }: FoundModel): boolean {
  return hubName === undefined || isGated(hubName);
}

/**
 * Whether Hugging Face asks for the organisation's terms before it gives out a model.
 * https://huggingface.co/docs/hub/models-gated; https://huggingface.co/meta-llama; https://huggingface.co/google
 */
export function isGated(hubName: string): boolean {
  return /^(?:meta-llama\/|google\/(?:code)?gemma)/.test(hubName);
}

/** A workload's name made of a model's, or of its folder's: every model's file is called config.json. */
export function workloadName(name: string): string {
  const text = name
    .replace(/(?<=[^/.])\/config\.json$/, "")
    .replace(/^.*\//s, "")
    .toLowerCase()
    .replace(/\.json$/, "")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+/, "")
    .slice(0, 41)
    .replace(/-+$/, "");
  return text === "" ? "model" : text;
}

function kindOf({ fit }: Pick<Starter, "fit">): "neuron" | "nvidia" {
  return fit.type.accelerator.kind === "neuron" ? "neuron" : "nvidia";
}

function gibibytes(mib: number): string {
  return String(Math.max(1, Math.round(mib / 1024)));
}
