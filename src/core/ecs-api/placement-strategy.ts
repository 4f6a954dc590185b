import { listOr } from "../base/problem.ts";

export interface PlacementStrategy {
  readonly type: string;
  readonly field?: string;
}

/** What is wrong with a rule of a placement strategy, and in which of its keys. */
export interface StrategyFault {
  readonly key: "type" | "field";
  readonly message: string;
}

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html: placementStrategy */
export const mostStrategies = 5;

/** In capitals too: services are described with MEMORY. Without flags, since JSON Schema knows none. */
const inAnyCase = (word: string) => [...word].map((letter) => `[${letter}${letter.toUpperCase()}]`).join("");

/** What binpack goes by. */
export const binpackField = new RegExp(`^(?:${inAnyCase("cpu")}|${inAnyCase("memory")})$`);

/** What spread goes by: instances, or an attribute of theirs. */
export const spreadField = new RegExp(`^(?:${inAnyCase("instanceid")}|${inAnyCase("host")}|attribute:.+)$`);

/**
 * Whether ECS knows the rule. `random` goes by no field, and overlooks one.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PlacementStrategy.html
 */
export function strategyFault({ type, field = "" }: PlacementStrategy): StrategyFault | undefined {
  if (type === "random") return undefined;
  if (type === "binpack") return binpackField.test(field) ? undefined : byWhat("binpack is by cpu or memory", field);
  if (type === "spread")
    return spreadField.test(field) ? undefined : byWhat("spread is by instanceId, host or attribute:NAME", field);
  return {
    key: "type",
    message: `'${type}' is not a placement strategy: they are ${listOr(["spread", "binpack", "random"])}`,
  };
}

function byWhat(rule: string, field: string): StrategyFault {
  return { key: "field", message: `${rule}, ${field === "" ? "and no field is given" : `not by '${field}'`}` };
}
