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

/** How many steps are begun at a time, and calls of one made. The API's buckets are the adapter's to keep. */
const concurrency = 8;

/**
 * Starts the tasks of every step, at most 10 a call: the first call of a step alone, since its answer says whether the
 * step has room and runs what was planned, then the others side by side. After the first error or an interrupt no
 * further call is made; calls under way are waited for, since their tasks may run already.
 */
export async function launch(ecs: EcsPort, steps: readonly RunStep[], settings: LaunchSettings): Promise<Launched> {
  const tasks: Task[] = [];
  const failures: Failure[] = [];
  let error: AiplatError | undefined;
  const halted = () => error !== undefined || settings.signal.aborted;

  const start = async (index: number, step: RunStep) => {
    const taskDefinition = await definitionFor(ecs, step, settings);
    let full = false;
    const call = async (batch: number, count: number) => {
      const clientToken = batchToken(settings.token, step.request.taskDefinition, index, batch);
      const request = settings.first && index === 0 && batch === 0 ? step.request : withoutBase(step.request);
      const answer = await ecs.runTask({ ...request, taskDefinition, count, clientToken });
      tasks.push(...answer.tasks);
      failures.push(...answer.failures);
      settings.onStarted(answer.tasks);
      requirePlanned(step, taskDefinition, answer.tasks);
      // ECS had no place for some of these: the same question again gets the same answer.
      if (answer.tasks.length < count) full = true;
    };
    const [first, ...others] = batches(step.count).entries();
    if (first === undefined || halted()) return;
    await call(...first);
    await sideBySide(
      others,
      () => halted() || full,
      (batch) => call(...batch).catch(stopOn),
    );
  };
  const stopOn = (thrown: unknown) => {
    error ??= toAiplatError(thrown);
  };
  await sideBySide([...steps.entries()], halted, ([index, step]) => start(index, step).catch(stopOn));
  if (error === undefined && settings.signal.aborted) error = new Interrupted();
  return { tasks, failures: unique(failures), ...present({ error }) };
}

/** Works on the items in their order, some at a time, until there are none left or nothing further is to be begun. */
async function sideBySide<Item>(
  items: readonly Item[],
  isOver: () => boolean,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = [...items];
  const worker = async () => {
    while (queue.length > 0 && !isOver()) await work(queue.shift()!);
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, worker));
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
