import { formatDuration } from "../core/base/duration.ts";
import { isUnderWay, type Stack, type StackEvent } from "../core/capacity/stack.ts";
import { begins, explainStackFailure, lastOperation, stackType } from "../core/capacity/stack-outcome.ts";
import type { CloudFormationPort } from "../capacity-ports.ts";
import type { Runtime } from "../context.ts";
import { AiplatError, Interrupted } from "../errors.ts";

/** Who waits for a stack. */
export interface StackWatch {
  /** The stack's name. */
  readonly name: string;
  /** Milliseconds since the epoch, at which to give up. */
  readonly deadline: number;
  /** How to go on where the wait ends early. */
  readonly hint: string;
  readonly onEvent: (event: StackEvent) => void;
}

const pauseMs = 5_000;

/** The ids of the events that there are. */
export async function knownEvents(cloudFormation: CloudFormationPort, stackId: string): Promise<ReadonlySet<string>> {
  const events = await cloudFormation.events(stackId, () => false);
  return new Set(events.map(({ id }) => id));
}

/** Waits until what CloudFormation has begun with a stack already is over. */
export async function resumeFollowing(
  cloudFormation: CloudFormationPort,
  runtime: Runtime,
  stack: Pick<Stack, "id" | "name">,
  watch: StackWatch,
): Promise<void> {
  const events = await cloudFormation.events(stack.id, () => false);
  const ongoing = new Set(lastOperation(events.toReversed()).map(({ id }) => id));
  const earlier = new Set(events.flatMap(({ id }) => (ongoing.has(id) ? [] : [id])));
  await followStack(cloudFormation, runtime, stack, earlier, watch);
}

/**
 * Waits until what CloudFormation does with a stack is over: until an event that is not known says how it ended.
 *
 * @throws AiplatError where it failed; Timeout, Interrupted: CloudFormation goes on.
 */
export async function followStack(
  cloudFormation: CloudFormationPort,
  runtime: Runtime,
  stack: Pick<Stack, "id" | "name">,
  known: ReadonlySet<string>,
  watch: StackWatch,
): Promise<void> {
  const startedAt = runtime.now();
  const seen = new Map<string, StackEvent>();
  const isKnown = ({ id }: StackEvent) => known.has(id) || seen.has(id);
  for (;;) {
    try {
      const news = (await cloudFormation.events(stack.id, isKnown).catch(notSeen(stack, watch))).toReversed();
      for (const event of news) {
        seen.set(event.id, event);
        watch.onEvent(event);
      }
      const events = [...seen.values()];
      const end = endOf(events);
      if (end !== undefined) return judge(stack, end, events);
      if (runtime.now() > watch.deadline)
        throw new AiplatError(
          "Timeout",
          `stack ${stack.name} is not ready after ${formatDuration(runtime.now() - startedAt)}`,
          { hint: `CloudFormation goes on. ${watch.hint}`, details: { stackId: stack.id } },
        );
      await runtime.sleep(pauseMs);
    } catch (error) {
      throw error instanceof Interrupted
        ? new Interrupted(`interrupted: CloudFormation goes on with stack ${stack.name}`, {
            hint: watch.hint,
            details: { ...error.details, stackId: stack.id },
          })
        : error;
    }
  }
}

/** Where the events cannot be read, CloudFormation goes on all the same. */
function notSeen({ id, name }: Pick<Stack, "id" | "name">, { hint }: StackWatch) {
  return (error: unknown): never => {
    if (!(error instanceof AiplatError) || error instanceof Interrupted) throw error;
    throw new AiplatError(error.code, error.message, {
      hint: [error.hint, `CloudFormation goes on with stack ${name}. ${hint}`]
        .filter((each) => each !== undefined)
        .join("\n"),
      details: { ...error.details, stackId: id },
      cause: error,
    });
  };
}

/** The event by which the last operation ended; what follows an update's end is CloudFormation's own cleaning up. */
function endOf(events: readonly StackEvent[]): StackEvent | undefined {
  const operation = lastOperation(events);
  // What was read before may have been behind, and the end of an earlier operation is then none that was known.
  if (operation[0] === undefined || !begins(operation[0])) return undefined;
  const last = operation.findLast(({ type }) => type === stackType);
  // Made for a change set to stand under, a stack is yet to begin.
  return last === undefined || isUnderWay(last) || last.status === "REVIEW_IN_PROGRESS" ? undefined : last;
}

function judge({ id, name }: Pick<Stack, "id" | "name">, { status }: StackEvent, events: readonly StackEvent[]): void {
  if (["CREATE_COMPLETE", "UPDATE_COMPLETE", "DELETE_COMPLETE"].includes(status)) return;
  const failure = explainStackFailure(events);
  const back = status.includes("ROLLBACK_COMPLETE") ? ", and was rolled back" : "";
  if (failure === undefined)
    throw new AiplatError("OperationFailed", `stack ${name} is ${status}`, { details: { stackId: id } });
  const { code, logicalId, type, what, reason, fix } = failure;
  throw new AiplatError(
    code,
    `stack ${name} is ${status}${back}: ${logicalId} (${type}): ${what}${what === reason.replace(/\.$/, "") ? "" : ` (${reason})`}`,
    { ...(fix === undefined ? {} : { hint: fix }), details: { stackId: id, stackStatus: status, logicalId, reason } },
  );
}
