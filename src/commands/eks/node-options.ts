import { nodeOperatingSystems } from "../../core/catalog/machine-images/node-ami-types.ts";
import { refuseTogether } from "../../core/base/problem.ts";
import { nodeSettingProblems } from "../../core/kubernetes/nodes/rules.ts";
import { planNodes, type PlannedNodes } from "../../core/kubernetes/nodes/planned-nodes.ts";
import type { NodeSettings, NodeTarget } from "../../core/kubernetes/nodes/settings.ts";
import { resolveForKubernetes } from "../../core/kubernetes/generate.ts";
import type { ResolvedWorkload } from "../../core/workload/resolved.ts";
import type { Context } from "../../context.ts";
import { AiplatError, besideMistakes, mistakesOf, refuseMistakes } from "../../errors.ts";
import { warn } from "../../output/note.ts";
import type { Invocation } from "../command.ts";
import type { OptionsOf, OptionSpec } from "../shared/option.ts";
import { missingEksCluster } from "../shared/eks-cluster.ts";
import { loadWorkload, workloadOptions } from "../shared/load-workload.ts";
import { diskOption, imdsHopLimitOption } from "../shared/machine-options.ts";
import { wholeFrom } from "../shared/parse-numbers.ts";

/** The workload flags, of which --cluster here names another kind of cluster. */
const workloadFlags = workloadOptions.map((option) =>
  option.flags === "--cluster <cluster>" ? { ...option, description: "the EKS cluster" } : option,
);

/** What the commands that make nodes take. */
export const nodeOptions = [
  ...workloadFlags,
  { flags: "--node-role <arn>", description: "IAM role of the nodes" },
  {
    flags: "--subnet <id>",
    description: "a subnet of the nodes, repeatable; one alone for EFA, placement groups and capacity blocks",
    repeatable: true,
  },
  {
    flags: "--security-group <id>",
    description: "a security group of the nodes, repeatable; EFA needs the cluster's own",
    repeatable: true,
  },
  {
    flags: "--os <os>",
    description: "operating system of the nodes",
    choices: nodeOperatingSystems,
    defaultText: "al2023, or bottlerocket where it alone serves the type",
  },
  { flags: "--kubernetes-version <version>", description: "as 1.33", defaultText: "the cluster's" },
  {
    flags: "--release-version <version>",
    description: "of the image, as aiplat ami latest --orchestrator eks -o json says",
    defaultText: "the newest",
  },
  diskOption,
  imdsHopLimitOption("pods"),
  { flags: "--label <key=value>", description: "a label of the nodes, repeatable", repeatable: true, parse: label },
  { flags: "--reservation <id>", description: "start the nodes in this on-demand capacity reservation" },
  { flags: "--capacity-block <id>", description: "start the nodes in this capacity block" },
  {
    flags: "--min-size <n>",
    description: "the fewest nodes of a node group",
    defaultText: "0",
    parse: wholeFrom(0),
  },
  {
    flags: "--desired-size <n>",
    description: "nodes of a node group to start with",
    defaultText: "as many as the replicas fill",
    parse: wholeFrom(0),
  },
  {
    flags: "--max-size <n>",
    description: "the most nodes",
    defaultText: "as many as the replicas fill",
    parse: wholeFrom(1),
  },
] as const satisfies readonly OptionSpec[];

export type NodeOptions = OptionsOf<typeof nodeOptions>;

/** The nodes of a workload. */
export interface Nodes {
  readonly workload: ResolvedWorkload;
  readonly settings: NodeSettings;
  readonly fleets: readonly PlannedNodes[];
}

/**
 * The nodes of the workload that a command names.
 *
 * @throws AiplatError Usage or InvalidInput with all that is wrong with the workload and the flags, each with its place.
 */
export async function loadNodes(
  context: Context,
  invocation: Invocation<NodeOptions>,
  target: NodeTarget,
): Promise<Nodes> {
  const { options } = invocation;
  const missing = missingEksCluster(options.cluster);
  const settings = settingsOf(options.cluster ?? "NAME", options);
  const ofFlags = nodeSettingProblems(settings, target);
  const { workload, warnings, locating } = await besideMistakes([...missing, ...mistakesOf(ofFlags)], () =>
    loadWorkload(context, invocation),
  );
  await warn(context, ...warnings);
  const nodes = await besideMistakes(missing, () =>
    locating(() => {
      // Its kind says how long the nodes live: what runs on them is what eks generate makes.
      const { workload: resolved } = refuseTogether(ofFlags, () => resolveForKubernetes(workload));
      return { workload: resolved, settings, fleets: planNodes(resolved, settings, target) };
    }),
  );
  refuseMistakes(missing);
  return nodes;
}

function settingsOf(cluster: string, options: NodeOptions): NodeSettings {
  const {
    subnet,
    securityGroup,
    label: labels,
    disk,
    imdsHopLimit,
    os,
    nodeRole,
    kubernetesVersion,
    releaseVersion,
    reservation,
    capacityBlock,
    minSize,
    desiredSize,
    maxSize,
  } = options;
  const optional = {
    os,
    nodeRole,
    kubernetesVersion,
    releaseVersion,
    diskGiB: disk,
    imdsHopLimit,
    reservation,
    capacityBlock,
    minSize,
    desiredSize,
    maxSize,
  };
  const given = Object.fromEntries(
    Object.entries(optional).filter(([, value]) => value !== undefined),
  ) as Partial<NodeSettings>;
  return {
    cluster,
    subnets: subnet ?? [],
    securityGroups: securityGroup ?? [],
    labels: Object.fromEntries(labels ?? []),
    ...given,
  };
}

function label(text: string, flag: string): readonly [string, string] {
  const equals = text.indexOf("=");
  if (equals < 1) throw new AiplatError("Usage", `${flag} ${text}: must be KEY=VALUE, as team=nlp`);
  return [text.slice(0, equals), text.slice(equals + 1)];
}
