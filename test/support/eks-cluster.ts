/** Objects of a Kubernetes cluster as kubectl lists them, and what `eks check` makes of them. */
import { requireInstanceType } from "../../src/core/catalog/instance-types/catalog.ts";
import { checkCluster, type EksReport } from "../../src/core/kubernetes/check/check-cluster.ts";
import type { EksSnapshot, KubernetesObject, ObservedWorkloadNeeds } from "../../src/core/kubernetes/check/snapshot.ts";
import { wantWorkload } from "../../src/core/kubernetes/check/workload-needs.ts";
import { resolveForKubernetes, type KubernetesSettings } from "../../src/core/kubernetes/generate.ts";
import type { Kind } from "../../src/core/kubernetes/kinds.ts";
import type { Workload } from "../../src/core/workload/schema.ts";

type Fields = Readonly<Record<string, unknown>>;

/** A ready node of a type, with so many devices as the type has. */
export function node(
  name: string,
  instanceType: string,
  change: { spec?: Fields; labels?: Fields; allocatable?: Fields; ready?: string } = {},
): KubernetesObject {
  const type = requireInstanceType(instanceType);
  const resource = { neuron: "aws.amazon.com/neuron", nvidia: "nvidia.com/gpu" }[type.accelerator.kind as "neuron"];
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name,
      labels: {
        "node.kubernetes.io/instance-type": instanceType,
        "topology.kubernetes.io/zone": "us-east-1a",
        "kubernetes.io/arch": "amd64",
        ...change.labels,
      },
    },
    spec: { taints: [{ key: resource, effect: "NoSchedule" }], ...change.spec },
    status: {
      allocatable: {
        cpu: `${type.vcpus * 1000 - 300}m`,
        memory: `${Math.floor(type.memoryMiB * 0.92)}Mi`,
        pods: "110",
        [resource]: String(type.accelerator.count),
        ...((type.efaInterfaces ?? 0) > 0
          ? { "vpc.amazonaws.com/efa": String(type.efaInterfaces), "hugepages-2Mi": "5632Mi" }
          : {}),
        ...change.allocatable,
      },
      conditions: [{ type: "Ready", status: change.ready ?? "True", message: "kubelet stopped posting node status" }],
    },
  };
}

/** A pod that runs on a node and asks for something. */
export function podOn(
  nodeName: string,
  name: string,
  requests: Fields,
  metadata: Fields = {},
  spec: Fields = {},
): KubernetesObject {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "ml", ...metadata },
    spec: { nodeName, containers: [{ name: "a", image: "a:1", resources: { limits: requests } }], ...spec },
    status: { phase: "Running" },
  };
}

/** Everything that aiplat writes is served. */
const served: ObservedWorkloadNeeds["served"] = new Map([
  ["apps/v1", ["Deployment", "StatefulSet", "DaemonSet"]],
  ["batch/v1", ["Job", "CronJob"]],
  ["v1", ["Service"]],
  ["jobset.x-k8s.io/v1alpha2", ["JobSet"]],
  ["resource.k8s.io/v1", ["ResourceClaimTemplate"]],
]);

export interface Question {
  readonly workload: Workload;
  readonly kind?: Kind;
  readonly settings?: KubernetesSettings;
  readonly objects?: readonly KubernetesObject[];
  readonly nodegroups?: EksSnapshot["nodegroups"];
  readonly needs?: Partial<ObservedWorkloadNeeds>;
  readonly version?: string;
}

/** What `eks check --workload` finds. */
export function checkWorkloadIn({
  workload,
  kind,
  settings = {},
  objects = [],
  nodegroups = [],
  needs = {},
  version = "1.34",
}: Question): EksReport {
  const snapshot: EksSnapshot = {
    cluster: { name: "prod", version },
    nodegroups,
    releases: new Map(),
    objects,
    workload: { namespace: "ml", namespaceLabels: {}, served, versions: new Map(), queues: [], flavors: [], ...needs },
  };
  return checkCluster(snapshot, wantWorkload(resolveForKubernetes(workload, kind), settings));
}
