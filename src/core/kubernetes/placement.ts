/** Which nodes a pod may run on. https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/ */
import type { ResolvedWorkload, Shape } from "../workload/resolved.ts";
import { takesWholeNode } from "./devices.ts";
import { componentLabel, components, instanceLabel } from "./labels.ts";

type Affinity = Readonly<Record<string, unknown>>;

/**
 * The pod's affinity: the instance types of its shape; the nodes of an EFA workload in one zone, since EFA does not
 * leave it (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/efa.html); and each pod of several nodes on a node of
 * its own, where its devices or its EFA interfaces do not see to that.
 */
export function affinityOf(workload: ResolvedWorkload, shape: Shape, name: string): Affinity | undefined {
  const types = shape.instanceTypes.flatMap(({ instanceType }) => typeLabels(workload, instanceType));
  // A coordinator runs anywhere: the nodes' places do not depend on its own.
  const together = { labelSelector: { matchLabels: { [instanceLabel]: name, [componentLabel]: components.node } } };
  const oneZone = workload.nodes > 1 && shape.efaInterfaces > 0;
  const ownNodes = workload.nodes > 1 && shape.efaInterfaces === 0 && !takesWholeNode(shape);
  const affinity = {
    ...(types.length === 0 ? {} : { nodeAffinity: requiredNodes("node.kubernetes.io/instance-type", types) }),
    ...(oneZone ? { podAffinity: required({ ...together, topologyKey: "topology.kubernetes.io/zone" }) } : {}),
    ...(ownNodes ? { podAntiAffinity: required({ ...together, topologyKey: "kubernetes.io/hostname" }) } : {}),
  };
  return Object.keys(affinity).length === 0 ? undefined : affinity;
}

/** The values of a type's label on the nodes that may be meant: HyperPod labels its own `ml.p5.48xlarge`. */
function typeLabels({ hyperPodTypes = [] }: ResolvedWorkload, instanceType: string): readonly string[] {
  return hyperPodTypes.includes(instanceType) ? [instanceType, `ml.${instanceType}`] : [instanceType];
}

function requiredNodes(key: string, values: readonly string[]): Affinity {
  return {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ matchExpressions: [{ key, operator: "In", values }] }],
    },
  };
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
