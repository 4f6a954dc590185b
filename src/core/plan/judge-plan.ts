import type { FailureReason } from "../base/codes/reason-codes.ts";
import { listOr, type Problem } from "../base/problem.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import { simulateDeployments, type DeploymentOutcome } from "../deployment/simulate-deployment.ts";
import { deploymentProblem } from "../deployment/deployment-text.ts";
import type { Unplaced } from "./plan.ts";
import type { ServicePlan, ServiceStep } from "./service-plan.ts";
import { namesInShort, newMachines } from "./placement-reason.ts";

/** Whether there is something for the rollout guard to judge, and the cluster has to be seen for it. */
export function hasDeployments({ steps }: Pick<ServicePlan, "steps">): boolean {
  return steps.some(({ deployment }) => deployment !== undefined);
}

/**
 * The plan with how its deployments go on the cluster as it is, and those that would stall: what is deleted first has
 * left its room, and what is deleted once its successors are steady stays in its own until then.
 */
export function judged(plan: ServicePlan, snapshot: ClusterSnapshot): ServicePlan {
  const { steps } = plan;
  const deployments = steps.flatMap(({ deployment }) => deployment ?? []);
  const verdicts = simulateDeployments(
    snapshot,
    deployments,
    steps.filter((step) => step.action === "delete" && !staysUntil(step)).map(({ service }) => service),
  );
  const staying = steps.filter(staysUntil).map(({ service }) => service);
  const verdictOf = new Map(deployments.map((deployment, index) => [deployment, verdicts[index]!]));
  const ec2Ids = new Map(snapshot.instances.map(({ arn, ec2InstanceId }) => [arn, ec2InstanceId]));
  return {
    ...plan,
    steps: steps.map((step) => withVerdict(step, verdictOf, ec2Ids)),
    unplaced: deployments.flatMap((deployment, index): readonly Unplaced[] => {
      const verdict = verdicts[index]!;
      return verdict.finishes ? [] : [unplacedBy(besideThem(deploymentProblem(verdict, deployment), staying))];
    }),
  };
}

/** A deployment that would stall, as every plan words what has no place. */
export function unplacedBy(problem: Problem): Unplaced {
  const said = { detail: problem.message, hint: problem.hint ?? "", problem };
  return problem.code === "device-held"
    ? { reason: "DEVICES" satisfies FailureReason, ...said }
    : { reason: "STALL" satisfies FailureReason, ...said };
}

/** Whether the service is deleted only after others. */
export function staysUntil({ action, after = [] }: Pick<ServiceStep, "action" | "after">): boolean {
  return action === "delete" && after.length > 0;
}

function withVerdict(
  step: ServiceStep,
  verdicts: ReadonlyMap<ServiceStep["deployment"], DeploymentOutcome>,
  ec2Ids: ReadonlyMap<string, string>,
): ServiceStep {
  const verdict = verdicts.get(step.deployment);
  if (step.deployment === undefined || verdict === undefined) return step;
  const arns = [...new Set(verdict.placements)];
  if (arns.length === 0) return { ...step, verdict };
  const ids = arns.flatMap((arn) => ec2Ids.get(arn) ?? []);
  const { added = { machines: 0 } } = verdict;
  const fresh = newMachines(added, step.deployment.placement?.capacityProviders ?? []);
  const why = `${step.deployment.definition.family} has room on ${namesInShort(ids, fresh)}`;
  return { ...step, verdict, placement: { count: verdict.placements.length, why } };
}

/** What stays holds room that the deployment would have without it: said, with the way that takes it away first. */
function besideThem(stall: Problem, staying: readonly string[]): Problem {
  if (staying.length === 0) return stall;
  const names = listOr(staying, "and");
  const [stays, its] = staying.length === 1 ? ["stays", "its"] : ["stay", "their"];
  return {
    ...stall,
    message: `${stall.message}; ${names} ${stays} until ${its} successors are steady`,
    hint: `${stall.hint} --recreate deletes ${names} first, and nothing serves until the new ones do.`,
  };
}
