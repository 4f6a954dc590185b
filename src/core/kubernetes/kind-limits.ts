/** Why a kind cannot carry a workload, and which can. */
import { listOr, problem, type Problem } from "../base/problem.ts";
import type { ResolvedWorkload } from "../workload/resolved.ts";
import { isHeldBy, queues, type KindDefinition, type Queue, type UnsupportedField } from "./kind-definition.ts";
import { definitionOf, kinds, type Kind } from "./kinds.ts";

/** Why the kind cannot carry the workload. */
function unsupportedFields(kind: Kind, workload: ResolvedWorkload): readonly UnsupportedField[] {
  const definition = definitionOf(kind);
  return [
    ...(definition.runs === workload.kind
      ? []
      : [
          {
            path: ["kind"],
            message:
              `is for ${definition.runs === "service" ? "services" : "jobs"}, ` +
              `and ${workload.name} is a ${workload.kind}`,
          },
        ]),
    ...definition.unsupportedFields(workload),
    ...(workload.schedule === undefined || definition.scheduled === true
      ? []
      : [{ path: ["schedule"], message: "starts at once, and there is a schedule" }]),
    ...(workload.rollout === undefined || definition.rollsOut === true
      ? []
      : [{ path: ["rollout"], message: "has no bounds in replicas for its rollout, and there is rollout" }]),
    ...(definition.loadsModels === true ? modelElsewhere(workload, definition) : []),
    ...Object.entries(queues)
      .filter(([key]) => workload.eks.queue?.[key as Queue] !== undefined && !isHeldBy(definition, key as Queue))
      .map(([key, title]) => ({
        path: ["eks", "queue", key],
        message: `is no kind that ${title} holds back, and there is eks.queue.${key}`,
      })),
  ];
}

/** What a kind that loads the model itself does not do: it has its own place for it, and its own program. */
function modelElsewhere(
  { model, volumes }: ResolvedWorkload,
  { modelPath }: Pick<KindDefinition, "modelPath">,
): readonly UnsupportedField[] {
  if (model === undefined) return [];
  const place = modelPath === undefined ? "loads the model itself" : `loads the model to ${modelPath} itself`;
  const inTheWay = volumes.findIndex(({ path }) => path === modelPath);
  return [
    ...(model.path === undefined || model.path === modelPath
      ? []
      : [{ path: ["model", "path"], message: `${place}, and model.path is ${model.path}` }]),
    ...(model.image === undefined
      ? []
      : [{ path: ["model", "image"], message: `${place}, and there is model.image to fetch it with` }]),
    ...(inTheWay < 0
      ? []
      : [{ path: ["volumes", inTheWay, "path"], message: `${place}, and there is a volume at ${modelPath}` }]),
  ];
}

/** @param says Whether the workload itself says that it is a service or a job; else it is what a kind runs. */
export function kindProblems(kind: Kind, workload: ResolvedWorkload, says: boolean): readonly Problem[] {
  const unsupported = unsupportedFields(kind, workload);
  if (unsupported.length === 0) return [];
  const all = kinds.filter(
    (each) => unsupportedFields(each, says ? workload : { ...workload, kind: definitionOf(each).runs }).length === 0,
  );
  const alike = (each: Kind) => definitionOf(each).runs === workload.kind;
  const able = [...all.filter(alike), ...all.filter((each) => !alike(each))];
  const hint = able.length === 0 ? "No kind can carry all of it." : `${listOr(able)} can carry it: --as ${able[0]!}.`;
  return unsupported.map(({ path, message }) => problem("kind-limit", path, `${kind} ${message}`, hint));
}
