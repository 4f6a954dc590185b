import { present } from "../../core/base/present.ts";
import { requireInstanceType } from "../../core/catalog/instance-types/catalog.ts";
import { generateManifests, resolveForKubernetes, type KubernetesSettings } from "../../core/kubernetes/generate.ts";
import { fileNameOf, kustomizationFiles, orderedKind } from "../../core/kubernetes/kustomization.ts";
import type { QueueNodes } from "../../core/kubernetes/queues/kueue.ts";
import { eksRulesFor } from "../../core/kubernetes/rules.ts";
import { ec2TypeName, isHyperPodName } from "../../core/workload/fields.ts";
import { AiplatError, besideMistakes, refuseMistakes } from "../../errors.ts";
import { writeFiles } from "../../files/write.ts";
import { manifestsText, manifestText } from "../../output/manifests.ts";
import { note, warn } from "../../output/note.ts";
import { defineCommand } from "../command.ts";
import { extraOptions, extraSettingsOf } from "./extra-options.ts";
import { formOptions, refusing } from "./form-options.ts";
import { gitopsOptions, readGitops } from "./gitops-options.ts";
import type { OptionsOf, OptionSpec } from "../shared/option.ts";
import { loadWorkload, workloadArgument, workloadOptions } from "../shared/load-workload.ts";

const ownOptions = [
  ...formOptions,
  { flags: "--variant <name>", description: "the one variant of this name, where the instance types differ" },
  {
    flags: "--kubernetes-version <version>",
    description: "the cluster's, e.g. 1.34: what it cannot do is refused",
    parse: minorVersion,
  },
  {
    flags: "--zone <zone>",
    description: "the availability zone of every pod with devices, as us-east-1a",
    parse: zoneName,
  },
  ...extraOptions,
  {
    flags: "--queue-fleet <type=count>",
    description: "make the workload's Kueue queue over so many nodes of the type, repeatable",
    repeatable: true,
    parse: fleet,
  },
  { flags: "--out-dir <folder>", description: "a file each in the folder, with a kustomization" },
  ...gitopsOptions,
] as const satisfies readonly OptionSpec[];

export const eksGenerate = defineCommand({
  description:
    "Prints a workload as the Kubernetes resource of your choice, to pipe into kubectl apply -f -. " +
    "The pod is the same in every kind: its devices, EFA interfaces, tolerations and affinity are the " +
    "workload's. docs/kubernetes-kinds.md says how replicas, nodes and devices map to each kind's fields.",
  arguments: [workloadArgument],
  options: [...workloadOptions, ...ownOptions],
  takesCommand: true,
  examples: [
    [
      "aiplat eks generate --name bert --image bert:1 --instance-type inf2.xlarge --as Deployment | kubectl apply -f -",
      "a service on Inferentia2, from flags alone",
    ],
    ["aiplat eks generate --as PyTorchJob --nodes 4", "./aiplat.yaml as a distributed job on four instances"],
    ["aiplat eks generate --with service,pod-monitor --out-dir k8s && kubectl diff -k k8s", "files for review"],
    [
      "aiplat eks generate --out-dir k8s/bert --gitops flux --repo-url https://github.com/ORG/REPO --repo-revision main",
      "for Flux to apply, once they are pushed",
    ],
  ],
  formats: ["text", "yaml", "json"],
  run: async (context, invocation) => {
    const { options } = invocation;
    const { gitops: asked, mistakes } = readGitops(options);
    const { workload, warnings, locate, locating } = await besideMistakes(mistakes, () =>
      loadWorkload(context, invocation, eksRulesFor(options.as)),
    );
    await warn(context, ...warnings);
    const {
      manifests,
      gitops,
      warnings: more,
    } = await besideMistakes(mistakes, () =>
      locating(() =>
        generateManifests(resolveForKubernetes(workload, options.as), {
          ...settingsOf(options),
          ...present({ gitops: asked }),
        }),
      ),
    );
    refuseMistakes(mistakes);
    await warn(context, ...more.map(locate));
    if (options.outDir === undefined) {
      context.stdout.write(await manifestsText(context, manifests));
      return;
    }
    const extension = context.options.format === "json" ? "json" : "yaml";
    const files = await Promise.all(
      [
        ...kustomizationFiles(manifests, extension),
        ...gitops.map((each) => [fileNameOf(each, extension), each] as const),
      ].map(
        async ([name, manifest]) =>
          [name, await manifestText(manifest, name.endsWith(".json") ? "json" : "yaml")] as const,
      ),
    );
    const paths = await writeFiles(context, options.outDir, new Map(files));
    const ordered = orderedKind(manifests);
    if (ordered !== undefined)
      note(
        context,
        `kubectl -k will warn that the sorting order is set twice. It has to be: its own order has the ${ordered} ` +
          "refused, as what it refers to would come after it.",
      );
    context.stdout.write(paths.map((path) => `${path}\n`).join(""));
  },
});

function settingsOf({
  variant,
  kubernetesVersion,
  neuronScheduler,
  zone,
  queueFleet,
  ...others
}: OptionsOf<typeof ownOptions>): KubernetesSettings {
  return {
    ...present({
      variant,
      kubernetesVersion,
      neuronScheduler,
      zone,
      queueFleets: queueFleet,
    }),
    ...extraSettingsOf(others),
  };
}

function minorVersion(text: string, flag: string): string {
  if (/^1\.\d{2}$/.test(text)) return text;
  const meant = /^v?(1\.\d{2})(?:\.\d+)?$/.exec(text)?.[1];
  throw new AiplatError("Usage", `${flag} ${text} is not a minor version`, {
    hint: `Write ${meant ?? "it as 1.34"}.`,
  });
}

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-regions-availability-zones.html */
function zoneName(text: string, flag: string): string {
  // A local zone is us-west-2-lax-1a.
  if (/^[a-z]{2}(?:-[a-z]+)+-\d+(?:-[a-z]+-\d+)?[a-z]$/.test(text)) return text;
  const isId = /^[a-z]+\d+-(?:[a-z]+\d+-)?az\d+$/.test(text);
  throw new AiplatError(
    "Usage",
    `${flag} ${text} is ${isId ? "a zone's id, and nodes are labelled by its name" : "not an availability zone's name"}`,
    {
      hint: isId
        ? `aws ec2 describe-availability-zones --query "AvailabilityZones[?ZoneId=='${text}'].ZoneName" says it.`
        : "Write it as us-east-1a.",
    },
  );
}

/** `trn1.32xlarge=4`: the instance type and how many nodes of it there are. */
function fleet(text: string, flag: string): QueueNodes {
  const match = /^([^=]+)=(\d+)$/.exec(text);
  const count = Number(match?.[2]);
  if (match === null || count < 1)
    throw new AiplatError("Usage", `${flag} ${text}: must be an instance type and a number of nodes`, {
      hint: `Write ${flag} trn1.32xlarge=4.`,
    });
  const name = match[1]!;
  return {
    type: refusing(flag, () => requireInstanceType(ec2TypeName(name))),
    count,
    ...(isHyperPodName(name) ? { hyperPod: true } : {}),
  };
}
