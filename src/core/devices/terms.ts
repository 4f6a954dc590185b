import type { DeviceSet } from "../catalog/device-set.ts";
import { taggedDevices } from "../catalog/device-set.ts";
import { lockPortBaseOf } from "../cluster/lock-port-base.ts";
import type { ClusterSnapshot, ContainerInstance } from "../cluster/snapshot.ts";
import { taskServicesOf, type TaskService } from "../cluster/task-services.ts";
import type { Task, TaskDefinition } from "../ecs-api/api.ts";
import { hostPortsOf, networkModeOfDefinition } from "../ecs-api/host-ports.ts";
import { withOverrides } from "../ecs-api/overrides.ts";
import { assignedDevices } from "./assigned-devices.ts";
import { claimedDevicesOf, type ClaimReading, type ClaimSource } from "./claimed-devices.ts";

/** What a task of a definition claims, and how ECS and the agent see it. */
export interface Terms {
  readonly devices: DeviceSet;
  /** `unknown`: the snapshot has no definition of the task. */
  readonly sources: readonly (ClaimSource | "unknown")[];
  readonly networkMode: string;
  readonly hostPorts: readonly string[];
  /** Whether it reserves the lock port of each of its devices, so that ECS refuses a second claim. */
  readonly locked: boolean;
}

/** Reads each definition once an image: a cluster has far fewer definitions than tasks. */
export function termsReader(snapshot: ClusterSnapshot): (task: Task, instance: ContainerInstance | undefined) => Terms {
  const base = lockPortBaseOf(snapshot.tags);
  const serviceOf = taskServicesOf(snapshot);
  const known = new Map<string, Terms>();
  return (task, instance) => {
    const { taskDefinitionArn, overrides } = task;
    const definition = snapshot.taskDefinitions[taskDefinitionArn];
    const said = saidOf(task, serviceOf(task), definition);
    if (definition === undefined) return { ...unknown, ...said };
    const hasOciHook = mayHaveOciHook(instance);
    const own = withOverrides(definition, overrides);
    const key = `${taskDefinitionArn} ${String(hasOciHook)}`;
    const cached = own === definition ? known.get(key) : undefined;
    const terms = cached ?? readTerms(own, { lockPortBase: base, hasOciHook });
    if (own === definition && cached === undefined) known.set(key, terms);
    return { ...terms, ...said };
  };
}

/** What overrules the definition's own words: a tag, or the devices that ECS has assigned. */
function saidOf(
  task: Task,
  service: TaskService | undefined,
  definition: TaskDefinition | undefined,
): Pick<Terms, "devices" | "sources"> | undefined {
  const tagged = taggedDevices(task.tags) ?? taggedDevices(service?.tags);
  if (tagged !== undefined) return { devices: tagged, sources: ["tag"] };
  if (taggedDevices(definition?.tags) !== undefined) return undefined;
  const assigned = assignedDevices(task);
  return assigned.length === 0 ? undefined : { devices: assigned, sources: ["neuron-device"] };
}

/** What a task of the definition would claim. */
export function readTerms(
  definition: TaskDefinition,
  reading: ClaimReading & { readonly lockPortBase: number },
): Terms {
  const claimed = claimedDevicesOf(definition, reading);
  const hostPorts = hostPortsOf(definition).map(({ port, protocol }) => `${port}/${protocol}`);
  const { devices } = claimed;
  const locked =
    devices !== "all" && devices.every((device) => hostPorts.includes(`${reading.lockPortBase + device}/udp`));
  return { ...claimed, networkMode: networkModeOfDefinition(definition), hostPorts, locked };
}

/** Whether ECS itself refuses a second claim on any device of a task of the definition. */
export function isLocked(definition: TaskDefinition, lockPortBase: number): boolean {
  return networkModeOfDefinition(definition) !== "awsvpc" && readTerms(definition, { lockPortBase }).locked;
}

/**
 * The hook of the Neuron runtime gives containers the devices that their environment names; "currently NOT supported
 * with AL2023 on ECS", nor is it on Bottlerocket, whose instances say their variant.
 * https://awsdocs-neuron.readthedocs-hosted.com/en/latest/deploy/tutorials/oci-hook.html
 */
function mayHaveOciHook(instance: ContainerInstance | undefined): boolean {
  if (instance === undefined) return true;
  return !Object.hasOwn(instance.attributes, "bottlerocket.variant");
}

/** What nothing is known of may hold everything. */
const unknown: Terms = { devices: "all", sources: ["unknown"], networkMode: "bridge", hostPorts: [], locked: false };
