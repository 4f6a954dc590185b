import { present } from "../base/present.ts";
import { findInstanceType } from "../catalog/instance-types/catalog.ts";
import { sayWhatAgentCan } from "../cluster/agent-attributes.ts";
import {
  instanceTypeOf,
  type ClusterSnapshot,
  type ContainerInstance,
  type GpuDevice,
  type Resources,
} from "../cluster/snapshot.ts";
import { missingGpusOf } from "../devices/missing-gpus.ts";
import { daemonsOf, withDaemons } from "./daemons.ts";
import type { Expression } from "../ecs-api/query/expression.ts";
import type { Requirements } from "../ecs/requirements.ts";

/**
 * What an instance registers of its type's memory at least: 93 to 97.5 % was seen, and ECS_RESERVED_MEMORY may take
 * more.
 */
const registeredShare = 0.9;

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-agent-config.html: ECS_RESERVED_PORTS. */
const reservedPorts = [22, 2375, 2376, 51678, 51679];

/**
 * The instance types that would help: those that the constraints name, else those of the cluster, the smallest first.
 */
export function instanceTypesFor(
  { instances }: Pick<ClusterSnapshot, "instances">,
  variants: readonly Requirements[],
): readonly string[] {
  const named = variants
    .flatMap(({ constraints }) => constraints.flatMap(({ expression }) => namedValues(expression)))
    .filter(({ name }) => name === "ecs.instance-type");
  if (named.length > 0) return [...new Set(named.flatMap(({ values }) => values))];
  const bySize = instances.toSorted(
    (one, other) => one.registered.memoryMiB - other.registered.memoryMiB || one.registered.cpu - other.registered.cpu,
  );
  return [...new Set(bySize.flatMap((instance) => instanceTypeOf(instance) ?? []))];
}

export interface EmptyInstance {
  readonly instance: ContainerInstance;
  /** What it must have that its peers have not, for the constraints' sake: `stack prod`. */
  readonly extra: readonly string[];
}

/**
 * The type as a new instance would register it: like its peers in the cluster, else as the catalogue says, with the
 * attributes that the constraints spell out. What the tasks require of an agent, a current AMI has. The cluster's
 * daemons run there too, and have their part. Undefined where neither knows the type.
 */
export function emptyInstance(
  snapshot: ClusterSnapshot,
  instanceType: string,
  variants: readonly Requirements[],
): EmptyInstance | undefined {
  const { instances, observedAt } = snapshot;
  const peers = instances.filter((instance) => instanceTypeOf(instance) === instanceType);
  // A new one has every GPU, whatever befell its peers.
  const peer = peers.find((each) => missingGpusOf(each) === undefined) ?? peers[0];
  const model = peer !== undefined && missingGpusOf(peer) === undefined ? peer : undefined;
  const resources = peer === undefined ? catalogued(instanceType) : likePeer(peer, instanceType, model);
  if (resources === undefined) return undefined;
  const [requirements] = variants;
  const capacityProvider = requirements?.capacityProviders?.[0] ?? peer?.capacityProvider;
  const zone = requirements?.availabilityZones?.[0] ?? (peer ?? instances[0])?.attributes["ecs.availability-zone"];
  // What is only foreseen counts where there is somebody to compare with who says what an agent can.
  const comparable = peer !== undefined && sayWhatAgentCan(peer.attributes);
  const required = Object.fromEntries(
    variants.flatMap(({ attributes }) =>
      attributes.flatMap(({ name, value = "", foreseen }) =>
        foreseen === undefined || comparable ? [[name, value] as const] : [],
      ),
    ),
  );
  const usual: Readonly<Record<string, string>> = {
    "ecs.os-type": "linux",
    "ecs.capability.task-eni": "",
    ...required,
    ...peer?.attributes,
    ...present({ "ecs.availability-zone": zone }),
    "ecs.instance-type": instanceType,
  };
  const image = peer !== undefined && Object.keys(required).some((name) => !Object.hasOwn(peer.attributes, name));
  const extra = variants
    .flatMap(({ constraints }) => constraints.flatMap(({ expression }) => namedValues(expression)))
    .filter(({ name, values }) => name !== "ecs.instance-type" && !values.includes(usual[name] ?? ""));
  const instance: ContainerInstance = {
    arn: "",
    ec2InstanceId: "",
    status: "ACTIVE",
    agentConnected: true,
    ...present({ agentVersion: peer?.agentVersion, capacityProvider, gpuDevices: model?.gpuDevices?.map(toIdle) }),
    registeredAt: observedAt,
    attributes: { ...usual, ...Object.fromEntries(extra.map(({ name, values }) => [name, values[0]!])) },
    registered: resources,
    remaining: resources,
    runningTasksCount: 0,
    pendingTasksCount: 0,
  };
  return {
    instance: withDaemons(instance, daemonsOf(snapshot)),
    extra: [
      ...new Set(extra.map(({ name, values }) => `${name} ${values[0]}`)),
      ...(image ? [`the current machine image (aiplat ami latest --instance-type ${instanceType})`] : []),
    ],
  };
}

/** @param whole The peer, where it has every GPU of the type. */
function likePeer(peer: ContainerInstance, instanceType: string, whole: ContainerInstance | undefined): Resources {
  const gpus = whole?.registered.gpus ?? catalogued(instanceType)?.gpus ?? [];
  return { ...peer.registered, tcpPorts: reservedPorts, udpPorts: [], gpus };
}

function toIdle(device: GpuDevice): GpuDevice {
  return { ...device, sharingMode: "IDLE", remainingMemoryInMiB: device.totalMemoryInMiB };
}

function catalogued(name: string): Resources | undefined {
  const type = findInstanceType(name);
  if (type === undefined) return undefined;
  const { vcpus, memoryMiB, accelerator } = type;
  const gpus =
    accelerator.kind === "nvidia" ? Array.from({ length: accelerator.count }, (_, index) => `gpu-${index}`) : [];
  return {
    cpu: vcpus * 1024,
    memoryMiB: Math.floor(memoryMiB * registeredShare),
    tcpPorts: reservedPorts,
    udpPorts: [],
    gpus,
  };
}

/** The attributes that an expression spells out, with the values that will do. */
function namedValues(expression: Expression): readonly { readonly name: string; readonly values: readonly string[] }[] {
  if (expression.kind === "not") return [];
  if (expression.kind !== "test") return expression.operands.flatMap(namedValues);
  const { subject, operator, args } = expression;
  return subject.startsWith("attribute:") && (operator === "==" || operator === "in")
    ? [{ name: subject.slice("attribute:".length), values: args }]
    : [];
}
