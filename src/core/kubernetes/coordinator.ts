/** The pod of a kind that has no devices and leads those that have: Ray's head, MPI's launcher. */
import { isRaw, type Raw } from "../base/merge.ts";
import { present } from "../base/present.ts";
import { besideOf } from "../workload/beside-containers.ts";
import { componentLabel, components } from "./labels.ts";
import type { Contents } from "./kind-definition.ts";
import type { Container, PodTemplate, Quantities } from "./manifest.ts";
import { architectureLabel, topologyAnnotations } from "./placement.ts";
import { queueMarks } from "./queues/pod-queue.ts";
import { addedVolumes } from "./volumes.ts";

/** Enough for the head of a small Ray cluster, and for mpirun; eks.resource says otherwise. */
export const coordinatorResources: Quantities = { cpu: "2", memory: "8Gi" };

/**
 * The accelerated pod without what its devices bring: it runs on any node of the image's CPU architecture, with the
 * same image, environment, secrets and service account.
 */
export function coordinatorPod(
  { workload, shape, pod }: Pick<Contents, "workload" | "shape" | "pod">,
  change: (container: Container) => Container = (container) => container,
): PodTemplate {
  const {
    affinity: _affinity,
    tolerations: _tolerations,
    schedulerName: _scheduler,
    resourceClaims: _claims,
    nodeSelector: _selector,
    initContainers = [],
    containers,
    volumes,
    ...spec
  } = pod.spec;
  const architecture = architectureLabel(shape);
  const kept = (volumes ?? []).filter(({ name }) => !addedVolumes.has(name));
  // What is said of the workload's containers is for those that have its devices.
  const beside = new Set(besideOf(workload).map(({ name }) => name));
  const others = initContainers.filter(({ name }) => !beside.has(name));
  const { annotations = {}, labels, ...metadata } = pod.metadata;
  const carried = Object.entries(annotations).filter(([key]) => !topologyAnnotations.has(key) && !queueMarks.has(key));
  const named = Object.entries(labels ?? {}).filter(([key]) => !queueMarks.has(key));
  return {
    metadata: {
      ...metadata,
      labels: { ...Object.fromEntries(named), [componentLabel]: components.coordinator },
      ...(carried.length === 0 ? {} : { annotations: Object.fromEntries(carried) }),
    },
    spec: {
      ...spec,
      ...present({ nodeSelector: architecture }),
      ...(others.length === 0 ? {} : { initContainers: others }),
      containers: [change(withoutDevices(containers[0]!))],
      ...(kept.length === 0 ? {} : { volumes: kept }),
    },
  };
}

function withoutDevices(container: Container): Container {
  const { resources: _resources, volumeMounts, ports: _ports, securityContext, ...rest } = container;
  const mounts = (volumeMounts ?? []).filter(({ name }) => !addedVolumes.has(name));
  const context = withoutPinning(securityContext ?? {});
  return {
    ...(rest as Container),
    resources: { requests: coordinatorResources, limits: { memory: coordinatorResources["memory"]! } },
    ...(mounts.length === 0 ? {} : { volumeMounts: mounts }),
    ...(Object.keys(context).length === 0 ? {} : { securityContext: context }),
  };
}

/** Without EFA no memory is pinned. */
function withoutPinning({ capabilities, ...context }: NonNullable<Container["securityContext"]>): Raw {
  if (!isRaw(capabilities)) return context;
  const { add, ...others } = capabilities;
  const kept = (Array.isArray(add) ? add : []).filter((capability) => capability !== "IPC_LOCK");
  const left = { ...others, ...(kept.length === 0 ? {} : { add: kept }) };
  return Object.keys(left).length === 0 ? context : { ...context, capabilities: left };
}
