import type { Context } from "../../../context.ts";
import { autoModeManifests } from "../../../core/kubernetes/nodes/auto-mode.ts";
import { karpenterManifests } from "../../../core/kubernetes/nodes/karpenter.ts";
import { pluginConfigurations } from "../../../core/kubernetes/nodes/device-setup.ts";
import { planNodegroup } from "../../../core/kubernetes/nodes/node-group.ts";
import { poolNotes, setupNotes } from "../../../core/kubernetes/nodes/pool-notes.ts";
import { nodeTargets, type NodeTarget } from "../../../core/kubernetes/nodes/settings.ts";
import { manifestsText } from "../../../output/manifests.ts";
import { note } from "../../../output/note.ts";
import { printArtefact } from "../../../output/print.ts";
import { defineCommand } from "../../command.ts";
import { workloadArgument } from "../../shared/load-workload.ts";
import { loadNodes, nodeOptions, type Nodes } from "../node-options.ts";

export const eksNodegroupGenerate = defineCommand({
  description:
    "Prints the nodes that a workload needs: as the inputs of create-placement-group, " +
    "create-launch-template and create-nodegroup, which eks nodegroup create makes, " +
    "as Karpenter's EC2NodeClass, NodePool and NodeOverlay, or as EKS Auto Mode's NodeClass and NodePool. " +
    "A job's nodes wait until it has ended, a service's are renewed. Calls nothing. " +
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
    const nodes = await loadNodes(context, invocation, target);
    if (target !== "nodegroup") return printPools(context, target, nodes);
    const plans = nodes.fleets.map((fleet) => planNodegroup(nodes.workload.name, fleet, nodes.settings));
    await printArtefact(context, plans.length === 1 ? plans[0] : plans);
    for (const said of setupNotes(nodes.fleets, true)) note(context, said);
  },
});

async function printPools(
  context: Context,
  target: Exclude<NodeTarget, "nodegroup">,
  { workload, settings, fleets }: Nodes,
): Promise<void> {
  const manifestsOf = target === "karpenter" ? karpenterManifests : autoModeManifests;
  const manifests = [
    ...pluginConfigurations(fleets),
    ...fleets.flatMap((fleet) => manifestsOf(workload, fleet, settings)),
  ];
  context.stdout.write(await manifestsText(context, manifests));
  for (const said of poolNotes(target, workload, settings, fleets)) note(context, said);
}
