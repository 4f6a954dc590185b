import { groupBy } from "../../../base/groups.ts";
import { familyNames, findInstanceType, unknownInstanceType } from "../../../catalog/instance-types/catalog.ts";
import { maxExpressionLength, mostConstraints, type Test } from "../../../ecs-api/query/expression.ts";
import { namesTypes } from "../../../ecs-api/query/type-names.ts";
import { listOr } from "../../../base/problem.ts";
import type { Breach, Facts, LintRule } from "../rule.ts";
import { neuronDevicesOf, type Subject } from "../subject.ts";
import { neuronCount } from "../type-constraint.ts";
import { literalTypes, lowerType, parseConstraint, subjectsOf } from "../type-expression.ts";

/**
 * The placement constraints.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-constraints.html
 */
export const constraintRules: readonly LintRule[] = [
  {
    id: "constraint-type",
    severity: "error",
    // "constraint.type 'distinctInstance' is not supported." (RegisterTaskDefinition)
    check: ({ constraints }) =>
      constraints
        .filter(({ type }) => type !== "memberOf")
        .map(({ path, type, expression }) => ({
          path: [...path, "type"],
          message:
            type === ""
              ? "the constraint has no type"
              : `a task definition takes no ${type} constraint: RegisterTaskDefinition refuses it`,
          fix: type === "distinctInstance" ? "Give it to run-task or to the service instead." : "Set type to memberOf.",
          // Of the two types only memberOf has an expression.
          ...(type === "distinctInstance" || expression === ""
            ? {}
            : { edits: [{ kind: "set" as const, path: [...path, "type"], value: "memberOf" }] }),
        })),
  },
  {
    id: "constraint-limit",
    severity: "error",
    check: ({ constraints }) => {
      const long = constraints
        .filter(({ expression }) => expression.length > maxExpressionLength)
        .map(({ path, expression }) => ({
          path: [...path, "expression"],
          message: `the expression has ${expression.length} characters: ECS takes ${maxExpressionLength}`,
          fix: "Name fewer values, or choose by a pattern or an attribute of your own.",
        }));
      if (constraints.length <= mostConstraints) return long;
      return [
        ...long,
        {
          path: ["placementConstraints"],
          message: `${constraints.length} placement constraints: ECS takes ${mostConstraints}, those at run time included`,
          fix: "Join them with `and`.",
        },
      ];
    },
  },
  {
    id: "constraint-syntax",
    severity: "error",
    check: ({ constraints }) =>
      constraints.flatMap(({ path, type, expression }) => {
        if (type !== "memberOf" || expression.length > maxExpressionLength) return [];
        const at = [...path, "expression"];
        if (expression.trim() === "")
          return [
            {
              path: at,
              message: "the constraint has no expression",
              fix: "Write one, e.g. attribute:ecs.instance-type == inf2.xlarge",
            },
          ];
        const parsed = parseConstraint(expression);
        return "problem" in parsed
          ? [
              {
                path: at,
                message: `the expression cannot be read: ${parsed.problem}`,
                fix: parsed.hint ?? "Write it as in: attribute:ecs.instance-type == inf2.xlarge",
              },
            ]
          : [];
      }),
  },
  {
    id: "constraint-type-case",
    severity: "error",
    check: (subject) =>
      // One that is excluded under such a name is not excluded.
      literals(subject, namesTypes)
        .filter(({ name }) => name !== name.toLowerCase())
        .map(({ path, name, expression }) => {
          const lowered = lowerType(expression, name);
          return {
            path,
            message: `${name} matches no instance: instance types are lower case`,
            fix: `Write ${name.toLowerCase()}.`,
            ...(lowered === undefined ? {} : { edits: [{ kind: "set" as const, path, value: lowered }] }),
          };
        }),
  },
  {
    id: "constraint-unknown-type",
    severity: "error",
    check: unknownTypes,
  },
  {
    id: "constraint-contradiction",
    severity: "error",
    check: (_, { constraint }) =>
      constraint === undefined || constraint.patterned || constraint.types.length + constraint.others.length > 0
        ? []
        : [
            {
              path: constraint.path,
              message: "no instance type satisfies all placement constraints: no task can be placed",
              fix: "Keep one constraint on attribute:ecs.instance-type; `in [..]` takes several types.",
            },
          ],
  },
  {
    id: "constraint-mixed-devices",
    severity: "warning",
    // "The task definition must be specific to a single instance type." (developer guide, ecs-inference)
    check: ({ containers }, { constraint }) => {
      if (constraint === undefined || neuronDevicesOf(containers).length === 0) return [];
      const counts = groupBy(constraint.types, neuronCount);
      if (counts.size <= 1) return [];
      const groups = [...counts]
        .sort(([one], [other]) => one - other)
        .map(
          ([count, names]) =>
            `${listOr(
              names.slice(0, 3).map(({ instanceType }) => instanceType),
              "and",
            )} ${names.length === 1 ? "has" : "have"} ${count}`,
        );
      return [
        {
          path: constraint.path,
          message: `the constraints choose types with different numbers of Neuron devices: ${groups.join(", ")}`,
          fix: "Make one task definition for each number of devices.",
        },
      ];
    },
  },
  {
    id: "accelerator-without-type",
    severity: "error",
    check: withoutType,
  },
];

/** Attributes that instances with and without Neuron devices share. */
const generalSubjects =
  /^attribute:ecs\.(?:availability-zone|capability\..*|cpu-architecture|instance-type|os-family|os-type)$/;

/** ECS does not schedule Neuron devices on EC2: without a constraint the task lands on any instance with room. */
function withoutType({ containers, compatibilities, constraints }: Subject, { constraint }: Facts): readonly Breach[] {
  if (neuronDevicesOf(containers).length === 0 || constraint !== undefined) return [];
  // Managed Instances choose by the capacity provider; Fargate has a rule of its own.
  if (compatibilities.length > 0 && !compatibilities.includes("EC2")) return [];
  // Any other attribute (one's own, the AMI, the subnet) may choose the right
  // instances, and so may what cannot be read.
  const may = constraints.some(({ expression }) => {
    const parsed = parseConstraint(expression);
    return "problem" in parsed || subjectsOf(parsed.expression).some((each) => !generalSubjects.test(each));
  });
  if (may) return [];
  return [
    {
      path: constraints.length === 0 ? [] : ["placementConstraints"],
      message:
        "no placement constraint chooses an instance type, and ECS does not schedule Neuron devices: " +
        "the task is placed on any instance with room",
      fix: 'Add { "type": "memberOf", "expression": "attribute:ecs.instance-type == TYPE" } to placementConstraints.',
    },
  ];
}

function unknownTypes(subject: Subject): readonly Breach[] {
  return literals(subject).flatMap(({ path, name }) => {
    const type = name.toLowerCase();
    if (findInstanceType(type) !== undefined) return [];
    // The catalogue holds accelerated types only: m5.large is none of its business, inf2.large is.
    const [family = "", size] = type.split(".");
    const accelerated =
      (familyNames as readonly string[]).includes(family) || /^(?:inf|trn)\d|^eia\d|^ml$/.test(family);
    if (size !== undefined && !accelerated) return [];
    const { message, hint } = unknownInstanceType(type);
    return [{ path, message, fix: hint ?? "aiplat instances list shows the types." }];
  });
}

function literals({ constraints }: Subject, which?: (test: Test) => boolean) {
  return constraints.flatMap(({ path, type, expression }) =>
    type === "memberOf"
      ? literalTypes(expression, which).map((name) => ({ path: [...path, "expression"], name, expression }))
      : [],
  );
}
