import type { Context } from "../../../context.ts";
import { karpenterManifests } from "../../../core/kubernetes/nodes/karpenter.ts";
import { planNodegroup, sharedName } from "../../../core/kubernetes/nodes/node-group.ts";
import { nodeTargets } from "../../../core/kubernetes/nodes/settings.ts";
import { manifestsText } from "../../../output/manifests.ts";
import { note, warn } from "../../../output/note.ts";
import { printArtefact } from "../../../output/print.ts";
import { defineCommand } from "../../command.ts";
import { loadWorkload, workloadArgument } from "../../shared/load-workload.ts";
import { nodeOptions, readNodes, type Nodes } from "../node-options.ts";

export const eksNodegroupGenerate = defineCommand({
  description:
    "Prints the nodes that a workload needs: as the inputs of create-placement-group, " +
    "create-launch-template and create-nodegroup, which eks nodegroup create makes, " +
    "or as Karpenter's EC2NodeClass, NodePool and NodeOverlay. Calls nothing. " +
    "Instance types with EFA interfaces have a node group each.",
  arguments: [workloadArgument],
  options: [
    { flags: "--as <target>", description: "what makes the nodes", choices: nodeTargets, default: "nodegroup" },
    ...nodeOptions,
  ],
  takesCommand: true,
  examples: [
    [
      "aiplat eks nodegroup generate --cluster prod --node-role arn:aws:iam::123456789012:role/eks-node " +
        "--subnet subnet-1a2b3c4d",
      "the node group of ./aiplat.yaml, for review",
    ],
    [
      "aiplat eks nodegroup generate --cluster prod --node-role eks-node --as karpenter " +
        "| kubectl apply --server-side -f -",
      "the same nodes, made by Karpenter when pods need them",
    ],
  ],
  formats: ["text", "json", "yaml"],
  run: async (context, invocation) => {
    const target = invocation.options.as;
    const loaded = await loadWorkload(context, invocation);
    await warn(context, ...loaded.warnings);
    const nodes = readNodes(loaded, invocation.options, target);
    if (target === "karpenter") return printKarpenter(context, nodes);
    const plans = nodes.fleets.map((fleet) => planNodegroup(nodes.workload.name, fleet, nodes.settings));
    await printArtefact(context, plans.length === 1 ? plans[0] : plans);
  },
});

async function printKarpenter(context: Context, { workload, settings, fleets }: Nodes): Promise<void> {
  const manifests = fleets.flatMap((fleet) => karpenterManifests(workload.name, fleet, settings));
  context.stdout.write(await manifestsText(context, manifests));
  for (const fleet of fleets.filter((each) => each.placementGroup)) {
    note(
      context,
      "Karpenter makes no placement group: aws ec2 create-placement-group --strategy cluster " +
        `--group-name ${sharedName(settings.cluster, fleet)}`,
    );
  }
  if (manifests.some(({ kind }) => kind === "NodeOverlay"))
    note(
      context,
      "NodeOverlay needs Karpenter's feature gate: settings.featureGates.nodeOverlay=true in its Helm chart.",
    );
}
