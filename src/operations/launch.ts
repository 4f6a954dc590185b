import { present } from "../core/base/present.ts";
import { deviceNumber, devicePath } from "../core/catalog/slots.ts";
import { devicesOf } from "../core/ecs/merged.ts";
import { contentOf } from "../core/plan/registrations.ts";
import { batches, withoutBase, type RunStep } from "../core/plan/run-plan.ts";
import { toRunFailure, type RunFailure } from "../core/plan/run-result.ts";
import { definitionNameOf, taskIdOf } from "../core/ecs-api/arn.ts";
import type { Failure, RegisteredTaskDefinition, Task, TaskDefinition } from "../core/ecs-api/api.ts";
import { AiplatError, Interrupted, toAiplatError } from "../errors.ts";
import type { EcsPort } from "../ports.ts";
import { registerIfChanged, type Registered } from "./register-definition.ts";
import { batchToken } from "./tokens.ts";

/** By the content of a definition, which is registered once a command, however many rounds start tasks of it. */
export type Registrations = Map<string, Promise<Registered>>;

export interface Launched {
  readonly tasks: readonly Task[];
  readonly failures: readonly RunFailure[];
  /** Why it stopped early. What was started until then is in `tasks`: nothing is lost. */
  readonly error?: AiplatError;
}

export interface LaunchSettings {
  readonly token: string;
  readonly signal: AbortSignal;
  readonly registrations: Registrations;
  /** Whether nothing was started before. */
  readonly first: boolean;
  readonly onRegistered: (registration: Registered) => void;
  readonly onStarted: (tasks: readonly Task[]) => void;
}

/** How many task definitions are registered and started at a time. The API's buckets are the adapter's to keep. */
const concurrency = 8;

/**
 * Starts the tasks of every step, at most 10 a call. After the first error or an interrupt no further call is made;
 * calls under way are waited for, since their tasks may run already.
 */
export async function launch(ecs: EcsPort, steps: readonly RunStep[], settings: LaunchSettings): Promise<Launched> {
  const tasks: Task[] = [];
  const failures: Failure[] = [];
  let error: AiplatError | undefined;
  const queue = [...steps.entries()];
  const halted = () => error !== undefined || settings.signal.aborted;

  const worker = async () => {
    for (let next = queue.shift(); next !== undefined && !halted(); next = queue.shift()) {
      const [index, step] = next;
      try {
        const taskDefinition = await definitionFor(ecs, step, settings);
        for (const [batch, count] of batches(step.count).entries()) {
          if (halted()) break;
          const clientToken = batchToken(settings.token, step.request.taskDefinition, index, batch);
          const request = settings.first && index === 0 && batch === 0 ? step.request : withoutBase(step.request);
          const answer = await ecs.runTask({ ...request, taskDefinition, count, clientToken });
          tasks.push(...answer.tasks);
          failures.push(...answer.failures);
          settings.onStarted(answer.tasks);
          requirePlanned(step, taskDefinition, answer.tasks);
          // ECS had no place for some of these: the same question again gets the same answer.
          if (answer.tasks.length < count) break;
        }
      } catch (thrown) {
        error ??= toAiplatError(thrown);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, steps.length) }, worker));
  if (error === undefined && settings.signal.aborted) error = new Interrupted();
  return { tasks, failures: unique(failures), ...present({ error }) };
}

/** What RunTask is asked to start: the revision of the step's definition, whose devices are those of the plan. */
async function definitionFor(
  ecs: EcsPort,
  { definition, request }: RunStep,
  settings: LaunchSettings,
): Promise<string> {
  if (definition === undefined) return request.taskDefinition;
  const registered = await register(ecs, definition, settings);
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
  definition: TaskDefinition,
  { registrations, onRegistered }: LaunchSettings,
): Promise<RegisteredTaskDefinition> {
  const key = contentOf(definition);
  const known = registrations.get(key);
  if (known !== undefined) return (await known).definition;
  const pending = registerIfChanged(ecs, definition);
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
