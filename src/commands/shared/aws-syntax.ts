import { AiplatError } from "../../errors.ts";
import type { NetworkConfiguration, PlacementConstraint } from "../../core/ecs-api/api.ts";

/**
 * One placement constraint as `aws ecs run-task` takes it: `type=memberOf,expression=...` or JSON, an object or a list.
 * https://docs.aws.amazon.com/cli/latest/reference/ecs/run-task.html
 */
export function parsePlacementConstraints(text: string): readonly PlacementConstraint[] {
  const wants = 'write type=memberOf,expression="attribute:stack == prod", type=distinctInstance, or JSON';
  if (/^\s*[[{]/.test(text)) {
    const parsed = parseJson("--placement-constraints", text);
    const items = Array.isArray(parsed) ? parsed : [parsed];
    if (
      !items.every(
        (item): item is PlacementConstraint =>
          typeof item === "object" && item !== null && typeof item.type === "string",
      )
    )
      throw usage("--placement-constraints", text, wants);
    return items;
  }
  // The expression comes last and may hold commas of its own: `in [a, b]`.
  const match = /^type=(\w+)(?:,expression=(.+))?$/s.exec(text.trim());
  if (match === null || (match[1] !== "memberOf" && match[1] !== "distinctInstance"))
    throw usage("--placement-constraints", text, wants);
  if ((match[1] === "memberOf") !== (match[2] !== undefined))
    throw usage("--placement-constraints", text, "memberOf takes an expression, distinctInstance takes none");
  return [
    { type: match[1], ...(match[2] === undefined ? {} : { expression: match[2].replace(/^(["'])(.*)\1$/s, "$2") }) },
  ];
}

/**
 * A network configuration as `aws ecs run-task` takes it: the shorthand
 * `awsvpcConfiguration={subnets=[a],...}` or JSON.
 */
export function parseNetworkConfiguration(text: string): NetworkConfiguration {
  const wants = "write awsvpcConfiguration={subnets=[subnet-1],securityGroups=[sg-1],assignPublicIp=DISABLED} or JSON";
  const configuration = /^\s*\{/.test(text)
    ? (parseJson("--network-configuration", text) as Partial<NetworkConfiguration>).awsvpcConfiguration
    : shorthandNetwork(text);
  const subnets = configuration?.subnets;
  if (configuration === undefined || !Array.isArray(subnets) || subnets.length === 0)
    throw usage("--network-configuration", text, wants);
  const known = ["subnets", "securityGroups", "assignPublicIp"];
  const unknown = Object.keys(configuration).filter((key) => !known.includes(key));
  if (unknown.length > 0)
    throw usage("--network-configuration", text, `${unknown.join(", ")}: the keys are ${known.join(", ")}`);
  return { awsvpcConfiguration: configuration as NetworkConfiguration["awsvpcConfiguration"] };
}

function shorthandNetwork(text: string): Record<string, unknown> | undefined {
  const body = /^awsvpcConfiguration=\{(.*)\}$/s.exec(text.trim())?.[1];
  if (body === undefined) return undefined;
  const entries = [...body.matchAll(/(\w+)=(?:\[([^\]]*)\]|([^,]+))(?:,|$)/g)];
  if (entries.map((entry) => entry[0]).join("") !== body) return undefined;
  return Object.fromEntries(
    entries.map(([, key, list, value]) => [
      key,
      list === undefined
        ? value
        : list
            .split(",")
            .map((item) => item.trim())
            .filter(Boolean),
    ]),
  );
}

function parseJson(flag: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw usage(flag, text, `that is no JSON: ${(error as Error).message}`);
  }
}

function usage(flag: string, text: string, hint: string): AiplatError {
  return new AiplatError("Usage", `${flag}: cannot read ${text}`, { hint });
}
