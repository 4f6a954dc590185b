import type { Task, TaskContainer, TaskDefinition } from "../ecs-api/api.ts";
import { explainExitCode, explainReason, isAboutPlacement } from "./reasons.ts";

/** Whether a stopped task did its work, and if not why, and what to do. */
export type TaskOutcome =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: string; readonly hint: string };

/** Stops that come from outside: whatever the containers exited with, the work was not finished. */
const cutShort = new Set([
  "UserInitiated",
  "ServiceSchedulerInitiated",
  "SpotInterruption",
  "TerminationNotice",
  "InfrastructureHealth",
  "TaskFailedToStart",
]);

/** What a container exits with that SIGKILL or SIGTERM ended. */
const stopped: ReadonlySet<number | undefined> = new Set([137, 143]);

type Definition = Pick<TaskDefinition, "containerDefinitions">;

/**
 * The containers that say how a stopped task went: not those that never started since another failed before them, nor,
 * where the essential ones had done their work, sidecars, and those that ECS itself ended.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html (essential)
 *
 * @param definition Says which are essential, and what they wait for; without it all are taken for essential, which is
 *   ECS's default.
 */
export function decisiveContainers(
  { containers }: Pick<Task, "containers">,
  definition?: Definition,
): readonly TaskContainer[] {
  const byThemselves = containers.filter((each) => !isHeldBack(each));
  if (byThemselves.length < containers.length && byThemselves.some(({ exitCode }) => exitCode !== 0))
    return byThemselves;
  const definitions = definition?.containerDefinitions ?? [];
  const others = new Set(definitions.filter(({ essential }) => essential === false).map(({ name }) => name));
  const essential = containers.filter(({ name }) => !others.has(name));
  if (essential.length === 0 || essential.some(({ exitCode }) => exitCode !== 0)) return containers;
  const sidecars = sidecarsIn(definitions);
  return containers.filter(
    ({ name, exitCode, reason = "" }) =>
      !(others.has(name) && (sidecars.has(name) || (stopped.has(exitCode) && !reason.includes("OutOfMemory")))),
  );
}

/** Whether the agent started it never, since what it waits for failed: that one says why. */
function isHeldBack({ reason = "" }: TaskContainer): boolean {
  return reason.startsWith("dependency graph:");
}

/** The containers that others wait for to run, and not to end. */
function sidecarsIn(definitions: Definition["containerDefinitions"]): ReadonlySet<string | undefined> {
  return new Set(
    definitions.flatMap(({ dependsOn = [] }) =>
      dependsOn.flatMap(({ condition, containerName }) =>
        condition === "START" || condition === "HEALTHY" ? [containerName] : [],
      ),
    ),
  );
}

/** Whether only its definition says how a stopped task went: one container did its work, and another did not. */
export function needsDefinition({ containers }: Pick<Task, "containers">): boolean {
  return (
    containers.some(({ exitCode }) => exitCode === 0) &&
    containers.some(({ exitCode }) => exitCode !== undefined && exitCode !== 0)
  );
}

/**
 * Judges a STOPPED task. A container without an exit code never started: that is a failure, and so is a task without
 * containers, which was never placed.
 */
export function judgeTask(task: Task, definition?: Definition): TaskOutcome {
  const container = culprit(decisiveContainers(task, definition));
  if (container !== undefined) return { ok: false, ...explainContainer(container, task) };
  if (task.containers.length > 0 && (task.stopCode === undefined || !cutShort.has(task.stopCode))) return { ok: true };
  const reason = task.stoppedReason ?? task.stopCode ?? "stopped before it started";
  return { ok: false, reason, hint: explainReason(explainable(task, reason)).hint };
}

/** Whether a stopped task never had a place: its capacity provider found none, and could not start one. */
export function wasNeverPlaced({ stopCode, stoppedReason = "" }: Task): boolean {
  return stopCode === "TaskFailedToStart" && isAboutPlacement(stoppedReason);
}

/**
 * The container that says most about why: one that ECS gives a reason for, then one that failed by itself, then any.
 */
function culprit(containers: readonly TaskContainer[]): TaskContainer | undefined {
  const failed = containers.filter((container) => container.exitCode !== 0);
  return (
    failed.find((container) => container.reason !== undefined && container.reason !== "") ??
    // 137 and 143 are mostly ECS stopping the rest of the task.
    failed.find(({ exitCode }) => exitCode !== undefined && !stopped.has(exitCode)) ??
    failed[0]
  );
}

function explainContainer(container: TaskContainer, task: Task): { readonly reason: string; readonly hint: string } {
  const { name, exitCode, reason } = container;
  const because = reason === undefined || reason === "" ? undefined : reason;
  if (exitCode === undefined) {
    const why = because ?? task.stoppedReason ?? task.stopCode;
    return {
      reason: why === undefined ? `${name} never started` : `${name} never started: ${why}`,
      hint: explainReason(explainable(task, why ?? "")).hint,
    };
  }
  const code = explainExitCode(exitCode);
  const meaning = because ?? code?.what;
  return {
    reason: `${name} exited with ${exitCode}${meaning === undefined ? "" : `: ${meaning}`}`,
    hint: because === undefined ? (code?.hint ?? "Its log says why: aiplat task logs.") : explainReason(because).hint,
  };
}

/** A reason that a person gave (`aws ecs stop-task --reason`) explains nothing: the stop code does. */
function explainable(task: Task, reason: string): string {
  return task.stopCode === "UserInitiated" ? "UserInitiated" : reason;
}
