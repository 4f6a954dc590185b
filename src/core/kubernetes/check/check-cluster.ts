import { skip, type CheckGroup, type CheckReport } from "../../base/check-report.ts";
import type { ResolvedWorkload } from "../../workload/resolved.ts";
import { checkNodegroup } from "./check-nodegroup.ts";
import { checkObjects } from "./check-objects.ts";
import type { EksSnapshot } from "./snapshot.ts";

/** The data of an EksCheck document. */
export interface EksReport extends CheckReport {
  readonly cluster: string;
  readonly kubernetesVersion: string;
}

/**
 * Judges an EKS cluster.
 *
 * @param workload What the nodes are for, where the user named it: it says where EFA is expected.
 */
export function checkCluster(snapshot: EksSnapshot, workload?: ResolvedWorkload): EksReport {
  const { cluster, nodegroups, objects } = snapshot;
  const groups = nodegroups.map((each): CheckGroup => ({
    subject: `node group ${each.nodegroup.nodegroupName}`,
    items: checkNodegroup(each, snapshot, workload),
  }));
  const none: CheckGroup = {
    subject: "node groups",
    items: [
      skip(
        "node-groups",
        "the cluster has no managed node groups: nodes of Karpenter, of Auto Mode and self-managed " +
          "ones are not in EKS's API",
      ),
    ],
  };
  const inCluster: CheckGroup = {
    subject: "in the cluster",
    items: "skipped" in objects ? [skip("kubectl", objects.skipped, objects.fix)] : checkObjects(objects, nodegroups),
  };
  return {
    cluster: cluster.name,
    kubernetesVersion: cluster.version,
    groups: [...(groups.length === 0 ? [none] : groups), inCluster],
  };
}
