import { nameOfArn, shortIdLength } from "../../core/ecs-api/arn.ts";
import { present } from "../../core/base/present.ts";
import { formatDuration } from "../../core/base/duration.ts";
import { listOr } from "../../core/base/problem.ts";
import type { ClusterSnapshot, ContainerInstance } from "../../core/cluster/snapshot.ts";
import { changeLine, countStatuses } from "../../core/ecs/task-text.ts";
import { drainRow } from "../../core/plan/drain-row.ts";
import type { DrainPlan } from "../../core/plan/plan-drain.ts";
import type { Context } from "../../context.ts";
import { AiplatError, exitCodes, type ExitCode } from "../../errors.ts";
import { planDrainOf } from "../../operations/plan-drain-of.ts";
import { waitForTasks } from "../../operations/wait-for-tasks.ts";
import type { EcsPort } from "../../ports.ts";
import { instanceDrainView } from "../../output/instance-drain.ts";
import { note } from "../../output/note.ts";
import { print } from "../../output/print.ts";
import { startTaskProgress } from "../../output/task-progress.ts";
import { clusterOption } from "../shared/cluster-state.ts";
import { defineCommand } from "../command.ts";
import { namedCluster } from "../shared/named-cluster.ts";
import { duration } from "../shared/parse-numbers.ts";
import { readClusterState } from "../shared/read-cluster-state.ts";

export const clusterDrain = defineCommand({
  description:
    "Shows where the tasks of a container instance would go, device by device, sets it to DRAINING, and waits until " +
    "they have left. ECS moves the tasks of services, within their deployment configuration; a task of no service runs " +
    "to its end. Refused, with the reason (exit 4), where a task has no place or its service lets ECS neither stop one " +
    "nor start another. Interrupted, the same command goes on.",
  arguments: [
    { syntax: "<instance>", description: "EC2 id, id (8 characters will do) or ARN of the container instance" },
  ],
  options: [
    clusterOption,
    { flags: "--dry-run", description: "show where the tasks would go, and change nothing" },
    {
      flags: "--force",
      description: "drain it even where tasks have no place: their services have fewer until one is",
    },
    { flags: "--no-wait", description: "do not wait until the tasks have left" },
    {
      flags: "--timeout <duration>",
      description: "give up waiting after this time (exit 5), e.g. 90s, 30m, 2h; the draining goes on",
      defaultText: "wait as long as it takes",
      parse: duration,
    },
  ],
  examples: [
    ["aiplat cluster drain i-0abc12345678def90 --cluster prod --dry-run", "where would its tasks go?"],
    ["aiplat cluster drain i-0abc12345678def90 --cluster prod --timeout 1h", "before the machine is replaced"],
  ],
  formats: ["text", "json", "yaml", "table", "markdown"],
  run: async (context, { args: [name = ""], options }) => {
    const cluster = await namedCluster(context, options.cluster);
    const ecs = await context.aws.ecs();
    const snapshot = await readClusterState(context, ecs, cluster);
    const instance = requireInstance(snapshot, name);
    const plan = await planDrainOf(ecs, snapshot, instance);
    await print(context, instanceDrainView(plan, plan.tasks.map(drainRow)));
    const stuck = plan.obstacles.length > 0;
    if (options.dryRun === true) {
      for (const obstacle of plan.obstacles) note(context, obstacle);
      return stuck ? exitCodes.capacity : exitCodes.success;
    }
    if (stuck && options.force !== true && plan.status !== "DRAINING") throw refusal(plan);
    if (plan.status === "DRAINING") note(context, `${plan.ec2InstanceId} is DRAINING already`);
    else await ecs.drainInstance(snapshot.cluster, instance.arn);
    return options.wait === false ? exitCodes.success : waitUntilLeft(context, ecs, plan, options.timeout);
  },
});

/** @throws AiplatError NotFound when the cluster has none of that name, or several. */
function requireInstance({ cluster, instances }: ClusterSnapshot, name: string): ContainerInstance {
  const found = instances.filter(
    ({ arn, ec2InstanceId }) =>
      [arn, nameOfArn(arn), ec2InstanceId].includes(name) ||
      (name.length >= shortIdLength && nameOfArn(arn).startsWith(name)),
  );
  const [first, second] = found;
  if (first !== undefined && second === undefined) return first;
  const ids = instances.slice(0, 5).map(({ ec2InstanceId }) => ec2InstanceId);
  throw new AiplatError(
    "NotFound",
    first === undefined
      ? `cluster ${cluster} has no container instance ${name}`
      : `cluster ${cluster} has ${found.length} container instances whose ids start with ${name}`,
    {
      hint:
        ids.length === 0
          ? "It has none at all."
          : `It has ${listOr(ids, "and")}${instances.length > ids.length ? " and more" : ""}: aiplat cluster devices shows those with accelerators.`,
    },
  );
}

function refusal({ ec2InstanceId, obstacles, cluster }: DrainPlan): AiplatError {
  return new AiplatError("NoCapacity", `${ec2InstanceId} is not drained: ${obstacles.join("; ")}`, {
    hint:
      `Make room first (aiplat cluster explain --cluster ${cluster} says how), or give the service room in its ` +
      "deployment configuration; --force drains it anyway.",
    details: { obstacles },
  });
}

async function waitUntilLeft(
  context: Context,
  ecs: EcsPort,
  plan: DrainPlan,
  timeoutMs: number | undefined,
): Promise<ExitCode> {
  const { cluster, ec2InstanceId, tasks } = plan;
  // ECS stops its daemons last, once nothing else is there.
  const leaving = tasks.filter(({ as }) => as !== "daemon").map(({ taskArn }) => taskArn);
  const lasting = tasks.filter(({ as }) => as === "runs-to-its-end");
  if (lasting.length > 0)
    note(
      context,
      `waiting for ${lasting.length === 1 ? "a task" : `${lasting.length} tasks`} of no service too: aiplat task stop ends one`,
    );
  if (leaving.length > 0) {
    const progress = await startTaskProgress(context, leaving.length, { live: true });
    const startedAt = context.now();
    try {
      await waitForTasks(ecs, cluster, leaving, context, {
        ...present({ timeoutMs }),
        hint: `It goes on draining. To wait again:  aiplat cluster drain ${ec2InstanceId} --cluster ${cluster}`,
        onChange: ({ task }) => progress.change(changeLine(task)),
        onPoll: (known) => progress.stand(`${countStatuses(known)}  ${formatDuration(context.now() - startedAt)}`),
      });
    } finally {
      progress.stop();
    }
  }
  note(context, `${ec2InstanceId} is drained`);
  return exitCodes.success;
}
