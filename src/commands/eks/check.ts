import { present } from "../../core/base/present.ts";
import { hasFailed } from "../../core/base/check-report.ts";
import { checkCluster } from "../../core/kubernetes/check/check-cluster.ts";
import { resolveWorkload } from "../../core/workload/resolve.ts";
import { AiplatError, exitCodes } from "../../errors.ts";
import { createKubectl } from "../../kubectl/kubectl.ts";
import { observeEks } from "../../operations/observe-eks.ts";
import { checkReportView } from "../../output/check-report.ts";
import { print } from "../../output/print.ts";
import { startProgress } from "../../output/progress.ts";
import { defineCommand } from "../command.ts";
import { kubectlOptions, kubectlTarget } from "./kubectl-options.ts";
import { loadWorkload } from "../shared/load-workload.ts";
import { setOption } from "../shared/workload-options.ts";
import { requireEksCluster } from "./node-options.ts";

export const eksCheck = defineCommand({
  description:
    "Checks what an EKS cluster's accelerated nodes can do: images that do not fit their instances, " +
    "stale releases, missing taints, missing EFA interfaces; and through kubectl, " +
    "where its context is this cluster, missing device plugins and requests for aws.amazon.com/neurondevice. " +
    "Exits 3 where something fails.",
  options: [
    { flags: "--cluster <cluster>", description: "the EKS cluster" },
    {
      flags: "--workload <path>",
      description:
        "a workload that the nodes are for: it says where EFA is expected; repeatable, each file merged over those before it",
      repeatable: true,
    },
    setOption,
    ...kubectlOptions,
  ],
  examples: [
    ["aiplat eks check --cluster prod", "the tree of what is right and wrong"],
    ["aiplat eks check --cluster prod --workload train.yaml -o json", "for a script, with a workload of several nodes"],
  ],
  formats: ["text", "json", "yaml", "table", "markdown"],
  run: async (context, { options }) => {
    const cluster = requireEksCluster(options.cluster);
    const { workload: paths = [], set } = options;
    // What ./aiplat.yaml is, is not said: the nodes are not only for it.
    if (paths.length === 0 && set !== undefined)
      throw new AiplatError("Usage", "--set is of a workload, and none is named", { hint: "Name it with --workload." });
    const workload =
      paths.length === 0
        ? undefined
        : resolveWorkload(
            (await loadWorkload(context, { args: paths, options: { file: true, ...present({ set }) } })).workload,
          );
    const { aws } = context;
    const eks = await aws.eks();
    const progress = await startProgress(context, `looking at cluster ${cluster}`);
    const ports = {
      eks,
      ec2: () => aws.ec2(),
      ssm: async () => aws.ssm(await aws.region()),
      kubectl: createKubectl(context, kubectlTarget(options)),
    };
    const snapshot = await observeEks(ports, cluster).finally(() => {
      progress.stop();
    });
    const report = checkCluster(snapshot, workload);
    await print(
      context,
      checkReportView({
        kind: "EksCheck",
        subject: report.cluster,
        about: `Kubernetes ${report.kubernetesVersion}`,
        report,
      }),
    );
    return hasFailed(report) ? exitCodes.check : exitCodes.success;
  },
});
