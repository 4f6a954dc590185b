import { present } from "../../core/base/present.ts";
import { releaseParameterOf } from "../../core/kubernetes/check/check-nodegroup.ts";
import { planNodegroupRoll, type NodegroupUpdate } from "../../core/kubernetes/nodes/roll-nodegroup.ts";
import type { Context } from "../../context.ts";
import { AiplatError } from "../../errors.ts";
import { findOngoingUpdate, followUpdate } from "../../operations/roll-nodegroup.ts";
import { releaseToken } from "../../operations/tokens.ts";
import { nodegroupRollView } from "../../output/nodegroup-roll.ts";
import { note } from "../../output/note.ts";
import { print } from "../../output/print.ts";
import { startProgress } from "../../output/progress.ts";
import type { NodegroupName } from "../../ports.ts";
import { confirm } from "../shared/confirm.ts";

export interface NodegroupRollOptions {
  readonly force: boolean;
  readonly dryRun: boolean;
  readonly timeoutMs?: number;
}

/** Has EKS replace the nodes of a managed node group by ones of the newest release, and waits until it has. */
export async function rollNodegroup(
  context: Context,
  name: NodegroupName,
  { force, dryRun, timeoutMs }: NodegroupRollOptions,
): Promise<void> {
  const { aws } = context;
  const eks = await aws.eks();
  const [cluster, nodegroup] = await Promise.all([
    eks.describeCluster(name.cluster),
    eks.describeNodegroup(name.cluster, name.nodegroup),
  ]);
  if (nodegroup === undefined)
    throw new AiplatError("NotFound", `EKS cluster ${name.cluster} has no node group ${name.nodegroup}`, {
      hint: `aws eks list-nodegroups --cluster-name ${name.cluster} lists them.`,
    });
  const from = nodegroup.releaseVersion ?? "unknown";
  const show = (to: string, update?: NodegroupUpdate) =>
    print(context, nodegroupRollView({ ...name, from, to, ...present({ update }) }));
  const wait = async (id: string): Promise<NodegroupUpdate> => {
    const progress = await startProgress(context, `EKS replaces the nodes of ${name.nodegroup}`);
    return followUpdate(eks, name, id, context, {
      ...present({ timeoutMs }),
      onPoll: ({ status }) => progress.update(`EKS replaces the nodes of ${name.nodegroup}: ${status}`),
    }).finally(() => {
      progress.stop();
    });
  };
  const parameter = releaseParameterOf(nodegroup, cluster);
  const newest =
    parameter === undefined
      ? new Map<string, string>()
      : (await (await aws.ssm(await aws.region())).getParameters([parameter])).values;
  // One that was begun before, and interrupted or timed out, is waited for again.
  const ongoing = nodegroup.status === "UPDATING" && !dryRun ? await findOngoingUpdate(eks, name) : undefined;
  if (ongoing !== undefined) {
    note(context, `update ${ongoing.id} of ${name.nodegroup} is under way already`);
    return show(newest.get(parameter ?? "") ?? "unknown", await wait(ongoing.id));
  }
  const plan = planNodegroupRoll(nodegroup, cluster, newest);
  if (plan.kind === "refused") throw new AiplatError("OperationFailed", plan.why, { hint: plan.hint });
  if (plan.kind === "newest") {
    note(context, `${name.nodegroup} has release ${plan.releaseVersion}, the newest: nothing to do`);
    return show(plan.releaseVersion);
  }
  if (dryRun) return show(plan.releaseVersion);
  const what = `the nodes of ${name.nodegroup} (release ${from}) by ones of ${plan.releaseVersion}`;
  await confirm(context, {
    doing: `replacing ${what}`,
    question: `Replace ${what}?`,
    hint: "Say it in advance with --yes; --dry-run shows what would be replaced.",
    refused: "nothing was changed",
  });
  const token = releaseToken(name.cluster, name.nodegroup, from, plan.releaseVersion);
  const { id } = await eks.updateNodegroupVersion(
    name,
    { version: plan.version, releaseVersion: plan.releaseVersion, force },
    token,
  );
  note(context, `update ${id} of ${name.nodegroup} has begun`);
  return show(plan.releaseVersion, await wait(id));
}
