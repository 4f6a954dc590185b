/** The accelerated pod: one function of the workload, the same in every kind of resource that wraps it. */
import { present } from "../base/present.ts";
import type { ResolvedWorkload, Shape } from "../workload/resolved.ts";
import { ownShare } from "./allocatable.ts";
import { schedulerOf, type ClusterSettings } from "./allocation.ts";
import { initContainersOf, portsOf } from "./beside-containers.ts";
import { podClaims, type PodClaim } from "./claims.ts";
import { deviceLimits, deviceResource, deviceTolerations } from "./devices.ts";
import { environmentOf, literal } from "./environment.ts";
import { componentLabel, components, ownLabels, tagMetadata } from "./labels.ts";
import type { Container, PodSpec, PodTemplate, Quantities } from "./manifest.ts";
import { affinityOf, topologyAnnotationsOf, type ZoneSettings } from "./placement.ts";
import { probesOf } from "./probes.ts";
import { cpuQuantity, memoryQuantity } from "./quantity.ts";
import { volumesOf, type MountedVolume } from "./volumes.ts";

/** Karpenter drains no node of a job that has not ended. https://karpenter.sh/docs/concepts/disruption/#pod-level-controls */
const untilItsEnd = { "karpenter.sh/do-not-disrupt": "true" };

const pinsMemory = { add: ["IPC_LOCK"] };

/**
 * The pod that runs one node of a replica.
 *
 * @param name The resource's name: the workload's, or its variant's.
 */
export function acceleratedPod(
  workload: ResolvedWorkload,
  shape: Shape,
  name: string,
  cluster: ClusterSettings & ZoneSettings,
): PodTemplate {
  const { labels, annotations: tags } = tagMetadata(workload);
  const annotations = {
    ...tags,
    ...(workload.kind === "job" ? untilItsEnd : {}),
    ...topologyAnnotationsOf(cluster),
  };
  const mounted = volumesOf(workload, shape, name);
  const volumes = mounted.map(({ volume }) => volume);
  const tolerations = deviceTolerations(shape);
  const affinity = affinityOf(workload, shape, name, cluster);
  const claims = podClaims(workload, shape, name, cluster);
  const initContainers = initContainersOf(workload, claims);
  const { serviceAccount } = workload.eks;
  return {
    metadata: {
      labels: {
        ...labels,
        ...ownLabels(workload, name),
        ...(workload.nodes > 1 ? { [componentLabel]: components.node } : {}),
      },
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    },
    spec: {
      ...present({ serviceAccountName: serviceAccount }),
      ...present({ schedulerName: schedulerOf(workload, shape, cluster) }),
      ...present({ affinity }),
      ...(tolerations.length === 0 ? {} : { tolerations }),
      ...(claims.length === 0 ? {} : { resourceClaims: claims }),
      ...present({ securityContext: podSecurityContextOf(workload) }),
      ...present({ terminationGracePeriodSeconds: workload.stopTimeoutSeconds }),
      ...(initContainers.length === 0 ? {} : { initContainers }),
      containers: [containerOf(workload, shape, { claims, mounted })],
      ...(volumes.length === 0 ? {} : { volumes }),
    },
  };
}

interface OfPod {
  readonly claims: readonly PodClaim[];
  readonly mounted: readonly MountedVolume[];
}

function containerOf(workload: ResolvedWorkload, shape: Shape, { claims, mounted }: OfPod): Container {
  const env = environmentOf(workload, shape);
  const mounts = mounted.map(({ mount }) => mount);
  const ports = portsOf(workload.ports);
  return {
    name: workload.container,
    image: workload.image,
    // Kubernetes calls the entry point command, and the command args: as on ECS, that leaves the image's ENTRYPOINT.
    ...(workload.entryPoint === undefined ? {} : { command: workload.entryPoint.map(literal) }),
    ...(workload.command === undefined ? {} : { args: workload.command.map(literal) }),
    ...present({ workingDir: workload.workingDirectory }),
    ...(env.length === 0 ? {} : { env }),
    ...(ports.length === 0 ? {} : { ports }),
    ...resourcesOf(workload, shape, claims),
    ...(mounts.length === 0 ? {} : { volumeMounts: mounts }),
    ...probesOf(workload),
    ...present({ securityContext: securityContextOf(workload, shape) }),
  };
}

function resourcesOf(
  workload: ResolvedWorkload,
  shape: Shape,
  claims: readonly PodClaim[],
): Pick<Container, "resources"> {
  const { milliCpu, memoryMiB } = ownShare(workload, shape);
  const memory: Quantities = memoryMiB === undefined ? {} : { memory: memoryQuantity(memoryMiB) };
  const scratchMiB = workload.volumes.reduce(
    (sum, { source }) => sum + (source.kind === "scratch" ? source.sizeMiB : 0),
    0,
  );
  const requests = {
    ...(milliCpu === undefined ? {} : { cpu: cpuQuantity(milliCpu) }),
    ...memory,
    // https://kubernetes.io/docs/concepts/storage/ephemeral-storage/
    ...(scratchMiB === 0 ? {} : { "ephemeral-storage": memoryQuantity(scratchMiB) }),
  };
  // What is claimed is not counted by a device plugin too.
  const claimed = claims.length === 0 ? undefined : deviceResource(shape.request);
  const devices = Object.entries(deviceLimits(shape)).filter(([name]) => name !== claimed);
  const limits = { ...memory, ...Object.fromEntries(devices) };
  const resources = {
    ...(Object.keys(requests).length === 0 ? {} : { requests }),
    ...(Object.keys(limits).length === 0 ? {} : { limits }),
    ...(claims.length === 0 ? {} : { claims: claims.map(({ name }) => ({ name })) }),
  };
  return Object.keys(resources).length === 0 ? {} : { resources };
}

/** A new block device is root's alone; kubelet gives it to the group of a user that is another. */
function podSecurityContextOf({ user = 0, volumes }: ResolvedWorkload): PodSpec["securityContext"] {
  return user > 0 && volumes.some(({ source }) => source.kind === "ebs")
    ? { fsGroup: user, fsGroupChangePolicy: "OnRootMismatch" }
    : undefined;
}

/**
 * EFA pins the memory it transfers, and Kubernetes has no ulimits: the capability lifts the limit, which no Pod Security
 * level but `privileged` lets it. A user of its own that needs no such thing meets `restricted`.
 */
function securityContextOf(
  { user, readOnlyRoot }: ResolvedWorkload,
  { efaInterfaces }: Shape,
): Container["securityContext"] {
  const context = {
    ...privilegesOf(user, efaInterfaces > 0),
    ...(readOnlyRoot ? { readOnlyRootFilesystem: true } : {}),
  };
  return Object.keys(context).length === 0 ? undefined : context;
}

function privilegesOf(user: number | undefined, efa: boolean): NonNullable<Container["securityContext"]> {
  if (user === undefined) return efa ? { capabilities: pinsMemory } : {};
  if (user === 0 || efa)
    return {
      runAsUser: user,
      ...(user === 0 ? {} : { runAsNonRoot: true }),
      ...(efa ? { capabilities: pinsMemory } : {}),
    };
  return {
    runAsUser: user,
    runAsNonRoot: true,
    allowPrivilegeEscalation: false,
    capabilities: { drop: ["ALL"] },
    seccompProfile: { type: "RuntimeDefault" },
  };
}
