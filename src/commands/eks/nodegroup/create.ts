import { counted } from "../../../core/base/counted.ts";
import { planNodegroup } from "../../../core/kubernetes/nodes/node-group.ts";
import { setupNotes } from "../../../core/kubernetes/nodes/pool-notes.ts";
import { AiplatError, printsResult } from "../../../errors.ts";
import { createNodegroup, type MadeResource } from "../../../operations/create-nodegroup.ts";
import { randomToken } from "../../../operations/tokens.ts";
import { madeNodegroupsView } from "../../../output/made-nodegroups.ts";
import { note } from "../../../output/note.ts";
import { print } from "../../../output/print.ts";
import { startProgress } from "../../../output/progress.ts";
import { confirm } from "../../shared/confirm.ts";
import { defineCommand } from "../../command.ts";
import { workloadArgument } from "../../shared/load-workload.ts";
import { loadNodes, nodeOptions } from "../node-options.ts";

export const eksNodegroupCreate = defineCommand({
  description:
    "Creates the node groups that a workload needs, with their launch templates and placement groups: " +
    "exactly what eks nodegroup generate prints. What exists already with the same settings is used as it is, " +
    "so the command can be repeated. Asks first.",
  arguments: [workloadArgument],
  options: [
    ...nodeOptions,
    {
      flags: "--client-token <token>",
      description: "the same token makes the same resources once",
      defaultText: "random",
    },
  ],
  takesCommand: true,
  examples: [
    [
      "aiplat eks nodegroup create --cluster prod --node-role arn:aws:iam::123456789012:role/eks-node " +
        "--subnet subnet-1a2b3c4d --yes",
      "the node group of ./aiplat.yaml, without a question",
    ],
    ["aws eks wait nodegroup-active --cluster-name prod --nodegroup-name bert", "wait until its nodes have joined"],
  ],
  formats: ["text", "json", "yaml", "table", "markdown"],
  run: async (context, invocation) => {
    const { options } = invocation;
    const { workload, settings, fleets } = await loadNodes(context, invocation, "nodegroup");
    const plans = fleets.map((fleet) => planNodegroup(workload.name, fleet, settings));
    const nodes = plans
      .map(({ nodegroup }) => `${nodegroup.nodegroupName} (${counted(nodegroup.scalingConfig.desiredSize, "node")})`)
      .join(", ");
    await confirm(context, {
      doing: `creating ${nodes} in cluster ${settings.cluster}`,
      question: `Create ${nodes} in cluster ${settings.cluster}?`,
      hint: "Say it in advance with --yes; aiplat eks nodegroup generate shows what would be made.",
      refused: "nothing was created",
    });
    const eks = await context.aws.eks();
    const token = options.clientToken ?? randomToken();
    const made: MadeResource[] = [];
    const progress = await startProgress(
      context,
      `making ${plans.length === 1 ? "a node group" : `${plans.length} node groups`} in cluster ${settings.cluster}`,
    );
    try {
      // One after the other: a failure leaves a state that can be told in a sentence.
      for (const plan of plans)
        made.push(...(await createNodegroup({ eks, ec2: () => context.aws.ec2() }, plan, token)));
    } catch (error) {
      if (error instanceof AiplatError && printsResult(error)) {
        progress.stop();
        await print(context, madeNodegroupsView(settings.cluster, made));
      }
      throw error instanceof AiplatError && made.length > 0 ? withEarlier(error, made) : error;
    } finally {
      progress.stop();
    }
    await print(context, madeNodegroupsView(settings.cluster, made));
    for (const said of setupNotes(fleets, true)) note(context, said);
    note(
      context,
      `Nodes join within minutes: aws eks wait nodegroup-active --cluster-name ${settings.cluster} ` +
        `--nodegroup-name ${plans[0]!.nodegroup.nodegroupName}`,
    );
  },
});

/** The node groups that were made before another one failed. */
function withEarlier(error: AiplatError, made: readonly MadeResource[]): AiplatError {
  const groups = made
    .filter(({ resource }) => resource === "nodegroup")
    .map(({ name, action }) => `${name} (${action})`);
  const earlier = `Made before: node group ${groups.join(", ")}.`;
  return new AiplatError(error.code, error.message, {
    hint: error.hint === undefined ? earlier : `${error.hint}\n${earlier}`,
    details: { ...error.details, earlier: made },
    cause: error,
  });
}
