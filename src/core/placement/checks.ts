import type { ReasonCode } from "../base/codes/reason-codes.ts";
import { counted } from "../base/counted.ts";
import { taskIdOf } from "../ecs-api/arn.ts";
import { listOr } from "../base/problem.ts";
import { checkDevices } from "./check-devices.ts";
import { explainFailure } from "../cluster/explain-query.ts";
import type { Requirements } from "../ecs/requirements.ts";
import { holdersOf, type Room } from "./room.ts";

/** The codes of a PlacementExplanation. */
export type { ReasonCode } from "../base/codes/reason-codes.ts";

/** Why a task does not fit a container instance. */
export interface Reason {
  readonly code: ReasonCode;
  readonly message: string;
}

/** What is wrong, each in a sentence without its full stop; none where nothing is. */
export type Check = (needs: Requirements, room: Room) => readonly string[];

/** The reasons in the order of the contract. Locks are judged with the devices they lock. */
export const checks: Readonly<Record<ReasonCode, Check>> = {
  STATUS: (_, { instance: { status } }) =>
    status === "ACTIVE" ? [] : [`the instance is ${status}: ECS places tasks on ACTIVE ones only`],
  AGENT: (_, { instance }) => (instance.agentConnected ? [] : ["its ECS agent is not connected"]),
  ATTRIBUTE: checkAttributes,
  CONSTRAINT: (needs, room) => [...checkConstraints(needs, room), ...checkDistinct(needs, room)],
  LOCATION: checkLocation,
  CPU: (needs, room) => shortage("CPU units", needs.cpu, room.cpu, room.instance.registered.cpu),
  MEMORY: (needs, room) => shortage("MiB", needs.memoryMiB, room.memoryMiB, room.instance.registered.memoryMiB),
  PORTS: checkPorts,
  ENI: checkInterface,
  GPU: checkGpus,
  DEVICES: checkDevices,
  CAPACITY_PROVIDER: checkProvider,
};

export function checkConstraints({ constraints }: Requirements, room: Room): readonly string[] {
  const candidate = { instance: room.instance, groups: [...room.groups.keys()] };
  return constraints
    .filter(({ holds }) => !holds(candidate))
    .map(({ text, expression }) => `${text}: ${explainFailure(expression, room.instance)}`);
}

/** It looks at the desired status, per task group. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-constraints.html */
export function checkDistinct({ distinctInstance, group }: Requirements, { groups }: Room): readonly string[] {
  return distinctInstance && groups.has(group) ? [`distinctInstance: a task of ${group} runs there already`] : [];
}

function checkPorts({ ports }: Requirements, room: Room): readonly string[] {
  return takenPorts(ports, room).map((taken) => {
    const holders = holdersOf(room, taken).map(({ taskArn }) => taskIdOf(taskArn));
    return `host port ${taken.port} (${taken.protocol.toUpperCase()}) is taken${holders.length === 0 ? "" : ` by task ${listOr(holders, "and")}`}`;
  });
}

/** The ports that are in use already. */
export function takenPorts(ports: Requirements["ports"], { tcpPorts, udpPorts }: Room): Requirements["ports"] {
  return ports.filter(({ port, protocol }) => (protocol === "udp" ? udpPorts : tcpPorts).has(port));
}

/** The attribute that awsvpc mode needs. How many interfaces are left, ECS does not tell. */
const interfaceAttribute = "ecs.capability.task-eni";

function checkInterface({ networkMode }: Requirements, { instance }: Room): readonly string[] {
  if (networkMode !== "awsvpc" || Object.hasOwn(instance.attributes, interfaceAttribute)) return [];
  return [`awsvpc mode needs an instance with the attribute ${interfaceAttribute}`];
}

function checkAttributes({ attributes, networkMode }: Requirements, { instance }: Room): readonly string[] {
  return attributes.flatMap(({ name, value }) => {
    if (name === interfaceAttribute && networkMode === "awsvpc") return [];
    if (!Object.hasOwn(instance.attributes, name))
      return [`the task requires the attribute ${name}, which the instance does not have`];
    if (value === undefined || value === "" || instance.attributes[name] === value) return [];
    return [`the task requires ${name} to be ${value}, and it is ${instance.attributes[name]}`];
  });
}

function checkLocation({ availabilityZones }: Requirements, { instance }: Room): readonly string[] {
  const zone = instance.attributes["ecs.availability-zone"];
  if (availabilityZones === undefined || zone === undefined || availabilityZones.includes(zone)) return [];
  return [`the instance is in ${zone}, and the task's subnets are in ${listOr(availabilityZones, "and")}`];
}

function shortage(unit: string, needed: number, left: number, registered: number): readonly string[] {
  if (needed <= left) return [];
  const most = needed > registered ? `; the whole instance has ${formatCount(registered)}` : "";
  return [`needs ${formatCount(needed)} ${unit}, ${formatCount(left)} remain${most}`];
}

function checkGpus({ gpus }: Requirements, room: Room): readonly string[] {
  const left = room.gpus.length;
  const all = room.instance.registered.gpus.length;
  if (gpus === "share" || gpus === "all") {
    if (all === 0) return ["needs a GPU, and the instance has none"];
    return gpus === "share" || left === all ? [] : [`needs all ${all} GPUs, ${left} remain`];
  }
  return gpus <= left
    ? []
    : [`needs ${counted(gpus, "GPU")}, ${left} remain${gpus > all ? `; the whole instance has ${all}` : ""}`];
}

function checkProvider({ capacityProviders, compatibilities }: Requirements, { instance }: Room): readonly string[] {
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

/** 7372 as `7,372`. */
export function formatCount(count: number): string {
  return count.toLocaleString("en-US");
}
