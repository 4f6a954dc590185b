import type { Context } from "../../context.ts";
import { instanceTypes, requireInstanceType } from "../../core/catalog/instance-types/catalog.ts";
import type { InstanceType } from "../../core/catalog/instance-types/instance-type.ts";
import { fitModel } from "../../core/models/fit.ts";
import { starterWorkload, type StarterTarget } from "../../core/models/starter.ts";
import { schemaModeline } from "../../core/workload/schema-url.ts";
import { AiplatError } from "../../errors.ts";
import { findModelShape } from "./find-model-shape.ts";
import { fitRequestOf } from "./fit-options.ts";

/** What scripts/build.mjs writes into the bundle. */
declare const AIPLAT_VERSION: string;

export interface ModelWorkloadOptions {
  readonly target?: StarterTarget;
  readonly instanceType?: string;
  readonly context?: number;
  readonly sequences?: number;
}

/**
 * A workload file that serves a model with vLLM on the cheapest type that it fits, or on the type that is named.
 *
 * @throws AiplatError NoCapacity where it fits none; Refusal as `instances fit`.
 */
export async function workloadOfModel(
  context: Context,
  text: string,
  { target = "ecs", instanceType, ...asked }: ModelWorkloadOptions,
): Promise<string> {
  const types = instanceType === undefined ? instanceTypes.filter(isUsual) : [requireInstanceType(instanceType)];
  const model = await findModelShape(context, text);
  const request = fitRequestOf({ task: "inference", ...asked }, model.shape, model.name);
  const fits = fitModel(model.shape, request, types);
  const fit = fits.find((each) => each.fits && each.image !== undefined);
  if (fit !== undefined)
    return starterWorkload({ model, request, fit, target, modeline: schemaModeline(AIPLAT_VERSION) });
  const reason = fits.at(-1)?.reasons[0];
  const where = instanceType ?? "any instance type";
  throw new AiplatError(
    "NoCapacity",
    `${model.name} does not fit ${where}${instanceType === undefined || reason === undefined ? "" : `: ${reason.message}`}`,
    { hint: `aiplat instances fit ${model.name} --all says why, and with --precision what smaller weights would fit.` },
  );
}

/** Not a type whose figures are unverified, nor a part of a GPU, which AWS describes on Managed Instances only. */
function isUsual({ status, accelerator }: InstanceType): boolean {
  return status === "current" && accelerator.fraction === undefined;
}
