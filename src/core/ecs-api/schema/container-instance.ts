import * as z from "zod/mini";
import { flag, instant, integer, list, map, type Of, text } from "../field.ts";

/** CPU in units, memory in MiB, ports by protocol, GPUs by id: what ECS registers and subtracts. */
const resources = z.looseObject({
  cpu: integer,
  memoryMiB: integer,
  tcpPorts: list(integer),
  udpPorts: list(integer),
  gpus: list(text),
});

export interface Resources extends Of<typeof resources> {}

/**
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_GpuDevice.html; sharingMode is IDLE, NVIDIA_MPS or
 * DEDICATED.
 */
const gpuDevice = z.looseObject({
  gpuId: text,
  sharingMode: text,
  totalMemoryInMiB: integer,
  remainingMemoryInMiB: integer,
});

/** A GPU of an instance that supports sharing. */
export interface GpuDevice extends Of<typeof gpuDevice> {}

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerInstanceHealthStatus.html */
const healthStatus = z.looseObject({
  /** OK, IMPAIRED, INSUFFICIENT_DATA or INITIALIZING. */
  overallStatus: text,
  details: list(z.looseObject({ type: text, status: text, statusReason: z.exactOptional(text) })),
});

export interface InstanceHealth extends Of<typeof healthStatus> {}

/**
 * What aiplat keeps of a container instance as ECS describes it, in a form that can be counted with: `tcpPorts` and
 * `udpPorts` are the ports in use, times are milliseconds since the epoch.
 */
export const containerInstance = z.looseObject({
  arn: text,
  ec2InstanceId: text,
  status: text,
  agentConnected: flag,
  agentVersion: z.exactOptional(text),
  capacityProvider: z.exactOptional(text),
  registeredAt: z.exactOptional(instant),
  attributes: map(text),
  registered: resources,
  remaining: resources,
  /** Of instances that support sharing. */
  gpuDevices: z.exactOptional(list(gpuDevice)),
  healthStatus: z.exactOptional(healthStatus),
  /** Of a machine that is yet to be added: how many network interfaces the cluster's daemons will take there. */
  daemonInterfaces: z.exactOptional(integer),
  runningTasksCount: integer,
  pendingTasksCount: integer,
});

export interface ContainerInstance extends Of<typeof containerInstance> {}
