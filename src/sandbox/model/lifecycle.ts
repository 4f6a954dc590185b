/**
 * A task's way from PROVISIONING to STOPPED.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html
 */
import { compareVersions } from "../../core/base/version.ts";
import { isShare } from "../../core/devices/gpu-need.ts";
import { freeMiBOf, holdGpus, type GpuState } from "../../core/devices/gpus.ts";
import { definitionOf, isAwaited, isRestarted, stopsAfter, turnOf } from "./container-order.ts";
import { failureAtStart, failureWhileRunning } from "./container-failures.ts";
import { hostPortsOfRequirements } from "./instances.ts";
import type { ContainerRecord, InstanceRecord, TaskRecord, TaskStatus } from "./records.ts";
import { logStreamOf, writeLog } from "./task-logs.ts";
import { emptyFolders, failureOfVolumes } from "./volumes.ts";
import type { World } from "./world.ts";

/**
 * ECS shows a stopped task for "at least one hour".
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html
 */
const forgetMs = 3_600_000;

/** Puts a task on an instance and starts it. */
export function launch(world: World, task: TaskRecord, instance: InstanceRecord, gpus: readonly string[]): void {
  task.instance = instance;
  task.gpus = gpus;
  for (const container of task.containers) container.gpus = gpus;
  instance.tasks.add(task);
  touchRoom(task);
  if (task.eni === undefined) return enterAgent(world, task, instance);
  world.after(world.timings.interface, () => {
    if (task.lastStatus === "PROVISIONING" && task.desiredStatus === "RUNNING") enterAgent(world, task, instance);
  });
}

function enterAgent(world: World, task: TaskRecord, instance: InstanceRecord): void {
  move(world, task, "PENDING");
  instance.waiting.push(task);
  admit(world, instance);
}

/**
 * Lets waiting tasks start, first in, first out, as far as the machine has room:
 * one that has to wait blocks the others.
 */
function admit(world: World, instance: InstanceRecord): void {
  for (let head = instance.waiting[0]; head !== undefined && canStart(instance, head); head = instance.waiting[0]) {
    instance.waiting.shift();
    head.admitted = true;
    const task = head;
    task.pullStartedAt = world.now();
    world.after(world.timings.pull, () => create(world, task));
  }
}

/** The agent counts what its tasks hold until they are STOPPED: from 1.74.1 on, host ports in bridge and host mode. */
function canStart(instance: InstanceRecord, task: TaskRecord): boolean {
  if (compareVersions(instance.agentVersion, "1.74.1") < 0) return true;
  let cpu = instance.free.cpu;
  let memoryMiB = instance.free.memoryMiB;
  const ports = new Set<string>();
  let gpus = instance.freeGpus;
  for (const other of instance.tasks) {
    if (!other.admitted) continue;
    cpu -= other.requirements.cpu;
    memoryMiB -= other.requirements.memoryMiB;
    for (const { port, protocol } of hostPortsOfRequirements(other.requirements)) ports.add(`${port}/${protocol}`);
    gpus = holdGpus(gpus, other.requirements.gpus, other.gpus);
  }
  return (
    task.requirements.cpu <= cpu &&
    task.requirements.memoryMiB <= memoryMiB &&
    !hostPortsOfRequirements(task.requirements).some(({ port, protocol }) => ports.has(`${port}/${protocol}`)) &&
    canHold(gpus, task)
  );
}

/** Whether the task's own GPUs are free for it, or have the memory for its share. */
function canHold(gpus: readonly GpuState[], { gpus: ids, requirements }: TaskRecord): boolean {
  return gpus
    .filter(({ id }) => ids.includes(id))
    .every((gpu) => (isShare(requirements.gpus) ? freeMiBOf(gpu) >= requirements.gpus.memoryMiB : gpu.mode === "IDLE"));
}

function create(world: World, task: TaskRecord): void {
  if (task.desiredStatus === "STOPPED") return;
  task.pullStoppedAt = world.now();
  const missing = failureOfVolumes(world, task);
  if (missing !== undefined) return stop(world, task, "TaskFailedToStart", missing);
  for (const container of task.containers) {
    const failure = failureAtStart(world, task, container);
    if (failure === undefined) continue;
    container.reason = failure.reason;
    return stop(world, task, "TaskFailedToStart", failure.stoppedReason);
  }
  if (task.service === undefined || task.service.settings.loadBalancers.length === 0) return run(world, task);
  move(world, task, "ACTIVATING");
  world.after(world.timings.target, () => {
    if (task.desiredStatus === "RUNNING") run(world, task);
  });
}

function run(world: World, task: TaskRecord): void {
  startInTurn(world, task);
}

/** Starts the containers whose turn it is. A task is RUNNING once each of them has started. */
function startInTurn(world: World, task: TaskRecord): void {
  let moved = task.desiredStatus === "RUNNING";
  while (moved) {
    moved = false;
    for (const container of task.containers.filter(({ status }) => status === "PENDING")) {
      const turn = turnOf(task, container, world.now());
      if (turn === "later") continue;
      moved = true;
      if (turn === "now") start(world, task, container);
      else giveUp(world, task, container, turn.never);
    }
  }
  const isStarting = task.startedAt === undefined && task.desiredStatus === "RUNNING";
  if (!isStarting || task.containers.some(({ status }) => status === "PENDING")) return;
  task.startedAt = world.now();
  move(world, task, "RUNNING");
  judgeHealth(world, task);
}

/** A container that can never start: the agent reports it as if it had been stopped. */
function giveUp(world: World, task: TaskRecord, container: ContainerRecord, reason: string): void {
  container.status = "STOPPED";
  container.exitCode = 143;
  container.reason = reason;
  if (container.essential) stop(world, task, "EssentialContainerExited", "Essential container in task exited");
}

function start(world: World, task: TaskRecord, container: ContainerRecord): void {
  container.status = "RUNNING";
  container.runtimeId ??= world.hex(64);
  container.startedAt = world.now();
  container.health = "UNKNOWN";
  const { behaviour } = container;
  writeLog(world, task, container, emptyFolders(task, container));
  writeLog(
    world,
    task,
    container,
    behaviour.lines.length > 0
      ? behaviour.lines
      : [`sandbox: ${container.name} of ${container.image} runs; nothing is executed`],
  );
  watchHealth(world, task, container);
  const timeout = definitionOf(task, container)?.startTimeout;
  if (timeout !== undefined) world.after(timeout * 1000, () => startInTurn(world, task));
  const broken = failureWhileRunning(world, task, container);
  if (broken !== undefined) {
    writeLog(world, task, container, broken.lines);
    return void world.after(broken.afterMs, () => exit(world, task, container, broken.exitCode));
  }
  const seconds = secondsOf(world, task, container);
  if (seconds !== undefined) world.after(seconds * 1000, () => exit(world, task, container, behaviour.exitCode));
}

/** How long a container runs; undefined where it runs until it is stopped. */
function secondsOf({ timings }: World, task: TaskRecord, container: ContainerRecord): number | undefined {
  const { behaviour } = container;
  if (behaviour.decided) return behaviour.seconds;
  // What others wait for to end would keep them waiting for ever.
  if (isAwaited(task, container)) return 1;
  if (task.service !== undefined) return behaviour.seconds;
  return timings.task === undefined ? undefined : timings.task / 1000;
}

/** A container ended; an essential one takes the task with it. */
function exit(world: World, task: TaskRecord, container: ContainerRecord, exitCode: number): void {
  if (container.status !== "RUNNING" || task.desiredStatus === "STOPPED") return;
  end(world, task, container, exitCode);
  if (isRestarted(task, container, exitCode, world.now())) {
    delete container.exitCode;
    return start(world, task, container);
  }
  if (container.essential || task.containers.every(({ status }) => status === "STOPPED"))
    return stop(world, task, "EssentialContainerExited", "Essential container in task exited");
  startInTurn(world, task);
}

function end(world: World, task: TaskRecord, container: ContainerRecord, exitCode: number): void {
  container.status = "STOPPED";
  container.exitCode = exitCode;
  if (logStreamOf(task, container) !== undefined)
    writeLog(world, task, container, [`sandbox: ${container.name} exited with ${exitCode}`]);
}

/** Without a container health check its service decides about a task's health. */
function judgeHealth(world: World, task: TaskRecord): void {
  if (task.containers.some(({ name }) => healthCheckOf(task, name) !== undefined)) return;
  const balanced = (task.service?.settings.loadBalancers.length ?? 0) > 0;
  if (balanced && task.containers.some(({ behaviour }) => behaviour.unhealthy)) return failTarget(world, task);
  task.healthyAt = world.now() + (balanced ? 0 : world.timings.healthy);
}

/**
 * A container's health by its check.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html
 */
function watchHealth(world: World, task: TaskRecord, container: ContainerRecord): void {
  const check = healthCheckOf(task, container.name);
  if (check === undefined) return;
  const {
    interval = 30,
    retries = 3,
    startPeriod = 0,
  } = check as { readonly interval?: number; readonly retries?: number; readonly startPeriod?: number };
  const { startedAt } = container;
  const isOn = () => container.status === "RUNNING" && container.startedAt === startedAt;
  const { unhealthy, healthyAfter = 0 } = container.behaviour;
  const failsAt = startPeriod + interval * retries;
  const succeedsAt = unhealthy ? Number.POSITIVE_INFINITY : Math.max(interval, healthyAfter);
  if (succeedsAt > failsAt)
    world.after(failsAt * 1000, () => {
      if (isOn()) failCheck(world, task, container);
    });
  if (succeedsAt < Number.POSITIVE_INFINITY)
    world.after(succeedsAt * 1000, () => {
      if (!isOn()) return;
      container.health = "HEALTHY";
      if (isHealthy(task)) task.healthyAt = world.now();
      world.taskChanged(task);
      startInTurn(world, task);
    });
}

function isHealthy(task: TaskRecord): boolean {
  return task.containers.every(({ name, health }) => healthCheckOf(task, name) === undefined || health === "HEALTHY");
}

/** UNHEALTHY: its service stops the task for it, once the grace period is over. */
function failCheck(world: World, task: TaskRecord, container: ContainerRecord): void {
  container.health = "UNHEALTHY";
  world.taskChanged(task);
  if (!container.essential || task.service === undefined) return;
  const graceMs = (task.service.settings.healthCheckGracePeriodSeconds ?? 0) * 1000;
  world.after(Math.max(0, (task.startedAt ?? world.now()) + graceMs - world.now()), () => {
    if (container.status === "RUNNING" && container.health === "UNHEALTHY")
      stop(world, task, "ServiceSchedulerInitiated", "Task failed container health checks");
  });
}

/** Two failed checks of 30 seconds after the grace period: the target group's defaults. */
function failTarget(world: World, task: TaskRecord): void {
  const { healthCheckGracePeriodSeconds = 0, loadBalancers } = task.service!.settings;
  const target = String(loadBalancers[0]!["targetGroupArn"] ?? loadBalancers[0]!["loadBalancerName"]);
  world.after((healthCheckGracePeriodSeconds + 60) * 1000, () =>
    stop(
      world,
      task,
      "ServiceSchedulerInitiated",
      `Task failed ELB health checks in (${target.startsWith("arn:") ? "target-group" : "elb"} ${target})`,
    ),
  );
}

export function healthCheckOf(task: TaskRecord, name: string): Readonly<Record<string, unknown>> | undefined {
  return task.definition.containerDefinitions.find((container) => container.name === name)?.healthCheck;
}

/** Begins to stop a task, whatever state it is in. */
export function stop(world: World, task: TaskRecord, stopCode: string, stoppedReason: string): void {
  if (task.desiredStatus === "STOPPED") return;
  const { instance } = task;
  task.desiredStatus = "STOPPED";
  task.stoppingAt = world.now();
  task.stopCode = stopCode;
  task.stoppedReason = stoppedReason;
  task.version++;
  touchRoom(task);
  if (instance !== undefined && instance.waiting.includes(task))
    instance.waiting.splice(instance.waiting.indexOf(task), 1);
  if (!task.containers.some(({ status }) => status === "RUNNING"))
    return void world.after(0, () => finish(world, task));
  const balanced = (task.service?.settings.loadBalancers.length ?? 0) > 0;
  if (balanced) move(world, task, "DEACTIVATING");
  else world.taskChanged(task);
  world.after(balanced ? world.timings.target : 0, () => terminate(world, task));
}

/** SIGTERM to what runs, first to what waited for others at the start; SIGKILL after its stopTimeout. */
function terminate(world: World, task: TaskRecord): void {
  move(world, task, "STOPPING");
  const timeoutOf = (container: ContainerRecord) => definitionOf(task, container)?.stopTimeout ?? 30;
  const wantedOf = ({ behaviour }: ContainerRecord) => behaviour.stopSeconds ?? world.timings.stop / 1000;
  const secondsOf = (container: ContainerRecord) => Math.min(wantedOf(container), timeoutOf(container));
  let longest = 0;
  for (const [container, begins] of stopsAfter(task, secondsOf)) {
    const seconds = begins + secondsOf(container);
    longest = Math.max(longest, seconds);
    const killed = wantedOf(container) >= timeoutOf(container);
    world.after(seconds * 1000, () => end(world, task, container, killed ? 137 : 143));
  }
  world.after(longest * 1000, () => finish(world, task));
}

function finish(world: World, task: TaskRecord): void {
  task.executionStoppedAt = world.now();
  for (const container of task.containers) container.status = "STOPPED";
  if (task.eni === undefined || task.instance === undefined) return stopped(world, task);
  move(world, task, "DEPROVISIONING");
  world.after(world.timings.interface, () => stopped(world, task));
}

function stopped(world: World, task: TaskRecord): void {
  task.stoppedAt = world.now();
  task.instance?.tasks.delete(task);
  world.after(forgetMs, () => task.cluster.tasks.delete(task.id));
  move(world, task, "STOPPED");
  if (task.instance !== undefined) admit(world, task.instance);
}

function move(world: World, task: TaskRecord, status: TaskStatus): void {
  task.lastStatus = status;
  task.version++;
  touchRoom(task);
  world.taskChanged(task);
}

/** What is left on the task's instance is no longer what it was. */
function touchRoom({ cluster, instance }: TaskRecord): void {
  if (instance !== undefined) cluster.rooms?.touch(instance);
}
