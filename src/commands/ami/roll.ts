import { counted } from "../../core/base/counted.ts";
import { present } from "../../core/base/present.ts";
import { describeAmiFamily } from "../../core/catalog/machine-images/ami-families.ts";
import { warningsOf } from "../../core/catalog/machine-images/amis.ts";
import type { ClusterSnapshot } from "../../core/cluster/snapshot.ts";
import { drainRow } from "../../core/plan/drain-row.ts";
import type { DrainPlan } from "../../core/plan/plan-drain.ts";
import { budgetOf, standingOf, type RollBudget, type RollStanding } from "../../core/plan/plan-roll.ts";
import { rolledMachine, type RollResult } from "../../core/plan/roll-result.ts";
import type { Context } from "../../context.ts";
import { AiplatError, exitCodes, type ExitCode } from "../../errors.ts";
import { changeTemplate } from "../../operations/change-template.ts";
import { chooseRollGroup } from "../../operations/find-roll-group.ts";
import { findRollTarget, type RollTarget } from "../../operations/find-roll-target.ts";
import { machinesOf } from "../../operations/observe-roll.ts";
import { obstaclesOf, planFirstDrain, rollMachines, type RollPorts } from "../../operations/roll-machines.ts";
import { amiRollView } from "../../output/ami-roll.ts";
import { note, warn } from "../../output/note.ts";
import { print } from "../../output/print.ts";
import { startProgress } from "../../output/progress.ts";
import { requireEksCluster } from "../shared/eks-cluster.ts";
import { clusterOption } from "../shared/cluster-state.ts";
import { confirm } from "../shared/confirm.ts";
import { defineCommand } from "../command.ts";
import { imageId } from "../shared/image-id.ts";
import { namedCluster } from "../shared/named-cluster.ts";
import type { OptionSpec, OptionsOf } from "../shared/option.ts";
import { duration } from "../shared/parse-numbers.ts";
import { readClusterState } from "../shared/read-cluster-state.ts";

const rollOptions = [
  clusterOption,
  {
    flags: "--auto-scaling-group <name>",
    description: "the Auto Scaling group whose machines to replace",
    defaultText: "the only one that the cluster's machines are of",
  },
  {
    flags: "--nodegroup <name>",
    description: "EKS: the managed node group of --cluster whose nodes EKS is to replace by ones of the newest release",
  },
  {
    flags: "--image-id <ami>",
    description: "the image that every machine is to have",
    defaultText: "the newest of the family that the group launches",
    parse: imageId,
  },
  {
    flags: "--max-unavailable <number>",
    description: "how many machines may be out of use at a time, as 2 or 25%",
    default: "1",
    parse: rollBudget,
  },
  {
    flags: "--force",
    description:
      "drain a machine even where its tasks have no place: their services have fewer until one is; of a node group, " +
      "end pods that cannot be evicted",
  },
  { flags: "--dry-run", description: "show which machines would be replaced, and change nothing" },
  {
    flags: "--timeout <duration>",
    description: "give up waiting after this time (exit 5), e.g. 90m, 6h; machines that drain go on doing so",
    defaultText: "wait as long as it takes",
    parse: duration,
  },
] as const satisfies readonly OptionSpec[];

type RollOptions = OptionsOf<typeof rollOptions>;

export const amiRoll = defineCommand({
  description:
    "Replaces the machines of an Auto Scaling group that have another image than its family's newest. The launch " +
    "template gets a version with that image; then machine by machine, within --max-unavailable, a machine is set to " +
    "DRAINING, as `cluster drain` does it, waited for until its tasks have left, and ended by its group, which launches " +
    "another. Tasks of services move, within their deployment configuration; a task of no service runs to its end. " +
    "Asks first. Exits 4 where no machine can be drained, with the reason. How far it has come is read from the " +
    "machines: interrupted, the same command goes on. Of a node group EKS does all this (UpdateNodegroupVersion), and the " +
    "command follows it.",
  options: rollOptions,
  examples: [
    ["aiplat ami roll --cluster prod --dry-run", "which machines are behind?"],
    [
      "aiplat ami roll --cluster prod --auto-scaling-group aiplat-prod-inf2 --max-unavailable 2 --yes --timeout 6h",
      "two at a time, without a question",
    ],
    ["aiplat ami roll --cluster prod --nodegroup bert", "the nodes of a managed node group on EKS"],
  ],
  formats: ["text", "json", "yaml", "table", "markdown"],
  run: async (context, { options }) => {
    if (options.nodegroup !== undefined) return rollNodes(context, options.nodegroup, options);
    const cluster = await namedCluster(context, options.cluster);
    const [ecs, images, groups, region] = await Promise.all([
      context.aws.ecs(),
      context.aws.machineImages(),
      context.aws.autoScaling(),
      context.aws.region(),
    ]);
    const ports: RollPorts = { ecs, images, groups, ssm: () => context.aws.ssm(region), region };
    const [snapshot, all] = await Promise.all([readClusterState(context, ecs, cluster), images.groups()]);
    const group = chooseRollGroup(all, snapshot.instances, cluster, options.autoScalingGroup);
    const target = await findRollTarget(ports, group, options.imageId);
    if (target.family !== undefined) await warn(context, ...warningsOf(target.family));
    const machines = machinesOf(group, snapshot.instances);
    const standing = standingOf({
      desired: group.desired,
      imageId: target.imageId,
      machines,
      budget: budgetOf(options.maxUnavailable, group.desired),
    });
    const silent = machines.filter(({ imageId }) => imageId === undefined).map(({ ec2InstanceId }) => ec2InstanceId);
    if (silent.length > 0) note(context, `${silent.join(", ")} does not say its image, and stays`);
    return roll(context, ports, options, { snapshot, target, standing });
  },
});

/** @throws AiplatError Usage for flags of an Auto Scaling group, and without a cluster. */
async function rollNodes(context: Context, nodegroup: string, options: RollOptions): Promise<void> {
  const flag = Object.entries({
    "--auto-scaling-group": options.autoScalingGroup,
    "--image-id": options.imageId,
  }).find(([, value]) => value !== undefined);
  if (flag !== undefined)
    throw new AiplatError("Usage", `${flag[0]} does not go with --nodegroup`, {
      hint: "EKS has the group and chooses the image of a managed node group: leave it out.",
    });
  const { rollNodegroup } = await import("./roll-nodegroup.ts");
  const { force = false, dryRun = false, timeout: timeoutMs } = options;
  const cluster = requireEksCluster(options.cluster);
  return rollNodegroup(context, { cluster, nodegroup }, { force, dryRun, ...present({ timeoutMs }) });
}

interface Prepared {
  readonly snapshot: ClusterSnapshot;
  readonly target: RollTarget;
  readonly standing: RollStanding;
}

async function roll(
  context: Context,
  ports: RollPorts,
  options: RollOptions,
  { snapshot, target, standing }: Prepared,
): Promise<ExitCode> {
  const { group, change } = target;
  const { cluster } = snapshot;
  const planned = resultOf(
    snapshot,
    target,
    standing.left.map((each) => rolledMachine(each, "to-replace")),
  );
  const isOver = standing.done && change === undefined;
  if (isOver) note(context, `every machine of ${group.name} has ${target.imageId}: nothing to do`);
  if (isOver || options.dryRun === true) {
    const obstacles = isOver ? [] : await obstaclesNow(ports, snapshot, standing);
    await print(context, amiRollView({ ...planned, ...(obstacles.length === 0 ? {} : { obstacles }) }));
    if (!isOver) tellPlan(context, target, standing);
    for (const obstacle of obstacles) note(context, obstacle);
    return obstacles.length > 0 ? exitCodes.capacity : exitCodes.success;
  }
  const obstacles = options.force === true ? [] : await obstaclesNow(ports, snapshot, standing);
  if (obstacles.length > 0) {
    await print(context, amiRollView({ ...planned, obstacles }));
    throw refusal(cluster, obstacles);
  }
  tellPlan(context, target, standing);
  const what = `${counted(standing.left.length, "machine")} of ${group.name}`;
  await confirm(context, {
    doing: `replacing ${what}`,
    question: `Replace ${what} with ${target.imageId}?`,
    hint: "Say it in advance with --yes; --dry-run shows what would be replaced.",
    refused: "nothing was changed",
  });
  const version = await changeTemplate(ports.images, target);
  if (change !== undefined) note(context, `${target.used.templateName} version ${version} has ${target.imageId}`);
  const progress = await startProgress(context, `rolling ${group.name}`);
  const outcome = await rollMachines(
    ports,
    {
      cluster,
      group: group.name,
      imageId: target.imageId,
      budget: options.maxUnavailable,
      force: options.force === true,
      ...present({ timeoutMs: options.timeout }),
      planned: standing.left,
      onDrain: (plan) => {
        tellDrain(context, plan);
      },
      onEvent: (text) => note(context, text),
      onStanding: ({ left, draining, unavailable }) =>
        progress.update(
          `rolling ${group.name}: ${left.length} left, ${draining.length} draining, ${unavailable} not in use`,
        ),
    },
    context,
  ).finally(() => {
    progress.stop();
  });
  const rolled = [
    ...outcome.replaced.map((each) => rolledMachine(each, "replaced")),
    ...outcome.left.map((each) => rolledMachine(each)),
  ];
  const stuck = outcome.obstacles;
  await print(
    context,
    amiRollView({ ...resultOf(snapshot, target, rolled, version), ...present({ obstacles: stuck }) }),
  );
  if (stuck === undefined) return exitCodes.success;
  for (const obstacle of stuck) note(context, obstacle);
  note(context, makeRoom(cluster));
  return exitCodes.capacity;
}

/** Why nothing could be done now; none where a machine is on its way out or in, of which room may come, or one can be drained. */
async function obstaclesNow(
  { ecs }: RollPorts,
  snapshot: ClusterSnapshot,
  { left, unavailable }: RollStanding,
): Promise<readonly string[]> {
  if (left.length === 0 || unavailable > 0) return [];
  const plans = await planFirstDrain(ecs, snapshot, left);
  return plans.some(({ obstacles }) => obstacles.length === 0) ? [] : obstaclesOf(plans);
}

function resultOf(
  { cluster }: ClusterSnapshot,
  { group, imageId, used }: RollTarget,
  machines: RollResult["machines"],
  version = used.number,
): RollResult {
  return {
    cluster,
    autoScalingGroup: group.name,
    imageId,
    launchTemplate: {
      id: used.templateId,
      name: used.templateName,
      version,
      ...present({ imageId: used.imageId }),
    },
    machines,
  };
}

/** What is going to be done, before somebody is asked. */
function tellPlan(
  context: Context,
  { group, imageId, family, used, change }: RollTarget,
  standing: RollStanding,
): void {
  const which = family === undefined ? "" : `, the newest of ${describeAmiFamily(family)}`;
  note(
    context,
    `${counted(standing.left.length, "machine")} of ${group.desired} of ${group.name} to replace with ${imageId}${which}`,
  );
  if (change !== undefined) {
    const { create, version, adopt } = change;
    const made =
      create === undefined
        ? `version ${version} of ${used.templateName} has it`
        : `${used.templateName} gets a version with it (now ${used.number}, with ${used.imageId ?? "no image"})`;
    const adopted = { default: ", which becomes its default", group: `, which ${group.name} launches from then on` };
    note(context, `${made}${adopt === undefined ? "" : adopted[adopt]}`);
  }
  const stack = group.tags["aws:cloudformation:stack-name"];
  if (change !== undefined && stack !== undefined)
    note(
      context,
      `CloudFormation stack ${stack} made ${group.name}: change the image in its template too, or its next update puts ` +
        "the old one back",
    );
  if (standing.draining.length > 0)
    note(context, `DRAINING already: ${standing.draining.map(({ ec2InstanceId }) => ec2InstanceId).join(", ")}`);
}

function tellDrain(context: Context, { ec2InstanceId, tasks, obstacles }: DrainPlan): void {
  note(context, `${ec2InstanceId} drains: ${tasks.length === 0 ? "it has no tasks" : counted(tasks.length, "task")}`);
  for (const { id, of, goesTo } of tasks.map(drainRow)) note(context, `  ${id} of ${of} goes to ${goesTo}`);
  for (const obstacle of obstacles) note(context, `  ${obstacle}`);
}

function refusal(cluster: string, obstacles: readonly string[]): AiplatError {
  return new AiplatError("NoCapacity", `no machine can be drained: ${obstacles.join("; ")}`, {
    hint: makeRoom(cluster),
    details: { obstacles },
  });
}

function makeRoom(cluster: string): string {
  return (
    `Make room first, e.g. by one machine more in the group (aiplat cluster explain --cluster ${cluster} says what ` +
    "else), or give the service room in its deployment configuration; --force drains all the same."
  );
}

function rollBudget(text: string, flag: string): RollBudget {
  const [, digits = "", percent] = /^(\d{1,4})(%?)$/.exec(text) ?? [];
  const number = Number(digits);
  if (digits === "" || number === 0 || (percent === "%" && number > 100))
    throw new AiplatError("Usage", `${flag} ${text}: must be a number of machines from 1, or a share up to 100%`);
  return percent === "%" ? { percent: number } : { machines: number };
}
