/** Placement constraints. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-query-language.html */
import { isRaw, type Raw } from "../../base/merge.ts";
import { present } from "../../base/present.ts";
import type { Path } from "../../base/problem.ts";
import { maxExpressionLength } from "../../ecs-api/query/expression.ts";
import { problemsOfExpression } from "../../ecs-api/query/type-names.ts";
import type { Workload } from "../schema.ts";
import { all, at, given, when } from "./fragments.ts";
import type { Finding, Rule } from "./rule.ts";

interface Written {
  readonly path: Path;
  readonly expression: string;
}

const short = { maxLength: maxExpressionLength };
const shortMember = when(given("type", { const: "memberOf" }), at("expression", short));

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
];

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

function findingsIn({ path, expression }: Written): readonly Finding[] {
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
