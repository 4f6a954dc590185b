import * as z from "zod/mini";
import { mismatchesOf } from "../base/document-issues.ts";
import { container } from "../ecs-api/schemas.ts";
import { pathText, problem, Refusal } from "../base/problem.ts";
import type { ClusterSnapshot } from "./snapshot.ts";

const text = z.string();
const record = z.record(z.string(), z.string());
const numbers = z.array(z.number());
const resources = z.object({
  cpu: z.number(),
  memoryMiB: z.number(),
  tcpPorts: numbers,
  udpPorts: numbers,
  gpus: z.array(text),
});

/** What aiplat reads of a snapshot. Other fields pass: definitions are kept as ECS describes them. */
const schema = z.object({
  apiVersion: z.literal("aiplat/v1"),
  kind: z.literal("ClusterSnapshot"),
  cluster: text,
  clusterArn: z.optional(text),
  region: z.optional(text),
  observedAt: z.number(),
  tags: record,
  capacityProviders: z.array(text),
  instances: z.array(
    z.looseObject({
      arn: text,
      ec2InstanceId: text,
      status: text,
      agentConnected: z.boolean(),
      agentVersion: z.optional(text),
      capacityProvider: z.optional(text),
      attributes: record,
      registered: resources,
      remaining: resources,
      gpuDevices: z.optional(
        z.array(
          z.looseObject({
            gpuId: text,
            sharingMode: text,
            totalMemoryInMiB: z.number(),
            remainingMemoryInMiB: z.number(),
          }),
        ),
      ),
      healthStatus: z.optional(
        z.looseObject({ overallStatus: text, details: z.array(z.looseObject({ type: text, status: text })) }),
      ),
      runningTasksCount: z.number(),
      pendingTasksCount: z.number(),
    }),
  ),
  tasks: z.array(
    z.looseObject({
      taskArn: text,
      taskDefinitionArn: text,
      lastStatus: text,
      desiredStatus: text,
      containers: z.array(z.looseObject({ name: text })),
    }),
  ),
  services: z.optional(
    z.array(
      z.looseObject({
        serviceArn: text,
        serviceName: text,
        status: text,
        desiredCount: z.number(),
        runningCount: z.number(),
        pendingCount: z.number(),
        taskDefinition: text,
        deployments: z.array(z.looseObject({ id: text, status: text, taskDefinition: text })),
        events: z.array(z.looseObject({ message: text })),
        tags: z.optional(z.array(z.object({ key: text, value: text }))),
      }),
    ),
  ),
  redacted: z.optional(z.literal(true)),
  taskDefinitions: z.record(
    text,
    z.looseObject({ taskDefinitionArn: text, family: text, containerDefinitions: z.array(container) }),
  ),
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
    value = JSON.parse(json);
  } catch (error) {
    throw new Refusal([problem("snapshot", [], `${name} is no JSON: ${(error as Error).message}`, hint)]);
  }
  if ((value as { readonly kind?: unknown } | null)?.kind !== "ClusterSnapshot")
    throw new Refusal([
      problem("snapshot", [], `${name} is no cluster snapshot: its kind is not ClusterSnapshot`, hint),
    ]);
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
  const { apiVersion: _, kind: __, ...snapshot } = result.data;
  return snapshot as unknown as ClusterSnapshot;
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
