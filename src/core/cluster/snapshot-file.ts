import { parseJson } from "../base/json.ts";
import * as z from "zod/mini";
import { mismatchesOf } from "../base/document-issues.ts";
import { flag, instant, list, map, text } from "../ecs-api/field.ts";
import { fits } from "../ecs-api/fits.ts";
import { capacityProviderStrategy } from "../ecs-api/schema/common.ts";
import { containerInstance } from "../ecs-api/schema/container-instance.ts";
import { service } from "../ecs-api/schema/service.ts";
import { task } from "../ecs-api/schema/task.ts";
import { registeredTaskDefinition } from "../ecs-api/schema/task-definition.ts";
import { pathText, problem, Refusal } from "../base/problem.ts";
import type { ClusterSnapshot } from "./snapshot.ts";

const managedDaemon = z.looseObject({
  name: text,
  capacityProviders: list(text),
  definition: z.looseObject({ family: text, containerDefinitions: list(z.looseObject({ name: text })) }),
});

const autoScalingGroup = z.looseObject({
  name: text,
  desired: z.number(),
  max: z.number(),
  instanceTypes: list(text),
});

const capacityProvider = z.looseObject({
  name: text,
  type: text,
  managedScaling: z.optional(flag),
  group: z.optional(autoScalingGroup),
  groupUnknown: z.optional(text),
});

/** What aiplat reads of a snapshot. Other fields pass: definitions and services are kept as ECS describes them. */
const schema = z.looseObject({
  apiVersion: z.literal("aiplat/v1"),
  kind: z.literal("ClusterSnapshot"),
  cluster: text,
  clusterArn: z.optional(text),
  region: z.optional(text),
  // What Date can be of: https://tc39.es/ecma262/#sec-time-values-and-time-range
  observedAt: instant.check(z.minimum(-8.64e15), z.maximum(8.64e15)),
  tags: map(text),
  capacityProviders: list(text),
  defaultStrategy: z.optional(capacityProviderStrategy),
  providers: z.optional(list(capacityProvider)),
  instances: list(containerInstance),
  tasks: list(task),
  services: z.optional(list(service)),
  taskServices: z.optional(list(z.looseObject({ serviceName: text }))),
  managedDaemons: z.optional(list(managedDaemon)),
  redacted: z.optional(z.literal(true)),
  taskDefinitions: map(registeredTaskDefinition),
});

/**
 * Reads a snapshot file.
 *
 * @param name How messages call the file.
 * @throws Refusal saying what in the file is not a snapshot's.
 */
export function parseSnapshot(json: string, name: string): ClusterSnapshot {
  const hint = "Write one with aiplat cluster snapshot --cluster NAME --file FILE.";
  let value: unknown;
  try {
    value = parseJson(json);
  } catch (error) {
    throw new Refusal([problem("snapshot", [], `${name} is no JSON: ${(error as Error).message}`, hint)]);
  }
  if ((value as { readonly kind?: unknown } | null)?.kind !== "ClusterSnapshot")
    throw new Refusal([
      problem("snapshot", [], `${name} is no cluster snapshot: its kind is not ClusterSnapshot`, hint),
    ]);
  const read = fits(schema, value) && !json.includes("__proto__") ? value : readByZod(value, name, hint);
  const { apiVersion: _, kind: __, ...snapshot } = read as Readonly<Record<string, unknown>>;
  return snapshot as unknown as ClusterSnapshot;
}

/** @throws Refusal saying what is wrong. */
function readByZod(value: unknown, name: string, hint: string): unknown {
  const result = z.safeParse(schema, value);
  if (!result.success) {
    throw new Refusal(
      mismatchesOf(result.error.issues, value)
        .slice(0, 5)
        .map(({ path, message }) =>
          problem(
            "snapshot",
            path,
            `${name} is no cluster snapshot: ${pathText(path) || "the document"} ${message}`,
            hint,
          ),
        ),
    );
  }
  return result.data;
}

/**
 * A snapshot as a file: a document like every other, with a line for each instance, task,
 * service and definition, for diff and grep.
 */
export function formatSnapshot({ instances, tasks, services, taskDefinitions, ...rest }: ClusterSnapshot): string {
  const small = Object.entries({ apiVersion: "aiplat/v1", kind: "ClusterSnapshot", ...rest }).map(([key, value]) =>
    entry(key, JSON.stringify(value)),
  );
  const definitions = Object.entries(taskDefinitions).map(([arn, definition]) =>
    entry(arn, JSON.stringify(definition)),
  );
  const large = [
    entry(
      "instances",
      block(
        "[",
        instances.map((each) => JSON.stringify(each)),
        "]",
      ),
    ),
    entry(
      "tasks",
      block(
        "[",
        tasks.map((each) => JSON.stringify(each)),
        "]",
      ),
    ),
    ...(services === undefined
      ? []
      : [
          entry(
            "services",
            block(
              "[",
              services.map((each) => JSON.stringify(each)),
              "]",
            ),
          ),
        ]),
    entry("taskDefinitions", block("{", definitions, "}")),
  ];
  return `${block("{", [...small, ...large], "}")}\n`;
}

function entry(key: string, json: string): string {
  return `${JSON.stringify(key)}: ${json}`;
}

function block(open: string, lines: readonly string[], close: string): string {
  return lines.length === 0 ? `${open}${close}` : `${open}\n${lines.join(",\n")}\n${close}`;
}
