import { formatDuration } from "../core/base/duration.ts";
import type { NodegroupUpdate } from "../core/kubernetes/nodes/roll-nodegroup.ts";
import type { Runtime } from "../context.ts";
import { AiplatError, Interrupted } from "../errors.ts";
import type { EksPort, NodegroupName } from "../ports.ts";

export interface FollowOptions {
  readonly timeoutMs?: number;
  readonly onPoll: (update: NodegroupUpdate) => void;
}

const pauseMs = 15_000;
/** How long the network may be away. */
const patienceMs = 300_000;

/** The update that replaces the nodes at this moment, whoever began it; undefined where there is none. */
export async function findOngoingUpdate(eks: EksPort, nodegroup: NodegroupName): Promise<NodegroupUpdate | undefined> {
  const ids = await eks.listUpdates(nodegroup);
  const updates = await Promise.all(ids.map((id) => eks.describeUpdate(nodegroup, id)));
  return updates.find(({ status, type }) => status === "InProgress" && type === "VersionUpdate");
}

/**
 * Waits until EKS has replaced the nodes.
 *
 * @throws AiplatError OperationFailed with EKS's reasons, Timeout and Interrupted: the update goes on.
 */
export async function followUpdate(
  eks: EksPort,
  nodegroup: NodegroupName,
  id: string,
  runtime: Runtime,
  { timeoutMs, onPoll }: FollowOptions,
): Promise<NodegroupUpdate> {
  const startedAt = runtime.now();
  let heardAt = startedAt;
  const goesOn = { hint: "EKS goes on with it; the same command waits again.", details: { update: id } };
  try {
    for (;;) {
      const update = await eks.describeUpdate(nodegroup, id).catch((error: unknown) => {
        if (error instanceof AiplatError && error.code === "Network" && runtime.now() - heardAt < patienceMs)
          return undefined;
        throw error;
      });
      if (update !== undefined) {
        heardAt = runtime.now();
        onPoll(update);
        if (update.status === "Successful") return update;
        if (update.status !== "InProgress" && update.status !== "") throw failure(nodegroup, update);
      }
      const left = (timeoutMs ?? Number.POSITIVE_INFINITY) - (runtime.now() - startedAt);
      if (left <= 0)
        throw new AiplatError(
          "Timeout",
          `${nodegroup.nodegroup} is not updated after ${formatDuration(timeoutMs ?? 0)}`,
          goesOn,
        );
      await runtime.sleep(Math.min(pauseMs, left));
    }
  } catch (error) {
    if (error instanceof Interrupted) throw new Interrupted(`interrupted: update ${id} is under way`, goesOn);
    throw error;
  }
}

/** https://docs.aws.amazon.com/eks/latest/userguide/managed-node-update-behavior.html tells what keeps nodes. */
function failure({ cluster, nodegroup }: NodegroupName, { id, status, errors }: NodegroupUpdate): AiplatError {
  const reasons = errors.map(({ code, message }) => `${code}: ${message}`).join("; ");
  const evicts = errors.some(({ code }) => code === "PodEvictionFailure");
  return new AiplatError(
    "OperationFailed",
    `the update of ${nodegroup} is ${status}${reasons === "" ? "" : `: ${reasons}`}`,
    {
      hint: evicts
        ? "A PodDisruptionBudget keeps pods: give it room, or --force ends them all the same."
        : `aws eks describe-update --name ${cluster} --nodegroup-name ${nodegroup} --update-id ${id} tells more.`,
      details: { update: id, errors },
    },
  );
}
