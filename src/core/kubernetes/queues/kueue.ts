/**
 * https://kueue.sigs.k8s.io/docs/; the kinds that it holds back say so (kubernetes-sigs/kueue @ff69552,
 * site/content/en/docs/tasks/run).
 */
import { present } from "../../base/present.ts";
import type { InstanceType } from "../../catalog/instance-types/instance-type.ts";
import type { DeviceRequest, ResolvedWorkload, Shape } from "../../workload/resolved.ts";
import { allocatableMiB, allocatableMilliCpu } from "../allocatable.ts";
import { coordinatorResources } from "../coordinator.ts";
import { deviceLimits, deviceTaint } from "../devices.ts";
import { sharedLabels } from "../labels.ts";
import type { Manifest, Metadata, Quantities } from "../manifest.ts";
import { nodeQuantities } from "../node-resources.ts";
import { hostnameLabel, instanceTypeLabel, zoneLabel } from "../placement.ts";
import { cpuQuantity } from "../quantity.ts";
import { shapeOfNode } from "../whole-node.ts";

const apiVersion = "kueue.x-k8s.io/v1beta2";

export const queueLabel = "kueue.x-k8s.io/queue-name";

/** What makes Kueue hold the object until its queue admits it; Kueue suspends it itself. */
export function kueueLabels({ eks }: ResolvedWorkload): Readonly<Record<string, string>> {
  return eks.queue?.kueue === undefined ? {} : { [queueLabel]: eks.queue.kueue };
}

/** So many nodes of a type. */
export interface QueueNodes {
  readonly type: InstanceType;
  /** Whether they are HyperPod's, which labels them by a name of its own. */
  readonly hyperPod?: true;
  readonly count: number;
}

/** The one topology of every queue by zones. */
const topologyName = "zones";
export const topologyLevels: ReadonlySet<string> = new Set([zoneLabel, hostnameLabel]);

/** Its flavors all have it: else Kueue would give pods that ask for no topology none of those with one. */
function topologyOfZones(metadata: Metadata): Manifest {
  const levels = Array.from(topologyLevels, (nodeLabel) => ({ nodeLabel }));
  return { apiVersion, kind: "Topology", metadata, spec: { levels } };
}

/** The flavor of pods without devices: any node. */
const anyNode = "cpu";

/**
 * A queue over the fleets: a flavor for each type, a cluster queue with all that their nodes can allocate, and the
 * local queue that the workload names. Pods that lead others (a Ray head, an MPI launcher) get a flavor of their own,
 * with room for one a node.
 */
export function kueueQueue(
  queue: string,
  fleets: readonly QueueNodes[],
  workload: ResolvedWorkload,
  { request }: Pick<Shape, "request">,
  byZone: boolean,
): readonly Manifest[] {
  const { namespace } = workload.eks;
  const clusterWide = (name: string): Metadata => ({ name, labels: sharedLabels });
  // Flavors are of the whole cluster, and one with the topology is another: Kueue has it neither come nor go.
  const flavor = (name: string) => (byZone ? `${name}-${topologyName}` : name);
  const nodes = fleets.reduce((sum, { count }) => sum + count, 0);
  const flavors = [
    {
      name: flavor(anyNode),
      quotas: {
        cpu: String(Number(coordinatorResources["cpu"]) * nodes),
        memory: `${Number.parseInt(coordinatorResources["memory"]!, 10) * nodes}Gi`,
      },
    },
    ...fleets.map((fleet) => ({ name: flavor(flavorName(fleet)), quotas: quotasOf(fleet, workload, request) })),
  ];
  const covered = [...new Set(flavors.flatMap(({ quotas }) => Object.keys(quotas)))];
  return [
    ...(byZone ? [topologyOfZones(clusterWide(topologyName))] : []),
    {
      apiVersion,
      kind: "ResourceFlavor",
      metadata: clusterWide(flavor(anyNode)),
      // A flavor with a topology selects nodes.
      spec: byZone ? { nodeLabels: { "kubernetes.io/os": "linux" }, topologyName } : {},
    },
    ...fleets.map((fleet) => resourceFlavor(fleet, clusterWide(flavor(flavorName(fleet))), byZone)),
    {
      apiVersion,
      kind: "ClusterQueue",
      metadata: clusterWide(queue),
      spec: {
        // Every namespace; without it, none.
        namespaceSelector: {},
        resourceGroups: [
          {
            coveredResources: covered,
            // Each flavor lists every resource, in their order.
            flavors: flavors.map(({ name, quotas }) => ({
              name,
              resources: covered.map((resource) => ({
                name: resource,
                nominalQuota: (quotas as Quantities)[resource] ?? "0",
              })),
            })),
          },
        ],
      },
    },
    {
      apiVersion,
      kind: "LocalQueue",
      metadata: { name: queue, ...present({ namespace }), labels: sharedLabels },
      spec: { clusterQueue: queue },
    },
  ];
}

/** The value of the nodes' instance type label. */
export function nodeTypeOf({ type: { instanceType }, hyperPod }: QueueNodes): string {
  return hyperPod === true ? `ml.${instanceType}` : instanceType;
}

function flavorName(nodes: QueueNodes): string {
  return nodeTypeOf(nodes).replace(/\./g, "-");
}

function resourceFlavor(nodes: QueueNodes, metadata: Metadata, byZone: boolean): Manifest {
  const taint = deviceTaint(shapeOfNode(nodes.type));
  return {
    apiVersion,
    kind: "ResourceFlavor",
    metadata,
    spec: {
      nodeLabels: { [instanceTypeLabel]: nodeTypeOf(nodes) },
      ...(taint === undefined ? {} : { nodeTaints: [taint] }),
      ...(byZone ? { topologyName } : {}),
    },
  };
}

/**
 * What all nodes of the fleet can allocate together: their devices, and what the workload requests in place of them.
 */
function quotasOf({ type, count }: QueueNodes, workload: ResolvedWorkload, request: DeviceRequest): Quantities {
  const parts = request.kind === "resource" ? (nodeQuantities(type, request, workload) ?? {}) : {};
  const devices = Object.entries({ ...deviceLimits(shapeOfNode(type)), ...parts }).map(([resource, amount]) => [
    resource,
    times(amount, count),
  ]);
  return {
    cpu: cpuQuantity(allocatableMilliCpu(type) * count),
    memory: `${allocatableMiB(type) * count}Mi`,
    ...Object.fromEntries(devices),
  };
}

/** `5120Mi` twice is `10240Mi`. */
function times(quantity: string, count: number): string {
  return quantity.replace(/^\d+/, (number) => String(Number(number) * count));
}
