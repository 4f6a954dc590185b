/** How the pods of several nodes find each other in kinds whose controller does not say. */
import { coresPerDevice, logicalCoreSize } from "../catalog/instance-types/neuron-cores.ts";
import type { ResolvedWorkload, Shape } from "../workload/resolved.ts";
import { deviceCount, deviceKind, deviceResource, neuronCoreResource } from "./devices.ts";
import { withDefaults } from "./environment.ts";
import { withContainer } from "./kind-definition.ts";
import type { EnvironmentVariable, Manifest, Metadata, PodTemplate } from "./manifest.ts";

/** torchrun's own default, and Kubeflow's. */
const masterPort = 29_500;

/**
 * The index of a pod in an indexed Job. https://kubernetes.io/docs/concepts/workloads/controllers/job/#completion-mode
 */
export const completionIndex = {
  fieldRef: { fieldPath: "metadata.annotations['batch.kubernetes.io/job-completion-index']" },
};

/** Processes of one pod: one a GPU or a part of one, one a logical NeuronCore; undefined where there are no devices. */
export function processesPerNode({ environment }: ResolvedWorkload, shape: Shape): number | undefined {
  const { request, instanceTypes } = shape;
  const kind = deviceKind(shape);
  if (kind === undefined) return undefined;
  if (kind === "nvidia" || deviceResource(request) === neuronCoreResource) return deviceCount(request);
  if (instanceTypes.length === 0) return undefined;
  const cores = Math.min(
    ...instanceTypes.map(
      (type) =>
        coresPerDevice(
          type,
          logicalCoreSize((name) => environment[name]),
        ) ?? 1,
    ),
  );
  return deviceCount(request) * cores;
}

/**
 * The variables that torchrun reads (torch/distributed/argparse_util.py), where the workload sets none itself.
 *
 * @param before Variables that the address refers to.
 * @param rank Where a pod reads which node it is.
 */
export function withRendezvous(
  pod: PodTemplate,
  { workload, shape }: { readonly workload: ResolvedWorkload; readonly shape: Shape },
  address: string,
  before: readonly EnvironmentVariable[] = [],
  rank: EnvironmentVariable["valueFrom"] = completionIndex,
): PodTemplate {
  const processes = processesPerNode(workload, shape);
  const variables: readonly EnvironmentVariable[] = [
    ...before,
    { name: "PET_NNODES", value: String(workload.nodes) },
    { name: "PET_NODE_RANK", valueFrom: rank },
    { name: "PET_MASTER_ADDR", value: address },
    { name: "PET_MASTER_PORT", value: String(masterPort) },
    ...(processes === undefined ? [] : [{ name: "PET_NPROC_PER_NODE", value: String(processes) }]),
  ];
  return withContainer(pod, (container) => ({ ...container, env: withDefaults(container.env ?? [], variables) }));
}

/** The name of the Service that gives pods their DNS names. */
export function headlessName(name: string): string {
  return `${name}-nodes`;
}

/** DNS names for the pods that the labels select, before they are ready too: they wait for each other. */
export function headlessService(metadata: Metadata, selector: Readonly<Record<string, string>>): Manifest {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { ...metadata, name: headlessName(metadata.name) },
    spec: { clusterIP: "None", publishNotReadyAddresses: true, selector },
  };
}
