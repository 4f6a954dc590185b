import type { ReasonCode } from "../base/codes/reason-codes.ts";
import { taskIdOf } from "../ecs-api/arn.ts";
import { listOr } from "../base/problem.ts";
import { mpsAgent, mpsAttribute } from "../devices/gpu-need.ts";
import { checkDevices } from "./check-devices.ts";
import { checkGpus } from "./check-gpus.ts";
import { checkInterfaces, interfaceAttribute } from "./check-interfaces.ts";
import { sayWhatAgentCan } from "../cluster/agent-attributes.ts";
import { explainFailure } from "../cluster/explain-query.ts";
import { reasonForAttribute } from "../ecs/required-attributes.ts";
import type { Requirements } from "../ecs/requirements.ts";
import { formatCount } from "../base/counted.ts";
import { holdersOf, type InstanceState } from "./instance-state.ts";

/** The codes of a PlacementExplanation. */
export type { ReasonCode } from "../base/codes/reason-codes.ts";

/** Why a task does not fit a container instance. */
export interface Reason {
  readonly code: ReasonCode;
  readonly message: string;
}

/** What is wrong, each in a sentence without its full stop; none where nothing is. */
export type Check = (requirements: Requirements, instanceState: InstanceState) => readonly string[];

/** The reasons in the order of the contract. Locks are judged with the devices they lock. */
export const checks: Readonly<Record<ReasonCode, Check>> = {
  STATUS: (_, { instance: { status } }) =>
    status === "ACTIVE" ? [] : [`the instance is ${status}: ECS places tasks on ACTIVE ones only`],
  AGENT: (_, { instance }) => (instance.agentConnected ? [] : ["its ECS agent is not connected"]),
  ATTRIBUTE: checkAttributes,
  CONSTRAINT: (requirements, instanceState) => [
    ...checkConstraints(requirements, instanceState),
    ...checkDistinct(requirements, instanceState),
  ],
  LOCATION: checkLocation,
  CPU: (requirements, instanceState) =>
    shortage("CPU units", requirements.cpu, instanceState.cpu, instanceState.instance.registered.cpu),
  MEMORY: (requirements, instanceState) =>
    shortage("MiB", requirements.memoryMiB, instanceState.memoryMiB, instanceState.instance.registered.memoryMiB),
  PORTS: checkPorts,
  ENI: checkInterfaces,
  GPU: checkGpus,
  DEVICES: checkDevices,
  CAPACITY_PROVIDER: checkProvider,
  HEALTH: checkHealth,
};

const inOrder = Object.entries(checks) as readonly (readonly [ReasonCode, Check])[];

/** The first reason why the task does not fit, if there is any. */
export function firstReason(requirements: Requirements, instanceState: InstanceState): ReasonCode | undefined {
  for (const [code, check] of inOrder) if (check(requirements, instanceState).length > 0) return code;
  return undefined;
}

export function checkConstraints({ constraints }: Requirements, instanceState: InstanceState): readonly string[] {
  return constraints
    .filter(({ holds }) => !holds(instanceState))
    .map(({ text, expression }) => `${text}: ${explainFailure(expression, instanceState.instance)}`);
}

/**
 * It looks at the desired status, per task group.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-constraints.html
 */
export function checkDistinct({ distinctInstance, group }: Requirements, { groups }: InstanceState): readonly string[] {
  return distinctInstance && groups.has(group) ? [`distinctInstance: a task of ${group} runs there already`] : [];
}

function checkPorts({ ports }: Requirements, instanceState: InstanceState): readonly string[] {
  return takenPorts(ports, instanceState).map((taken) => {
    const holders = holdersOf(instanceState, taken).map(({ taskArn }) => taskIdOf(taskArn));
    return `host port ${taken.port} (${taken.protocol.toUpperCase()}) is taken${holders.length === 0 ? "" : ` by task ${listOr(holders, "and")}`}`;
  });
}

/** The ports that are in use already. */
export function takenPorts(ports: Requirements["ports"], { tcpPorts, udpPorts }: InstanceState): Requirements["ports"] {
  return ports.filter(({ port, protocol }) => (protocol === "udp" ? udpPorts : tcpPorts).includes(port));
}

function checkAttributes({ attributes, networkMode }: Requirements, { instance }: InstanceState): readonly string[] {
  const lacks = attributes.filter(({ name, value, foreseen }) => {
    if (name === interfaceAttribute && networkMode === "awsvpc") return false;
    if (Object.hasOwn(instance.attributes, name))
      return value !== undefined && value !== "" && instance.attributes[name] !== value;
    return foreseen === undefined || sayWhatAgentCan(instance.attributes);
  });
  return lacks.map(({ name, value }) =>
    Object.hasOwn(instance.attributes, name)
      ? `the task requires ${name} to be ${value}, and it is ${instance.attributes[name]}`
      : describeLacking(name, instance),
  );
}

function describeLacking(attribute: string, { agentVersion }: InstanceState["instance"]): string {
  const agent = agentVersion === undefined ? "" : `, and its agent is ${agentVersion}`;
  if (attribute === mpsAttribute)
    return `the task shares a GPU by MPS, and the instance does not have ${mpsAttribute}${agent}: that takes the current AL2023 GPU image (agent ${mpsAgent} or later, nvidia-mps.service enabled; aiplat ami latest --accelerator nvidia)`;
  const reason = reasonForAttribute(attribute);
  return reason === undefined
    ? `the task requires the attribute ${attribute}, which the instance does not have`
    : `the task requires the attribute ${attribute} for ${reason}, which the instance does not have${agent}`;
}

function checkLocation({ availabilityZones }: Requirements, { instance }: InstanceState): readonly string[] {
  const zone = instance.attributes["ecs.availability-zone"];
  if (availabilityZones === undefined || zone === undefined || availabilityZones.includes(zone)) return [];
  return [`the instance is in ${zone}, and the task's subnets are in ${listOr(availabilityZones, "and")}`];
}

function shortage(unit: string, needed: number, left: number, registered: number): readonly string[] {
  if (needed <= left) return [];
  const most = needed > registered ? `; the whole instance has ${formatCount(registered)}` : "";
  return [`needs ${formatCount(needed)} ${unit}, ${formatCount(left)} remain${most}`];
}

function checkProvider(
  { capacityProviders, compatibilities }: Requirements,
  { instance }: InstanceState,
): readonly string[] {
  const { capacityProvider } = instance;
  const belongs =
    capacityProvider === undefined
      ? "the instance belongs to no capacity provider"
      : `the instance belongs to the capacity provider ${capacityProvider}`;
  if (
    capacityProviders !== undefined &&
    (capacityProvider === undefined || !capacityProviders.includes(capacityProvider))
  )
    return [`${belongs}, and the run asks for ${listOr(capacityProviders)}`];
  if (compatibilities.length === 0 || compatibilities.includes("EC2") || compatibilities.includes("EXTERNAL"))
    return [];
  if (!compatibilities.includes("MANAGED_INSTANCES"))
    return [`the task definition is for ${listOr(compatibilities, "and")} only`];
  return capacityProvider === undefined
    ? ["the task definition is for Managed Instances only, and the instance belongs to no capacity provider"]
    : [];
}

/**
 * An instance that ECS finds impaired may not run containers. Whether ECS places tasks there all the same, it does not
 * say (not verified): aiplat counts on none.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-instance-health.html
 */
function checkHealth(_: Requirements, { instance: { healthStatus } }: InstanceState): readonly string[] {
  if (healthStatus?.overallStatus !== "IMPAIRED") return [];
  const impaired = healthStatus.details
    .filter(({ status }) => status === "IMPAIRED")
    .map(({ type, statusReason }) => `${type}${statusReason === undefined ? "" : ` (${statusReason})`}`);
  return [`ECS finds the instance IMPAIRED${impaired.length === 0 ? "" : `: ${listOr(impaired, "and")}`}`];
}
