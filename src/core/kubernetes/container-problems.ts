/** What pods ask of the containers beside the workload's own, once it is known how the devices are given out. */
import { problem, settingProblem, type Problem } from "../base/problem.ts";
import { compareVersions } from "../base/version.ts";
import type { ResolvedWorkload, Shape } from "../workload/resolved.ts";
import { modelPathProblems } from "../workload/rules/model.ts";
import { ownShareProblems } from "./allocatable.ts";
import { allocationOf, type ClusterSettings } from "./allocation.ts";

/**
 * The first version whose kubelet keeps sidecars by default.
 * https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/
 */
const firstSidecars = "1.29";

export function containerProblems(
  workload: ResolvedWorkload,
  shape: Shape,
  settings: ClusterSettings,
): readonly Problem[] {
  const { kubernetesVersion: version } = settings;
  const old = version !== undefined && compareVersions(version, firstSidecars) < 0;
  return [
    ...(workload.sidecars.length > 0 && old
      ? [
          settingProblem(
            "sidecar-version",
            `Kubernetes has sidecars from ${firstSidecars} on, and the cluster's is ${version}: they would be started and never followed`,
            "Upgrade the cluster, or run the sidecar beside the workload's program in one image.",
          ),
        ]
      : []),
    ...(allocationOf(workload, shape, settings) === "dra" ? [] : sharedDevices(workload)),
    ...modelPathProblems(workload).map(({ path, message, hint }) => problem("model-path", path, message, hint)),
    ...ownShareProblems(workload, shape),
  ];
}

/** A device plugin gives each device to one container; a claim is of all that name it. */
function sharedDevices({ sidecars }: ResolvedWorkload): readonly Problem[] {
  return sidecars.flatMap(({ name, sharesDevices }, index) =>
    sharesDevices
      ? [
          problem(
            "shared-devices",
            ["sidecars", index, "devices"],
            `sidecar ${name} shares the workload's devices, and a device plugin gives each to one container`,
            "Leave devices out; Neuron devices are shared where DRA gives them out: --neuron-scheduler dra.",
          ),
        ]
      : [],
  );
}
