/** Rules on a model that is fetched before the workload starts. */
import { listOr } from "../../base/problem.ts";
import type { Workload } from "../schema.ts";
import { s3Uri } from "../volume-fields.ts";
import { kindsOf, resolveVolumes, volumeHolding, type ResolvedVolume } from "../volumes.ts";
import { all, at, given, not, when } from "./fragments.ts";
import type { Rule, RuleFinding } from "./rule.ts";

/** What nobody writes files into: the volume is S3 itself, or what Kubernetes keeps. */
const notWritten: ReadonlySet<string> = new Set(["s3", "configMap", "secret"]);

/** Whether a model can be fetched into a volume. */
function takesModel({ source }: ResolvedVolume): boolean {
  return !notWritten.has(source.kind);
}

/** The volumes of a file, but those that no rule has passed yet. */
export function writtenVolumes(volumes: Workload["volumes"] = []): readonly ResolvedVolume[] {
  return resolveVolumes({ volumes: volumes.filter((volume) => kindsOf(volume).length === 1) });
}

/**
 * Why the model cannot be fetched to where the file says: what is fetched has to be there when the workload starts, in
 * a volume that both containers have. Kinds that fetch it themselves have a place of their own.
 */
export function modelPathProblems({
  model,
  volumes,
}: {
  readonly model?: { readonly path?: string | undefined } | undefined;
  readonly volumes: readonly ResolvedVolume[];
}): readonly RuleFinding[] {
  if (model?.path === undefined) return [];
  const holder = volumeHolding(volumes, model.path);
  if (holder !== undefined && takesModel(holder)) return [];
  const choices = volumes.filter(takesModel).map(({ path }) => path);
  const volume = `volumes: [{ path: ${holder === undefined ? model.path : "/models"}, scratch: 200GiB }], or one that stays (efs, lustre, ebs, host)`;
  return [
    {
      path: ["model", "path"],
      message:
        holder === undefined
          ? `model.path ${model.path} is in no volume: what is fetched there would be gone before the workload starts`
          : `model.path ${model.path} is in the volume ${holder.path}, and nothing is fetched into ${holder.source.kind}`,
      hint: choices.length === 0 ? `Add ${volume}.` : `Write ${listOr(choices)}, or a path below; or add ${volume}.`,
    },
  ];
}

export const modelRules: readonly Rule[] = [
  {
    code: "model-uri",
    severity: "error",
    reads: ["model"],
    check: ({ model }) =>
      model?.path === undefined || s3Uri.test(model.uri)
        ? []
        : [
            {
              path: ["model", "uri"],
              message: `model.uri ${model.uri} is none of a bucket of S3, and model.path is where it is fetched to`,
              hint:
                "Write s3://BUCKET/PREFIX, fetch it by a container of init, or leave model.path out for a kind that " +
                "loads it itself.",
            },
          ],
    jsonSchema: () => when(given("model.path"), at("model.uri", { pattern: s3Uri.source })),
  },
  {
    code: "model-image",
    severity: "error",
    reads: ["model"],
    check: ({ model }) =>
      model?.image === undefined || model.path !== undefined
        ? []
        : [
            {
              path: ["model", "image"],
              message: "model.image fetches the model, and there is no model.path to fetch it to",
              hint: "Add model.path: /models, say, in a volume.",
            },
          ],
    jsonSchema: () => not(all(given("model.image"), not(given("model.path")))),
  },
];
