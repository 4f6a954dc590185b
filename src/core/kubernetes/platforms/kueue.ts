import { isHeldBy } from "../kind-definition.ts";
import { definitionOf, kinds } from "../kinds.ts";
import { charts } from "./charts.ts";
import type { Platform } from "./platform.ts";

/**
 * What Kueue can hold back, and whether its chart has it do so (kubernetes-sigs/kueue @8eab687,
 * charts/kueue/values.yaml).
 */
const frameworks: Readonly<Record<string, boolean>> = {
  "batch/job": true,
  "kubeflow.org/mpijob": true,
  "ray.io/rayjob": true,
  "ray.io/rayservice": true,
  "ray.io/raycluster": true,
  "jobset.x-k8s.io/jobset": true,
  "kubeflow.org/pytorchjob": false,
  "kubeflow.org/tfjob": false,
  "workload.codeflare.dev/appwrapper": true,
  "trainer.kubeflow.org/trainjob": true,
  "sparkoperator.k8s.io/sparkapplication": false,
  pod: true,
  deployment: true,
  statefulset: true,
  "leaderworkerset.x-k8s.io/leaderworkerset": true,
};

/** What Kueue calls the kinds that aiplat writes for its queues; those of other kinds' pods and jobs are among them. */
const ofKinds: ReadonlySet<string> = new Set(
  kinds.map(definitionOf).flatMap((definition) => {
    if (!isHeldBy(definition, "kueue")) return [];
    const kind = definition.kind.toLowerCase();
    const group = definition.apiVersion.split("/")[0]!;
    return group === "apps" ? [kind] : [`${group}/${kind}`];
  }),
);

/** The chart's own configuration with every kind of aiplat's: a document replaces it as a whole. */
function configuration(): string {
  const on = Object.entries(frameworks).flatMap(([name, byDefault]) => (byDefault || ofKinds.has(name) ? [name] : []));
  return `apiVersion: config.kueue.x-k8s.io/v1beta2
kind: Configuration
health:
  healthProbeBindAddress: :8081
metrics:
  bindAddress: :8443
webhook:
  port: 9443
leaderElection:
  leaderElect: true
  resourceName: c1f6bfd2.kueue.x-k8s.io
controller:
  groupKindConcurrency:
    Job.batch: 5
    Pod: 5
    Workload.kueue.x-k8s.io: 10
    LocalQueue.kueue.x-k8s.io: 5
    ClusterQueue.kueue.x-k8s.io: 5
    ResourceFlavor.kueue.x-k8s.io: 1
clientConnection:
  qps: 300
  burst: 500
integrations:
  frameworks:
${on.map((name) => `    - ${JSON.stringify(name)}\n`).join("")}`;
}

/** https://kueue.sigs.k8s.io/docs/installation/ */
export const kueue: Platform = {
  summary: "Kueue, for every kind that aiplat writes for its queues",
  chartOf: () => charts.kueue,
  fleetProblems: () => [],
  values: () => ({ managerConfig: { controllerManagerConfigYaml: configuration() } }),
  notes: () => [
    "A queue over the fleet's nodes: aiplat eks generate WORKLOAD --queue-fleet TYPE=COUNT, with eks.queue in the file.",
  ],
};
