import { listOr, settingProblem, type Problem } from "../../base/problem.ts";
import type { InstanceType } from "../../catalog/instance-types/instance-type.ts";
import type { ResolvedWorkload } from "../../workload/resolved.ts";
import type { ClusterSettings } from "../allocation.ts";
import { efaResource } from "../devices.ts";
import { installsOf } from "../installs.ts";
import { podVariants } from "../variants.ts";
import type { PlatformFleet, PlatformPod } from "./platform.ts";

/** The fleet of the types that are named and of those that the workloads name. */
export function fleetOf(
  named: readonly InstanceType[],
  workloads: readonly ResolvedWorkload[],
  cluster: ClusterSettings,
): PlatformFleet {
  const pods = workloads.flatMap((workload): readonly PlatformPod[] =>
    podVariants(workload).map((variant) => ({ ...variant, workload })),
  );
  const types = new Set([...named, ...pods.flatMap(({ shape }) => shape.instanceTypes)]);
  return { types: [...types], pods, cluster };
}

export function typesOfKind({ types }: Pick<PlatformFleet, "types">, kind: string): readonly InstanceType[] {
  return types.filter(({ accelerator }) => accelerator.kind === kind);
}

/** Why a platform that is for one kind of device has nothing to do in a fleet. */
export function missingDevices(
  fleet: PlatformFleet,
  kind: "neuron" | "nvidia",
  platform: string,
  example: string,
): readonly Problem[] {
  if (typesOfKind(fleet, kind).length > 0) return [];
  const what = kind === "neuron" ? "Neuron devices" : "NVIDIA GPUs";
  const names = fleet.types.map(({ instanceType }) => instanceType);
  return [
    settingProblem(
      "platform-devices",
      `${platform} is for nodes with ${what}, and ` +
        (names.length === 0 ? "no type of nodes is named" : `none of ${listOr(names, "and")} has them`),
      `Name a type that does, as --instance-type ${example}, or a workload on one.`,
    ),
  ];
}

/** Whose nodes have EFA interfaces needs their device plugin, which no chart of the devices brings. */
export function efaNotes({ types }: Pick<PlatformFleet, "types">): readonly string[] {
  const withEfa = types.filter(({ efaInterfaces }) => efaInterfaces === null || efaInterfaces > 0);
  return withEfa.length === 0
    ? []
    : [
        `${listOr(
          withEfa.map(({ instanceType }) => instanceType),
          "and",
        )}: EFA has a device plugin of its own: ${installsOf[efaResource]!}`,
      ];
}
