/**
 * Nodes of EKS Auto Mode: Karpenter's NodePool with a NodeClass of EKS's own. It chooses the image (Bottlerocket), makes
 * a disk of the instance store, and runs the device plugins itself.
 * https://docs.aws.amazon.com/eks/latest/userguide/create-node-class.html
 */
import { present } from "../../base/present.ts";
import { defaultDiskGiB } from "../../catalog/machine-settings.ts";
import type { ResolvedWorkload } from "../../workload/resolved.ts";
import type { Manifest } from "../manifest.ts";
import { metadataOf, nodePool, type NodeLifetime } from "./node-pool.ts";
import type { PlannedNodes } from "./planned-nodes.ts";
import type { NodeSettings } from "./settings.ts";

/** "Nodes launched by EKS Auto Mode have a maximum lifetime of 21 days", which `Never` would not lengthen. */
const longestLifetime: NodeLifetime = { expireAfter: "504h" };
/** The defaults of its own pools. */
const serviceLifetime: NodeLifetime = { expireAfter: "336h", terminationGracePeriod: "24h" };

export function autoModeManifests(
  { name, kind }: Pick<ResolvedWorkload, "name" | "kind">,
  fleet: PlannedNodes,
  settings: NodeSettings,
): readonly Manifest[] {
  const reference = { group: "eks.amazonaws.com", kind: "NodeClass" };
  return [
    nodeClass(name, fleet, settings),
    nodePool(kind, fleet, settings, reference, kind === "job" ? longestLifetime : serviceLifetime),
  ];
}

function nodeClass(workload: string, fleet: PlannedNodes, settings: NodeSettings): Manifest {
  const { cluster, nodeRole, subnets, securityGroups, reservation, capacityBlock, diskGiB = defaultDiskGiB } = settings;
  const discovered = [{ tags: { [`kubernetes.io/cluster/${cluster}`]: "owned" } }];
  const id = reservation ?? capacityBlock;
  return {
    apiVersion: "eks.amazonaws.com/v1",
    kind: "NodeClass",
    metadata: metadataOf(fleet),
    spec: {
      role: nodeRole!.replace(/^arn:.*\//, ""),
      // The private ones, as EKS's guide tags them.
      subnetSelectorTerms:
        subnets.length === 0
          ? [{ tags: { "kubernetes.io/role/internal-elb": "1" } }]
          : subnets.map((each) => ({ id: each })),
      // The cluster's own security group has EKS's tag.
      securityGroupSelectorTerms:
        securityGroups.length === 0 ? discovered : securityGroups.map((each) => ({ id: each })),
      ephemeralStorage: { size: `${diskGiB}Gi` },
      ...present({ capacityReservationSelectorTerms: id === undefined ? undefined : [{ id }] }),
      tags: { "aiplat:workload": workload },
    },
  };
}
