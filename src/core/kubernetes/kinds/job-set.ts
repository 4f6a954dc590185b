import { jobSetStartsAgain } from "../eviction-policy.ts";
import { indexDigits, queued, type Contents, type KindDefinition } from "../kind-definition.ts";
import type { EnvironmentVariable, PodTemplate } from "../manifest.ts";
import { withRendezvous } from "../rendezvous.ts";
import { indexedJobOfSet } from "./job.ts";

/** The one group of Jobs, a replica each. */
const group = "node";

/** Which replica a pod belongs to. */
const jobIndex: EnvironmentVariable = {
  name: "AIPLAT_JOB_INDEX",
  valueFrom: { fieldRef: { fieldPath: "metadata.labels['jobset.sigs.k8s.io/job-index']" } },
};

/** JobSet names a pod's host JOBSET-GROUP-JOB-INDEX, below a Service of the JobSet's name. */
function nodePod(contents: Contents): PodTemplate {
  const { workload, pod, name } = contents;
  if (workload.nodes === 1) return pod;
  if (workload.replicas === 1) return withRendezvous(pod, contents, `${name}-${group}-0-0.${name}`);
  return withRendezvous(pod, contents, `${name}-${group}-$(${jobIndex.name})-0.${name}`, [jobIndex]);
}

/** https://jobset.sigs.k8s.io/docs/reference/jobset.v1alpha2/ */
export const jobSet: KindDefinition = {
  kind: "JobSet",
  apiVersion: "jobset.x-k8s.io/v1alpha2",
  runs: "job",
  unsupportedFields: () => [],
  // A pod is JOBSET-GROUP-JOB-INDEX-RANDOM, which its webhook holds to 63 characters.
  reservedNameLength: ({ replicas, nodes }) =>
    `-${group}-`.length + indexDigits(replicas) + 1 + indexDigits(nodes) + "-abcde".length,
  wrap: (contents) => ({
    metadata: queued(contents),
    spec: {
      // Nodes look for each other before they are ready.
      network: { enableDNSHostnames: true, publishNotReadyAddresses: true },
      failurePolicy: jobSetStartsAgain,
      replicatedJobs: [
        {
          name: group,
          replicas: contents.workload.replicas,
          template: { spec: indexedJobOfSet(contents.workload, nodePod(contents)) },
        },
      ],
    },
  }),
  exclusiveTopology: "alpha.jobset.sigs.k8s.io/exclusive-topology",
  queues: { kueue: "label" },
  outlivesEviction: () => true,
  documentation: {
    replicas: "`replicatedJobs[0].replicas`",
    nodes: "`completions` and `parallelism` of its Job, indexed",
    coordinator: "the pod of index 0 is one of the nodes",
    devices: "`replicatedJobs[0].template.spec.template`",
    container: "NAME",
    command: "`args`",
    health: "readiness",
    rendezvous: "JobSet's headless Service; `PET_*`",
  },
};
