import { hasFailed, type CheckReport } from "../../core/base/check-report.ts";
import { present } from "../../core/base/present.ts";
import { checkCluster } from "../../core/kubernetes/check/check-cluster.ts";
import { resolveForKubernetes } from "../../core/kubernetes/generate.ts";
import { wantWorkload, type WantedWorkload } from "../../core/kubernetes/check/workload-needs.ts";
import { eksRulesFor } from "../../core/kubernetes/rules.ts";
import type { Context } from "../../context.ts";
import { AiplatError, besideMistakes, exitCodes, refuseMistakes } from "../../errors.ts";
import { createKubectl } from "../../kubectl/kubectl.ts";
import { observeEks } from "../../operations/observe-eks.ts";
import { checkReportView } from "../../output/check-report.ts";
import { warn } from "../../output/note.ts";
import { print } from "../../output/print.ts";
import { startProgress } from "../../output/progress.ts";
import { defineCommand } from "../command.ts";
import { flagsGiven, type OptionsOf } from "../shared/option.ts";
import { extraOptions, extraSettingsOf } from "./extra-options.ts";
import { formOptions } from "./form-options.ts";
import { kubectlOptions, kubectlTarget } from "../shared/kubectl-options.ts";
import { loadWorkload } from "../shared/load-workload.ts";
import { setOption } from "../shared/workload-options.ts";
import { missingEksCluster, requireEksCluster } from "../shared/eks-cluster.ts";

/** What is said of a workload. */
const ofWorkload = [setOption, ...formOptions, ...extraOptions] as const;

export const eksCheck = defineCommand({
  description:
    "Checks what an EKS cluster's accelerated nodes can do: images that do not fit their instances, " +
    "stale releases, missing taints, missing EFA interfaces; and through kubectl, " +
    "where its context is this cluster, missing device plugins and requests for aws.amazon.com/neurondevice. " +
    "Exits 3 where something fails. With --workload also what keeps the workload from running: kinds that the API " +
    "server does not serve, its scheduler, queue and Pod Security level, and each node with every reason. " +
    "Exits 4 where all is right but room for its pods.",
  options: [
    { flags: "--cluster <cluster>", description: "the EKS cluster" },
    {
      flags: "--workload <path>",
      description:
        "a workload: what keeps it from running here, node by node, and the nearest change; repeatable, each file " +
        "merged over those before it",
      repeatable: true,
    },
    ...ofWorkload,
    ...kubectlOptions,
  ],
  examples: [
    ["aiplat eks check --cluster prod", "the tree of what is right and wrong"],
    ["aiplat eks check --cluster prod --workload train.yaml", "why do the pods of train.yaml stay Pending?"],
    ["aiplat eks check --cluster prod --workload train.yaml -o json", "for a script: .workload.placeable"],
  ],
  formats: ["text", "json", "yaml", "table", "markdown"],
  run: async (context, { options }) => {
    const wanted = await besideMistakes(missingEksCluster(options.cluster), () => readWanted(context, options));
    const cluster = requireEksCluster(options.cluster);
    const { aws } = context;
    const eks = await aws.eks();
    const progress = await startProgress(context, `looking at cluster ${cluster}`);
    const ports = {
      eks,
      ec2: () => aws.ec2(),
      ssm: async () => aws.ssm(await aws.region()),
      kubectl: createKubectl(context, kubectlTarget(options)),
    };
    const snapshot = await observeEks(ports, cluster, wanted).finally(() => {
      progress.stop();
    });
    const report = checkCluster(snapshot, wanted);
    await print(
      context,
      checkReportView({
        kind: "EksCheck",
        subject: report.cluster,
        about: `Kubernetes ${report.kubernetesVersion}`,
        report,
      }),
    );
    if (hasFailed(withoutPlacement(report))) return exitCodes.check;
    return report.workload?.placeable === false ? exitCodes.capacity : exitCodes.success;
  },
});

type WorkloadOptions = OptionsOf<typeof ofWorkload> & { readonly workload?: readonly string[] };

async function readWanted(context: Context, options: WorkloadOptions): Promise<WantedWorkload | undefined> {
  const { workload: paths = [], set, as, neuronScheduler } = options;
  // What ./aiplat.yaml is, is not said: the nodes are not only for it.
  if (paths.length === 0) {
    refuseMistakes(
      flagsGiven(options, ofWorkload).map(
        (flag) =>
          new AiplatError("Usage", `${flag} is of a workload, and none is named`, { hint: "Name it with --workload." }),
      ),
    );
    return undefined;
  }
  const { workload, warnings, locating } = await loadWorkload(
    context,
    { args: paths, options: { file: true, ...present({ set }) } },
    eksRulesFor(as),
  );
  await warn(context, ...warnings);
  return locating(() =>
    wantWorkload(resolveForKubernetes(workload, as), { ...present({ neuronScheduler }), ...extraSettingsOf(options) }),
  );
}

/** That there is no room is the exit code of capacity, not of a set-up that is wrong. */
function withoutPlacement({ groups }: CheckReport): CheckReport {
  return {
    groups: groups.map(({ subject, items }) => ({
      subject,
      items: items.filter(({ check }) => check !== "placement"),
    })),
  };
}
