/**
 * In which order a task's containers start and end.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDependency.html
 */
import type { ContainerDefinition } from "../../core/ecs-api/api.ts";
import type { ContainerRecord, TaskRecord } from "./records.ts";

/** Whether a container may start now; why it never will. */
export type Turn = "now" | "later" | { readonly never: string };

export function definitionOf(task: TaskRecord, { name }: ContainerRecord): ContainerDefinition | undefined {
  return task.definition.containerDefinitions.find((container) => container.name === name);
}

/** Conditions that wait for an end. */
const ends: ReadonlySet<string> = new Set(["COMPLETE", "SUCCESS"]);

/** Whether another container waits until this one has ended. */
export function isAwaited({ definition }: TaskRecord, { name }: ContainerRecord): boolean {
  return definition.containerDefinitions.some(({ dependsOn = [] }) =>
    dependsOn.some(({ containerName, condition = "" }) => containerName === name && ends.has(condition)),
  );
}

/** By the agent's dependencygraph: an error of a dependency ends the container that waits. */
export function turnOf(task: TaskRecord, container: ContainerRecord, now: number): Turn {
  let turn: Turn = "now";
  for (const { containerName, condition = "" } of definitionOf(task, container)?.dependsOn ?? []) {
    const other = task.containers.find(({ name }) => name === containerName);
    if (other === undefined || isMet(other, condition)) continue;
    const of = `container ordering dependency [${other.name}] for target [${container.name}]`;
    if (condition === "SUCCESS" && other.status === "STOPPED")
      return { never: `dependency graph: failed to resolve ${of} as dependency did not exit successfully.` };
    if (hasTimedOut(task, other, now)) return { never: `dependency graph: ${of} has timed out.` };
    turn = "later";
  }
  return turn;
}

function isMet({ status, health, exitCode }: ContainerRecord, condition: string): boolean {
  switch (condition) {
    case "SUCCESS":
      return status === "STOPPED" && exitCode === 0;
    case "COMPLETE":
      return status === "STOPPED";
    case "HEALTHY":
      return status === "RUNNING" && health === "HEALTHY";
    default:
      return status !== "PENDING";
  }
}

/** `startTimeout` is how long others wait for the container. */
function hasTimedOut(task: TaskRecord, other: ContainerRecord, now: number): boolean {
  const timeout = definitionOf(task, other)?.startTimeout;
  return (
    timeout !== undefined &&
    other.status === "RUNNING" &&
    other.startedAt !== undefined &&
    now >= other.startedAt + timeout * 1000
  );
}

/**
 * When each running container gets its SIGTERM, in seconds from now: "For tasks at shutdown, this order is reversed."
 *
 * @param secondsOf How long a container takes to end.
 */
export function stopsAfter(
  task: TaskRecord,
  secondsOf: (container: ContainerRecord) => number,
): ReadonlyMap<ContainerRecord, number> {
  const running = task.containers.filter(({ status }) => status === "RUNNING");
  const begins = new Map<ContainerRecord, number>();
  const beginOf = (container: ContainerRecord): number => {
    const known = begins.get(container);
    if (known !== undefined) return known;
    begins.set(container, 0);
    const waiting = running.filter((other) =>
      definitionOf(task, other)?.dependsOn?.some(({ containerName }) => containerName === container.name),
    );
    const begin = Math.max(0, ...waiting.map((other) => beginOf(other) + secondsOf(other)));
    begins.set(container, begin);
    return begin;
  };
  return new Map(running.map((container) => [container, beginOf(container)]));
}

/** Five minutes unless it says. https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerRestartPolicy.html */
const attemptPeriodSeconds = 300;

/** Whether the agent starts a container again that has ended by itself. */
export function isRestarted(task: TaskRecord, container: ContainerRecord, exitCode: number, now: number): boolean {
  const {
    enabled,
    ignoredExitCodes = [],
    restartAttemptPeriod = attemptPeriodSeconds,
  } = definitionOf(task, container)?.restartPolicy ?? {};
  const ran = now - (container.startedAt ?? now);
  return enabled === true && !ignoredExitCodes.includes(exitCode) && ran >= restartAttemptPeriod * 1000;
}
