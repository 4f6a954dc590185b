import { present } from "../../base/present.ts";
import { skip, type CheckGroup, type CheckReport } from "../../base/check-report.ts";
import { checkNodegroup } from "./check-nodegroup.ts";
import { checkObjects } from "./check-objects.ts";
import { checkWorkload, type CheckedWorkload } from "./check-workload.ts";
import type { EksSnapshot } from "./snapshot.ts";
import type { WantedWorkload } from "./workload-needs.ts";

/** The data of an EksCheck document. */
export interface EksReport extends CheckReport {
  readonly cluster: string;
  readonly kubernetesVersion: string;
  readonly workload?: CheckedWorkload;
}

/**
 * Judges an EKS cluster.
 *
 * @param wanted What the nodes are for, where the user named it: it says where EFA is expected, and is placed.
 */
export function checkCluster(snapshot: EksSnapshot, wanted?: WantedWorkload): EksReport {
  const { cluster, nodegroups, objects } = snapshot;
  const groups = nodegroups.map((each): CheckGroup => ({
    subject: `node group ${each.nodegroup.nodegroupName}`,
    items: checkNodegroup(each, snapshot, wanted?.target.workload),
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
  const checked = wanted === undefined ? undefined : checkWorkload(wanted, snapshot);
  return {
    cluster: cluster.name,
    kubernetesVersion: cluster.version,
    groups: [...(groups.length === 0 ? [none] : groups), inCluster, ...(checked?.groups ?? [])],
    ...present({ workload: checked?.workload }),
  };
}
