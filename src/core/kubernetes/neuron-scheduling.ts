/**
 * How a pod gets Neuron devices that are connected. "Pods that request more than one Neuron core or device" and not all
 * need the Neuron scheduler extension (aws-neuron-sdk @81ce03a, deploy/infrastructure/scheduler.rst); on Trainium2 and
 * Kubernetes 1.34 Dynamic Resource Allocation does it instead (deploy/eks/dra.rst).
 */
import { listOr, problem, settingProblem, type Problem } from "../base/problem.ts";
import type { Shape } from "../workload/resolved.ts";
import { compareVersions } from "../base/version.ts";
import type { Manifest } from "./manifest.ts";

export const neuronSchedulers = ["extension", "dra"] as const;
export type NeuronScheduler = (typeof neuronSchedulers)[number];

export interface ClusterSettings {
  /** As `1.34`. */
  readonly kubernetesVersion?: string;
  /**
   * What the cluster has; by default DRA where the Kubernetes version and the
   * instance type allow it, else the extension.
   */
  readonly neuronScheduler?: NeuronScheduler;
}

/**
 * The name of the second scheduler that the chart of the extension installs: EKS
 * does not let the default one be changed.
 */
export const extensionScheduler = "my-scheduler";

const draVersion = "1.34";
/** "Instance type - Trn2.48xlarge": dra.rst names no other. */
const draTypes = ["trn2.48xlarge"];
const deviceClass = "neuron.aws.com";
/** The name of the claim within the pod. */
export const claimName = "neurons";

/** How the pod's Neuron devices are allocated: by the plain scheduler's count, by the extension, or by a DRA claim. */
export function neuronAllocation(
  shape: Shape,
  { kubernetesVersion, neuronScheduler }: ClusterSettings,
): "count" | NeuronScheduler {
  const { request } = shape;
  if (request.kind !== "neuron") return "count";
  const subset = !request.whole && request.devices > 1;
  // The plug-in and the DRA driver exclude each other on a node: where DRA is asked for, every claim goes through it.
  if (neuronScheduler === "dra") return "dra";
  if (!subset) return "count";
  if (neuronScheduler === "extension") return "extension";
  return kubernetesVersion !== undefined && hasDra(kubernetesVersion) && onDraTypes(shape) ? "dra" : "extension";
}

/** Why DRA, where it was asked for, cannot allocate the devices. */
export function draProblems(shape: Shape, { kubernetesVersion, neuronScheduler }: ClusterSettings): readonly Problem[] {
  if (neuronScheduler !== "dra" || shape.request.kind !== "neuron") return [];
  const names = shape.instanceTypes.map((type) => type.instanceType);
  return [
    ...(kubernetesVersion !== undefined && !hasDra(kubernetesVersion)
      ? [
          settingProblem(
            "dra-version",
            `the Neuron DRA driver needs Kubernetes ${draVersion}, and the cluster's is ${kubernetesVersion}`,
            "Use --neuron-scheduler extension.",
          ),
        ]
      : []),
    ...(onDraTypes(shape)
      ? []
      : [
          problem(
            "dra-type",
            ["accelerator", "instanceTypes"],
            `the Neuron DRA driver does not serve ${listOr(names, "and")}: it serves ${listOr(draTypes, "and")}`,
            "Use --neuron-scheduler extension.",
          ),
        ]),
  ];
}

/** The template of the pods' claims: so many devices of one connected group. */
export function claimTemplate(shape: Shape, metadata: Manifest["metadata"]): Manifest {
  const count = shape.request.kind === "neuron" ? shape.request.devices : 0;
  const types = shape.instanceTypes.map(
    (type) => `device.attributes['${deviceClass}'].instanceType == '${type.instanceType}'`,
  );
  return {
    apiVersion: "resource.k8s.io/v1",
    kind: "ResourceClaimTemplate",
    metadata,
    spec: {
      spec: {
        devices: {
          requests: [
            {
              name: claimName,
              exactly: {
                deviceClassName: deviceClass,
                allocationMode: "ExactCount",
                count,
                selectors: [{ cel: { expression: types.join(" || ") } }],
              },
            },
          ],
          ...(count > 1
            ? { constraints: [{ requests: [claimName], matchAttribute: `resource.aws.com/devicegroup${count}_id` }] }
            : {}),
        },
      },
    },
  };
}

function hasDra(version: string): boolean {
  return compareVersions(version, draVersion) >= 0;
}

function onDraTypes({ instanceTypes }: Shape): boolean {
  return instanceTypes.every((type) => draTypes.includes(type.instanceType));
}
