/** What pods ask of the containers beside the workload's own, once it is known how the devices are given out. */
import { problem, settingProblem, warning, type Path, type Problem } from "../base/problem.ts";
import { isRaw, type Raw } from "../base/merge.ts";
import { compareVersions } from "../base/version.ts";
import type { ResolvedWorkload, Shape } from "../workload/resolved.ts";
import { modelPathProblems } from "../workload/rules/model.ts";
import { ownShareProblems } from "./allocatable.ts";
import type { Manifest } from "./manifest.ts";
import { podsIn } from "./pod-security.ts";
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

/** Containers of one name in a pod: a controller may look for the workload's own by a name that another has. */
export function containerNameProblems(
  manifests: readonly Manifest[],
  { init, sidecars }: ResolvedWorkload,
): readonly Problem[] {
  const twice = new Set(
    manifests.flatMap((manifest) => podsIn(manifest)).flatMap(({ spec }) => repeated(namesIn(spec))),
  );
  const placeOf = (name: string): Path => {
    const index = sidecars.findIndex((each) => each.name === name);
    if (index >= 0) return ["sidecars", index, "name"];
    const before = init.findIndex((each) => each.name === name);
    return before >= 0 ? ["init", before, "name"] : ["eks", "pod"];
  };
  return [...twice].map((name) =>
    problem(
      "container-name-twice",
      placeOf(name),
      `two containers of a pod are called ${name}`,
      "Name it otherwise: the workload's own container is called as its kind's controller wants it.",
    ),
  );
}

/** The name that the file gives the workload's container, where the kind's controller has its own and there is none of it. */
export function containerNameWarnings(
  kind: string,
  manifests: readonly Manifest[],
  { container, name }: ResolvedWorkload,
): readonly Problem[] {
  const names = manifests.flatMap((manifest) => podsIn(manifest)).flatMap(({ spec }) => namesIn(spec));
  return container === name || names.includes(container)
    ? []
    : [
        warning(
          "container-renamed",
          ["container"],
          `no container of a ${kind} is called ${container}: its controller has a name of its own for it`,
          "Leave container out where nothing else names it.",
        ),
      ];
}

function namesIn(spec: Raw): readonly string[] {
  return ["containers", "initContainers"].flatMap((list) => {
    const containers = spec[list];
    return Array.isArray(containers) ? containers.filter(isRaw).map(({ name }) => String(name)) : [];
  });
}

function repeated(names: readonly string[]): readonly string[] {
  return names.filter((name, index) => names.indexOf(name) < index);
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
