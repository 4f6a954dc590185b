/** Karpenter's NodePool, which EKS Auto Mode has too. https://karpenter.sh/docs/concepts/nodepools/ */
import { deviceKind, neuronCoreResource, neuronResource, nvidiaResource } from "../devices.ts";
import { sharedLabels } from "../labels.ts";
import type { Manifest } from "../manifest.ts";
import type { PlannedNodes } from "./planned-nodes.ts";
import type { NodeSettings } from "./settings.ts";

export const typeLabel = "node.kubernetes.io/instance-type";

/** How long a node lives. https://karpenter.sh/docs/concepts/disruption/ */
export interface NodeLifetime {
  readonly expireAfter: string;
  /** How long a node that is to go waits for its pods; without it, for ever. */
  readonly terminationGracePeriod?: string;
}

/** What Karpenter does with a service's nodes where nobody says otherwise, and a bound for pods that do not go. */
const serviceLifetime: NodeLifetime = { expireAfter: "720h", terminationGracePeriod: "24h" };
const jobLifetime: NodeLifetime = { expireAfter: "Never" };

/** The lifetime of Karpenter's nodes: those of a job wait until it has ended. */
export function lifetimeOf(kind: "job" | "service"): NodeLifetime {
  return kind === "job" ? jobLifetime : serviceLifetime;
}

/** Work in progress is moved neither to a newer image nor to a fuller node; an empty node still goes. */
const workInProgress = [{ nodes: "0", reasons: ["Drifted", "Underutilized"] }];

export function metadataOf({ name }: Pick<PlannedNodes, "name">): Manifest["metadata"] {
  return { name, labels: sharedLabels };
}

export interface NodeClassReference {
  readonly group: string;
  readonly kind: string;
}

/** The pool of a fleet, for a workload of the kind. */
export function nodePool(
  kind: "job" | "service",
  fleet: PlannedNodes,
  { reservation, capacityBlock, maxSize }: NodeSettings,
  nodeClass: NodeClassReference,
  lifetime: NodeLifetime,
): Manifest {
  const types = fleet.types.map((type) => type.instanceType);
  const [resource, perNode] = limitOf(fleet);
  const capacity = (reservation ?? capacityBlock) === undefined ? "on-demand" : "reserved";
  return {
    apiVersion: "karpenter.sh/v1",
    kind: "NodePool",
    metadata: metadataOf(fleet),
    spec: {
      template: {
        ...(Object.keys(fleet.labels).length === 0 ? {} : { metadata: { labels: fleet.labels } }),
        spec: {
          nodeClassRef: { ...nodeClass, name: fleet.name },
          requirements: [
            { key: typeLabel, operator: "In", values: types },
            {
              key: "kubernetes.io/arch",
              operator: "In",
              values: [fleet.types[0]!.architecture === "x86_64" ? "amd64" : "arm64"],
            },
            { key: "karpenter.sh/capacity-type", operator: "In", values: [capacity] },
          ],
          taints: [fleet.taint],
          ...lifetime,
        },
      },
      // Consolidation never moves a running pod: models take minutes to load, and training starts over from its last
      // checkpoint.
      disruption: {
        consolidationPolicy: "WhenEmpty",
        consolidateAfter: "5m",
        ...(kind === "job" ? { budgets: workInProgress } : {}),
      },
      limits: { [resource]: String((maxSize ?? fleet.desiredSize) * perNode) },
    },
  };
}

/**
 * What a pool is limited by, and how many of it a node has: what its pods request, but for NeuronCores, of which Karpenter
 * counts those of Trainium2 as no plugin does.
 */
function limitOf({ shape, types, offered }: PlannedNodes): readonly [string, number] {
  const { request } = shape;
  if (request.kind === "resource" && request.resource !== neuronCoreResource)
    return [request.resource, Number(offered[request.resource])];
  const resource = deviceKind(shape) === "nvidia" ? nvidiaResource : neuronResource;
  return [resource, Math.max(...types.map((type) => type.accelerator.count))];
}
