/** The stack that made a capacity: what it says there should be. */
import { readYaml } from "../base/read-yaml.ts";
import { Refusal } from "../base/problem.ts";
import type { Stack, StackResource } from "./stack.ts";

/** A stack with the template that was last deployed. */
export interface DeployedStack extends Stack {
  /** By logical id, with the functions as they are written; undefined where the template cannot be read. */
  readonly properties?: ReadonlyMap<string, StackProperties>;
  /** What its resources are called in their services, by logical id. */
  readonly physicalIds: ReadonlyMap<string, string>;
}

export type StackProperties = Readonly<Record<string, unknown>>;

/** @param body The template in JSON or YAML. */
export function deployedStack(
  stack: Stack,
  body: string | undefined,
  resources: readonly StackResource[],
): DeployedStack {
  const properties = body === undefined ? undefined : propertiesIn(body);
  return {
    ...stack,
    ...(properties === undefined ? {} : { properties }),
    physicalIds: new Map(
      resources.flatMap(({ logicalId, physicalId, status }) =>
        physicalId === undefined || status === "DELETE_COMPLETE" ? [] : [[logicalId, physicalId] as const],
      ),
    ),
  };
}

function propertiesIn(body: string): DeployedStack["properties"] {
  const resources = recordOf(recordOf(plainOf(body))?.["Resources"]);
  if (resources === undefined) return undefined;
  return new Map(
    Object.entries(resources).map(([logicalId, resource]) => [
      logicalId,
      recordOf(recordOf(resource)?.["Properties"]) ?? {},
    ]),
  );
}

/** Somebody may have deployed what `capacity generate` printed by other means, and what else there is may be broken. */
function plainOf(body: string): unknown {
  try {
    const { documents } = readYaml(body, "the template", { schema: "core", logLevel: "error" });
    const [document] = documents;
    return document.errors.length > 0 ? undefined : document.toJS();
  } catch (error) {
    if (error instanceof Refusal || error instanceof ReferenceError) return undefined;
    throw error;
  }
}

export function recordOf(value: unknown): StackProperties | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as StackProperties) : undefined;
}
