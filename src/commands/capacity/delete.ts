import { someOf } from "../../core/base/check-report.ts";
import { counted } from "../../core/base/counted.ts";
import { capacityName } from "../../core/cluster/capacity-names.ts";
import { shortId } from "../../core/ecs/task-text.ts";
import { AiplatError } from "../../errors.ts";
import type { CapacityUse } from "../../operations/capacity-use.ts";
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
    "of DAEMON services go with the machines. Asks first. Interrupted, the same command goes on.",
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
      const doomed = await Promise.all(names.map((name) => findDoomed(remover, name, cluster)));
      for (const { name, use } of doomed) refuseUse(name, cluster, use);
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
        await deleteCapacity(remover, each, (use) => refuseUse(each.name, cluster, use));
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

/** @throws AiplatError OperationFailed where somebody uses the capacity, with who does. */
function refuseUse(name: string, cluster: string, { tasks, services }: CapacityUse): void {
  if (tasks.length === 0 && services.length === 0) return;
  const users = [
    ...(tasks.length === 0
      ? []
      : [
          `${counted(tasks.length, "task")} on its machines: ` +
            someOf(tasks.map(({ taskArn, group }) => `${shortId(taskArn)} (${group ?? "no group"})`)),
        ]),
    ...(services.length === 0 ? [] : [`services that name it: ${someOf(services)}`]),
  ];
  throw new AiplatError("OperationFailed", `${name} is in use: ${users.join("; ")}`, {
    hint:
      `Move or end them first: aiplat service delete NAME --cluster ${cluster}, aiplat task stop ID --cluster ${cluster}, ` +
      "or give a service another ecs.capacity.",
    details: { capacityProvider: name, tasks: tasks.map(({ taskArn }) => taskArn), services },
  });
}
