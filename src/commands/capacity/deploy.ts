import { counted } from "../../core/base/counted.ts";
import { present } from "../../core/base/present.ts";
import { changeRows } from "../../core/capacity/change-rows.ts";
import { listOr } from "../../core/base/problem.ts";
import { plain } from "../../output/style.ts";
import { AiplatError, printsResult } from "../../errors.ts";
import {
  deployCapacity,
  dropPrepared,
  findDefaultChange,
  prepareCapacity,
  type Deployer,
  type PreparedCapacity,
} from "../../operations/deploy-capacity.ts";
import { randomToken } from "../../operations/tokens.ts";
import { capacityChangesView, drawChanges, type StackChanges } from "../../output/capacity-changes.ts";
import { deployedCapacityView, type DeployedCapacity } from "../../output/capacity-result.ts";
import { note } from "../../output/note.ts";
import { print } from "../../output/print.ts";
import { startStackProgress } from "../../output/stack-progress.ts";
import { confirm } from "../shared/confirm.ts";
import { defineCommand } from "../command.ts";
import { duration } from "../shared/parse-numbers.ts";
import { workloadArgument } from "../shared/workload-options.ts";
import { capacityOptions } from "./capacity-options.ts";
import { loadCapacity } from "./load-capacity.ts";

export const capacityDeploy = defineCommand({
  description:
    "Makes the machines that a workload needs on ECS, or changes them: what capacity generate prints, carried out by " +
    "CloudFormation. Shows what CloudFormation would change, asks, waits, and adds the capacity provider to the " +
    "cluster's list; all else of the list stays. Nothing to change is success. Interrupted or failed, the same " +
    "command goes on. Exits 4 where a quota or AWS's capacity does not allow it.",
  arguments: [workloadArgument],
  options: [
    ...capacityOptions,
    {
      flags: "--default",
      description: "make the provider the cluster's default strategy: it then starts every task that says nothing else",
    },
    { flags: "--dry-run", description: "show what CloudFormation would change, and change nothing" },
    {
      flags: "--timeout <duration>",
      description: "give up waiting after this time (exit 5), e.g. 90s, 30m; CloudFormation goes on",
      default: "30m",
      parse: duration,
    },
  ],
  takesCommand: true,
  examples: [
    [
      "aiplat capacity deploy --cluster prod --subnet subnet-1a2b3c4d",
      "the machines of ./aiplat.yaml, after a look at the changes",
    ],
    [
      "aiplat capacity deploy --cluster lab --create-cluster --instance-type inf2.xlarge --subnet subnet-1a2b3c4d " +
        "--default --yes",
      "a new cluster that starts machines by itself, without a question",
    ],
    ["aiplat capacity deploy --cluster prod --subnet subnet-1a2b3c4d --dry-run -o json", "the changes, for a script"],
  ],
  formats: ["text", "json", "yaml", "table", "markdown"],
  run: async (context, invocation) => {
    const { options } = invocation;
    const plans = await loadCapacity(context, invocation);
    const [first] = plans;
    if (first === undefined) return;
    const { cluster } = first;
    if (options.default === true && plans.length > 1)
      throw new AiplatError(
        "Usage",
        `--default: one provider alone can be the default, and there are ${plans.length}`,
        {
          hint: `Choose one with --instance-type (${listOr(plans.map(({ instanceType }) => instanceType))}).`,
        },
      );
    const [ecs, cloudFormation] = await Promise.all([context.aws.ecs(), context.aws.cloudFormation()]);
    const progress = await startStackProgress(context, `cluster ${cluster}`);
    const deadline = context.now() + options.timeout;
    const deployer: Deployer = {
      ecs,
      cloudFormation,
      runtime: context,
      token: randomToken(),
      watch: (name) => ({
        name,
        deadline,
        hint: "The same command goes on, and waits again.",
        onEvent: progress.event,
      }),
    };
    const open: PreparedCapacity[] = [];
    const done: DeployedCapacity[] = [];
    try {
      for (const plan of plans) open.push(await prepareCapacity(deployer, plan, options.dryRun !== true));
      const defaultStrategy = options.default === true ? await findDefaultChange(deployer, first) : undefined;
      progress.stop();
      const changes = { cluster, items: open.map(changesOf), ...present({ defaultStrategy }) };
      if (options.dryRun === true) return await print(context, capacityChangesView(changes));
      const changed = changes.items.filter(({ action }) => action !== "none");
      if (changed.length > 0 || defaultStrategy !== undefined) {
        note(context, drawChanges({ ...changes, items: changed }, plain).trimEnd());
        await confirm(context, {
          doing: `changing ${nameChanged(changed, defaultStrategy !== undefined)}`,
          question: `Carry that out in cluster ${cluster}?`,
          hint: "The changes are above. Say it in advance with --yes.",
          refused: "nothing was changed",
          answerable: !invocation.args.includes("-"),
        });
      }
      for (let next = open[0]; next !== undefined; next = open[0]) {
        const deploying = await startStackProgress(context, `deploying ${next.plan.stackName}`);
        // Once it is carried out there is nothing to take back.
        const [prepared] = open.splice(0, 1);
        const { listed } = await deployCapacity(deployer, prepared!, options.default === true).finally(deploying.stop);
        done.push(deployedOf(prepared!, listed));
      }
    } catch (error) {
      if (error instanceof AiplatError && printsResult(error)) {
        progress.stop();
        await print(
          context,
          options.dryRun === true
            ? capacityChangesView({ cluster, items: open.map(changesOf) })
            : deployedCapacityView(cluster, done),
        );
      }
      throw error instanceof AiplatError && done.length > 0 ? withEarlier(error, done) : error;
    } finally {
      progress.stop();
      await dropPrepared(deployer, open);
    }
    await print(context, deployedCapacityView(cluster, done));
    if (done.every(({ action }) => action === "unchanged"))
      note(
        context,
        `CloudFormation compares templates alone: aiplat capacity check --cluster ${cluster} finds what was changed beside them.`,
      );
    for (const said of new Set(plans.flatMap(({ notes }) => notes))) note(context, said);
    if (options.default !== true)
      note(
        context,
        `Tasks have their machines started by --default, or with this in the workload:\n  ecs: { capacity: ${capacityText(done)} }`,
      );
  },
});

/** The providers as a workload names them. */
function capacityText(done: readonly DeployedCapacity[]): string {
  const providers = done.map(({ capacityProvider }) => `{ provider: ${capacityProvider} }`);
  return providers.length === 1 ? providers[0]! : `[${providers.join(", ")}]`;
}

function nameChanged(changed: readonly StackChanges[], isDefaultChanged: boolean): string {
  const stacks =
    changed.length > 1 ? [counted(changed.length, "stack")] : changed.map(({ stackName }) => `stack ${stackName}`);
  return listOr([...stacks, ...(isDefaultChanged ? ["the cluster's default strategy"] : [])], "and");
}

function changesOf({ plan: { stackName }, action, changes }: PreparedCapacity): StackChanges {
  return { stackName, action, changes: changeRows(changes) };
}

function deployedOf({ plan, action }: PreparedCapacity, listed: boolean): DeployedCapacity {
  return {
    stackName: plan.stackName,
    instanceType: plan.instanceType,
    capacityProvider: plan.stackName,
    action: action === "none" ? "unchanged" : `${action}d`,
    cluster: listed ? "added" : "unchanged",
  };
}

/** The capacities that were deployed before another one failed. */
function withEarlier(error: AiplatError, done: readonly DeployedCapacity[]): AiplatError {
  const earlier = `Deployed before: ${done.map(({ stackName }) => stackName).join(", ")}.`;
  return new AiplatError(error.code, error.message, {
    hint: error.hint === undefined ? earlier : `${error.hint}\n${earlier}`,
    details: { ...error.details, earlier: done },
    cause: error,
  });
}
