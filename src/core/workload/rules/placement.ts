/**
 * Placement constraints and strategies, in their own words and in raw fields.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement.html
 */
import { isRaw, type Raw } from "../../base/merge.ts";
import { present } from "../../base/present.ts";
import type { Path } from "../../base/problem.ts";
import { maxExpressionLength, mostConstraints } from "../../ecs-api/query/expression.ts";
import { problemsOfExpression } from "../../ecs-api/query/type-names.ts";
import { binpackField, spreadField, strategyFault } from "../../ecs-api/placement-strategy.ts";
import { placementStrategies } from "../fields.ts";
import type { Workload } from "../schema.ts";
import { all, any, at, given, not, when, type JsonSchema } from "./fragments.ts";
import type { RuleFinding, Rule } from "./rule.ts";

interface Written {
  readonly path: Path;
  readonly expression: string;
}

const short = { maxLength: maxExpressionLength };
const shortMember = when(given("type", { const: "memberOf" }), at("expression", short));

const sections = ["taskDefinition", "service"] as const;

const strategyItems: JsonSchema = {
  allOf: [
    when(given("type", { const: "binpack" }), given("field", { pattern: binpackField.source })),
    when(given("type", { const: "spread" }), given("field", { pattern: spreadField.source })),
  ],
};

export const placementRules: readonly Rule[] = [
  {
    code: "placement-expression",
    severity: "error",
    reads: ["ecs.placement.constraints", "ecs.taskDefinition", "ecs.service"],
    check: (workload) => expressionsIn(workload).flatMap(findingsIn),
    jsonSchema: () =>
      all(
        at("ecs.placement.constraints", { items: short }),
        at("ecs.taskDefinition.placementConstraints", { items: shortMember }),
        at("ecs.service.placementConstraints", { items: shortMember }),
      ),
    beyondJsonSchema: "a grammar: JSON Schema has patterns only",
  },
  {
    // Of a task definition the items are the linter's: here it is what would be dropped in silence.
    code: "placement-constraint",
    severity: "error",
    reads: ["ecs.taskDefinition", "ecs.service"],
    check: ({ ecs }) => [
      ...sections.flatMap((section) => notAList(section, ecs?.[section] ?? {})),
      ...wrongConstraints(ecs?.service ?? {}),
    ],
    jsonSchema: () =>
      all(
        at("ecs.taskDefinition.placementConstraints", { type: ["array", "null"] }),
        at("ecs.service.placementConstraints", {
          type: ["array", "null"],
          items: any(
            all(given("type", { const: "memberOf" }), given("expression", { type: "string" })),
            all(given("type", { const: "distinctInstance" }), not(given("expression"))),
          ),
        }),
      ),
  },
  {
    // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html
    code: "placement-constraint-limit",
    severity: "error",
    reads: ["accelerator", "ecs.placement.constraints", "ecs.taskDefinition", "ecs.service"],
    check: (workload) => {
      const count = constraintsIn(workload);
      return count <= mostConstraints
        ? []
        : [
            {
              path: ["ecs"],
              message: `${count} placement constraints${workload.accelerator === "none" ? "" : ", that of the instance type included"}: ECS takes ${mostConstraints} of a task definition and its service together`,
              hint: "Say several in one expression: attribute:stack == prod and attribute:rack == a.",
            },
          ];
    },
    jsonSchema: () => ({}),
    beyondJsonSchema: "a sum over several lists",
  },
  {
    code: "placement-strategy",
    severity: "error",
    reads: ["ecs.placement.strategy", "ecs.service"],
    check: ({ ecs }) => [
      ...faultsIn(["ecs", "placement", "strategy"], ecs?.placement?.strategy),
      ...faultsIn(["ecs", "service", "placementStrategy"], ecs?.service?.["placementStrategy"]),
    ],
    jsonSchema: () =>
      all(
        at("ecs.placement.strategy", { items: strategyItems }),
        at("ecs.service.placementStrategy", {
          type: ["array", "null"],
          items: all(given("type", { enum: placementStrategies }), at("field", { type: "string" }), strategyItems),
        }),
      ),
  },
  {
    // "The daemon scheduling strategy does not support placement strategies."
    code: "daemon-placement-strategy",
    severity: "error",
    reads: ["ecs.placement.strategy", "ecs.service"],
    check: ({ ecs }) => {
      const { schedulingStrategy, placementStrategy: raw } = ecs?.service ?? {};
      const given = Array.isArray(raw) ? raw : (ecs?.placement?.strategy ?? []);
      if (schedulingStrategy !== "DAEMON" || raw === null || given.length === 0) return [];
      return [
        {
          path: Array.isArray(raw) ? ["ecs", "service", "placementStrategy"] : ["ecs", "placement", "strategy"],
          message: "a DAEMON service has one task on every instance, and ECS takes no placement strategy of it",
          hint: "Remove it; ecs.placement.constraints says which instances.",
        },
      ];
    },
    jsonSchema: () => {
      const daemon = given("ecs.service.schedulingStrategy", { const: "DAEMON" });
      const raw = given("ecs.service.placementStrategy", { type: ["array", "null"] });
      return all(
        when(daemon, at("ecs.service.placementStrategy", { maxItems: 0 })),
        when(all(daemon, not(raw)), at("ecs.placement.strategy", { maxItems: 0 })),
      );
    },
  },
];

/** What stands where a list of constraints belongs: null takes the user's own away, anything else is a mistake. */
function notAList(section: string, { placementConstraints: given }: Raw): readonly RuleFinding[] {
  return given === undefined || given === null || Array.isArray(given)
    ? []
    : [
        {
          path: ["ecs", section, "placementConstraints"],
          message: `ecs.${section}.placementConstraints must be a list of constraints`,
          hint: "Write [{ type: memberOf, expression: attribute:stack == prod }].",
        },
      ];
}

function wrongConstraints({ placementConstraints }: Raw): readonly RuleFinding[] {
  if (!Array.isArray(placementConstraints)) return [];
  return placementConstraints.flatMap((each: unknown, index): readonly RuleFinding[] => {
    const { type, expression } = isRaw(each) ? each : {};
    if (type === "memberOf" ? typeof expression === "string" : type === "distinctInstance" && expression === undefined)
      return [];
    return [
      {
        path: ["ecs", "service", "placementConstraints", index],
        message: `ecs.service.placementConstraints[${index}] must be memberOf with an expression, or distinctInstance without one`,
        hint: "Write { type: memberOf, expression: attribute:stack == prod } or { type: distinctInstance }.",
      },
    ];
  });
}

/** The rules of a strategy that ECS does not know; null takes a strategy away. */
function faultsIn(path: Path, given: unknown): readonly RuleFinding[] {
  if (given === undefined || given === null) return [];
  if (!Array.isArray(given))
    return [
      { path, message: `${path.join(".")} must be a list`, hint: "Write [{ type: spread, field: instanceId }]." },
    ];
  return given.flatMap((rule: unknown, index): readonly RuleFinding[] => {
    const { type, field } = isRaw(rule) ? rule : {};
    if (typeof type !== "string" || (field !== undefined && typeof field !== "string"))
      return [
        {
          path: [...path, index],
          message: `${path.join(".")}[${index}] must be a map of type and field`,
          hint: "Write { type: spread, field: instanceId }.",
        },
      ];
    const fault = strategyFault({ type, ...present({ field }) });
    return fault === undefined ? [] : [{ path: [...path, index, fault.key], message: fault.message }];
  });
}

/** How many constraints the file makes: those that say the same count once, as they are written once. */
function constraintsIn({ accelerator, ecs }: Workload): number {
  const own = accelerator === "none" ? 0 : 1;
  const inWords = (ecs?.placement?.constraints ?? []).map((expression) => ({ type: "memberOf", expression }));
  const raw = (section: (typeof sections)[number]): readonly unknown[] => {
    const given = ecs?.[section]?.["placementConstraints"];
    return Array.isArray(given) ? given : [];
  };
  const distinct = (constraints: readonly unknown[]) => new Set(constraints.map((each) => JSON.stringify(each))).size;
  return own + distinct([...inWords, ...raw("taskDefinition")]) + distinct(raw("service"));
}

function expressionsIn({ ecs }: Workload): readonly Written[] {
  return [
    ...(ecs?.placement?.constraints ?? []).map((expression, index) => ({
      path: ["ecs", "placement", "constraints", index],
      expression,
    })),
    ...rawExpressions("taskDefinition", ecs?.taskDefinition ?? {}),
    ...rawExpressions("service", ecs?.service ?? {}),
  ];
}

function findingsIn({ path, expression }: Written): readonly RuleFinding[] {
  return problemsOfExpression(expression, path).map(({ message, hint }) => ({ path, message, ...present({ hint }) }));
}

/** The expressions among the raw fields of a task definition or a service. */
function rawExpressions(section: string, { placementConstraints }: Raw): readonly Written[] {
  if (!Array.isArray(placementConstraints)) return [];
  return placementConstraints.flatMap((each: unknown, index): readonly Written[] =>
    isRaw(each) && each["type"] === "memberOf" && typeof each["expression"] === "string"
      ? [{ path: ["ecs", section, "placementConstraints", index, "expression"], expression: each["expression"] }]
      : [],
  );
}
