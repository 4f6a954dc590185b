import { listOr } from "../../../base/problem.ts";
import type { Breach, LintRule } from "../rule.ts";
import { requirementsOf, type Subject } from "../subject.ts";
import { settledTypes } from "../type-constraint.ts";
import { containerText } from "../container-text.ts";

const mostBytes = 65_536;

/** What RegisterTaskDefinition refuses, or takes for hardware that is no more. */
export const registrationRules: readonly LintRule[] = [
  {
    id: "secrets-without-role",
    severity: "error",
    // "When you are specifying container secrets, you must also specify a value for 'executionRoleArn'."
    // (RegisterTaskDefinition)
    check: ({ hasExecutionRole, containers }) =>
      hasExecutionRole
        ? []
        : containers.flatMap(({ name, secrets }) =>
            secrets === undefined
              ? []
              : [
                  {
                    path: secrets,
                    message:
                      `${containerText(name)} has ${String(secrets[secrets.length - 1])}, ` +
                      "and there is no executionRoleArn to read them with: RegisterTaskDefinition refuses it",
                    fix: "Set executionRoleArn to a role that may read the secrets.",
                  },
                ],
          ),
  },
  {
    id: "variable-twice",
    severity: "error",
    // "The secret name must be unique and not shared with any new or existing environment variables set on the
    // container" (RegisterTaskDefinition)
    check: ({ containers }) =>
      containers.flatMap((container) =>
        container.secretVariables
          .filter(
            ({ name }, index) =>
              container.environment.has(name) ||
              container.secretVariables.findIndex((each) => each.name === name) < index,
          )
          .map(({ name, path }) => ({
            path,
            message: `${containerText(container.name)} has ${name} more than once, from a secret and otherwise`,
            fix: "Keep one of them.",
          })),
      ),
  },
  {
    id: "fargate-accelerator",
    severity: "error",
    // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html
    check: (subject) => {
      if (!subject.compatibilities.includes("FARGATE")) return [];
      const device = subject.containers.flatMap((container) => container.devices)[0];
      const requirement = [...requirementsOf(subject, "GPU"), ...requirementsOf(subject, "NeuronDevice")][0];
      const found = device ?? requirement;
      if (found === undefined) return [];
      return [
        {
          path: found.path,
          message:
            "requiresCompatibilities has FARGATE, " +
            `which has no ${device === undefined ? `${requirement!.type} resources` : `devices (${device.hostPath})`}`,
          fix: 'Set requiresCompatibilities to ["EC2"].',
          ...leaveFargate(subject),
        },
      ];
    },
  },
  {
    id: "elastic-inference",
    severity: "error",
    // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-eia.html
    check: (subject) => {
      const requirement = requirementsOf(subject, "InferenceAccelerator")[0];
      const path = subject.inferenceAccelerators ?? requirement?.path;
      if (path === undefined) return [];
      return [
        {
          path,
          message: "Elastic Inference accelerators are no longer available: the task cannot start",
          fix:
            "Remove inferenceAccelerators and InferenceAccelerator; " +
            "run the model on Inf2 by linuxParameters.devices.",
        },
      ];
    },
  },
  {
    id: "definition-size",
    severity: "error",
    // "Actual length: '74049'. Max allowed length is '65536' bytes." (RegisterTaskDefinition)
    // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html
    check: ({ given }) => {
      const length = JSON.stringify(given).length;
      return length <= mostBytes
        ? []
        : [
            {
              path: [],
              message: `the task definition has ${length} bytes as JSON, and ECS takes ${mostBytes}`,
              fix: "Keep long values in files that environmentFiles names, or in the image.",
            },
          ];
    },
  },
  {
    id: "retired-type",
    severity: "error",
    check: (_, { constraint }) => {
      const types = settledTypes(constraint);
      if (types.length === 0 || !types.every((type) => type.status === "retired")) return [];
      const { retiredOn } = types[0]!;
      const names = types.slice(0, 4).map((type) => type.instanceType);
      return [
        {
          path: constraint!.path,
          message:
            `EC2 has retired ${listOr(names, "and")}${retiredOn === undefined ? "" : ` on ${retiredOn}`}: ` +
            "no such instance can be launched",
          fix: "Choose a current type: aiplat instances list",
        },
      ];
    },
  },
];

/**
 * Beside EC2, FARGATE is what is wrong. Alone, only its author knows which of task and hardware was meant; and without
 * a network mode it says that too.
 */
function leaveFargate({ compatibilities, networkModeGiven }: Subject): Pick<Breach, "edits"> {
  return compatibilities.includes("EC2") && networkModeGiven
    ? { edits: [{ kind: "remove", path: ["requiresCompatibilities", compatibilities.indexOf("FARGATE")] }] }
    : {};
}
