import { someOf } from "../../core/base/check-report.ts";
import { counted } from "../../core/base/counted.ts";
import { othersThan, usersOf, type ClusterContents, type ClusterOthers } from "../../core/capacity/capacity-use.ts";
import { capacityName } from "../../core/cluster/capacity-names.ts";
import type { Task } from "../../core/ecs-api/api.ts";
import { shortId } from "../../core/ecs/task-text.ts";
import { AiplatError } from "../../errors.ts";
import { deleteCapacity, findDoomed, type DoomedCapacity, type Remover } from "../../operations/delete-capacity.ts";
import { randomToken } from "../../operations/tokens.ts";
import { deletedCapacityView } from "../../output/capacity-result.ts";
import { print } from "../../output/print.ts";
import { startStackProgress } from "../../output/stack-progress.ts";
import { confirm } from "../shared/confirm.ts";
import { defineCommand } from "../command.ts";
import { duration } from "../shared/parse-numbers.ts";
import { workloadArgument, workloadOptions } from "../shared/workload-options.ts";
import { loadMachines } from "./load-machines.ts";

export const capacityDelete = defineCommand({
  description:
    "Takes machines away that capacity deploy made: the provider out of the cluster's list, the protection off the " +
    "machines, the group to none, then the stack. Refused while tasks run there or a service names the provider; tasks " +
    "of DAEMON services go with the machines. A cluster that the stack made goes with it: refused, too, while anything " +
    "of others is in it. Asks first. Interrupted, the same command goes on.",
  arguments: [workloadArgument],
  options: [
    ...workloadOptions,
    {
      flags: "--timeout <duration>",
      description: "give up waiting after this time (exit 5), e.g. 90s, 30m; AWS goes on",
      default: "30m",
      parse: duration,
    },
  ],
  takesCommand: true,
  examples: [
    ["aiplat capacity delete --cluster lab --instance-type inf2.xlarge", "the machines of one type, after a question"],
    ["aiplat capacity delete --cluster prod --yes", "those of ./aiplat.yaml, without a question"],
  ],
  formats: ["text", "json", "yaml", "table", "markdown"],
  run: async (context, invocation) => {
    const { options } = invocation;
    const { cluster, fleets } = await loadMachines(context, invocation);
    const { aws } = context;
    const [ecs, autoScaling, cloudFormation] = await Promise.all([aws.ecs(), aws.autoScaling(), aws.cloudFormation()]);
    const names = fleets.map(({ type }) => capacityName(cluster, type.instanceType));
    const progress = await startStackProgress(context, `deleting ${names.join(", ")}`);
    const deadline = context.now() + options.timeout;
    const remover: Remover = {
      ecs,
      autoScaling,
      cloudFormation,
      runtime: context,
      token: randomToken(),
      say: progress.say,
      watch: (name) => ({
        name,
        deadline,
        hint: "The same command goes on, and waits again.",
        onEvent: progress.event,
      }),
    };
    const done: DoomedCapacity[] = [];
    try {
      const doomed = await findDoomed(remover, names, cluster, refuseUse);
      progress.stop();
      const what = doomed.map(describe).join(", ");
      await confirm(context, {
        doing: `deleting ${what}`,
        question: `Delete ${what} from cluster ${cluster}?`,
        hint: "Say it in advance with --yes.",
        refused: "nothing was deleted",
        answerable: !invocation.args.includes("-"),
      });
      for (const each of doomed) {
        await deleteCapacity(remover, each, done, refuseUse);
        done.push(each);
      }
    } catch (error) {
      if (!(error instanceof AiplatError) || done.length === 0) throw error;
      const earlier = `Deleted before: ${done.map(({ name }) => name).join(", ")}.`;
      throw new AiplatError(error.code, error.message, {
        hint: error.hint === undefined ? earlier : `${error.hint}\n${earlier}`,
        details: { ...error.details, deleted: done.map(({ name }) => name) },
        cause: error,
      });
    } finally {
      progress.stop();
    }
    await print(
      context,
      deletedCapacityView(
        cluster,
        done.map(({ name }) => ({ stackName: name })),
      ),
    );
  },
});

function describe({ name, instances, makesCluster }: DoomedCapacity): string {
  const machines = `${name} with ${counted(instances.length, "machine")}`;
  return makesCluster ? `${machines} and the cluster itself` : machines;
}

/** @throws AiplatError OperationFailed where somebody uses a capacity, or a cluster that goes with it, with who does. */
function refuseUse(doomed: readonly DoomedCapacity[], contents: ClusterContents): void {
  for (const each of doomed) {
    const use = usersOf(contents, each);
    const others = each.makesCluster ? othersThan(doomed, contents) : noOthers;
    const users = [
      ...useLine(`${each.name} is in use`, [
        ["task", "on its machines", taskNames(use.tasks.filter(({ containerInstanceArn: machine }) => machine))],
        ["task", "waiting for a machine of it", taskNames(use.tasks.filter((task) => !task.containerInstanceArn))],
        ["service", "naming it", use.services],
      ]),
      ...useLine(`cluster ${each.cluster} goes with its stack, and has more`, [
        ["service", "of others", others.services],
        ["machine", "of others", others.machines],
        ["task", "on no machine", taskNames(others.tasks)],
        ["capacity provider", "in its list", others.providers],
      ]),
    ];
    if (users.length === 0) continue;
    const at = `--cluster ${each.cluster}`;
    throw new AiplatError("OperationFailed", users.join("\n"), {
      hint:
        `Move or end them first: aiplat service delete NAME ${at}, aiplat task stop ID ${at}, ` +
        `aiplat capacity delete ${at} --instance-type TYPE, or give a service another ecs.capacity.`,
      details: {
        capacityProvider: each.name,
        tasks: [...use.tasks, ...others.tasks].map(({ taskArn }) => taskArn),
        services: [...use.services, ...others.services],
        ...(each.makesCluster ? { machines: others.machines, otherProviders: others.providers } : {}),
      },
    });
  }
}

const noOthers: ClusterOthers = { services: [], machines: [], tasks: [], providers: [] };

function taskNames(tasks: readonly Task[]): readonly string[] {
  return tasks.map(({ taskArn, group }) => `${shortId(taskArn)} (${group ?? "no group"})`);
}

type Users = readonly [one: string, where: string, names: readonly string[]];

function useLine(what: string, users: readonly Users[]): readonly string[] {
  const there = users.filter(([, , names]) => names.length > 0);
  if (there.length === 0) return [];
  return [
    `${what}: ${there.map(([one, where, names]) => `${counted(names.length, one)} ${where}: ${someOf(names)}`).join("; ")}`,
  ];
}
