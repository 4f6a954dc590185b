/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-inference.html and ManagedInstances.html */
import { onManagedInstances } from "../fields.ts";
import { givenNetworkMode, networkModeFor, type NetworkMode } from "../network-mode.ts";
import type { Workload } from "../schema.ts";
import { sectionOf, typesOf, usable, wantsEfa, wantsEfaSchema } from "./accelerator.ts";
import { groupTypes } from "./devices.ts";
import { all, any, at, given, not, runsOn, when } from "./fragments.ts";
import { modeIs, modeIsGiven } from "./network-mode.ts";
import type { Rule } from "./rule.ts";

const neuron = usable.filter((type) => type.accelerator.kind === "neuron");

const managed = any(given("ecs.capacity", { const: "managed-instances" }), given("ecs.capacity.managedInstances"));

/** The network mode, and what it is where the file does not say. */
export function workloadNetworkMode(workload: Workload): NetworkMode {
  return networkModeFor(workload, wantsEfa(workload));
}

export const capacityRules: readonly Rule[] = [
  {
    // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProviderStrategyItem.html
    code: "provider-list",
    severity: "error",
    reads: ["ecs.capacity"],
    check: ({ ecs }) => {
      const list = ecs?.capacity;
      if (!Array.isArray(list)) return [];
      const first = list.findIndex(({ base = 0 }) => base > 0);
      return [
        ...list.flatMap(({ base = 0 }, index) =>
          base > 0 && index !== first
            ? [
                {
                  path: ["ecs", "capacity", index, "base"],
                  message: `${list[index]!.provider} has a base, and only one provider of a list can: ${list[first]!.provider} has one`,
                  hint: "Leave one of them out.",
                },
              ]
            : [],
        ),
        ...list.flatMap(({ provider }, index) =>
          list.findIndex((each) => each.provider === provider) < index
            ? [
                {
                  path: ["ecs", "capacity", index, "provider"],
                  message: `${provider} is in the list already`,
                  hint: "Name each provider once.",
                },
              ]
            : [],
        ),
        ...(list.every(({ weight }) => weight === 0)
          ? [
              {
                path: ["ecs", "capacity"],
                message: "no provider of the list has a weight above 0, and ECS starts no task then",
                hint: "Give one of them a weight, or leave weight out: it is 1.",
              },
            ]
          : []),
      ];
    },
    jsonSchema: () =>
      not(
        given("ecs.capacity", { type: "array", items: { properties: { weight: { const: 0 } }, required: ["weight"] } }),
      ),
    beyondJsonSchema: "That no provider is in a list twice, and that one at most has a base.",
  },
  {
    code: "managed-instances-bridge",
    severity: "error",
    reads: ["ecs.capacity", "ecs.networkMode", "ecs.taskDefinition"],
    check: (workload) => {
      const given = givenNetworkMode(workload);
      if (!onManagedInstances(workload) || given?.mode !== "bridge") return [];
      return [
        {
          path: given.path,
          message: `${given.text} is not possible on Managed Instances`,
          hint: "Write awsvpc or host.",
        },
      ];
    },
    jsonSchema: () => when(managed, not(modeIs("bridge"))),
  },
  {
    code: "managed-instances-inf1",
    severity: "error",
    reads: ["ecs.capacity", "accelerator.instanceTypes"],
    check: (workload) =>
      onManagedInstances(workload)
        ? typesOf(workload)
            .filter(({ type }) => type.family === "inf1")
            .map(({ type, index }) => ({
              path: ["accelerator", "instanceTypes", index],
              message: `${type.instanceType} cannot run on Managed Instances: Inf1 is for EC2 capacity only`,
              hint: "Choose an Inf2 or Trainium type, or ecs.capacity: ec2.",
            }))
        : [],
    jsonSchema: () =>
      not(all(managed, runsOn(neuron.filter((type) => type.family === "inf1").map((type) => type.instanceType)))),
  },
  {
    code: "managed-instances-partial",
    severity: "error",
    reads: ["ecs.capacity", "accelerator.instanceTypes", "accelerator.devicesPerReplica"],
    check: (workload) => {
      const devices = sectionOf(workload)?.devicesPerReplica;
      if (!onManagedInstances(workload) || devices === undefined) return [];
      return typesOf(workload)
        .filter(({ type }) => type.accelerator.kind === "neuron" && devices < type.accelerator.count)
        .map(({ type }) => ({
          path: ["accelerator", "devicesPerReplica"],
          message:
            "a replica on Managed Instances has every Neuron device of its instance: " +
            `${devices} of the ${type.accelerator.count} of ${type.instanceType} are not possible`,
          hint: "Leave devicesPerReplica out, or write ecs.capacity: ec2.",
        }));
    },
    jsonSchema: () =>
      all(
        ...groupTypes(
          neuron.filter((type) => type.accelerator.count > 1),
          (type) => type.accelerator.count,
        ).map(({ value, names }) =>
          when(all(managed, runsOn(names)), at("accelerator.devicesPerReplica", { minimum: value })),
        ),
      ),
  },
  {
    // RunTask: "Network Configuration is not valid for the given networkMode of this task definition."
    code: "network-without-awsvpc",
    severity: "error",
    reads: [
      "accelerator.efa",
      "accelerator.instanceTypes",
      "nodes",
      "ecs.capacity",
      "ecs.networkMode",
      "ecs.taskDefinition",
      "ecs.network.subnets",
      "ecs.network.securityGroups",
      "ecs.network.assignPublicIp",
    ],
    check: (workload) => {
      const { subnets = [], securityGroups = [], assignPublicIp = false } = workload.ecs?.network ?? {};
      const mode = workloadNetworkMode(workload);
      if (mode === "awsvpc" || (subnets.length === 0 && securityGroups.length === 0 && !assignPublicIp)) return [];
      const said =
        givenNetworkMode(workload) === undefined ? ` (the default${mode === "host" ? " with EFA" : ""})` : "";
      return [
        {
          path: ["ecs", "network"],
          message: `ecs.network is for networkMode awsvpc, and the mode is ${mode}${said}`,
          hint: "Write ecs.networkMode: awsvpc, or remove ecs.network.",
        },
      ];
    },
    jsonSchema: () =>
      when(
        any(
          given("ecs.network.subnets", { minItems: 1 }),
          given("ecs.network.securityGroups", { minItems: 1 }),
          given("ecs.network.assignPublicIp", { const: true }),
        ),
        any(modeIs("awsvpc"), all(managed, not(modeIsGiven), not(wantsEfaSchema))),
      ),
  },
  {
    // RunTask: "Assign public IP is not supported for this launch type."
    code: "public-ip-on-ec2",
    severity: "error",
    reads: ["ecs.capacity", "ecs.network.assignPublicIp"],
    check: ({ ecs }) =>
      ecs?.network?.assignPublicIp === true && (ecs.capacity === undefined || ecs.capacity === "ec2")
        ? [
            {
              path: ["ecs", "network", "assignPublicIp"],
              message:
                "ecs.network.assignPublicIp is not possible on EC2 capacity: " +
                "the task's interface has private addresses only",
              hint: "Write false, and reach out through a NAT gateway.",
            },
          ]
        : [],
    jsonSchema: () =>
      not(
        all(
          given("ecs.network.assignPublicIp", { const: true }),
          any(not(given("ecs.capacity")), given("ecs.capacity", { const: "ec2" })),
        ),
      ),
  },
];
