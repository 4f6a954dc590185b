import type { InstanceType } from "../catalog/instance-types/instance-type.ts";
import type { Workload } from "./schema.ts";
import type { ResolvedVolume } from "./volumes.ts";

/** What one replica asks of the accelerator. */
export type DeviceRequest =
  | { readonly kind: "none" }
  | { readonly kind: "neuron"; readonly devices: number; readonly whole: boolean }
  | {
      readonly kind: "nvidia";
      readonly gpus: number;
      readonly whole: boolean;
      /** Whether the file leaves the number to the instance. */
      readonly unsaid: boolean;
    }
  | { readonly kind: "nvidia-fraction"; readonly fraction: number }
  | { readonly kind: "nvidia-mps"; readonly memoryMiB: number; readonly maxComputePercent?: number }
  | ResourceRequest;

/** So many of a resource that nodes of Kubernetes offer: parts of devices, or what else a device plugin makes of them. */
export interface ResourceRequest {
  readonly kind: "resource";
  /** As `nvidia.com/mig-1g.10gb`. */
  readonly resource: string;
  readonly count: number;
  /** What the nodes make of each device. */
  readonly sharing?: { readonly strategy: "time-slicing" | "mps"; readonly replicas: number };
  /** What HAMi gives of each GPU; everything where nothing is said. */
  readonly hami?: { readonly memoryMiB?: number; readonly maxComputePercent?: number };
}

/**
 * One way to run a replica: the instance types that carry the same devices and give the same share. Two types stand
 * in one shape only where one task definition is right on both.
 */
export interface Shape {
  /** Empty for a CPU workload. */
  readonly instanceTypes: readonly InstanceType[];
  readonly request: DeviceRequest;
  /** Undefined where nothing says: a CPU workload without resources. */
  readonly vcpu?: number;
  readonly memoryMiB?: number;
  /** EFA interfaces of one replica's node. */
  readonly efaInterfaces: number;
}

export interface ResolvedPort {
  readonly container: number;
  readonly host?: number;
  readonly protocol: "tcp" | "udp";
  readonly name?: string;
}

/** How a container's health is asked for by HTTP. */
export interface ResolvedHealth {
  readonly path: string;
  readonly port: number;
  readonly startSeconds?: number;
}

/** A container beside the workload's own, with its part of the replica's share. */
export interface BesideContainer {
  readonly name: string;
  readonly image: string;
  readonly entryPoint?: readonly string[];
  readonly command?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
  readonly vcpu: number;
  readonly memoryMiB: number;
  /** Paths of volumes. */
  readonly mounts: readonly string[];
}

/** Runs to its end with 0 before the workload starts. */
export interface InitContainer extends BesideContainer {}

/** Runs beside the workload; its end never ends the replica. */
export interface Sidecar extends BesideContainer {
  readonly ports: readonly ResolvedPort[];
  readonly health?: ResolvedHealth;
  /** Whether it opens the workload's devices too. */
  readonly sharesDevices: boolean;
}

/** What a deployment may take away and add, in replicas of the workload; what is left out is the platform's own. */
export interface RolloutBounds {
  readonly maxUnavailable?: number;
  readonly maxSurge?: number;
}

/** A limit of what a process may have, as getrlimit(2) has it: -1 is none. */
export interface Ulimit {
  readonly soft: number;
  readonly hard: number;
}

export interface Amounts {
  readonly vcpu?: number;
  readonly memoryMiB?: number;
}

/** A workload with every default worked out, free of ECS and Kubernetes words except in its two own sections. */
export interface ResolvedWorkload {
  readonly name: string;
  /** The name of its container. */
  readonly container: string;
  readonly kind: "service" | "job";
  readonly image: string;
  /** In place of the image's own; the image's command goes with it. */
  readonly entryPoint?: readonly string[];
  readonly command?: readonly string[];
  readonly workingDirectory?: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
  readonly ports: readonly ResolvedPort[];
  readonly health?: ResolvedHealth;
  readonly replicas: number;
  readonly nodes: number;
  /** In the order of the file's instance types. */
  readonly shapes: readonly Shape[];
  /** Those of the instance types that are HyperPod's nodes too. */
  readonly hyperPodTypes?: readonly string[];
  /** What the file itself says; every shape carries it, with its fair share in place of what is absent. */
  readonly resources: Amounts & {
    /** What the machine keeps for others. */
    readonly reserve?: Amounts;
  };
  /** What the file says: 0 leaves it to the platform; undefined is the default (shared-memory.ts). */
  readonly sharedMemoryMiB?: number;
  /** The number of the user that the container runs as; undefined is the image's. */
  readonly user?: number;
  /** Whether nothing can be written but what is mounted. */
  readonly readOnlyRoot: boolean;
  /** By the limit's name. */
  readonly ulimits: Readonly<Record<string, Ulimit>>;
  /** How long the container may take to end by itself. */
  readonly stopTimeoutSeconds?: number;
  readonly volumes: readonly ResolvedVolume[];
  readonly rollout?: RolloutBounds;
  readonly logs?: { readonly group: string; readonly retentionDays?: number };
  readonly roles: { readonly execution?: string; readonly task?: string };
  readonly tags: Readonly<Record<string, string>>;
  /** In their order, the one that fetches the model aside (beside-containers.ts). */
  readonly init: readonly InitContainer[];
  readonly sidecars: readonly Sidecar[];
  readonly model?: {
    readonly uri: string;
    /** Where it is fetched to; without one nobody fetches it. */
    readonly path?: string;
    /** What fetches it, where it is not AWS's image. */
    readonly image?: string;
    readonly format?: string;
  };
  readonly schedule?: string;
  readonly ecs: NonNullable<Workload["ecs"]>;
  readonly eks: NonNullable<Workload["eks"]>;
}

/**
 * How every orchestrator checks a container's health: the numbers are ECS's defaults.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html
 */
export const healthCheckSettings = { intervalSeconds: 30, timeoutSeconds: 5, retries: 3 } as const;
