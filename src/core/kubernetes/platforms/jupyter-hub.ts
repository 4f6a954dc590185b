import { listOr, problem, settingProblem, warning, type Path, type Problem } from "../../base/problem.ts";
import type { InstanceType } from "../../catalog/instance-types/instance-type.ts";
import type { DeviceRequest } from "../../workload/resolved.ts";
import { isWithin } from "../../workload/volumes.ts";
import { allocationOf, allocationProblems, schedulerOf } from "../allocation.ts";
import { containerProblems } from "../container-problems.ts";
import { deviceCount } from "../devices.ts";
import { withoutHidingVolumes } from "../hiding-volumes.ts";
import { oneNode, oneReplica } from "../kind-definition.ts";
import { acceleratedPod } from "../pod.ts";
import type { PodTemplate } from "../manifest.ts";
import { parseQuantity } from "../quantity.ts";
import { changedDevices, mergePod } from "../raw-merge.ts";
import { storageManifests } from "../storage.ts";
import { charts } from "./charts.ts";
import type { Platform, PlatformFleet, PlatformPod } from "./platform.ts";
import { spawnerOverride } from "./spawner-override.ts";

/** Where the chart mounts each user's own volume. */
const home = "/home/jovyan";
/** What its server listens to. */
const hubPort = 8888;
/** A node that has to be started first, and an image of tens of gigabytes, take longer than the chart's 300. */
const startTimeoutSeconds = 1200;

/** The pod of a profile, as every kind of aiplat's carries it. */
function podOf(
  { workload, shape, name }: PlatformPod,
  { cluster }: PlatformFleet,
): readonly [PodTemplate, PodTemplate] {
  const plain = acceleratedPod(workload, shape, name, cluster);
  return [plain, withoutHidingVolumes(mergePod(plain, workload.eks.pod))];
}

/** What a profile says of the pod that its user gets. */
function describe({ shape: { request, instanceTypes } }: PlatformPod, { spec }: PodTemplate): string {
  const types = listOr(instanceTypes.map(({ instanceType }) => instanceType));
  const { cpu, memory } = spec.containers[0]!.resources?.requests ?? {};
  return [
    `${devicesText(request, instanceTypes)}${types === "" ? "" : ` of ${types}`}`,
    ...(cpu === undefined ? [] : [`${Number(parseQuantity(cpu).toFixed(1))} vCPU`]),
    ...(memory === undefined ? [] : [`${Number((parseQuantity(memory) / 2 ** 30).toFixed(1))} GiB`]),
  ].join(", ");
}

function devicesText(request: DeviceRequest, [type]: readonly InstanceType[]): string {
  if (request.kind === "none") return "no accelerator";
  const name = request.kind === "resource" ? request.resource : type!.accelerator.name;
  const shared = request.kind === "resource" && request.sharing !== undefined;
  return `${deviceCount(request)} ${name}${shared ? ` (${request.sharing.replicas} share a device)` : ""}`;
}

function profileOf(pod: PlatformPod, fleet: PlatformFleet, isFirst: boolean): Readonly<Record<string, unknown>> {
  const [, template] = podOf(pod, fleet);
  return {
    display_name: pod.name,
    slug: pod.name,
    description: describe(pod, template),
    ...(isFirst ? { default: true } : {}),
    kubespawner_override: spawnerOverride(template),
  };
}

function no(path: Path, message: string, hint: string): Problem {
  return problem("profile-field", path, `a profile of JupyterHub ${message}`, hint);
}

/**
 * The chart's own init container blocks the instance metadata service, and so the node's credentials: a profile's list
 * takes its place (zero-to-jupyterhub-k8s @5c5f5df, jupyterhub/files/hub/jupyterhub_config.py).
 */
function initProblems({ workload: { init, sidecars, model } }: PlatformPod, { spec }: PodTemplate): readonly Problem[] {
  if ((spec.initContainers ?? []).length === 0) return [];
  const asked: readonly Path[] = [
    ...(init.length > 0 ? [["init"]] : []),
    ...(sidecars.length > 0 ? [["sidecars"]] : []),
    ...(model?.path === undefined ? [] : [["model", "path"]]),
  ];
  return [
    no(
      asked[0] ?? ["eks", "pod"],
      "has the init container of its chart, which keeps users from the node's credentials, and one of its own would take its place",
      "Leave it out: have it in the image, or on a claim that is mounted.",
    ),
  ];
}

/** What the file says that no user's pod of JupyterHub can have. */
function unsupported(pod: PlatformPod, { cluster }: PlatformFleet, template: PodTemplate): readonly Problem[] {
  const { workload, shape, name } = pod;
  const { ports, volumes, command, entryPoint, schedule, model, rollout, eks } = workload;
  const metadata = { name };
  return [
    ...[...oneNode(workload), ...oneReplica(workload)].map(({ path, message }) => no(path, message, "Write 1.")),
    ...(entryPoint === undefined && command === undefined
      ? []
      : [
          no(
            [entryPoint === undefined ? "command" : "entryPoint"],
            "has its pods run jupyterhub-singleuser",
            "Leave it out; the image needs the jupyterhub package.",
          ),
        ]),
    ...initProblems(pod, template),
    ...(rollout === undefined ? [] : [no(["rollout"], "is one pod, of no rollout", "Leave rollout out.")]),
    ...(eks.queue === undefined
      ? []
      : [no(["eks", "queue"], "is held back by no queue: its user waits for the pod", "Leave eks.queue out.")]),
    ...(["resource", "companions"] as const)
      .filter((section) => eks[section] !== undefined)
      .map((section) =>
        warning("profile-unused", ["eks", section], `eks.${section} is not used: a profile of JupyterHub is a pod`),
      ),
    ...(schedule === undefined ? [] : [no(["schedule"], "is started by its user", "Leave schedule out.")]),
    ...(model === undefined || model.path !== undefined
      ? []
      : [no(["model"], "loads no model", "Leave model out, and mount a claim that has it.")]),
    ...ports.flatMap(({ container }, index) =>
      container === hubPort
        ? []
        : [no(["ports", index], `is reached at port ${hubPort} alone, and this is ${container}`, "Leave it out.")],
    ),
    ...volumes.flatMap(({ path }, index) =>
      isWithin(home, path)
        ? [no(["volumes", index, "path"], `has each user's own volume at ${home}`, "Mount it elsewhere.")]
        : [],
    ),
    ...(storageManifests(workload, metadata).length === 0
      ? []
      : [
          no(
            ["volumes"],
            "can mount claims that are there, and the chart makes none of a file system, a bucket or a snapshot",
            "Make the claim, which eks generate --as Notebook prints, and write { path, claim: NAME }.",
          ),
        ]),
    ...(allocationOf(workload, shape, cluster) === "dra"
      ? [
          no(
            ["accelerator"],
            "cannot claim devices by DRA: KubeSpawner has no field for it",
            "Use nodes with the device plugin.",
          ),
        ]
      : []),
  ];
}

/** https://z2jh.jupyter.org/en/stable/jupyterhub/customizing/user-environment.html#using-multiple-profiles-to-let-users-select-their-environment */
export const jupyterHub: Platform = {
  summary: "JupyterHub with a profile for each workload: whole devices, shared ones, parts of MIG, Neuron",
  chartOf: () => charts.jupyterhub,
  fleetProblems: ({ pods }) => {
    const names = pods.map(({ name }) => name);
    const twice = [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
    return [
      ...(pods.length === 0
        ? [
            settingProblem(
              "profile-missing",
              "jupyterhub has a profile for each workload, and none is named",
              "Name their files, as in: aiplat eks platform generate jupyterhub whole.yaml shared.yaml",
            ),
          ]
        : []),
      ...twice.map((name) =>
        settingProblem("profile-twice", `two profiles are called ${name}`, "Give one of the workloads another name."),
      ),
    ];
  },
  podProblems: (pod, fleet) => {
    const { workload, shape } = pod;
    const [plain, merged] = podOf(pod, fleet);
    return [
      ...unsupported(pod, fleet, merged),
      ...allocationProblems(workload, shape, fleet.cluster, { kind: "a profile of JupyterHub" }),
      ...containerProblems(workload, shape, fleet.cluster),
      ...changedDevices(plain, merged, ["eks", "pod"], shape.request),
    ];
  },
  values: (fleet) => ({
    singleuser: {
      startTimeout: startTimeoutSeconds,
      profileList: fleet.pods.map((pod, index) => profileOf(pod, fleet, index === 0)),
    },
    // Else every node of the cluster pulls the image of every profile.
    prePuller: { pullProfileListImages: false },
  }),
  notes: (fleet) => [
    "The chart lets anybody in as anybody until hub.config says who: https://z2jh.jupyter.org/en/stable/administrator/authentication.html",
    ...(fleet.pods.some(({ workload, shape }) => schedulerOf(workload, shape, fleet.cluster) !== undefined)
      ? ["A profile on a part of a node names its scheduler: eks check says whether the cluster has it."]
      : []),
    ...(fleet.pods.some(({ shape }) => shape.request.kind === "resource")
      ? [
          "Shared and divided GPUs are the nodes' to offer: aiplat eks platform generate gpu-operator with the same files.",
        ]
      : []),
  ],
};
