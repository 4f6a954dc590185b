import type { ClusterSnapshot, ContainerInstance } from "../cluster/snapshot.ts";
import type { RegisteredTaskDefinition } from "../ecs/api.ts";
import type { DeviceSet } from "../devices/asks.ts";
import { claimsOn, lockPortBaseOf, readTerms } from "../devices/claims.ts";
import { onManagedInstances } from "../ecs/capacity.ts";
import { generateTaskDefinition, type GenerateSettings } from "../ecs/generate.ts";
import { parseExpression } from "../placement/query.ts";
import { compileExpression } from "../placement/query/evaluate.ts";
import { variantsOf } from "../workload/resolve.ts";
import type { ResolvedWorkload } from "../workload/resolved.ts";
import { excludingConstraints, planSlots } from "./plan-slots.ts";
import type { RunPlan } from "./run-plan.ts";
import { runRequest, type RunSettings } from "./run-request.ts";

/** Whether aiplat chooses the devices, and so has to read the cluster: ECS schedules all others itself. */
export function choosesDevices(workload: ResolvedWorkload): boolean {
  return workload.shapes.some((shape) => shape.request.kind === "neuron") && !onManagedInstances(workload);
}

/**
 * Plans the next round of a run: which definitions to register and which RunTask calls to make, as data.
 *
 * @param remaining How many tasks are still to start.
 * @param snapshot The cluster as it looks now; needed where aiplat chooses the devices.
 * @param exhausted Families that ECS had no place for; the next shape is tried instead.
 */
export function planRun(
  workload: ResolvedWorkload,
  settings: RunSettings,
  generate: GenerateSettings,
  remaining: number,
  snapshot: ClusterSnapshot | undefined,
  exhausted: ReadonlySet<string>,
): RunPlan {
  if (snapshot !== undefined && choosesDevices(workload)) return planSlots(workload, settings, generate, remaining, snapshot, allowedBy(settings, snapshot));
  const variant = variantsOf(workload).find((each) => !exhausted.has(each.name));
  if (variant === undefined) return { steps: [], shortages: [] };
  const definition = generateTaskDefinition(workload, variant, generate);
  return { steps: [{ definition, count: remaining, request: runRequest(settings, definition), why: "ECS chooses the devices and the machine" }], shortages: [] };
}

/**
 * Plans a run of a definition that is registered already (--task-definition), as it is. Its Neuron devices are its own
 * choice: machines where somebody holds one of them, unseen by ECS, are excluded, and without lock ports no two of
 * these tasks go on one machine.
 */
export function planRegistered(definition: RegisteredTaskDefinition, settings: RunSettings, remaining: number, snapshot: ClusterSnapshot | undefined, exhausted: ReadonlySet<string>): RunPlan {
  const taskDefinition = definition.taskDefinitionArn;
  if (exhausted.has(taskDefinition) || snapshot === undefined) return { steps: [], shortages: [] };
  const { devices, locked } = readTerms(definition, lockPortBaseOf(snapshot.tags));
  const held = devices.length === 0 ? [] : instancesHolding(snapshot, devices, locked);
  const placementConstraints = [...(devices.length > 0 && !locked ? [{ type: "distinctInstance" }] : []), ...excludingConstraints(held)];
  return { steps: [{ count: remaining, request: runRequest(settings, definition, { taskDefinition, placementConstraints }), why: "as it is registered" }], shortages: [] };
}

/** The EC2 ids of machines where a task holds one of the devices and ECS would not refuse a second. */
function instancesHolding(snapshot: ClusterSnapshot, devices: DeviceSet, locked: boolean): readonly string[] {
  const claims = claimsOn(snapshot);
  return snapshot.instances
    .filter(({ arn }) => (claims.get(arn) ?? []).some((claim) => !(locked && claim.locked) && overlap(claim.devices, devices)))
    .map((instance) => instance.ec2InstanceId);
}

function overlap(one: DeviceSet, other: DeviceSet): boolean {
  return one === "all" || other === "all" || one.some((device) => other.includes(device));
}

/** The user's own memberOf constraints, over the cluster as it looks now. */
function allowedBy(settings: RunSettings, snapshot: ClusterSnapshot): (instance: ContainerInstance) => boolean {
  const groups = new Map<string, string[]>();
  for (const { containerInstanceArn, group, desiredStatus } of snapshot.tasks) {
    if (containerInstanceArn !== undefined && group !== undefined && desiredStatus !== "STOPPED") groups.set(containerInstanceArn, [...(groups.get(containerInstanceArn) ?? []), group]);
  }
  const predicates = settings.placementConstraints.flatMap(({ expression }) => (expression === undefined ? [] : [compileExpression(parseExpression(expression, ["--placement-constraints"]))]));
  return (instance) => predicates.every((holds) => holds({ instance, groups: groups.get(instance.arn) ?? [] }));
}
