/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html */
import { nameOfArn } from "../../core/ecs-api/arn.ts";
import type { Failure } from "../../core/ecs-api/api.ts";
import type { ServiceRecord, TaskRecord } from "./records.ts";
import type { World } from "./world.ts";

/** DescribeServices shows "up to 100 of the latest events". */
const mostEvents = 100;
/** A message that says the same is not repeated for as long: facts of the event list, "every 6 hours". */
const quietMs = 6 * 3_600_000;

const troubleshooting = "For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.";

/** Adds an event; one that repeats says nothing for six hours. */
export function say(world: World, service: ServiceRecord, sentence: string, repeats = false): void {
  const message = `(service ${service.name}) ${sentence}`;
  if (repeats && service.events.some((event) => event.message === message && world.now() - event.createdAt < quietMs))
    return;
  service.events.unshift({ id: world.uuid(), createdAt: world.now(), message });
  if (service.events.length > mostEvents) service.events.length = mostEvents;
}

export function sayStarted(world: World, service: ServiceRecord, tasks: readonly TaskRecord[]): void {
  say(world, service, `has started ${tasks.length} tasks: ${list(tasks)}.`);
}

export function sayStopped(world: World, service: ServiceRecord, tasks: readonly TaskRecord[]): void {
  say(world, service, `has stopped ${tasks.length} running tasks: ${list(tasks)}.`);
}

/** How an event words what stands in the way. */
const words: Readonly<Record<string, string>> = {
  "RESOURCE:CPU": "has insufficient CPU units available.",
  "RESOURCE:MEMORY": "has insufficient memory available.",
  "RESOURCE:PORTS": "is already using a port required by your task.",
  "RESOURCE:GPU": 'encountered error "RESOURCE:GPU".',
  ATTRIBUTE: "is missing an attribute required by your task.",
  AGENT: 'encountered error "AGENT".',
};

/** Which failure is the closest to a fit: a resource that is short rather than something the instance never has. */
function closest(failures: readonly Failure[]): Failure | undefined {
  return (
    failures.find(({ reason }) => reason.startsWith("RESOURCE:")) ??
    failures.find(({ reason }) => reason === "AGENT" || reason === "ATTRIBUTE") ??
    failures[0]
  );
}

export function sayUnplaced(
  world: World,
  service: ServiceRecord,
  failures: readonly Failure[],
  exception: string | undefined,
): void {
  const failure = closest(failures);
  const start = "was unable to place a task because no container instance met all of its requirements.";
  if (failure === undefined)
    return say(
      world,
      service,
      `${start} Reason: ${exception ?? "No Container Instances were found in your cluster."} ${troubleshooting}`,
      true,
    );
  const id = nameOfArn(failure.arn ?? "");
  say(
    world,
    service,
    `${start} The closest matching container-instance ${id} ` +
      `${words[failure.reason] ?? `encountered error "${failure.reason}".`} ${troubleshooting}`,
    true,
  );
}

export function sayUnsteady(world: World, service: ServiceRecord): void {
  say(world, service, `is unable to consistently start tasks successfully. ${troubleshooting}`, true);
}

export function sayBlocked(world: World, service: ServiceRecord): void {
  say(
    world,
    service,
    "was unable to stop or start tasks during a deployment because of the service deployment configuration. " +
      "Update the minimumHealthyPercent or maximumPercent value and try again.",
    true,
  );
}

function list(tasks: readonly TaskRecord[]): string {
  return tasks.map(({ id }) => `(task ${id})`).join(" ");
}
