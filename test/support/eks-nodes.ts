/**
 * Nodes as EKS's AMI registers them, with the pods of a usual node's add-ons, worked out from the published sources apart
 * from src/.
 */
import { isRaw } from "../../src/core/base/merge.ts";
import type { InstanceType } from "../../src/core/catalog/instance-types/instance-type.ts";
import { at } from "../../src/core/kubernetes/check/read-object.ts";
import type { KubernetesObject } from "../../src/core/kubernetes/check/snapshot.ts";
import type { Manifest } from "../../src/core/kubernetes/manifest.ts";

type Fields = Readonly<Record<string, unknown>>;

const resourceOf: Readonly<Record<string, string>> = { neuron: "aws.amazon.com/neuron", nvidia: "nvidia.com/gpu" };

/** The cores that nodeadm keeps for kubelet and the system, of each next core: 6 %, 1 %, twice 0.5 %, then 0.25 %. */
function keptMilliCpu(vcpus: number): number {
  return Array.from({ length: vcpus }, (_, core) => [60, 10, 5, 5][core] ?? 2.5).reduce((sum, kept) => sum + kept, 0);
}

/** A ready node of the type: kubelet's allocatable, before its add-ons. */
export function eksNode(type: InstanceType, name: string): Fields {
  const efa = type.efaInterfaces ?? 0;
  const hugeMiB = efa > 0 ? type.vcpus * 220 : 0;
  const pods = type.maxPods ?? 250;
  // MemTotal after the kernel's own part, less nodeadm's reservation and the hard eviction threshold.
  const memoryMiB = Math.floor(type.memoryMiB * 0.925) - (255 + 11 * pods) - 100 - hugeMiB;
  const devices = type.accelerator.count;
  const quantities = {
    cpu: `${Math.floor(type.vcpus * 1000 - keptMilliCpu(type.vcpus))}m`,
    memory: `${memoryMiB}Mi`,
    pods: String(pods),
    "ephemeral-storage": "100Gi",
    [resourceOf[type.accelerator.kind]!]: String(devices),
    ...(efa > 0 ? { "vpc.amazonaws.com/efa": String(efa), "hugepages-2Mi": `${hugeMiB}Mi` } : {}),
  };
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name,
      labels: {
        "node.kubernetes.io/instance-type": type.instanceType,
        "kubernetes.io/arch": type.architecture === "x86_64" ? "amd64" : "arm64",
        "kubernetes.io/hostname": name,
        "topology.kubernetes.io/zone": "us-east-1a",
      },
    },
    spec: { taints: [{ key: resourceOf[type.accelerator.kind], effect: "NoSchedule" }] },
    status: {
      capacity: quantities,
      allocatable: quantities,
      conditions: [{ type: "Ready", status: "True", reason: "KubeletReady" }],
    },
  };
}

/** cpu and memory of what DaemonSets run on every accelerated node, as their charts request it. */
const addOns: Readonly<Record<string, readonly [cpu: string, memory: string]>> = {
  "aws-node": ["50m", "0"],
  "kube-proxy": ["100m", "0"],
  "ebs-csi-node": ["30m", "120Mi"],
  "cloudwatch-agent": ["250m", "128Mi"],
  "fluent-bit": ["50m", "25Mi"],
  "device-exporter": ["256m", "128Mi"],
  "efa-device-plugin": ["10m", "20Mi"],
};

/** The add-ons' pods on a node. */
export function addOnPods(node: string): readonly Fields[] {
  return Object.entries(addOns).map(([name, [cpu, memory]]) => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: `${name}-${node}`, namespace: "kube-system" },
    spec: {
      nodeName: node,
      tolerations: [{ operator: "Exists" }],
      containers: [{ name, image: `${name}:1`, resources: { requests: { cpu, memory } } }],
    },
  }));
}

/** The pods of a manifest's first template, as its controller would make them, with claims of their own. */
export function podsOf(manifests: readonly Manifest[], names: readonly string[]): readonly object[] {
  const template = templateIn(manifests.find(({ kind }) => kind !== "ResourceClaimTemplate"))!;
  const claims = manifests.filter(({ kind }) => kind === "ResourceClaimTemplate");
  return names.flatMap((name) => {
    const claim = (from: string) => `${name}-${from}`;
    const { resourceClaims = [], ...spec } = template["spec"] as Readonly<Record<string, unknown>> & {
      readonly resourceClaims?: readonly { readonly name: string; readonly resourceClaimTemplateName: string }[];
    };
    return [
      ...claims.map(({ metadata, spec: claimed }) => ({
        apiVersion: "resource.k8s.io/v1",
        kind: "ResourceClaim",
        metadata: { name: claim(metadata.name), namespace: "ml" },
        spec: (claimed as { readonly spec: object }).spec,
      })),
      {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { ...(template["metadata"] as object), name, namespace: "ml" },
        spec: {
          ...spec,
          ...(resourceClaims.length === 0
            ? {}
            : {
                resourceClaims: resourceClaims.map((each) => ({
                  name: each.name,
                  resourceClaimName: claim(each.resourceClaimTemplateName),
                })),
              }),
        },
      },
    ];
  });
}

function templateIn(value: unknown): KubernetesObject | undefined {
  if (Array.isArray(value)) return value.map(templateIn).find((each) => each !== undefined);
  if (!isRaw(value)) return undefined;
  if (Array.isArray(at(value, "template", "spec")["containers"])) return at(value, "template");
  return Object.values(value)
    .map(templateIn)
    .find((each) => each !== undefined);
}
