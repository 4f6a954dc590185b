import type { ResolvedWorkload } from "../../workload/resolved.ts";
import { present } from "../../base/present.ts";
import { coordinatorPod } from "../coordinator.ts";
import { typeOf, type Contents, type KindDefinition, type UnsupportedField } from "../kind-definition.ts";
import { entryPointWarnings } from "../image-entry-point.ts";
import { jobSet } from "./job-set.ts";

const severalPods = ({ nodes, replicas }: Pick<ResolvedWorkload, "nodes" | "replicas">) => nodes > 1 || replicas > 1;

/** Of a pod (argoproj/argo-workflows @f016ad8, pkg/apis/workflow/v1alpha1/workflow_types.go, Template). */
const templateFields = [
  "activeDeadlineSeconds",
  "affinity",
  "automountServiceAccountToken",
  "containers",
  "hostAliases",
  "initContainers",
  "nodeSelector",
  "priorityClassName",
  "resourceClaims",
  "schedulerName",
  "securityContext",
  "serviceAccountName",
  "tolerations",
  "volumes",
];

/** The one pod, as a template says it. */
function containerTemplate({ name, pod, queueLabels }: Contents): Readonly<Record<string, unknown>> {
  const { containers, serviceAccountName: _ofAll, ...spec } = pod.spec;
  const [container, ...sidecars] = containers;
  return {
    name,
    metadata: { ...pod.metadata, labels: { ...pod.metadata.labels, ...queueLabels } },
    ...spec,
    container,
    ...(sidecars.length === 0 ? {} : { sidecars }),
  };
}

/**
 * A pod of Argo's that creates the workload's JobSet and waits for its end. The manifest is a text: JSON, as YAML takes it.
 * https://argo-workflows.readthedocs.io/en/latest/walk-through/kubernetes-resources/
 */
function jobSetTemplate(contents: Contents): Readonly<Record<string, unknown>> {
  return {
    name: contents.name,
    metadata: coordinatorPod(contents).metadata,
    resource: {
      action: "create",
      // The JobSet goes with the workflow.
      setOwnerReference: true,
      successCondition: "status.terminalState == Completed",
      failureCondition: "status.terminalState == Failed",
      manifest: JSON.stringify({ ...typeOf(jobSet), ...jobSet.wrap(contents) }, null, 2),
    },
  };
}

function creator(workload: ResolvedWorkload): readonly UnsupportedField[] {
  return severalPods(workload) && workload.eks.serviceAccount === undefined
    ? [
        {
          path: ["eks", "serviceAccount"],
          message: "creates a JobSet of several pods, and there is no eks.serviceAccount that may",
        },
      ]
    : [];
}

/** `{{...}}` that is none of Argo's variables, nor an expression. https://argo-workflows.readthedocs.io/en/latest/variables/ */
const unknownVariable =
  /\{\{(?!=|\s*(?:workflow\.|pod\.name|node\.name|inputs\.|outputs\.|retries|lastRetry\.)).*?\}\}/s;

/** What Argo would take for a variable of its own, and refuse. */
function unknownVariables(workload: ResolvedWorkload): readonly UnsupportedField[] {
  return (["entryPoint", "command", "environment", "init", "sidecars"] as const).flatMap((key) => {
    const [variable] = texts(workload[key]).flatMap((text) => unknownVariable.exec(text) ?? []);
    return variable === undefined
      ? []
      : [
          {
            path: [key],
            message: `has Argo put a variable of its own in place of ${variable}, and there is no such one`,
          },
        ];
  });
}

function texts(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(texts) : [];
}

/** https://argo-workflows.readthedocs.io/en/latest/fields/ */
export const workflow: KindDefinition = {
  kind: "Workflow",
  apiVersion: "argoproj.io/v1alpha1",
  runs: "job",
  unsupportedFields: (workload) => [...creator(workload), ...unknownVariables(workload)],
  // https://argo-workflows.readthedocs.io/en/latest/workflow-executors/#emissary-executor
  warnings: (workload) =>
    severalPods(workload) ? [] : entryPointWarnings(workload, "Argo's controller", { sidecars: true }),
  // The JobSet has a place for all of them.
  podFields: (workload) => (severalPods(workload) ? undefined : templateFields),
  reservedNameLength: (workload) => (severalPods(workload) ? jobSet.reservedNameLength(workload) : 0),
  wrap: (contents) => ({
    metadata: contents.metadata,
    spec: {
      entrypoint: contents.name,
      ...present({ serviceAccountName: contents.pod.spec.serviceAccountName }),
      templates: [severalPods(contents.workload) ? jobSetTemplate(contents) : containerTemplate(contents)],
    },
  }),
  outlivesEviction: severalPods,
  queues: { kueue: "label of its pod, or of its JobSet" },
  documentation: {
    replicas: "more than one: a JobSet that its `resource` template creates",
    nodes: "more than one: a JobSet that its `resource` template creates",
    coordinator: "as JobSet",
    devices: "`templates[0].container`, or the JobSet's",
    container: "NAME",
    command: "`args`",
    health: "readiness",
    rendezvous: "as JobSet",
  },
};
