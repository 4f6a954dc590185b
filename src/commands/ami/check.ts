import { hasFailed, type CheckReport } from "../../core/base/check-report.ts";
import { present } from "../../core/base/present.ts";
import { orchestrators } from "../../core/catalog/machine-images/ami-families.ts";
import { exitCodes } from "../../errors.ts";
import { createKubectl } from "../../kubectl/kubectl.ts";
import { checkImages } from "../../operations/check-images.ts";
import { checkNodeImages } from "../../operations/check-node-images.ts";
import { checkReportView } from "../../output/check-report.ts";
import { print } from "../../output/print.ts";
import { startProgress } from "../../output/progress.ts";
import { kubectlOptions, kubectlTarget } from "../shared/kubectl-options.ts";
import { requireEksCluster } from "../shared/eks-cluster.ts";
import { clusterOption } from "../shared/cluster-state.ts";
import { defineCommand } from "../command.ts";
import { namedCluster } from "../shared/named-cluster.ts";
import { duration } from "../shared/parse-numbers.ts";

export const amiCheck = defineCommand({
  description:
    "Finds machine images that are behind their family's newest, that AWS has ended, deprecated or deregistered, and " +
    "that do not drive the accelerator of what runs on them, or whose Neuron driver is too old for the images of the " +
    "tasks there: in a cluster's container instances, in the Auto Scaling " +
    "groups behind them and their launch templates; with --orchestrator eks in a cluster's node groups and, through " +
    "kubectl where its context is this cluster, in Karpenter's EC2NodeClasses. Each finding says where, and what to do. " +
    "Exits 3 where there is one.",
  options: [
    clusterOption,
    {
      flags: "--orchestrator <name>",
      description: "whether the cluster is of ECS or of EKS",
      choices: orchestrators,
      default: "ecs",
    },
    {
      flags: "--max-age <duration>",
      description: "how old an image may be that is not the newest, e.g. 30d",
      defaultText: "it is to be the newest",
      parse: duration,
    },
    { flags: "--all", description: "ECS: every Auto Scaling group and launch template of the region too" },
    ...kubectlOptions,
  ],
  examples: [
    ["aiplat ami check --cluster prod --max-age 30d", "exits 3 where a machine, or what launches it, is older"],
    ["aiplat ami check --orchestrator eks --cluster prod -o json", "for a script: .groups[].items[]"],
  ],
  formats: ["text", "json", "yaml", "table", "markdown"],
  run: async (context, { options }) => {
    const { aws } = context;
    const { orchestrator, maxAge: maxAgeMs } = options;
    const cluster =
      orchestrator === "eks" ? requireEksCluster(options.cluster) : await namedCluster(context, options.cluster);
    const region = await aws.region();
    const ports = { images: await aws.machineImages(), ssm: () => aws.ssm(region), region };
    const ages = { cluster, now: context.now(), ...present({ maxAgeMs }) };
    const progress = await startProgress(context, `looking at the machine images of cluster ${cluster}`);
    const check = async () =>
      orchestrator === "eks"
        ? checkNodeImages(
            { ...ports, eks: await aws.eks(), kubectl: createKubectl(context, kubectlTarget(options)) },
            ages,
          )
        : checkImages({ ...ports, ecs: await aws.ecs() }, { ...ages, all: options.all === true });
    const groups = await check().finally(() => {
      progress.stop();
    });
    const report: CheckReport = { groups };
    await print(
      context,
      checkReportView({ kind: "AmiCheck", subject: cluster, about: `${orchestrator}, ${region}`, report }),
    );
    return hasFailed(report) ? exitCodes.check : exitCodes.success;
  },
});
