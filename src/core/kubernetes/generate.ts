import { isRaw } from "../base/merge.ts";
import { present } from "../base/present.ts";
import { listOr, problem, refuseErrors, refuseTogether, warning, type Problem } from "../base/problem.ts";
import { resolveWorkload } from "../workload/resolve.ts";
import type { ResolvedWorkload } from "../workload/resolved.ts";
import type { Workload } from "../workload/schema.ts";
import { allocationProblems, allocationWarnings, spansUltraServer, type ClusterSettings } from "./allocation.ts";
import { containerNameProblems, containerNameWarnings, containerProblems } from "./container-problems.ts";
import { celProblems } from "./cel/violations.ts";
import { canaryName, canaryOf, ownOfCanary } from "./canary.ts";
import { companionProblems } from "./companions.ts";
import { claimManifests, ultraServerLabel } from "./claims.ts";
import { kindSections, typeOf, type Contents, type KindDefinition } from "./kind-definition.ts";
import { withRightPolicies } from "./eviction-policy.ts";
import {
  extraManifests,
  extraProblems,
  extraWarnings,
  hasCanary,
  isAutoscaled,
  ofPodsAlone,
  withExtraEnvironment,
  type ExtraSettings,
} from "./extras.ts";
import {
  appliesInWaves,
  beforeOthers,
  extrasInWaves,
  gitopsManifests,
  gitopsProblems,
  type GitopsSettings,
} from "./gitops.ts";
import { withoutHidingVolumes } from "./hiding-volumes.ts";
import { definitionOf, kinds, requireKind, type Kind } from "./kinds.ts";
import { ownLabels, tagMetadata } from "./labels.ts";
import { kindProblems } from "./kind-limits.ts";
import { manifestNameProblems } from "./manifest-names.ts";
import type { Manifest, Metadata } from "./manifest.ts";
import { gangWarnings } from "./gangs.ts";
import { acceleratedPod } from "./pod.ts";
import { kueueTopologyOf, queueManifests, queueProblems, type FleetSettings } from "./queues/fleet-queue.ts";
import { kueueLabels } from "./queues/kueue.ts";
import { inPodQueue, podQueueManifests, podQueueProblems } from "./queues/pod-queue.ts";
import { storageManifests } from "./storage.ts";
import { podFieldProblems } from "./pod-fields.ts";
import { podSecurityWarnings } from "./pod-security-warnings.ts";
import { changedDevices, mergeCompanions, mergePod, mergeResource } from "./raw-merge.ts";
import { groupProblems, withFollowingBounds } from "./ray-groups.ts";
import { choosePodVariant } from "./variants.ts";

export interface KubernetesSettings extends ClusterSettings, ExtraSettings, FleetSettings {
  /** The one variant, where there are several. */
  readonly variant?: string;
  /** What applies the manifests out of a Git repository. */
  readonly gitops?: GitopsSettings;
}

export interface GeneratedManifests {
  /** In the order to apply them. */
  readonly manifests: readonly Manifest[];
  /** What has a controller apply them, and is none of what it applies. */
  readonly gitops: readonly Manifest[];
  readonly warnings: readonly Problem[];
}

/** The longest name of a pod's host or of a Service. */
const longestName = 63;

/** A workload with what it is to be on Kubernetes. */
export interface KubernetesTarget {
  readonly workload: ResolvedWorkload;
  readonly kind: Kind;
  /** Whether the workload itself says that it is a service or a job; else it is what the kind runs. */
  readonly says: boolean;
}

/**
 * Works out every default of a workload for Kubernetes, and the kind: what is asked for, else the file's eks.as, else
 * by what the workload is.
 */
export function resolveForKubernetes(workload: Workload, asked?: Kind): KubernetesTarget {
  const kind = asked ?? (workload.eks?.as === undefined ? undefined : requireKind(workload.eks.as, ["eks", "as"]));
  const resolved = resolveWorkload({
    ...workload,
    ...(kind === undefined ? {} : { kind: workload.kind ?? definitionOf(kind).runs }),
  });
  return { workload: resolved, kind: kind ?? defaultKind(resolved), says: workload.kind !== undefined };
}

function defaultKind({ kind, nodes }: ResolvedWorkload): Kind {
  if (kind === "service") return "Deployment";
  return nodes > 1 ? "JobSet" : "Job";
}

/**
 * The manifests of a workload that the rules have passed (rules.ts), in the order to apply them.
 *
 * @throws Refusal when the kind cannot carry the workload, an extra cannot go with it, or raw fields change its devices.
 */
export function generateManifests(target: KubernetesTarget, settings: KubernetesSettings = {}): GeneratedManifests {
  const stable = manifestsOf(target, settings, (name) => name);
  if (!hasCanary(settings)) return stable;
  const canary = manifestsOf(
    { ...target, workload: canaryOf(target.workload, settings) },
    ofPodsAlone(settings),
    canaryName,
  );
  return { ...stable, manifests: [...ownOfCanary(canary.manifests, stable.manifests), ...stable.manifests] };
}

/** @param naming What the variant's resource is called. */
function manifestsOf(
  target: KubernetesTarget,
  settings: KubernetesSettings,
  naming: (name: string) => string,
): GeneratedManifests {
  const { kind } = target;
  const workload = loadedByKind(target);
  const ofKind = kindProblems(kind, target.workload, target.says);
  const variant = refuseTogether(ofKind, () => choosePodVariant(workload, settings.variant));
  const { shape } = variant;
  const name = naming(variant.name);
  const metadata = metadataOf(workload, name);
  const inWaves = appliesInWaves(settings.gitops);
  const extra = { workload, shape, kind, name, metadata, inWaves, ...settings };
  refuseErrors([
    ...ofKind,
    ...nameProblems(kind, workload, name),
    ...allocationProblems(workload, shape, settings, definitionOf(kind)),
    ...containerProblems(workload, shape, settings),
    ...extraProblems(extra),
    ...gitopsProblems(extra),
    ...queueProblems(workload, shape, settings),
    ...podQueueProblems(workload, shape, settings),
  ]);

  const group = definitionOf(kind).leaderApart?.(workload) === true ? name : undefined;
  const kueueTopology = kueueTopologyOf(workload, shape, group, settings);
  const accelerated = acceleratedPod(workload, shape, name, { ...settings, ...present({ kueueTopology }) });
  const plain = inPodQueue(withExtraEnvironment(accelerated, extra), workload, name, definitionOf(kind));
  const pod = withoutHidingVolumes(mergePod(plain, workload.eks.pod));
  const ofPod = changedDevices(plain, pod, ["eks", "pod"], shape.request);
  refuseErrors([...ofPod, ...podFieldProblems(kind, pod, workload)]);
  const contents: Contents = {
    workload,
    shape,
    name,
    metadata,
    queueLabels: kueueLabels(workload),
    pod,
    autoscaled: isAutoscaled(settings),
    ...present({ maxReplicas: definitionOf(kind).scalesItself === true ? settings.maxReplicas : undefined }),
  };
  const definition = definitionOf(kind);
  const wrapped = withTopology({ ...typeOf(definition), ...definition.wrap(contents) }, contents, definition);
  const said = mergeResource(wrapped, { spec: definition.ownSpec?.(workload) ?? {} });
  const resource = withFollowingBounds(
    wrapped,
    withRightPolicies(withoutHidingVolumes(mergeResource(said, workload.eks.resource))),
  );
  const before = [
    ...queueManifests(workload, shape, settings, kueueTopology !== undefined),
    ...podQueueManifests(workload, metadata, definition),
    ...storageManifests(workload, metadata),
    ...claimManifests(workload, shape, metadata, settings),
    ...beforeOthers(definition.companions?.(contents) ?? [], extra),
  ];
  const rawCompanions = workload.eks.companions ?? {};
  const beside = extrasInWaves(extraManifests(extra), extra);
  const companions = mergeCompanions([...before, ...beside, ...gitopsManifests(extra)], rawCompanions, shape.request);
  const settled = companions.merged.map(withoutHidingVolumes);
  const applied = before.length + beside.length;
  // In the order to apply them.
  const manifests = [...settled.slice(0, before.length), resource, ...settled.slice(before.length, applied)];
  const gitops = settled.slice(applied);
  const ofCompanions = [
    ...companionProblems(Object.keys(rawCompanions), companions.merged, resource.kind),
    ...companions.problems,
  ];
  const ofSection = changedDevices(wrapped, said, ["eks", definition.section ?? "resource"], shape.request);
  const ofResource = changedDevices(said, resource, ["eks", "resource"], shape.request);
  refuseErrors([
    ...ofSection,
    ...ofResource,
    ...ofCompanions,
    ...groupProblems(resource),
    ...(contents.autoscaled ? scaledByHand(workload) : []),
    ...manifestNameProblems(resource, ["eks", "resource"]),
    ...containerNameProblems(manifests, workload),
    ...[...manifests, ...gitops].flatMap((each) =>
      celProblems(each, each === resource ? ["eks", "resource"] : ["eks", "companions", each.kind]),
    ),
  ]);
  return {
    manifests,
    gitops,
    warnings: [
      ...warningsOf(kind, workload),
      ...(definition.warnings?.(workload, settings) ?? []),
      ...containerNameWarnings(kind, manifests, workload),
      ...unusedSections(kind, workload),
      ...gangWarnings(kind, resource, workload, { ...settings, ...present({ kueueTopology }) }),
      ...allocationWarnings(workload, shape, settings),
      ...extraWarnings(extra),
      ...[...ofPod, ...ofSection, ...ofResource, ...ofCompanions].filter(({ severity }) => severity === "warning"),
      ...podSecurityWarnings(workload, manifests),
    ],
  };
}

/** The workload without the path of a model that the kind loads itself. */
function loadedByKind({ workload, kind }: KubernetesTarget): ResolvedWorkload {
  if (definitionOf(kind).loadsModels !== true || workload.model?.path === undefined) return workload;
  const { path: _, ...model } = workload.model;
  return { ...workload, model };
}

/** An autoscaler and raw fields would overrule each other for ever. */
function scaledByHand({ eks }: ResolvedWorkload): readonly Problem[] {
  const spec = eks.resource?.["spec"];
  return isRaw(spec) && spec["replicas"] !== undefined && spec["replicas"] !== null
    ? [
        problem(
          "scaled-by-hand",
          ["eks", "resource", "spec", "replicas"],
          "eks.resource says the replicas, which the autoscaler says",
          "Remove it: replicas is the least, --max-replicas the most.",
        ),
      ]
    : [];
}

/** With a whole UltraServer for each replica, where the nodes are one. */
function withTopology(
  resource: Manifest,
  { workload, shape }: Contents,
  { exclusiveTopology }: KindDefinition,
): Manifest {
  if (exclusiveTopology === undefined || !spansUltraServer(workload, shape)) return resource;
  const annotations = { ...resource.metadata.annotations, [exclusiveTopology]: ultraServerLabel(workload) };
  return { ...resource, metadata: { ...resource.metadata, annotations } };
}

function metadataOf(workload: ResolvedWorkload, name: string): Metadata {
  const { labels, annotations } = tagMetadata(workload);
  const { namespace } = workload.eks;
  return {
    name,
    ...present({ namespace }),
    labels: { ...labels, ...ownLabels(workload, name) },
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
  };
}

function nameProblems(kind: Kind, workload: ResolvedWorkload, name: string): readonly Problem[] {
  const most = longestName - definitionOf(kind).reservedNameLength(workload);
  return name.length <= most
    ? []
    : [
        problem(
          "name-length",
          ["name"],
          `the name ${name} has ${name.length} characters, and ${kind} can have ${most}: its controller appends to it`,
          "Write a shorter name.",
        ),
      ];
}

/** What the file says for another kind. */
function unusedSections(kind: Kind, { eks }: ResolvedWorkload): readonly Problem[] {
  const { section } = definitionOf(kind);
  return kindSections
    .filter((each) => each !== section && eks[each] !== undefined)
    .map((each) => {
      const users = kinds.filter((other) => definitionOf(other).section === each);
      return warning(`${each}-not-used`, ["eks", each], `eks.${each} is for ${listOr(users)}, and the kind is ${kind}`);
    });
}

/** The kinds that load the workload's model. */
const loaders = kinds.filter((kind) => definitionOf(kind).loadsModels === true);

function warningsOf(kind: Kind, { model, eks }: ResolvedWorkload): readonly Problem[] {
  if (model === undefined || definitionOf(kind).loadsModels === true) return [];
  if (model.path !== undefined)
    return eks.serviceAccount === undefined
      ? [
          warning(
            "model-without-role",
            ["model"],
            "the model is fetched with the permissions of the pod's service account, and there is no eks.serviceAccount",
            "Add eks.serviceAccount: NAME, an account that may read the bucket (EKS Pod Identity).",
          ),
        ]
      : [];
  return [
    warning(
      "model-not-loaded",
      ["model"],
      `model is not carried by a ${kind}: nothing loads the model for the container`,
      `Add model.path to have it fetched into a volume, tell the container where it is, in environment or command, or use --as ${listOr(loaders)}.`,
    ),
  ];
}
