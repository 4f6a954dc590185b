/**
 * What RegisterTaskDefinition refuses.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html
 */
import type { ContainerDefinition, TaskDefinition } from "../../core/ecs-api/api.ts";
import { parseExpression } from "../../core/ecs-api/query/parse.ts";
import { Refusal } from "../../core/base/problem.ts";
import { clientError, invalidParameter } from "../wire/aws-error.ts";

const networkModes = new Set(["bridge", "host", "awsvpc", "none", "default"]);
const compatibilities = new Set(["EC2", "FARGATE", "EXTERNAL", "MANAGED_INSTANCES"]);

/** The definition, once it is one that ECS takes. */
export function checkDefinition(definition: TaskDefinition): TaskDefinition {
  const {
    family,
    containerDefinitions,
    networkMode,
    requiresCompatibilities = [],
    placementConstraints = [],
  } = definition as Partial<TaskDefinition>;
  if (family === undefined || family === "") throw clientError("Family should not be null or empty.");
  if (!/^[A-Za-z0-9_-]{1,255}$/.test(family)) throw clientError("Family contains invalid characters.");
  if (containerDefinitions === undefined || containerDefinitions.length === 0)
    throw clientError("Container list cannot be empty.");
  if (containerDefinitions.length > 10) throw clientError("Too many containers: a task definition has at most 10.");
  if (networkMode !== undefined && !networkModes.has(networkMode))
    throw clientError(`Invalid network mode: ${networkMode}.`);
  for (const each of requiresCompatibilities)
    if (!compatibilities.has(each)) throw invalidParameter(`Invalid compatibility: ${each}.`);
  for (const container of containerDefinitions) checkContainer(container, definition);
  const names = containerDefinitions.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw clientError(`Container names must be unique within a task definition: ${twice}.`);
  if (!containerDefinitions.some(({ essential }) => essential !== false))
    throw clientError("A task definition must have at least one essential container.");
  if (placementConstraints.length > 10) throw clientError("Too many placement constraints: the limit is 10.");
  for (const { type, expression } of placementConstraints) {
    if (type !== "memberOf") throw clientError(`constraint.type '${type}' is not supported.`);
    checkExpression(expression);
  }
  // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html: 64 KiB.
  if (JSON.stringify(definition).length > 65_536)
    throw clientError("Actual length: the task definition is larger than 64 KiB.");
  return definition;
}

function checkContainer(container: ContainerDefinition, { memory, networkMode }: TaskDefinition): void {
  const { name, image } = container as Partial<ContainerDefinition>;
  if (name === undefined || name === "") throw clientError("Container.name should not be null or empty.");
  if (!/^[A-Za-z0-9_-]{1,255}$/.test(name)) throw clientError("Container.name contains invalid characters.");
  if (image === undefined || image === "") throw clientError("Container.image should not be null or empty.");
  const invalid = (what: string) => clientError(`Invalid setting for container '${name}'. ${what}`);
  if (memory === undefined && container.memory === undefined && container.memoryReservation === undefined)
    throw invalid("At least one of 'memory' or 'memoryReservation' must be specified.");
  for (const [key, value] of [
    ["memory", container.memory],
    ["memoryReservation", container.memoryReservation],
  ] as const) {
    // "The Docker 20.10.0 or later daemon reserves a minimum of 6 MiB of memory for a container."
    if (value !== undefined && value < 6) throw invalid(`'${key}' must be at least 6.`);
  }
  if (
    container.memory !== undefined &&
    container.memoryReservation !== undefined &&
    container.memory < container.memoryReservation
  )
    throw invalid("'memory' must not be smaller than 'memoryReservation'.");
  if ((container.cpu ?? 0) < 0) throw invalid("'cpu' must not be negative.");
  for (const { containerPort, hostPort, protocol = "tcp" } of container.portMappings ?? []) {
    const ports = [containerPort, hostPort].filter((port) => port !== undefined);
    if (ports.some((port) => port < 0 || port > 65_535)) throw invalid("Ports must be between 0 and 65535.");
    if (protocol !== "tcp" && protocol !== "udp") throw invalid(`Invalid protocol: ${protocol}.`);
    if (
      (networkMode === "host" || networkMode === "awsvpc") &&
      hostPort !== undefined &&
      hostPort !== 0 &&
      hostPort !== containerPort
    )
      throw clientError(
        `When networkMode=${networkMode}, the host ports and container ports in port mappings must match.`,
      );
  }
  for (const { hostPath } of (container.linuxParameters?.devices ?? []) as readonly { readonly hostPath?: string }[])
    if (hostPath === undefined || hostPath === "") throw invalid("Device.hostPath should not be null or empty.");
  for (const { type } of container.resourceRequirements ?? [])
    if (!["GPU", "InferenceAccelerator", "NeuronDevice"].includes(type))
      throw invalidParameter(`Invalid resource requirement type: ${type}.`);
}

/** @throws AwsError for an expression that is not in the cluster query language; the sentence is the sandbox's own. */
export function checkExpression(expression: string | undefined): void {
  try {
    parseExpression(expression ?? "");
  } catch (error) {
    if (error instanceof Refusal) throw invalidParameter(`Invalid placement constraint expression: ${error.message}.`);
    throw error;
  }
}
