/** Which nodes a pod may run on. https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/ */
import type { ResolvedWorkload, Shape } from "../workload/resolved.ts";
import { takesWholeNode } from "./devices.ts";
import { componentLabel, components, instanceLabel } from "./labels.ts";

type Affinity = Readonly<Record<string, unknown>>;

export const zoneLabel = "topology.kubernetes.io/zone";
export const instanceTypeLabel = "node.kubernetes.io/instance-type";
export const hostnameLabel = "kubernetes.io/hostname";

/** Who else sees to it that the nodes of a replica are in one zone. */
export interface ZoneSettings {
  /** The zone, where it is said. */
  readonly zone?: string;
  /** Kueue does, which counts a whole replica before it places one of its pods. */
  readonly kueueTopology?: KueueTopology;
}

/**
 * Annotations of a pod template by which Kueue places its pods together.
 * https://kueue.sigs.k8s.io/docs/concepts/topology_aware_scheduling/
 */
export interface KueueTopology {
  /** The node label, a level of the queue's Topology, of which all pods get nodes of one value. */
  readonly level: string;
  /** What joins the first node's pods and the others', where they are two pod sets. */
  readonly group?: string;
}

/** EFA's traffic does not leave a zone. */
export function staysInOneZone({ nodes }: Pick<ResolvedWorkload, "nodes">, { efaInterfaces }: Shape): boolean {
  return nodes > 1 && efaInterfaces > 0;
}

export const requiredTopology = "kueue.x-k8s.io/podset-required-topology";
const groupName = "kueue.x-k8s.io/podset-group-name";
/** What a pod without devices does not take over from one with them. */
export const topologyAnnotations: ReadonlySet<string> = new Set([requiredTopology, groupName]);

export function topologyAnnotationsOf({ kueueTopology }: ZoneSettings): Readonly<Record<string, string>> {
  if (kueueTopology === undefined) return {};
  const { level, group } = kueueTopology;
  return { [requiredTopology]: level, ...(group === undefined ? {} : { [groupName]: group }) };
}

/**
 * The pod's affinity: the instance types of its shape; the nodes of an EFA workload in one zone, since EFA does not
 * leave it (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/efa.html); and each pod of several nodes on a node of
 * its own, where its devices or its EFA interfaces do not see to that.
 */
export function affinityOf(
  workload: ResolvedWorkload,
  shape: Shape,
  name: string,
  zone: ZoneSettings,
): Affinity | undefined {
  const types = shape.instanceTypes.flatMap(({ instanceType }) => typeLabels(workload, instanceType));
  const nodes = [
    ...(types.length === 0 ? [] : [isIn(instanceTypeLabel, types)]),
    ...(zone.zone === undefined ? [] : [isIn(zoneLabel, [zone.zone])]),
  ];
  // A coordinator runs anywhere: the nodes' places do not depend on its own.
  const together = { labelSelector: { matchLabels: { [instanceLabel]: name, [componentLabel]: components.node } } };
  const oneZone = staysInOneZone(workload, shape) && zone.zone === undefined && zone.kueueTopology === undefined;
  const ownNodes = workload.nodes > 1 && shape.efaInterfaces === 0 && !takesWholeNode(shape);
  const affinity = {
    ...(nodes.length === 0 ? {} : { nodeAffinity: requiredNodes(nodes) }),
    ...(oneZone ? { podAffinity: required({ ...together, topologyKey: zoneLabel }) } : {}),
    ...(ownNodes ? { podAntiAffinity: required({ ...together, topologyKey: hostnameLabel }) } : {}),
  };
  return Object.keys(affinity).length === 0 ? undefined : affinity;
}

/** The values of a type's label on the nodes that may be meant: HyperPod labels its own `ml.p5.48xlarge`. */
function typeLabels({ hyperPodTypes = [] }: ResolvedWorkload, instanceType: string): readonly string[] {
  return hyperPodTypes.includes(instanceType) ? [instanceType, `ml.${instanceType}`] : [instanceType];
}

function isIn(key: string, values: readonly string[]): Affinity {
  return { key, operator: "In", values };
}

function requiredNodes(matchExpressions: readonly Affinity[]): Affinity {
  return { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions }] } };
}

function required(term: Affinity): Affinity {
  return { requiredDuringSchedulingIgnoredDuringExecution: [term] };
}

/**
 * The node label of the CPU architecture that the image is built for; undefined for
 * a CPU workload, which may run on any.
 */
export function architectureLabel({ instanceTypes }: Shape): Readonly<Record<string, string>> | undefined {
  const architecture = instanceTypes[0]?.architecture;
  return architecture === undefined
    ? undefined
    : { "kubernetes.io/arch": architecture === "x86_64" ? "amd64" : architecture };
}
