/**
 * The containers beside the workload's own in a pod: those of `init`, and then the sidecars, which Kubernetes starts in
 * this order, each when the one before it has ended, or has started and its startup probe succeeds.
 * https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/
 */
import { present } from "../base/present.ts";
import { initOf, volumesFor } from "../workload/beside-containers.ts";
import type { BesideContainer, ResolvedPort, ResolvedWorkload, Sidecar } from "../workload/resolved.ts";
import { milliOf } from "./allocatable.ts";
import type { PodClaim } from "./claims.ts";
import { besideEnvironment, literal } from "./environment.ts";
import type { Container } from "./manifest.ts";
import { startupProbeOf } from "./probes.ts";
import { cpuQuantity, memoryQuantity } from "./quantity.ts";
import { mountOf } from "./volumes.ts";

/** @param claims The pod's: what gives out its devices, where a sidecar may share them. */
export function initContainersOf(workload: ResolvedWorkload, claims: readonly PodClaim[]): readonly Container[] {
  return [
    ...initOf(workload).map((each) => containerOf(workload, each)),
    ...workload.sidecars.map((each) => sidecarOf(workload, each, claims)),
  ];
}

/** What a container listens on. */
export function portsOf(ports: readonly ResolvedPort[]): NonNullable<Container["ports"]> {
  return ports.map(({ container, host, protocol, name }) => ({
    ...present({ name }),
    containerPort: container,
    ...present({ hostPort: host }),
    protocol: protocol.toUpperCase(),
  }));
}

function sidecarOf(workload: ResolvedWorkload, sidecar: Sidecar, claims: readonly PodClaim[]): Container {
  const container = containerOf(workload, sidecar);
  const ports = portsOf(sidecar.ports);
  return {
    ...container,
    restartPolicy: "Always",
    ...(ports.length === 0 ? {} : { ports }),
    ...(sidecar.sharesDevices
      ? { resources: { ...container.resources, claims: claims.map(({ name }) => ({ name })) } }
      : {}),
    ...(sidecar.health === undefined ? {} : { startupProbe: startupProbeOf(sidecar.health) }),
  };
}

function containerOf(workload: ResolvedWorkload, container: BesideContainer): Container {
  const { name, image, entryPoint, command, vcpu, memoryMiB } = container;
  const env = besideEnvironment(workload, container);
  const volumeMounts = volumesFor(workload, container).map(mountOf);
  const memory = memoryQuantity(memoryMiB);
  return {
    name,
    image,
    ...(entryPoint === undefined ? {} : { command: entryPoint.map(literal) }),
    ...(command === undefined ? {} : { args: command.map(literal) }),
    ...(env.length === 0 ? {} : { env }),
    resources: { requests: { cpu: cpuQuantity(milliOf(vcpu)), memory }, limits: { memory } },
    ...(volumeMounts.length === 0 ? {} : { volumeMounts }),
  };
}
