import { listOr } from "../../../base/problem.ts";
import { managedUses } from "../../execution-role.ts";
import type { LintRule } from "../rule.ts";
import { requirementsOf, type Subject } from "../subject.ts";
import { settledTypes } from "../type-constraint.ts";

/**
 * Neuron devices that ECS hands out itself, on Managed Instances.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-inference.html
 */
export const managedInstancesRules: readonly LintRule[] = [
  {
    id: "neuron-device-mixed",
    severity: "error",
    check: (subject) => {
      if (requirementsOf(subject, "NeuronDevice").length === 0) return [];
      return subject.containers.flatMap((container) =>
        container.devices
          .filter((device) => device.hostPath.startsWith("/dev/neuron"))
          .slice(0, 1)
          .map(({ path, hostPath }) => ({
            path,
            message: `${hostPath} is listed beside a NeuronDevice requirement: ECS takes one way or the other`,
            fix: "Remove the devices, or remove NeuronDevice to name them yourself.",
          })),
      );
    },
  },
  {
    id: "neuron-device-value",
    severity: "error",
    check: (subject) =>
      requirementsOf(subject, "NeuronDevice")
        .filter(({ value }) => value !== "ALL")
        .map(({ path, value }) => ({
          path: [...path, "value"],
          message:
            `NeuronDevice ${value === undefined ? "has no value" : `asks for ${value}`}: ` +
            "ECS gives all devices of the instance or none",
          fix: "Set value to ALL.",
          edits: [{ kind: "set" as const, path: [...path, "value"], value: "ALL" }],
        })),
  },
  {
    id: "neuron-device-containers",
    severity: "error",
    check: (subject) =>
      requirementsOf(subject, "NeuronDevice")
        .slice(1)
        .map(({ path }) => ({
          path,
          message: "NeuronDevice is asked for more than once: one container of a task gets every device",
          fix: "Keep it in the container that runs the model.",
        })),
  },
  {
    id: "neuron-device-capacity",
    severity: "error",
    check: (subject) => {
      const [first] = requirementsOf(subject, "NeuronDevice");
      if (first === undefined || runsOnlyOnManagedInstances(subject)) return [];
      return [
        {
          path: first.path,
          message:
            "NeuronDevice works on Managed Instances only, " +
            "and requiresCompatibilities " +
            `${subject.compatibilities.length === 0 ? "is not set" : `is ${subject.compatibilities.join(", ")}`}`,
          fix:
            'Set requiresCompatibilities to ["MANAGED_INSTANCES"], ' +
            "or list the devices in linuxParameters.devices for EC2.",
        },
      ];
    },
  },
  {
    id: "managed-instances-network",
    severity: "error",
    // "Amazon ECS Managed Instances tasks use the awsvpc or host network mode" (developer guide,
    // managed-instances-tasks-services).
    check: (subject) => {
      if (!runsOnlyOnManagedInstances(subject) || ["awsvpc", "host"].includes(subject.networkMode)) return [];
      return [
        {
          path: subject.networkModeGiven ? ["networkMode"] : [],
          message:
            `Managed Instances have no ${subject.networkMode} ` +
            `network${subject.networkModeGiven ? "" : ", which is what ECS takes where networkMode is left out"}`,
          fix: "Set networkMode to awsvpc or host.",
        },
      ];
    },
  },
  {
    id: "managed-instances-size",
    severity: "error",
    // ECS chooses the machine by the size of the task (developer guide, managed-instances-tasks-services).
    check: (subject) => {
      const { cpu, memory } = subject.given;
      const missing = [...(cpu === undefined ? ["cpu"] : []), ...(memory === undefined ? ["memory"] : [])];
      return missing.length === 0 || !runsOnlyOnManagedInstances(subject)
        ? []
        : [
            {
              path: [],
              message: `a task on Managed Instances has a size of its own, and ${listOr(missing, "and")} ${missing.length === 1 ? "is" : "are"} missing`,
              fix: `Set ${listOr(missing, "and")} of the task.`,
            },
          ];
    },
  },
  {
    id: "managed-instances-inf1",
    severity: "error",
    check: (subject, { constraint }) => {
      const types = settledTypes(constraint);
      if (!runsOnlyOnManagedInstances(subject) || types.length === 0 || !types.every((type) => type.family === "inf1"))
        return [];
      return [
        {
          path: constraint!.path,
          message: `${types[0]!.instanceType} is chosen, and Managed Instances have no Inf1`,
          fix: 'Set requiresCompatibilities to ["EC2"], or choose Inf2.',
        },
      ];
    },
  },
  {
    id: "managed-instances-role",
    severity: "error",
    check: (subject) => {
      if (!runsOnlyOnManagedInstances(subject) || subject.hasExecutionRole) return [];
      const uses = managedUses({
        pullsFromEcr: subject.containers.some(({ pullsFromEcr }) => pullsFromEcr),
        writesLogs: subject.containers.some(({ writesLogs }) => writesLogs),
      });
      return uses.length === 0
        ? []
        : [
            {
              path: ["executionRoleArn"],
              message:
                `a task on Managed Instances cannot ${listOr(uses)} without an execution role: ` +
                "nothing else there may",
              fix:
                "Set executionRoleArn (a workload's roles.execution, --execution-role) to a role of ECS's tasks with " +
                "the policy AmazonECSTaskExecutionRolePolicy.",
            },
          ];
    },
  },
];

function runsOnlyOnManagedInstances({ compatibilities }: Subject): boolean {
  return compatibilities.length > 0 && compatibilities.every((each) => each === "MANAGED_INSTANCES");
}
