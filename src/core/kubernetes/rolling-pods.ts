/** Bounds of a rollout where the controller cannot do all that a Deployment can: StatefulSet and DaemonSet. */
import { settingWarning, type Problem } from "../base/problem.ts";
import { compareVersions } from "../base/version.ts";
import type { ResolvedWorkload } from "../workload/resolved.ts";
import type { UnsupportedField } from "./kind-definition.ts";

type UpdateStrategy = Readonly<Record<string, unknown>>;

/** The feature gate MaxUnavailableStatefulSet is on. https://kubernetes.io/docs/reference/command-line-tools-reference/feature-gates/ */
const severalAtOnce = "1.35";

/**
 * A StatefulSet's pods have names of their own: a successor waits until its predecessor is gone.
 * https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#maximum-unavailable-pods
 */
export function oneNameEach({ rollout = {} }: ResolvedWorkload): readonly UnsupportedField[] {
  const { maxUnavailable, maxSurge = 0 } = rollout;
  return [
    ...(maxSurge > 0
      ? [
          {
            path: ["rollout", "maxSurge"],
            message: `replaces a pod under its own name and adds none beside it, and rollout.maxSurge is ${maxSurge}`,
          },
        ]
      : []),
    ...(maxUnavailable === 0
      ? [
          {
            path: ["rollout", "maxUnavailable"],
            message: "takes a pod away before its successor starts, and rollout.maxUnavailable is 0",
          },
        ]
      : []),
  ];
}

/** The strategy of a StatefulSet; its own for a workload that says no number of pods away. */
export function statefulUpdate({ rollout }: ResolvedWorkload): { readonly updateStrategy?: UpdateStrategy } {
  const maxUnavailable = rollout?.maxUnavailable;
  return maxUnavailable === undefined
    ? {}
    : { updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable } } };
}

/** What a StatefulSet does in a cluster that takes no number of pods away. */
export function statefulUpdateWarnings(
  { rollout }: ResolvedWorkload,
  kubernetesVersion: string | undefined,
): readonly Problem[] {
  const several = (rollout?.maxUnavailable ?? 1) > 1;
  const takes = kubernetesVersion !== undefined && compareVersions(kubernetesVersion, severalAtOnce) >= 0;
  return several && !takes
    ? [
        settingWarning(
          "one-at-a-time",
          `a StatefulSet takes rollout.maxUnavailable from Kubernetes ${severalAtOnce} on: before, its pods are replaced one at a time`,
          `Say the cluster's version with --kubernetes-version ${severalAtOnce} where it is that new.`,
        ),
      ]
    : [];
}

/**
 * A DaemonSet takes pods away first, or adds them first, on the same node. ("may not be set when maxUnavailable is
 * non-zero", "cannot be 0 when maxSurge is 0": kubernetes/kubernetes pkg/apis/apps/validation/validation.go)
 */
export function oneWay({ rollout = {}, shapes, ports }: ResolvedWorkload): readonly UnsupportedField[] {
  const { maxUnavailable, maxSurge = 0 } = rollout;
  if (maxSurge === 0)
    return maxUnavailable === 0
      ? [
          {
            path: ["rollout", "maxUnavailable"],
            message: "adds no pod unless rollout.maxSurge says so, and rollout.maxUnavailable is 0",
          },
        ]
      : [];
  const path = ["rollout", "maxSurge"];
  const said = `and rollout.maxSurge is ${maxSurge}`;
  const beside = "starts a new pod beside the old one on its node";
  return [
    ...((maxUnavailable ?? 0) > 0
      ? [{ path, message: `takes pods away first or adds them first, ${said} and maxUnavailable ${maxUnavailable}` }]
      : []),
    ...(shapes.some(({ request }) => "whole" in request && request.whole)
      ? [{ path, message: `${beside}, which has all the devices, ${said}` }]
      : []),
    ...(ports.some(({ host }) => host !== undefined)
      ? [{ path, message: `${beside}, which has the host's port, ${said}` }]
      : []),
  ];
}

/** The strategy of a DaemonSet; its own, a node after the other, for a workload that says nothing. */
export function daemonUpdate({ rollout }: ResolvedWorkload): { readonly updateStrategy?: UpdateStrategy } {
  const { maxUnavailable, maxSurge } = rollout ?? {};
  if (maxUnavailable === undefined && maxSurge === undefined) return {};
  const bounds = (maxSurge ?? 0) > 0 ? { maxSurge, maxUnavailable: 0 } : { maxUnavailable: maxUnavailable ?? 1 };
  return { updateStrategy: { type: "RollingUpdate", rollingUpdate: bounds } };
}
