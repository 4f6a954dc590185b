import type { Context } from "../../../context.ts";
import { present } from "../../../core/base/present.ts";
import { requireInstanceType } from "../../../core/catalog/instance-types/catalog.ts";
import type { InstanceType } from "../../../core/catalog/instance-types/instance-type.ts";
import { resolveForKubernetes } from "../../../core/kubernetes/generate.ts";
import { helmInstall } from "../../../core/kubernetes/platforms/charts.ts";
import { fleetOf } from "../../../core/kubernetes/platforms/fleet.ts";
import type { Platform, PlatformFleet } from "../../../core/kubernetes/platforms/platform.ts";
import { eksRules } from "../../../core/kubernetes/rules.ts";
import { ec2TypeName } from "../../../core/workload/fields.ts";
import type { ResolvedWorkload } from "../../../core/workload/resolved.ts";
import { AiplatError, InvalidInput, type LocatedProblem } from "../../../errors.ts";
import { fileExists } from "../../../files/read.ts";
import { helmValuesText } from "../../../output/helm-values.ts";
import { note, warn } from "../../../output/note.ts";
import { defineCommand } from "../../command.ts";
import { loadWorkload, type LoadedWorkload } from "../../shared/load-workload.ts";
import { defaultFile } from "../../shared/named-cluster.ts";
import { setOption } from "../../shared/workload-options.ts";
import { neuronSchedulerOption, refusing } from "../form-options.ts";
import { choosePlatform } from "./choose-platform.ts";

export const eksPlatformGenerate = defineCommand({
  description:
    "Prints the values of a platform's Helm chart for the accelerators of a fleet, to pipe into helm: NVIDIA's GPU " +
    "Operator, Neuron's chart, JupyterHub, Kueue, or Prometheus with a Grafana dashboard for each kind of device. " +
    "The fleet is the instance types that are named and those of the workloads; how the workloads share or divide " +
    "GPUs is what their nodes get. The first lines say the chart's version, its day and the command. Calls nothing.",
  arguments: [
    { syntax: "<name>", description: "gpu-operator, neuron-helm-chart, jupyterhub, kueue or prometheus" },
    {
      syntax: "[workload...]",
      description:
        "workload files, each a workload of its own, or - for standard input (default: ./aiplat.yaml where there is one " +
        "and no type is named)",
    },
  ],
  options: [
    {
      flags: "--instance-type <type>",
      description: "a type of the fleet's nodes, repeatable",
      repeatable: true,
      parse: (text: string, flag: string): InstanceType => refusing(flag, () => requireInstanceType(ec2TypeName(text))),
    },
    neuronSchedulerOption,
    { ...setOption, description: "sets one value of every workload, as eks.namespace=ml; repeatable, null deletes" },
  ],
  examples: [
    [
      "aiplat eks platform generate gpu-operator --instance-type p5.48xlarge | helm upgrade --install gpu-operator " +
        "gpu-operator --repo https://helm.ngc.nvidia.com/nvidia --namespace gpu-operator --create-namespace -f -",
      "NVIDIA's operator for EKS's images, which have the driver",
    ],
    ["aiplat eks platform generate jupyterhub whole.yaml shared.yaml trn1.yaml > hub.yaml", "a profile for each file"],
    [
      "aiplat eks platform generate prometheus --instance-type trn1.32xlarge --instance-type g6.12xlarge > values.yaml",
      "Prometheus with both exporters' dashboards",
    ],
  ],
  formats: ["text", "yaml", "json"],
  run: async (context, { args: [name = "", ...paths], options }) => {
    const platform = choosePlatform(name);
    const named = options.instanceType ?? [];
    const loaded = await loadEach(context, pathsOr(context, paths, named), options.set);
    for (const { warnings } of loaded) await warn(context, ...warnings);
    const workloads = loaded.map(({ resolved }) => resolved);
    const fleet = fleetOf(named, workloads, present({ neuronScheduler: options.neuronScheduler }));
    await warn(context, ...judgeFleet(platform, fleet, loaded));
    const chart = platform.chartOf(fleet);
    const comments = [
      `${chart.release}: values of its Helm chart ${chart.version}, published ${chart.published}. Install it, or bring it up to date:`,
      `${helmInstall(chart)} --version ${chart.version} --namespace ${chart.namespace} --create-namespace -f -`,
    ];
    context.stdout.write(await helmValuesText(context, comments, platform.values(fleet)));
    for (const said of platform.notes(fleet)) note(context, said);
  },
});

function pathsOr(context: Context, paths: readonly string[], named: readonly InstanceType[]): readonly string[] {
  if (paths.filter((path) => path === "-").length > 1)
    throw new AiplatError("Usage", "- was given more than once: standard input can be read once");
  return paths.length === 0 && named.length === 0 && fileExists(context, defaultFile) ? [defaultFile] : paths;
}

interface ResolvedFile extends Pick<LoadedWorkload, "warnings" | "locate"> {
  readonly resolved: ResolvedWorkload;
}

/** @throws InvalidInput with every file's problems. */
async function loadEach(
  context: Context,
  paths: readonly string[],
  set: readonly string[] | undefined,
): Promise<readonly ResolvedFile[]> {
  const loaded: ResolvedFile[] = [];
  const problems: LocatedProblem[] = [];
  for (const path of paths)
    try {
      const options = { file: true, ...present({ set }) };
      const { workload, locating, ...file } = await loadWorkload(context, { args: [path], options }, eksRules);
      loaded.push({ ...file, resolved: locating(() => resolveForKubernetes(workload).workload) });
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error;
      problems.push(...error.problems);
    }
  if (problems.length > 0) throw new InvalidInput(problems);
  return loaded;
}

/**
 * What the user should know of the fleet, in the files' order.
 *
 * @throws InvalidInput with what keeps the platform from it and from each of its pods.
 */
function judgeFleet(
  platform: Platform,
  fleet: PlatformFleet,
  files: readonly ResolvedFile[],
): readonly LocatedProblem[] {
  const ofPods = files.flatMap(({ resolved, locate }) =>
    fleet.pods
      .filter(({ workload }) => workload === resolved)
      .flatMap((pod) => platform.podProblems?.(pod, fleet) ?? [])
      .map(locate),
  );
  const problems = [...ofPods, ...platform.fleetProblems(fleet)];
  if (problems.some(({ severity }) => severity === "error")) throw new InvalidInput(problems);
  return problems;
}
