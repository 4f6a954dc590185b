import type { ResolvedWorkload } from "../../workload/resolved.ts";
import {
  indexDigits,
  queued,
  withSpec,
  type Contents,
  type KindDefinition,
  type UnsupportedField,
} from "../kind-definition.ts";
import { onEviction } from "../eviction-policy.ts";
import { selectorOf } from "../labels.ts";
import type { EnvironmentVariable, Manifest, PodTemplate } from "../manifest.ts";
import { headlessName, headlessService, withRendezvous } from "../rendezvous.ts";

/** A failed pod fails the Job, as a failed task fails a run on ECS: whoever wants retries says so in eks.resource. */
export const backoffLimit = 0;

/**
 * The spec of a Job: each completion is a replica, or a node of the one replica.
 *
 * @param jobName The Job's name, for the address of its pod of index 0; it may refer to the variables.
 * @param variables What the name refers to.
 */
export function jobSpec(
  contents: Contents,
  jobName: string,
  variables: readonly EnvironmentVariable[] = [],
): Readonly<Record<string, unknown>> {
  const { workload, pod, name } = contents;
  if (workload.nodes === 1) {
    const template = withSpec(pod, { restartPolicy: "Never" });
    return {
      completions: workload.replicas,
      parallelism: workload.replicas,
      backoffLimit,
      ...onEviction("Ignore", template),
      template,
    };
  }
  const subdomain = headlessName(name);
  return indexedJobSpec(
    workload,
    withSpec(withRendezvous(pod, contents, `${jobName}-0.${subdomain}`, variables), { subdomain }),
  );
}

/** Its pods read it from their label. */
const ownName: EnvironmentVariable = {
  name: "AIPLAT_JOB_NAME",
  valueFrom: { fieldRef: { fieldPath: "metadata.labels['batch.kubernetes.io/job-name']" } },
};

/** The same for a controller that gives each run's Job a name of its own. */
export function runSpec(contents: Contents): Readonly<Record<string, unknown>> {
  return jobSpec(contents, `$(${ownName.name})`, [ownName]);
}

/** The spec of a Job whose pods are the nodes of one replica. */
export function indexedJobSpec(
  workload: ResolvedWorkload,
  pod: PodTemplate,
): Readonly<Record<string, unknown>> & { readonly template: PodTemplate } {
  return {
    completions: workload.nodes,
    parallelism: workload.nodes,
    completionMode: "Indexed",
    backoffLimit,
    template: withSpec(pod, { restartPolicy: "Never" }),
  };
}

/** The same, for a controller that starts all of them again where one is evicted. */
export function indexedJobOfSet(workload: ResolvedWorkload, pod: PodTemplate): Readonly<Record<string, unknown>> {
  const { template, ...spec } = indexedJobSpec(workload, pod);
  return { ...spec, ...onEviction("FailJob", template), template };
}

/** Whether an eviction leaves the Job: of several nodes, what is left of them cannot go on. */
export function oneNodeOutlives({ nodes }: ResolvedWorkload): boolean {
  return nodes === 1;
}

/** One Job has one kind of index: of replicas, or of nodes. */
export function oneIndex({ replicas, nodes }: ResolvedWorkload): readonly UnsupportedField[] {
  return replicas === 1 || nodes === 1
    ? []
    : [
        {
          path: ["replicas"],
          message: `runs several replicas or several nodes, and there are ${replicas} replicas of ${nodes} nodes`,
        },
      ];
}

export function jobCompanions({ workload, metadata, name }: Contents): readonly Manifest[] {
  return workload.nodes === 1 ? [] : [headlessService(metadata, selectorOf(name))];
}

/** https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/job-v1/ */
export const job: KindDefinition = {
  kind: "Job",
  apiVersion: "batch/v1",
  runs: "job",
  unsupportedFields: oneIndex,
  // A pod's hostname is NAME-INDEX, the Service is NAME-nodes.
  reservedNameLength: ({ nodes }) => (nodes === 1 ? 0 : Math.max("-nodes".length, 1 + indexDigits(nodes))),
  companions: jobCompanions,
  wrap: (contents) => ({
    metadata: queued(contents),
    spec: jobSpec(contents, contents.name),
  }),
  queues: { kueue: "label" },
  outlivesEviction: oneNodeOutlives,
  documentation: {
    replicas: "`completions` and `parallelism`, where `nodes` is 1",
    nodes: "`completions` and `parallelism`, indexed, where `replicas` is 1",
    coordinator: "the pod of index 0 is one of the nodes",
    devices: "`spec.template`",
    container: "NAME",
    command: "`args`",
    health: "readiness",
    rendezvous: "headless Service NAME-nodes; `PET_*`",
  },
};
