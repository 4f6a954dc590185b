/** Whether the workload's instance types offer the resource that it asks for. */
import { migProfilesOf } from "../catalog/mig-profiles.ts";
import type { InstanceType } from "../catalog/instance-types/instance-type.ts";
import { listOr } from "../base/problem.ts";
import { formatMiB, parseMemoryMiB } from "../workload/fields.ts";
import type { ResourceRequest } from "../workload/resolved.ts";
import { sectionOf, typesOf } from "../workload/rules/accelerator.ts";
import type { TargetRule } from "../workload/rules/rule.ts";
import type { Workload } from "../workload/schema.ts";
import { neuronCoreResource, neuronResource, nvidiaResource } from "./devices.ts";
import { migPrefix, migResource, offeredBy, sharedSuffix } from "./node-resources.ts";

/** What nodes of the type are known to offer, by what was meant. */
export function offersOf(type: InstanceType, meant: string): string {
  if (type.accelerator.kind === "neuron") return listOr([neuronResource, neuronCoreResource], "and");
  const profiles = Object.keys(migProfilesOf(type));
  const whole = [nvidiaResource, `${nvidiaResource}${sharedSuffix}`];
  if (!meant.startsWith(migPrefix) || profiles.length === 0)
    return listOr([...whole, ...(profiles.length === 0 ? [] : ["parts by MIG"])], "and");
  return listOr(profiles.map(migResource), "and");
}

function requestOf(workload: Workload): ResourceRequest | undefined {
  const { resource, count = 1, sharing, hami } = sectionOf(workload) ?? {};
  if (resource === undefined) return undefined;
  return {
    kind: "resource",
    resource,
    count,
    ...(sharing === undefined ? {} : { sharing }),
    ...(hami === undefined ? {} : { hami: {} }),
  };
}

export const offerRules: readonly TargetRule[] = [
  {
    code: "resource-not-offered",
    severity: "warning",
    reads: [
      "accelerator.instanceTypes",
      "accelerator.resource",
      "accelerator.count",
      "accelerator.hami",
      "environment",
    ],
    check: (workload) => {
      const request = requestOf(workload);
      if (request === undefined) return [];
      const { resource, count } = request;
      const memory = sectionOf(workload)?.hami?.memory;
      const memoryMiB = memory === undefined ? 0 : parseMemoryMiB(memory)!;
      return typesOf(workload).flatMap(({ type, index }) => {
        const { instanceType, accelerator } = type;
        const offered = offeredBy(type, request, { environment: workload.environment ?? {} });
        if (offered === undefined)
          return [
            {
              path: ["accelerator", "instanceTypes", index],
              message: `${instanceType} is not known to offer ${resource}: its nodes offer ${offersOf(type, resource)}`,
              hint: "Pods stay pending where no node offers it.",
            },
          ];
        if (typeof offered === "number" && offered < count)
          return [
            {
              path: ["accelerator", "count"],
              message: `accelerator.count is ${count}, and a node of ${instanceType} offers ${offered} ${resource}`,
              hint: `Write at most ${offered}.`,
            },
          ];
        return memoryMiB > accelerator.memoryMiBPerDevice
          ? [
              {
                path: ["accelerator", "hami", "memory"],
                message: `accelerator.hami.memory ${memory} is more than one ${accelerator.name} of ${instanceType} has (${formatMiB(accelerator.memoryMiBPerDevice)})`,
                hint: "HAMi gives it only where its deviceMemoryScaling says more than there is.",
              },
            ]
          : [];
      });
    },
  },
  {
    // https://github.com/NVIDIA/k8s-device-plugin#with-cuda-time-slicing
    code: "shared-count",
    severity: "warning",
    reads: ["accelerator.resource", "accelerator.count", "accelerator.sharing"],
    check: (workload) => {
      const { resource, count = 1, sharing } = sectionOf(workload) ?? {};
      // With sharing it is refused.
      return sharing === undefined &&
        resource?.startsWith("nvidia.com/") === true &&
        resource.endsWith(sharedSuffix) &&
        count > 1
        ? [
            {
              path: ["accelerator", "count"],
              message: `${count} ${resource} may all be of one GPU, and are no larger a part of it`,
              hint: "Write count: 1; where the plugin has failRequestsGreaterThanOne such a pod fails.",
            },
          ]
        : [];
    },
  },
];
