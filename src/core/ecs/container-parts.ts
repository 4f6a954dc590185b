/** What the containers of a task have in common, the workload's own and those beside it. */
import { present } from "../base/present.ts";
import { devicePath, type Slot } from "../catalog/slots.ts";
import type { ContainerDefinition, Device, PortMapping } from "../ecs-api/api.ts";
import type { NetworkMode } from "../workload/network-mode.ts";
import {
  healthCheckSettings,
  type ResolvedHealth,
  type ResolvedPort,
  type ResolvedWorkload,
} from "../workload/resolved.ts";
import type { Capacity } from "./capacity.ts";

/** What of the whole workload each of its definitions depends on. */
export interface GenerateSettings {
  readonly networkMode: NetworkMode;
  readonly capacity: Capacity;
  readonly lockPortBase: number;
  /** The region of the log group; without one there are no logs. */
  readonly region?: string;
}

export function onManagedInstances({ capacity }: Pick<GenerateSettings, "capacity">): boolean {
  return capacity.kind === "managed-instances";
}

/** 1,024 units a vCPU. */
export function cpuUnits(vcpu: number): number {
  return Math.floor(vcpu * 1024);
}

/** What a container listens on. https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html */
export function mappingsOf(
  ports: readonly ResolvedPort[],
  { networkMode }: Pick<GenerateSettings, "networkMode">,
): readonly PortMapping[] {
  return ports.map((port): PortMapping => {
    // Bridge mode without a host port gets a free one; host and awsvpc mode have the container's own.
    const hostPort = networkMode === "bridge" ? port.host : port.container;
    return {
      ...present({ name: port.name }),
      containerPort: port.container,
      ...present({ hostPort }),
      protocol: port.protocol,
    };
  });
}

/** What a container has of variables. */
export function variablesOf(
  environment: ResolvedWorkload["environment"],
  secrets: ResolvedWorkload["secrets"],
): Pick<ContainerDefinition, "environment" | "secrets"> {
  return {
    ...(Object.keys(environment).length === 0
      ? {}
      : { environment: Object.entries(environment).map(([name, value]) => ({ name, value })) }),
    ...(Object.keys(secrets).length === 0
      ? {}
      : { secrets: Object.entries(secrets).map(([name, valueFrom]) => ({ name, valueFrom })) }),
  };
}

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-inference.html */
export function neuronDevices(slot: Slot): readonly Device[] {
  return slot.map((device) => deviceAt(devicePath(device)));
}

export function deviceAt(path: string): Device {
  return { hostPath: path, containerPath: path, permissions: ["read", "write"] };
}

/** What a health check of ECS can wait at most; a service waits on by its grace period. */
export const longestStartPeriod = 300;

/**
 * curl or wget, whichever the image has. https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html
 */
export function healthCommand({ path, port }: { readonly path: string; readonly port: number }): readonly string[] {
  const url = `http://localhost:${port}${path}`;
  return ["CMD-SHELL", `curl -fsS -o /dev/null ${url} || wget -q -O /dev/null ${url} || exit 1`];
}

export function healthCheck(health: ResolvedHealth): NonNullable<ContainerDefinition["healthCheck"]> {
  return {
    command: healthCommand(health),
    interval: healthCheckSettings.intervalSeconds,
    timeout: healthCheckSettings.timeoutSeconds,
    retries: healthCheckSettings.retries,
    ...(health.startSeconds === undefined ? {} : { startPeriod: Math.min(health.startSeconds, longestStartPeriod) }),
  };
}

/**
 * Where a container's output goes. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html
 */
export function logsOf(
  { name, logs }: Pick<ResolvedWorkload, "name" | "logs">,
  { region }: Pick<GenerateSettings, "region">,
): Pick<ContainerDefinition, "logConfiguration"> {
  if (logs === undefined || region === undefined) return {};
  return {
    logConfiguration: {
      logDriver: "awslogs",
      options: {
        "awslogs-group": logs.group,
        "awslogs-region": region,
        "awslogs-stream-prefix": name,
        "awslogs-create-group": "true",
      },
    },
  };
}
