import type { FitCode } from "../base/codes/reason-codes.ts";
import { present } from "../base/present.ts";
import type { InstanceType } from "../catalog/instance-types/instance-type.ts";
import { priceOf } from "../catalog/instance-types/price.ts";
import { legalSizes } from "../catalog/slots.ts";
import type { Assumption } from "./engines.ts";
import { hostAssumptions, hostMemory, type HostMemory } from "./host-memory.ts";
import type { RankMemory } from "./inference.ts";
import { planSlot, type RankPlan } from "./rank-plan.ts";
import type { FitRequest } from "./request.ts";
import type { FittingImage } from "./serving-images.ts";
import type { ModelShape, Precision } from "./shape.ts";

/** Why a model does not fit a slot. */
export interface Misfit {
  readonly code: FitCode;
  readonly message: string;
}

/** How a model fits a slot of so many devices. */
export interface SlotFit {
  readonly type: InstanceType;
  readonly devices: number;
  readonly fits: boolean;
  readonly reasons: readonly Misfit[];
  /** The engine's name, or the kind of training. */
  readonly engine?: string;
  readonly precision?: Precision;
  /** Tensor-parallel degrees that the slot can have, ascending. */
  readonly degrees: readonly number[];
  /** Ranks that share the model: the degree, or all devices or cores of a slot that trains. */
  readonly ranks?: number;
  readonly memory?: RankMemory;
  readonly host?: HostMemory;
  readonly image?: FittingImage;
  /** Figures of the engine and the host that the judgement rests on. */
  readonly assumptions: readonly Assumption[];
  /** What must be set for it to run. */
  readonly note?: string;
  /** Slots of the size on one instance; 0 where the model does not fit. */
  readonly replicasPerInstance: number;
}

/** How a model fits each slot of the types: the cheapest instances first, those without a price last. */
export function fitModel(shape: ModelShape, request: FitRequest, types: readonly InstanceType[]): readonly SlotFit[] {
  return types
    .toSorted((one, other) => usd(one) - usd(other))
    .flatMap((type) => legalSizes(type).map((devices) => fitSlot(shape, request, type, devices)));
}

function fitSlot(shape: ModelShape, request: FitRequest, type: InstanceType, devices: number): SlotFit {
  const base = { type, devices };
  const refuse = (code: FitCode, message: string): SlotFit => ({
    ...base,
    fits: false,
    reasons: [{ code, message }],
    degrees: [],
    assumptions: [],
    replicasPerInstance: 0,
  });
  if (type.status === "retired") return refuse("STATUS", "EC2 starts no instance of the type any more");
  const plan = planSlot(shape, request, type, devices);
  if ("code" in plan) return refuse(plan.code, plan.message);
  return judge(shape, request, base, plan);
}

function judge(
  shape: ModelShape,
  { task, sequences }: FitRequest,
  base: Pick<SlotFit, "type" | "devices">,
  { engine, precision, degrees, ranks, memory, image, assumptions, note }: RankPlan,
): SlotFit {
  const { type, devices } = base;
  const isWhole = type.accelerator.kind === "neuron" || task !== "inference";
  const host = hostMemory(shape, type, devices, ranks, isWhole);
  const reasons: Misfit[] = [];
  if (memory.sequences < sequences) reasons.push({ code: "MEMORY", message: memoryText(memory, sequences) });
  if (host.shareMiB < host.neededMiB)
    reasons.push({
      code: "HOST_MEMORY",
      message: `loading takes ${host.neededMiB} MiB of host memory, and the slot's share is ${host.shareMiB} MiB`,
    });
  return {
    ...base,
    fits: reasons.length === 0,
    reasons,
    engine,
    precision,
    degrees,
    ranks,
    memory,
    host,
    assumptions: [...assumptions, ...hostAssumptions],
    replicasPerInstance: reasons.length === 0 ? Math.floor(type.accelerator.count / devices) : 0,
    ...present({ image, note }),
  };
}

function memoryText(memory: RankMemory, sequences: number): string {
  const { usableMiB, leftMiB, perSequenceMiB } = memory;
  if (leftMiB <= 0)
    return `weights and the rest take ${usableMiB - leftMiB} MiB of the ${usableMiB} usable on each rank`;
  return memory.sequences === 0 && leftMiB >= perSequenceMiB
    ? `${leftMiB} MiB are left for the cache of each rank, less than its engine starts with`
    : `${leftMiB} MiB are left on each rank, room for ${memory.sequences} of ${sequences} sequences of ` +
        `${perSequenceMiB} MiB`;
}

function usd(type: InstanceType): number {
  return priceOf(type)?.usdPerHour ?? Number.MAX_VALUE;
}
