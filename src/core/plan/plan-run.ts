import { present } from "../base/present.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import { lockPortBaseOf } from "../cluster/lock-port-base.ts";
import { readTerms } from "../devices/terms.ts";
import type { RegisteredTaskDefinition, TaskDefinition } from "../ecs-api/api.ts";
import { requirementsOf, type Requirements } from "../ecs/requirements.ts";
import type { EcsWorkload } from "../ecs/resolve-for-ecs.ts";
import { instanceStatesOf, type InstanceState } from "../placement/instance-state.ts";
import { evaluateFit } from "../placement/evaluate-fit.ts";
import { instancesToExclude, excludeInstances } from "./exclusion.ts";
import { cannotGrow } from "./cannot-grow.ts";
import { place, placeOnNew, planByInstanceState } from "./plan-by-instance-state.ts";
import { planSlots } from "./plan-slots.ts";
import type { RunRound, RunStep } from "./run-plan.ts";
import { explainShortage } from "./shortage.ts";
import { mayStart, placementOptions, providersOf, runningAs, runRequest, type RunSettings } from "./run-request.ts";
import { newMachines } from "./placement-reason.ts";

/**
 * Plans the next round of a run: which definitions to register and which RunTask calls to make, as data.
 *
 * @param remaining How many tasks are still to start.
 * @param snapshot The cluster as it looks now: needed where `readsCluster` says so, else it shows what has room.
 * Without one ECS is asked for everything.
 * @param exhausted Families that ECS had no place for; the next shape is tried instead.
 */
export function planRun(
  workload: EcsWorkload,
  settings: RunSettings,
  remaining: number,
  snapshot: ClusterSnapshot | undefined,
  exhausted: ReadonlySet<string>,
): RunRound {
  const ecs = runningAs(workload, settings);
  const definition = ecs.variants.find((each) => !exhausted.has(each.definition.family))?.definition;
  if (snapshot !== undefined && ecs.listedDevices.devices.length > 0) {
    if (definition === undefined) return { steps: [], unplaced: [] };
    return planListed(definition, settings, remaining, snapshot, {
      definition,
      taskDefinition: definition.family,
      why: "its raw fields list the devices",
    });
  }
  if (snapshot !== undefined)
    return (ecs.choosesDevices ? planSlots : planByInstanceState)(ecs, settings, remaining, snapshot);
  if (definition === undefined) return { steps: [], unplaced: [] };
  return {
    steps: [
      {
        definition,
        count: remaining,
        request: runRequest(settings, definition),
        why: "ECS chooses the devices and the machine",
      },
    ],
    unplaced: [],
  };
}

/**
 * Plans a run of a definition that is registered already (--task-definition), as it is.
 *
 * @param snapshot Left out where no machine is there yet: on Managed Instances.
 */
export function planRegistered(
  definition: RegisteredTaskDefinition,
  settings: RunSettings,
  remaining: number,
  snapshot: ClusterSnapshot | undefined,
  exhausted: ReadonlySet<string>,
): RunRound {
  const taskDefinition = definition.taskDefinitionArn;
  if (exhausted.has(taskDefinition)) return { steps: [], unplaced: [] };
  if (snapshot === undefined)
    return {
      steps: [
        {
          count: remaining,
          request: runRequest(settings, definition, { taskDefinition }),
          why: "ECS chooses the devices and the machine",
        },
      ],
      unplaced: [],
    };
  return planListed(definition, settings, remaining, snapshot, { taskDefinition, why: "as it is registered" });
}

/**
 * Plans tasks whose Neuron devices are their definition's own choice: machines where somebody holds one of them, unseen
 * by ECS, are excluded, and without lock ports no two of these tasks go on one machine.
 */
function planListed(
  definition: TaskDefinition,
  settings: RunSettings,
  remaining: number,
  snapshot: ClusterSnapshot,
  { taskDefinition, ...step }: Pick<RunStep, "definition" | "why"> & { readonly taskDefinition: string },
): RunRound {
  const base = lockPortBaseOf(snapshot.tags);
  const { locked } = readTerms(definition, { lockPortBase: base });
  const requirements = requirementsOf(definition, placementOptions(settings), base);
  const instanceStates = instanceStatesOf(snapshot);
  const untracked = instancesToExclude(requirements, instanceStates);
  const free = instanceStates.filter((instanceState) => evaluateFit(requirements, instanceState).fits);
  const distinct = requirements.devices.length > 0 && !locked ? [{ type: "distinctInstance" }] : [];
  const there = place(instanceStatesOf(snapshot), requirements, remaining);
  const { count, added = [] } = countOf(requirements, settings, remaining, snapshot, there.length, untracked);
  const room = ec2Ids(free);
  const choice = { untracked: ec2Ids(untracked), room, scaling: providersOf(settings).length > 0 };
  const parts =
    count === 0 ? [] : excludeInstances(count, { ...choice, ...(snapshot.othersUnread === true ? { spare: [] } : {}) });
  const steps = parts.map(({ count: some, constraints }) => ({
    why: [step.why, ...added].join("; "),
    ...present({ definition: step.definition }),
    count: some,
    request: runRequest(settings, definition, { taskDefinition, placementConstraints: [...distinct, ...constraints] }),
  }));
  const missing = remaining - count;
  const shortage =
    missing > 0 || mayStart(settings) === 0
      ? (cannotGrow([requirements], settings, instanceStates, missing) ??
        explainShortage(snapshot, [definition], settings, { asked: remaining, ...(missing > 0 ? { missing } : {}) }))
      : undefined;
  const chosen = new Set(there);
  return {
    steps,
    unplaced: shortage === undefined ? [] : [shortage],
    machines: ec2Ids(instanceStates.filter(({ instance }) => chosen.has(instance.arn))),
  };
}

/**
 * How many tasks ECS is asked for. Of a definition that others wrote it may know better, and is asked for all: but not
 * through a capacity provider, which would keep those waiting for which it starts no machine.
 */
function countOf(
  requirements: Requirements,
  settings: RunSettings,
  remaining: number,
  snapshot: ClusterSnapshot,
  there: number,
  untracked: readonly InstanceState[],
): { readonly count: number; readonly added?: readonly string[] } {
  if (mayStart(settings) === 0) return { count: remaining };
  // Ids in a constraint and managed scaling do not go together.
  if (there === remaining || untracked.length > 0) return { count: there };
  const added = placeOnNew(snapshot, requirements, settings, remaining - there);
  return { count: there + added.count, added: newMachines(added, providersOf(settings)) };
}

function ec2Ids(instanceStates: readonly InstanceState[]): readonly string[] {
  return instanceStates.map(({ instance }) => instance.ec2InstanceId);
}
