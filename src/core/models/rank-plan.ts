import type { FitCode } from "../base/codes/reason-codes.ts";
import { listOr } from "../base/problem.ts";
import { present } from "../base/present.ts";
import type { InstanceType } from "../catalog/instance-types/instance-type.ts";
import { coresPerDevice } from "../catalog/instance-types/neuron-cores.ts";
import { legalSizes } from "../catalog/slots.ts";
import { degreeProblem } from "./degrees.ts";
import { gpuEngines, type Assumption, type Engine, type Rank } from "./engines.ts";
import { gpuServingProblem } from "./gpu-serving.ts";
import { computeCapabilities, firstBfloat16, leastCapability } from "./gpus.ts";
import { inferenceMemory, type RankMemory } from "./inference.ts";
import type { FitRequest } from "./request.ts";
import { neuronDegrees, neuronEngine, neuronPrecision, neuronPrecisionProblem, paddedShape } from "./neuron-serving.ts";
import { gpuImage, neuronImage, type FittingImage } from "./serving-images.ts";
import type { ModelShape, Precision } from "./shape.ts";
import { trainingAssumptions, trainingMemory } from "./training.ts";

/** How a slot would run the model, before it is known whether that fits. */
export interface RankPlan {
  readonly engine: string;
  readonly precision: Precision;
  readonly degrees: readonly number[];
  readonly ranks: number;
  readonly memory: RankMemory;
  readonly image?: FittingImage;
  readonly assumptions: readonly Assumption[];
  /** What must be set for it to run. */
  readonly note?: string;
}

/** Why there is no such plan. */
interface NoPlan {
  readonly code: FitCode;
  readonly message: string;
}

/** Trainium2's default: two physical cores are one. */
const logicalCore = 2;

/** The plan of a slot, or why it has none. */
export function planSlot(
  shape: ModelShape,
  request: FitRequest,
  type: InstanceType,
  devices: number,
): RankPlan | NoPlan {
  const { kind } = type.accelerator;
  if (kind !== "neuron" && kind !== "nvidia")
    return { code: "ENGINE", message: `none of the engines runs on ${type.accelerator.name}` };
  const isNeuron = kind === "neuron";
  const published = request.task === "training" ? "bf16" : shape.precision;
  const precision = request.precision ?? (isNeuron ? neuronPrecision(published) : published);
  const refused = isNeuron ? neuronProblem(request, precision, type) : gpuProblem(request, precision, type);
  if (refused !== undefined) return refused;
  if (request.task !== "inference") return trainingPlan(shape, request, type, devices, precision);
  return isNeuron
    ? neuronPlan(shape, request, type, devices, precision)
    : gpuPlan(shape, request, type, devices, precision);
}

function gpuPlan(
  shape: ModelShape,
  { engine: name, contextTokens }: FitRequest,
  type: InstanceType,
  devices: number,
  precision: Precision,
): RankPlan | NoPlan {
  const engine = gpuEngines[name];
  const image = gpuImage(name, type);
  const unserved = gpuServingProblem(shape, precision, name, type, image);
  if (unserved !== undefined) return { code: "ENGINE", message: unserved };
  const problem = degreeProblem(shape, precision, devices);
  if (problem !== undefined) return { code: "DEGREE", message: problem };
  const note = halfPrecisionNote(precision, type);
  return {
    ...planned(shape, engine, precision, contextTokens, devices, rankOf(type, 1)),
    degrees: [devices],
    ...present({ image, note }),
  };
}

function neuronPlan(
  shape: ModelShape,
  { contextTokens, engine: name }: FitRequest,
  type: InstanceType,
  devices: number,
  precision: Precision,
): RankPlan | NoPlan {
  if (name !== "vllm")
    return { code: "ENGINE", message: `${gpuEngines[name].title} runs on NVIDIA GPUs; on Neuron vLLM is known` };
  const engine = neuronEngine(shape.modelType, precision, type);
  if (engine === undefined)
    return {
      code: "ENGINE",
      message: `no source says that vLLM serves architecture ${shape.modelType} on ${type.accelerator.name}`,
    };
  const known = neuronDegrees(type);
  if (known === undefined)
    return { code: "DEGREE", message: `which degrees ${type.accelerator.name} takes is not known` };
  const cores = coresPerDevice(type, logicalCore)!;
  const inSlot = known.filter((degree) => degree <= devices * cores);
  const problemOf = (each: number) => degreeProblem(paddedShape(shape, each), precision, each);
  const degrees = inSlot.filter((each) => problemOf(each) === undefined);
  const smaller = legalSizes(type).findLast((size) => size < devices) ?? 0;
  const degree = degrees.at(-1)!;
  // A slot of which a smaller one holds every rank is not needed.
  if (degree <= smaller * cores) {
    const larger = inSlot.filter((each) => each > smaller * cores);
    return {
      code: "DEGREE",
      message:
        larger.length === 0
          ? `${type.accelerator.name} has no degree from ${smaller * cores + 1} to ${devices * cores}`
          : `degree ${listOr(larger.map(String))}: ${problemOf(larger.at(-1)!)}`,
    };
  }
  const image = neuronImage("pytorch-inference-vllm-neuronx", type, engine);
  return {
    ...planned(paddedShape(shape, degree), engine, precision, contextTokens, degree, rankOf(type, cores)),
    degrees,
    ...present({ image }),
  };
}

/** A device, or one of its `cores`. */
function rankOf({ accelerator }: InstanceType, cores: number): Rank {
  return { device: accelerator.name, memoryMiB: accelerator.memoryMiBPerDevice / cores };
}

function planned(
  shape: ModelShape,
  engine: Engine,
  precision: Precision,
  contextTokens: number,
  tensorParallel: number,
  rank: Rank,
): Omit<RankPlan, "degrees"> {
  const memory = inferenceMemory(shape, { precision, contextTokens, tensorParallel, rank, engine });
  return { engine: engine.title, precision, ranks: tensorParallel, memory, assumptions: engine.assumptions };
}

function trainingPlan(
  shape: ModelShape,
  { task, contextTokens, sharding, loraRank }: FitRequest,
  type: InstanceType,
  devices: number,
  precision: Precision,
): RankPlan {
  const isNeuron = type.accelerator.kind === "neuron";
  const cores = isNeuron ? coresPerDevice(type, logicalCore)! : 1;
  const ranks = devices * cores;
  const image = isNeuron ? neuronImage("pytorch-training-neuronx", type) : gpuImage("training", type);
  return {
    engine: task === "lora" ? "LoRA" : "Training",
    precision,
    degrees: [],
    ranks,
    assumptions: trainingAssumptions,
    memory: trainingMemory(shape, {
      task: task === "lora" ? task : "training",
      precision,
      contextTokens,
      ranks,
      memoryMiB: type.accelerator.memoryMiBPerDevice / cores,
      sharding,
      loraRank,
    }),
    ...present({ image }),
  };
}

function neuronProblem({ task }: FitRequest, precision: Precision, type: InstanceType): NoPlan | undefined {
  if (type.family === "inf1") return { code: "ENGINE", message: "no engine of language models runs on Inferentia" };
  if (task !== "inference" && type.family === "inf2")
    return { code: "ENGINE", message: "Inferentia2 is for inference" };
  if (task !== "inference" && precision !== "bf16")
    return {
      code: "PRECISION",
      message: `no source says that ${type.accelerator.name} trains on ${precision} weights`,
    };
  const message = neuronPrecisionProblem(precision, type);
  return message === undefined ? undefined : { code: "PRECISION", message };
}

/** vLLM refuses bf16 before Ampere: `--dtype=half` is its own hint. */
function halfPrecisionNote(precision: Precision, type: InstanceType): string | undefined {
  const { name } = type.accelerator;
  return precision !== "mxfp4" && computeCapabilities[name]! < firstBfloat16
    ? `${name} has no bf16: serve the model with --dtype half`
    : undefined;
}

function gpuProblem({ task }: FitRequest, precision: Precision, type: InstanceType): NoPlan | undefined {
  const { name } = type.accelerator;
  const capability = computeCapabilities[name];
  if (capability === undefined) return { code: "ENGINE", message: `the compute capability of ${name} is not known` };
  if (task !== "inference" && capability < firstBfloat16)
    return { code: "PRECISION", message: `what is trained is kept in bf16, which ${name} has not` };
  const least = leastCapability[precision];
  if (capability >= least) return undefined;
  return {
    code: precision === "bf16" ? "ENGINE" : "PRECISION",
    message: `${precision} weights need compute capability ${least.toFixed(1)}, and ${name} has ${capability.toFixed(1)}`,
  };
}
