/** What `accelerator.resource`, `count`, `sharing` and `hami` say together. */
import { listOr } from "../../base/problem.ts";
import { sectionOf } from "./accelerator.ts";
import { all, any, at, given, not, when } from "./fragments.ts";
import type { Rule } from "./rule.ts";

const resourcePath = ["accelerator", "resource"];
/** What goes with whole devices or with ECS, and what goes with a resource. */
const ofDevices = ["devicesPerReplica", "mps"] as const;
const ofResources = ["count", "sharing", "hami"] as const;

const shareable = /^nvidia\.com\/(?:gpu|mig-[\w.-]*?)(?:\.shared)?$/;
const sharedByMps = ["nvidia.com/gpu", "nvidia.com/gpu.shared"];
const hamiResource = "nvidia.com/gpu";

export const deviceResourceRules: readonly Rule[] = [
  {
    code: "resource-with-devices",
    severity: "error",
    reads: ["accelerator.resource", ...ofDevices.map((key) => `accelerator.${key}`)],
    check: (workload) => {
      const section = sectionOf(workload);
      if (section?.resource === undefined) return [];
      return ofDevices
        .filter((key) => section[key] !== undefined)
        .map((key) => ({
          path: ["accelerator", key],
          message: `accelerator.${key} and accelerator.resource exclude each other: a replica has whole devices, or so many of the resource`,
          hint: "Keep one of them; accelerator.count says how many of the resource.",
        }));
    },
    jsonSchema: () =>
      not(all(given("accelerator.resource"), any(...ofDevices.map((key) => given(`accelerator.${key}`))))),
  },
  {
    code: "resource-missing",
    severity: "error",
    reads: ["accelerator.resource", ...ofResources.map((key) => `accelerator.${key}`)],
    check: (workload) => {
      const section = sectionOf(workload);
      if (section === undefined || section.resource !== undefined) return [];
      return ofResources
        .filter((key) => section[key] !== undefined)
        .map((key) => ({
          path: ["accelerator", key],
          message: `accelerator.${key} is of a resource, and there is no accelerator.resource`,
          hint:
            key === "count"
              ? "Write resource: nvidia.com/mig-1g.10gb, say, beside it; of whole devices devicesPerReplica is the number."
              : `Write resource: ${key === "hami" ? hamiResource : "nvidia.com/gpu.shared"} beside it.`,
        }));
    },
    jsonSchema: () =>
      when(any(...ofResources.map((key) => given(`accelerator.${key}`))), given("accelerator.resource")),
  },
  {
    // https://github.com/NVIDIA/k8s-device-plugin#shared-access-to-gpus
    code: "sharing-not-possible",
    severity: "error",
    reads: ["accelerator.resource", "accelerator.sharing.strategy"],
    check: (workload) => {
      const { resource, sharing } = sectionOf(workload) ?? {};
      if (resource === undefined || sharing === undefined) return [];
      if (!shareable.test(resource))
        return [
          {
            path: resourcePath,
            message: `accelerator.sharing is NVIDIA's device plugin's, and ${resource} is none of its resources`,
            hint: "Write nvidia.com/gpu.shared, nvidia.com/gpu, or a MIG profile's resource; or remove sharing.",
          },
        ];
      return sharing.strategy === "mps" && !sharedByMps.includes(resource)
        ? [
            {
              path: resourcePath,
              message: `MPS shares whole GPUs, and ${resource} is a part of one by MIG`,
              hint: `Write ${listOr(sharedByMps.toReversed())}, or strategy: time-slicing.`,
            },
          ]
        : [];
    },
    jsonSchema: () =>
      all(
        when(given("accelerator.sharing"), at("accelerator.resource", { pattern: shareable.source })),
        when(
          given("accelerator.sharing.strategy", { const: "mps" }),
          at("accelerator.resource", { enum: sharedByMps }),
        ),
      ),
  },
  {
    code: "sharing-count",
    severity: "error",
    reads: ["accelerator.count", "accelerator.sharing.strategy"],
    check: (workload) => {
      const { count = 1, sharing } = sectionOf(workload) ?? {};
      return sharing === undefined || count === 1
        ? []
        : [
            {
              path: ["accelerator", "count"],
              message: `accelerator.count is ${count}: shares of a GPU are given out one to a container, and several would be no larger a part of it`,
              hint: "Write count: 1, and fewer sharing.replicas for a larger part.",
            },
          ];
    },
    jsonSchema: () => when(given("accelerator.sharing"), at("accelerator.count", { maximum: 1 })),
  },
  {
    // https://project-hami.io/docs/userguide/nvidia-device/specify-device-memory-usage
    code: "hami-not-possible",
    severity: "error",
    reads: ["accelerator.resource", "accelerator.sharing.strategy", "accelerator.hami"],
    check: (workload) => {
      const { resource, sharing, hami } = sectionOf(workload) ?? {};
      if (resource === undefined || hami === undefined) return [];
      return [
        ...(resource === hamiResource
          ? []
          : [
              {
                path: resourcePath,
                message: `accelerator.hami is a part of each ${hamiResource}, and the resource is ${resource}`,
                hint: `Write resource: ${hamiResource}.`,
              },
            ]),
        ...(sharing === undefined
          ? []
          : [
              {
                path: ["accelerator", "sharing"],
                message: "accelerator.sharing is of NVIDIA's device plugin, in whose place HAMi has its own",
                hint: "Keep one of them.",
              },
            ]),
      ];
    },
    jsonSchema: () =>
      all(
        when(given("accelerator.hami"), at("accelerator.resource", { const: hamiResource })),
        not(all(given("accelerator.hami"), given("accelerator.sharing"))),
      ),
  },
];
