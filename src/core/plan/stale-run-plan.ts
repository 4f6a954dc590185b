import { present } from "../base/present.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import { lockPortBaseOf } from "../cluster/lock-port-base.ts";
import type { RegisteredTaskDefinition, TaskDefinition } from "../ecs-api/api.ts";
import { definitionNameOf } from "../ecs-api/arn.ts";
import { instancesToExclude } from "./exclusion.ts";
import { requirementsOf, type PlacementOptions, type Requirements } from "../ecs/requirements.ts";
import { occupy, instanceStatesOf, type InstanceState } from "../placement/instance-state.ts";
import { evaluateFit } from "../placement/evaluate-fit.ts";
import { staleClusterReasons, staleRevisionReason, type DescribedCluster } from "./cluster-inputs.ts";
import type { RunPlan, RunStep } from "./run-plan.ts";

/** The world as it is when a plan is to be carried out. */
export interface RunWorld {
  /** Undefined where it is gone. */
  readonly cluster: DescribedCluster | undefined;
  /** By family the newest revision, and by ARN what a step names; left out where there is none. */
  readonly definitions: ReadonlyMap<string, RegisteredTaskDefinition>;
  /** Where the plan chose devices. */
  readonly snapshot?: ClusterSnapshot;
}

/**
 * What has moved since a run was planned, each in a sentence without its full stop; empty where the plan holds.
 *
 * The plan holds as long as each task has its place where the plan has it, and no machine that ECS may choose instead
 * has somebody on the devices whom ECS does not see. What happens elsewhere in the cluster, or frees a machine that
 * the plan keeps away from, changes nothing of that.
 */
export function staleRunReasons(
  { inputs, steps }: Pick<RunPlan, "inputs" | "steps">,
  { cluster, definitions, snapshot }: RunWorld,
): readonly string[] {
  const moved = staleClusterReasons(inputs.cluster, cluster);
  if (cluster === undefined) return moved;
  const inactive = steps.flatMap(({ definition, request }) =>
    definition !== undefined || definitions.get(request.taskDefinition)?.status === "ACTIVE"
      ? []
      : [`${definitionNameOf(request.taskDefinition)} is no longer active`],
  );
  const revisions = inputs.families.flatMap(({ family, latest }) =>
    staleRevisionReason(latest, definitions.get(family)?.taskDefinitionArn),
  );
  const places = inputs.devices && snapshot !== undefined ? placesMoved(steps, snapshot, definitions) : [];
  return [...new Set([...moved, ...revisions, ...inactive, ...places])];
}

function placesMoved(
  steps: readonly RunStep[],
  snapshot: ClusterSnapshot,
  definitions: RunWorld["definitions"],
): readonly string[] {
  const base = lockPortBaseOf(snapshot.tags);
  const instanceStates = instanceStatesOf(snapshot);
  const asks = steps.flatMap((step) => {
    const definition: TaskDefinition | undefined = step.definition ?? definitions.get(step.request.taskDefinition);
    return definition === undefined
      ? []
      : [{ step, requirements: requirementsOf(definition, placementOf(step.request), base) }];
  });
  // Before anything is placed: a task of the plan itself is nobody unseen.
  const exposed = asks.flatMap(({ requirements }) => exposedNow(requirements, instanceStates));
  const byId = new Map(instanceStates.map((instanceState) => [instanceState.instance.ec2InstanceId, instanceState]));
  const lost = asks.flatMap(({ step, requirements }) =>
    (step.machines ?? []).flatMap((id) => placeLost(id, requirements, byId.get(id))),
  );
  return [...lost, ...exposed];
}

/** What a RunTask request says of placement. */
function placementOf({
  group,
  placementConstraints,
  capacityProviderStrategy,
  overrides,
  tags,
}: RunStep["request"]): PlacementOptions {
  return {
    ...present({ group, placementConstraints, overrides, tags }),
    ...(capacityProviderStrategy === undefined
      ? {}
      : { capacityProviders: capacityProviderStrategy.map(({ capacityProvider }) => capacityProvider) }),
  };
}

/** Why a task has no place any more where the plan has it; takes the place where it has. */
function placeLost(
  id: string,
  requirements: Requirements,
  instanceState: InstanceState | undefined,
): readonly string[] {
  if (instanceState === undefined) return [`${id} is gone`];
  const { fits, reasons } = evaluateFit(requirements, instanceState);
  // Who holds the devices holds most of the CPU and memory too.
  const told = reasons.some(({ code }) => code === "DEVICES")
    ? reasons.filter(({ code }) => code === "DEVICES")
    : reasons;
  if (!fits) return [`${id}: ${told.map(({ message }) => message).join("; ")}`];
  occupy(instanceState, requirements);
  return [];
}

/** Machines that ECS may choose although somebody whom it does not see holds devices of the task there. */
function exposedNow(requirements: Requirements, instanceStates: readonly InstanceState[]): readonly string[] {
  return instancesToExclude(requirements, instanceStates).flatMap((instanceState) => {
    const { reasons } = evaluateFit(requirements, instanceState);
    // Where something else keeps the task off, a later plan would go round it.
    if (!reasons.every(({ code }) => code === "DEVICES")) return [];
    const why = reasons.map(({ message }) => message).join("; ");
    return [`${instanceState.instance.ec2InstanceId}: ${why}, which ECS does not see and the plan does not go round`];
  });
}
