import {
  changesNothing,
  isComplete,
  isHollow,
  isUnderWay,
  type ChangeSet,
  type Stack,
} from "../core/capacity/stack.ts";
import type { ChangeSetRequest, CloudFormationPort } from "../capacity-ports.ts";
import type { Runtime } from "../context.ts";
import { AiplatError, Interrupted, isUncertain } from "../errors.ts";
import { followStack, knownEvents, resumeFollowing, type StackWatch } from "./follow-stack.ts";
import { halfDone } from "./half-done.ts";
import { callToken } from "./tokens.ts";
import { surely } from "./uncertain.ts";

const pauseMs = 2_000;
/** CloudFormation compares templates within seconds; a change set that takes longer than this never comes. */
const longestMs = 300_000;
/** How long one that was made may not be shown yet: it is gone then, as all are when another is carried out. */
const unseenMs = 20_000;

/**
 * Waits for what CloudFormation still does with the stack of the name, and takes away what an earlier creation left that
 * came to nothing: it has no resources, and takes no change.
 *
 * @returns The stack that takes a change set; undefined where one is to be created.
 * @throws AiplatError OperationFailed where the stack takes no change until somebody has looked at it.
 */
export async function settleStack(
  cloudFormation: CloudFormationPort,
  runtime: Runtime,
  name: string,
  token: string,
  watch: StackWatch,
): Promise<Stack | undefined> {
  for (;;) {
    const stack = await cloudFormation.stack(name);
    if (stack === undefined || stack.status === "DELETE_COMPLETE" || stack.status === "REVIEW_IN_PROGRESS")
      return undefined;
    if (isUnderWay(stack)) await resumeFollowing(cloudFormation, runtime, stack, watch);
    else if (isHollow(stack)) await deleteStack(cloudFormation, runtime, stack, token, watch);
    else if (isComplete(stack) || stack.status === "UPDATE_ROLLBACK_COMPLETE") return stack;
    else throw stuck(stack);
  }
}

/** What CloudFormation wants done first. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/troubleshooting.html */
function stuck({ name, status, reason }: Stack): AiplatError {
  const hint =
    status === "UPDATE_ROLLBACK_FAILED"
      ? `See what keeps it (aws cloudformation describe-stack-events --stack-name ${name}), then aws cloudformation continue-update-rollback --stack-name ${name}.`
      : `It can only be deleted: aiplat capacity delete, or aws cloudformation delete-stack --stack-name ${name}.`;
  return new AiplatError("OperationFailed", `stack ${name} is ${status}${reason === undefined ? "" : `: ${reason}`}`, {
    hint,
  });
}

/**
 * Has CloudFormation work out what the template changes.
 *
 * @returns Undefined where it changes nothing; no change set is left then.
 */
export async function makeChangeSet(
  cloudFormation: CloudFormationPort,
  runtime: Runtime,
  request: ChangeSetRequest,
): Promise<ChangeSet | undefined> {
  const { stackName, changeSetName } = request;
  const find = () => cloudFormation.changeSet(stackName, changeSetName);
  await surely<unknown>(runtime, () => cloudFormation.createChangeSet(request), find);
  const startedAt = runtime.now();
  let seenAt = startedAt;
  for (;;) {
    const made = await find();
    if (made !== undefined) seenAt = runtime.now();
    else if (runtime.now() - seenAt > unseenMs)
      throw new AiplatError(
        "OperationFailed",
        `the change set of stack ${stackName} is gone before it was carried out`,
        {
          hint: "Somebody else deploys it: run the command again.",
          details: { stackName, changeSetName },
        },
      );
    if (made?.status === "CREATE_COMPLETE" && made.executionStatus === "AVAILABLE") return made;
    if (made !== undefined && changesNothing(made)) {
      await cloudFormation.deleteChangeSet(stackName, changeSetName);
      return undefined;
    }
    if (made?.status === "FAILED")
      throw new AiplatError(
        "OperationFailed",
        `CloudFormation takes the template of ${stackName} not: ${made.reason}`,
        {
          details: { stackName, changeSetName },
        },
      );
    if (runtime.now() - startedAt > longestMs)
      throw new AiplatError("Timeout", `CloudFormation has not worked out the change of stack ${stackName}`, {
        hint: "Nothing was changed. Run the command again.",
      });
    await runtime.sleep(pauseMs);
  }
}

/**
 * Takes a change set away that is not carried out, with the stack that it made to stand under: nothing is left of
 * either. What cannot be taken away does no harm, and is no reason to fail.
 */
export async function dropChangeSet(
  cloudFormation: CloudFormationPort,
  { stackName, changeSetName, clientToken }: Pick<ChangeSetRequest, "stackName" | "changeSetName" | "clientToken">,
): Promise<void> {
  await cloudFormation.deleteChangeSet(stackName, changeSetName).catch(() => undefined);
  const stack = await cloudFormation.stack(stackName).catch(() => undefined);
  if (stack?.status !== "REVIEW_IN_PROGRESS") return;
  await cloudFormation.deleteStack(stack.id, callToken(clientToken, { drop: stack.id })).catch(() => undefined);
}

/**
 * Carries a change set out and waits until its stack is as wanted.
 *
 * @throws AiplatError where it failed, with the resource, what its reason means and what to do.
 */
export async function executeChangeSet(
  cloudFormation: CloudFormationPort,
  runtime: Runtime,
  changeSet: ChangeSet,
  token: string,
  watch: StackWatch,
): Promise<void> {
  if (runtime.signal.aborted) throw new Interrupted();
  const known = await knownEvents(cloudFormation, changeSet.stackId);
  const execution = callToken(token, { execute: changeSet.id });
  await surely<unknown>(
    runtime,
    () => cloudFormation.executeChangeSet(changeSet.id, execution),
    async () => ((await hasBegun(cloudFormation, changeSet, known, execution)) ? true : undefined),
  ).catch((error: unknown) => {
    const isUnknown = isUncertain(error) || error instanceof Interrupted;
    throw isUnknown
      ? halfDone(error, `Whether CloudFormation has begun with stack ${watch.name} is not known.`, watch.hint)
      : error;
  });
  const stack = { id: changeSet.stackId, name: watch.name };
  await followStack(cloudFormation, runtime, stack, known, watch);
}

/** Whether the events tell of what the call began: what came since may be another program's. */
async function hasBegun(
  cloudFormation: CloudFormationPort,
  { stackId }: ChangeSet,
  known: ReadonlySet<string>,
  execution: string,
): Promise<boolean> {
  const news = await cloudFormation.events(stackId, ({ id }) => known.has(id));
  return news.some(({ token }) => token === execution);
}

/** Deletes a stack and waits until it is gone, whoever has begun with that. */
export async function deleteStack(
  cloudFormation: CloudFormationPort,
  runtime: Runtime,
  { id }: Pick<Stack, "id">,
  token: string,
  watch: StackWatch,
): Promise<void> {
  // Read before the stack, so that a deletion which the stack does not show has brought none of them.
  const known = await knownEvents(cloudFormation, id);
  const stack = await cloudFormation.stack(id);
  if (stack === undefined || stack.status === "DELETE_COMPLETE") return;
  if (stack.status === "DELETE_IN_PROGRESS") return resumeFollowing(cloudFormation, runtime, stack, watch);
  await sureDeletion(cloudFormation, runtime, stack, token);
  await followStack(cloudFormation, runtime, stack, known, watch);
}

async function sureDeletion(
  cloudFormation: CloudFormationPort,
  runtime: Runtime,
  { id, status }: Stack,
  token: string,
): Promise<void> {
  await surely<unknown>(
    runtime,
    () => cloudFormation.deleteStack(id, callToken(token, { delete: id })),
    async () => {
      const now = await cloudFormation.stack(id);
      return now === undefined || (now.status !== status && now.status.startsWith("DELETE_")) ? true : undefined;
    },
  );
}
