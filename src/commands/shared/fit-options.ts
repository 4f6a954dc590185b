import { engineNames } from "../../core/models/engines.ts";
import { fitTasks, type FitRequest } from "../../core/models/request.ts";
import { hasExperts } from "../../core/models/read-config.ts";
import { precisions, type ModelShape } from "../../core/models/shape.ts";
import { shardings } from "../../core/models/training.ts";
import { settingProblem } from "../../core/base/problem.ts";
import { present } from "../../core/base/present.ts";
import { AiplatError, mistakesOf, refuseMistakes } from "../../errors.ts";
import type { OptionsOf, OptionSpec } from "./option.ts";
import { wholeFrom } from "./parse-numbers.ts";

/** What a model is to do where it is put. */
export const fitOptions = [
  {
    flags: "--task <task>",
    description: "serve the model, train adapters beside it, or train all of it",
    choices: fitTasks,
    default: "inference",
  },
  {
    flags: "--engine <engine>",
    description: "what serves it; on Neuron only vllm is known",
    choices: engineNames,
    defaultText: "vllm",
  },
  {
    flags: "--precision <precision>",
    description: "what the weights are kept in",
    choices: precisions,
    defaultText: "as the checkpoint has them; training: bf16",
  },
  {
    flags: "--context <tokens>",
    description: "tokens of one sequence, prompt and answer together",
    parse: wholeFrom(1),
    defaultText: "8192, or the model's own where that is less",
  },
  {
    flags: "--sequences <n>",
    description: "sequences at once: of each replica that serves, of each device or core that trains",
    parse: wholeFrom(1),
    defaultText: "1",
  },
  {
    flags: "--sharding <sharding>",
    description:
      "what training divides over the slot: nothing, the optimizer's states (zero1), gradients too (zero2), weights " +
      "too (zero3, as FSDP does)",
    choices: shardings,
    defaultText: "zero3",
  },
  { flags: "--lora-rank <n>", description: "rank of the adapters", parse: wholeFrom(1), defaultText: "16" },
] as const satisfies readonly OptionSpec[];

/** Long enough for most requests, and no surprise of a model whose own context fills a machine. */
const usualContextTokens = 8192;

/**
 * What is asked of the model.
 *
 * @throws AiplatError Usage or InvalidInput with every flag that does not go with the others, or with the model.
 */
export function fitRequestOf(options: OptionsOf<typeof fitOptions>, shape: ModelShape, name: string): FitRequest {
  const { task, engine, precision, context, sequences = 1, sharding, loraRank } = options;
  const { maxContextTokens = Number.POSITIVE_INFINITY } = shape;
  const mistakes: AiplatError[] = [];
  const say = (message: string, hint?: string) => mistakes.push(new AiplatError("Usage", message, present({ hint })));
  if (task !== "inference" && engine !== undefined)
    say(`--engine is of --task inference, and the task is ${task}`, "Leave it out, or write --task inference.");
  if (task === "inference" && sharding !== undefined)
    say(
      "--sharding is of --task lora and training, and the task is inference",
      "Leave it out, or write --task training.",
    );
  if (task !== "lora" && loraRank !== undefined)
    say(`--lora-rank is of --task lora, and the task is ${task}`, "Leave it out, or write --task lora.");
  if (task === "training" && precision !== undefined && precision !== "bf16")
    say(
      `--precision ${precision}: training keeps its weights in bf16`,
      "--task lora trains adapters beside weights of any precision.",
    );
  if (precision === "mxfp4" && !hasExperts(shape))
    say(
      `--precision mxfp4: ${name} has no experts, whose weights alone are kept so`,
      "int4 and fp8 are of every linear layer.",
    );
  if (context !== undefined && context > maxContextTokens)
    mistakes.push(
      ...mistakesOf([
        settingProblem(
          "context-above-model",
          `--context ${context}: ${name} is made for ${maxContextTokens} tokens`,
          `Give at most ${maxContextTokens}.`,
        ),
      ]),
    );
  refuseMistakes(mistakes);
  return {
    task,
    engine: engine ?? "vllm",
    ...present({ precision }),
    contextTokens: context ?? Math.min(usualContextTokens, maxContextTokens),
    sequences,
    sharding: sharding ?? "zero3",
    loraRank: loraRank ?? 16,
  };
}
