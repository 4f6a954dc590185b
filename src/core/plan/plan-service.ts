import { present } from "../base/present.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import type { Rollout } from "../deployment/rollout.ts";
import type { EcsWorkload } from "../ecs/resolve-for-ecs.ts";
import { clusterBasisOf } from "./cluster-basis.ts";
import { identifyServices } from "./identify-services.ts";
import { judgePlan } from "./judge-plan.ts";
import { basisOf, newestRevisions, type LiveServices } from "./live-services.ts";
import { unknownRevisions } from "./newest-revisions.ts";
import { withDeletions } from "./replace-services.ts";
import { partsOf, type Part, type ServicePlanSettings } from "./service-parts.ts";
import { planPart } from "./service-step.ts";
import type { ServicePlan } from "./service-plan.ts";
import { namesInShort } from "./why-here.ts";

/**
 * Plans what makes the live services say what the workload says.
 *
 * @throws Refusal on what ECS cannot run, and on changes that no update can make.
 */
export function planServices(
  ecs: EcsWorkload,
  settings: ServicePlanSettings,
  snapshot: ClusterSnapshot,
  live: LiveServices,
): ServicePlan {
  const { workload } = ecs;
  const identified = identifyServices(ecs, live);
  const { leftOver } = identified;
  const parts = partsOf(ecs, settings, snapshot, identified);
  const planned = parts.map((part) => planPart(ecs, settings, part, live));
  const steps = withDeletions({
    leftOver,
    services: live.services,
    steps: planned.map(({ step }) => step),
    recreate: settings.recreate === true,
  });
  // A capacity provider adds the machines that are short.
  const deployments =
    settings.provider === undefined
      ? planned.flatMap(({ step, rollout }) => (step.action === "keep" ? [] : [rollout]))
      : [];
  const newest = newestRevisions(live);
  const { verdicts, stalls } = judgePlan(snapshot, deployments, steps);
  return {
    workload: workload.name,
    cluster: settings.cluster,
    replicas: workload.replicas,
    registrations: planned.map(({ registration }) => registration),
    steps,
    placements: verdicts.flatMap(({ placements }, index) => placementsOf(placements, snapshot, deployments[index]!)),
    deployments,
    rollouts: verdicts,
    stalls,
    basis: [
      ...parts.map(({ service, definition: { family }, live: each }) => basisOf(service, each, newest.of(family))),
      ...leftOver.map((each) => basisOf(each.serviceName, each, undefined)),
    ],
    ...clusterOf(settings, parts, live),
    unknown: [
      ...(live.unknown ?? []),
      ...unknownRevisions([...new Set(parts.map(({ definition }) => definition.family))], newest),
    ],
    ...present({ reviewOnly: live.reviewOnly }),
  };
}

function clusterOf(
  { provider }: ServicePlanSettings,
  parts: readonly Part[],
  { cluster }: LiveServices,
): Pick<ServicePlan, "clusterBasis"> {
  if (cluster === undefined) return {};
  const locks = parts.some(({ variant }) => variant.slot !== undefined);
  return { clusterBasis: clusterBasisOf(cluster, { locks, providers: provider === undefined ? [] : [provider] }) };
}

function placementsOf(
  arns: readonly string[],
  { instances }: ClusterSnapshot,
  { service, definition }: Rollout,
): ServicePlan["placements"] {
  if (arns.length === 0) return [];
  const ids = [...new Set(arns)].map((arn) => instances.find((instance) => instance.arn === arn)?.ec2InstanceId ?? arn);
  return [{ service, count: arns.length, why: `${definition.family} has room on ${namesInShort(ids)}` }];
}
