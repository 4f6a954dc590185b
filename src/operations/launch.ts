import { present } from "../core/base/present.ts";
import { deviceNumber, devicePath } from "../core/catalog/slots.ts";
import { devicesOf } from "../core/ecs/merged.ts";
import { contentOf } from "../core/plan/registrations.ts";
import { withoutBase, type RunStep } from "../core/plan/run-plan.ts";
import { toRunFailure, type RunFailure } from "../core/plan/run-result.ts";
import { definitionNameOf, taskIdOf } from "../core/ecs-api/arn.ts";
import type { Failure, RegisteredTaskDefinition, Task, TaskDefinition } from "../core/ecs-api/api.ts";
import { AiplatError, Interrupted, isUncertain, toAiplatError } from "../errors.ts";
import type { EcsPort } from "../ports.ts";
import { askToRun } from "./ask-to-run.ts";
import { registerIfChanged, type Registered } from "./register-definition.ts";
import type { ReplicaBatch, Replicas } from "./replicas.ts";
import type { Runtime } from "../context.ts";

/** By the content of a definition, which is registered once a command, however many rounds start tasks of it. */
export type Registrations = Map<string, Promise<Registered>>;

export interface Launched {
  readonly tasks: readonly Task[];
  readonly failures: readonly RunFailure[];
  /** Why it stopped early. What was started until then is in `tasks`: nothing is lost. */
  readonly error?: AiplatError;
  /** Tasks that calls asked for whose answer is lost: they may run. */
  readonly unanswered: number;
}

export interface LaunchSettings {
  readonly run: string;
  readonly token: string;
  readonly registrations: Registrations;
  /** Which replicas have a task. */
  readonly replicas: Replicas;
  /** Whether an earlier command may have made the same calls: then one is made after the other. */
  readonly mayBeKnown: boolean;
  readonly allOrNothing: boolean;
  /** Tasks that answer no call more. */
  readonly isSpent: (task: Task) => boolean;
  /** Whether nothing was started before. */
  readonly first: boolean;
  readonly onRegistered: (registration: Registered) => void;
  readonly onStarted: (tasks: readonly Task[]) => void;
}

/** How many steps are begun at a time, and calls of one made. The API's buckets are the adapter's to keep. */
const concurrency = 8;

/**
 * Starts the tasks of every step, at most 10 a call: the first call of a step alone, the others side by side. After the
 * first error or an interrupt no further call is made; calls under way are waited for, since their tasks may run already.
 */
export async function launch(
  ecs: EcsPort,
  runtime: Runtime,
  steps: readonly RunStep[],
  settings: LaunchSettings,
): Promise<Launched> {
  const { replicas, mayBeKnown } = settings;
  const tasks: Task[] = [];
  const failures: Failure[] = [];
  let error: AiplatError | undefined;
  let unanswered = 0;
  // In the order of the steps, whichever comes to be asked first: the same plan makes the same calls.
  const queue = steps.map((step, index) => ({ index, step, batches: mayBeKnown ? [] : batchesOf(replicas, step) }));
  const halted = () => error !== undefined || runtime.signal.aborted;

  const start = async (taskDefinition: string, step: RunStep, batch: ReplicaBatch, isFirst: boolean) => {
    const request = settings.first && isFirst ? step.request : withoutBase(step.request);
    const asked = { ...request, taskDefinition, count: batch.count };
    const options = { ...settings, ...batch, refusals: replicas.refusalsOf(batch) };
    try {
      const answer = await askToRun(ecs, runtime, asked, options);
      replicas.settle(batch, answer.tasks);
      tasks.push(...answer.tasks);
      failures.push(...answer.failures);
      settings.onStarted(answer.tasks);
      if (!mayBeKnown) requirePlanned(step, taskDefinition, answer.tasks);
      return answer.tasks.length;
    } catch (thrown) {
      if (isUncertain(thrown)) unanswered += batch.count;
      throw thrown;
    }
  };
  const stopOn = (thrown: unknown) => {
    error ??= toAiplatError(thrown);
  };
  /** Makes the calls of a step that are left one after the other; false where ECS had no place for one's tasks. */
  const goOn = async (taskDefinition: string, step: RunStep, batches: ReplicaBatch[]) => {
    for (let batch = batches.shift(); batch !== undefined && !halted(); batch = batches.shift()) {
      const placed = await start(taskDefinition, step, batch, false);
      // The same question again gets the same answer.
      if (placed < batch.count) for (const each of batches.splice(0)) replicas.settle(each, []);
    }
  };
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined && !halted(); next = queue.shift()) {
      const { index, step, batches } = next;
      try {
        const taskDefinition = await definitionFor(ecs, runtime, step, settings);
        for (let left = step.count; left > 0 && !halted();) {
          const batch = batches.shift() ?? replicas.take(left);
          if (batch === undefined) break;
          const placed = await start(taskDefinition, step, batch, index === 0 && left === step.count);
          // ECS had no place for some of these: the same question again gets the same answer. Unless it is an answer of
          // before, which says nothing of the room there is now.
          const isOld = mayBeKnown && placed > 0;
          left -= isOld ? placed : batch.count;
          if (placed < batch.count && !isOld) break;
          if (mayBeKnown) continue;
          // The first has room, and runs what was planned: the others go side by side.
          const lanes = Array.from({ length: Math.min(concurrency, batches.length) });
          await Promise.all(lanes.map(() => goOn(taskDefinition, step, batches).catch(stopOn)));
          break;
        }
      } catch (thrown) {
        stopOn(thrown);
      }
      for (const batch of batches) replicas.settle(batch, []);
    }
  };
  await Promise.all(Array.from({ length: Math.min(mayBeKnown ? 1 : concurrency, steps.length) }, worker));
  if (error === undefined && runtime.signal.aborted) error = new Interrupted();
  return { tasks, failures: unique(failures), unanswered, ...present({ error }) };
}

function batchesOf(replicas: Replicas, { count }: RunStep): ReplicaBatch[] {
  const batches: ReplicaBatch[] = [];
  for (let left = count; left > 0;) {
    const batch = replicas.take(left);
    if (batch === undefined) break;
    batches.push(batch);
    left -= batch.count;
  }
  return batches;
}

/** What RunTask is asked to start: the revision of the step's definition, whose devices are those of the plan. */
async function definitionFor(
  ecs: EcsPort,
  runtime: Runtime,
  { definition, request }: RunStep,
  settings: LaunchSettings,
): Promise<string> {
  if (definition === undefined) return request.taskDefinition;
  const registered = await register(ecs, runtime, definition, settings);
  const [planned, has] = [definition, registered].map(listedDevices);
  if (planned !== has)
    throw new AiplatError(
      "OperationFailed",
      `${definitionNameOf(registered.taskDefinitionArn)} has ${has || "no Neuron devices"}, and the plan chose ${planned || "none"}: nothing was started from it`,
      { hint: "Somebody else registers in this family at the same time. Run it again." },
    );
  return registered.taskDefinitionArn;
}

/** Every task has the devices that it was planned for, by the definition that ECS says it runs. */
function requirePlanned({ definition }: RunStep, taskDefinition: string, tasks: readonly Task[]): void {
  const stray = tasks.find((task) => task.taskDefinitionArn !== taskDefinition);
  if (definition === undefined || stray === undefined) return;
  throw new AiplatError(
    "OperationFailed",
    `task ${taskIdOf(stray.taskArn)} runs ${definitionNameOf(stray.taskDefinitionArn)}, and the plan chose the devices of ${definitionNameOf(taskDefinition)}`,
    { hint: `Stop it, since its devices may be another task's: aiplat task stop ${taskIdOf(stray.taskArn)}.` },
  );
}

/** The Neuron devices that the definition lists, in whatever order somebody wrote them. */
function listedDevices({ containerDefinitions }: TaskDefinition): string {
  const devices = containerDefinitions.flatMap(devicesOf).flatMap(({ hostPath }) => deviceNumber(hostPath) ?? []);
  return [...new Set(devices)]
    .sort((one, other) => one - other)
    .map(devicePath)
    .join(", ");
}

async function register(
  ecs: EcsPort,
  runtime: Runtime,
  definition: TaskDefinition,
  { registrations, onRegistered }: LaunchSettings,
): Promise<RegisteredTaskDefinition> {
  const key = contentOf(definition);
  const known = registrations.get(key);
  if (known !== undefined) return (await known).definition;
  const pending = registerIfChanged(ecs, runtime, definition);
  registrations.set(key, pending);
  const registration = await pending;
  onRegistered(registration);
  return registration.definition;
}

/** ECS repeats one reason for each container instance it looked at. */
function unique(failures: readonly Failure[]): readonly RunFailure[] {
  const byReason = new Map<string, RunFailure>();
  for (const { reason, detail } of failures)
    if (!byReason.has(reason)) byReason.set(reason, toRunFailure(reason, detail));
  return [...byReason.values()];
}
