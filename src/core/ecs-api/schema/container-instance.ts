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
  runningTasksCount: integer,
  pendingTasksCount: integer,
});

export interface ContainerInstance extends Of<typeof containerInstance> {}
