import { isRaw, type Raw } from "../../base/merge.ts";
import type { ResolvedWorkload } from "../../workload/resolved.ts";
import type { Contents, KindDefinition, UnsupportedField } from "../kind-definition.ts";
import { entryPointWarnings } from "../image-entry-point.ts";
import { jobCompanions, oneNodeOutlives, runSpec } from "./job.ts";

const path = ["eks", "experiment"];

/** Katib's own default where its SDK starts an experiment; the resource has none. */
const algorithm = { algorithmName: "random" };

function rawOf({ eks }: ResolvedWorkload): Raw {
  return eks.experiment ?? {};
}

function partOf(value: Raw, key: string): Raw {
  const part = value[key];
  return isRaw(part) ? part : {};
}

function parametersOf(raw: Raw): readonly Raw[] {
  const { parameters } = raw;
  return Array.isArray(parameters) ? parameters.filter(isRaw) : [];
}

/** How a trial's command and variables say a parameter's value. */
const placeholder = (name: string) => `\${trialParameters.${name}}`;

/** What Katib's webhook asks for (kubeflow/katib @03ee74e, pkg/webhook/v1beta1/experiment/validator/validator.go). */
function incomplete(workload: ResolvedWorkload): readonly UnsupportedField[] {
  const raw = rawOf(workload);
  const objective = partOf(raw, "objective");
  const refuse = (key: string, message: string) => [{ path: [...path, key], message }];
  return [
    ...(objective["type"] === "minimize" || objective["type"] === "maximize"
      ? []
      : refuse("objective", "minimizes or maximizes a metric, and eks.experiment.objective.type says neither")),
    ...(typeof objective["objectiveMetricName"] === "string"
      ? []
      : refuse(
          "objective",
          "has an objective, and eks.experiment.objective.objectiveMetricName does not name its metric",
        )),
    ...(parametersOf(raw).length > 0 || raw["nasConfig"] !== undefined
      ? []
      : refuse("parameters", "tries values of parameters, and eks.experiment.parameters has none")),
    ...["trialSpec", "configMap"]
      .filter((key) => partOf(raw, "trialTemplate")[key] !== undefined)
      .flatMap((key) =>
        refuse("trialTemplate", `runs the workload as its trial, and eks.experiment.trialTemplate has ${key}`),
      ),
  ];
}

/** A parameter that no trial reads, and one that a trial reads and nobody gives it. */
function unread(workload: ResolvedWorkload): readonly UnsupportedField[] {
  const raw = rawOf(workload);
  const given = trialParameters(raw).map(({ name }) => String(name));
  const text = JSON.stringify([
    workload.entryPoint,
    workload.command,
    workload.environment,
    workload.init,
    workload.sidecars,
    workload.eks.pod,
    workload.eks.resource,
  ]);
  const read = [...text.matchAll(/\$\{trialParameters\.(.+?)\}/g)].map(([, name]) => name!);
  return [
    ...given
      .filter((name) => !read.includes(name))
      .map((name) => ({
        path: [...path, "parameters"],
        message: `hands ${name} to its trials, and neither command nor environment has ${placeholder(name)}`,
      })),
    ...[...new Set(read)]
      .filter((name) => !given.includes(name))
      .map((name) => ({
        path: [...path, "parameters"],
        message: `has no parameter ${name}, and its trials read ${placeholder(name)}`,
      })),
  ];
}

function trialParameters(raw: Raw): readonly Raw[] {
  const { trialParameters: own } = partOf(raw, "trialTemplate");
  if (Array.isArray(own)) return own.filter(isRaw);
  return parametersOf(raw).map(({ name }) => ({ name, reference: name }));
}

/** The bounds of a parameter are texts of Katib's; a file has numbers. */
function withTexts(parameter: Raw): Raw {
  const text = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(text);
    return typeof value === "number" ? String(value) : value;
  };
  const space = Object.entries(partOf(parameter, "feasibleSpace")).map(([key, value]) => [key, text(value)]);
  return { ...parameter, ...(space.length === 0 ? {} : { feasibleSpace: Object.fromEntries(space) as Raw }) };
}

/** The section with texts for bounds. */
function ownSpec(workload: ResolvedWorkload): Raw {
  const raw = rawOf(workload);
  const parameters = parametersOf(raw).map(withTexts);
  return { ...raw, ...(parameters.length === 0 ? {} : { parameters }) };
}

/** Each trial is the workload's Job, under a name of the trial's. */
function trialTemplate(contents: Contents): Raw {
  const { workload, metadata, queueLabels, pod } = contents;
  return {
    primaryContainerName: pod.spec.containers[0]!.name,
    // Its metrics are read of one pod.
    ...(workload.nodes > 1 ? { primaryPodLabels: { "batch.kubernetes.io/job-completion-index": "0" } } : {}),
    trialParameters: trialParameters(rawOf(workload)),
    trialSpec: {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: { labels: { ...metadata.labels, ...queueLabels } },
      spec: runSpec({ ...contents, workload: { ...workload, replicas: 1 } }),
    },
  };
}

/** https://www.kubeflow.org/docs/components/katib/ */
export const experiment: KindDefinition = {
  kind: "Experiment",
  apiVersion: "kubeflow.org/v1beta1",
  runs: "job",
  section: "experiment",
  unsupportedFields: (workload) => [...incomplete(workload), ...unread(workload)],
  // Its collector of metrics (kubeflow/katib, pkg/webhook/v1beta1/pod/utils.go, getContainerCommand).
  warnings: (workload) => entryPointWarnings(workload, "Katib's controller", { sidecars: false }),
  // A trial is NAME-RANDOM, and so is its Job; its pods are NAME-RANDOM-INDEX-RANDOM.
  reservedNameLength: () => "-abcdefgh-0-abcde".length,
  companions: jobCompanions,
  ownSpec,
  wrap: (contents) => {
    const { trialTemplate: _merged, ...said } = ownSpec(contents.workload);
    return {
      metadata: contents.metadata,
      spec: {
        algorithm,
        parallelTrialCount: contents.workload.replicas,
        ...said,
        trialTemplate: trialTemplate(contents),
      },
    };
  },
  outlivesEviction: oneNodeOutlives,
  // One group for the pods of every trial would count those of the others.
  queues: { kueue: "label of each trial's Job", volcano: false, yunikorn: false },
  documentation: {
    replicas: "`parallelTrialCount`: trials at once",
    nodes: "as Job, in each trial",
    coordinator: "as Job",
    devices: "`trialTemplate.trialSpec`",
    container: "NAME",
    command: "`args`; `${trialParameters.NAME}` in it, or in `environment`, is the trial's value",
    health: "readiness",
    rendezvous: "as Job",
  },
};
