/** A kind of resource that carries the accelerated pod, and what aiplat knows of it: a file in kinds/ each. */
import type { Raw } from "../base/merge.ts";
import type { Path, Problem } from "../base/problem.ts";
import type { ResolvedWorkload, Shape } from "../workload/resolved.ts";
import type { ClusterSettings } from "./allocation.ts";
import type { Container, Manifest, Metadata, PodSpec, PodTemplate } from "./manifest.ts";

/** What a resource is made from. */
export interface Contents {
  readonly workload: ResolvedWorkload;
  readonly shape: Shape;
  /** The resource's name, which is also the value of the pods' instance label. */
  readonly name: string;
  /** Of every resource that goes with the workload. */
  readonly metadata: Metadata;
  /** What makes a queue see the resource; on the object that the queue admits. */
  readonly queueLabels: Readonly<Record<string, string>>;
  /** With eks.pod merged. */
  readonly pod: PodTemplate;
  /** Whether something else says how many replicas run. */
  readonly autoscaled: boolean;
  /** The most replicas that run, of a kind that scales itself; none where it does not. */
  readonly maxReplicas?: number;
}

/** A key of the workload that a kind cannot carry, and why. */
export interface UnsupportedField {
  readonly path: Path;
  /** After the kind's name: `runs no several nodes: nodes is 2`. */
  readonly message: string;
}

export interface KindDefinition {
  readonly kind: string;
  readonly apiVersion: string;
  /** What it is called in a manifest, where another kind has that name too: VolcanoJob is a Job of Volcano's. */
  readonly resourceKind?: string;
  /** The fields of the pod's spec that it has a place for; all of them unless it says which. */
  podFields?(workload: Pick<ResolvedWorkload, "nodes" | "replicas">): readonly string[] | undefined;
  readonly runs: ResolvedWorkload["kind"];
  /** Why it cannot carry the workload, besides `runs`; none where it can. */
  unsupportedFields(workload: ResolvedWorkload): readonly UnsupportedField[];
  /** What its user should know of what it makes of the workload, beside what speaks of every kind. */
  warnings?(workload: ResolvedWorkload, cluster: ClusterSettings): readonly Problem[];
  /** Characters that the controller appends to the name for the longest name it makes. */
  reservedNameLength(workload: ResolvedWorkload): number;
  /** The section of the workload file, below eks, that is for it alone. */
  readonly section?: KindSection;
  /** What that section says of the resource's spec: merged over what `wrap` makes, which it may not take devices from. */
  ownSpec?(workload: ResolvedWorkload): Raw;
  /** The resource. */
  wrap(contents: Contents): Pick<Manifest, "metadata" | "spec">;
  /** What the resource needs and nobody else makes, to be applied before it. */
  companions?(contents: Contents): readonly Manifest[];
  /** The annotation by which its controller keeps each replica within one domain of a label, alone in it. */
  readonly exclusiveTopology?: string;
  /** Whether it places all nodes of a replica or none, without a queue too. */
  readonly gang?: true;
  /** Whether its first node is a pod set of its own, which Kueue has to be told belongs to the others. */
  leaderApart?(workload: ResolvedWorkload): boolean;
  /**
   * Of a job, whether what an eviction ends is started again: the pod, or the replica that it was of. A program's own
   * failure never is.
   */
  outlivesEviction?(workload: ResolvedWorkload): boolean;
  /** Whether the API server refuses it as long as its companions are not there. */
  readonly companionsFirst?: true;
  /**
   * The queues that hold it back until they admit it, each with how they see it. Kueue knows certain kinds; Volcano and
   * YuniKorn see the pods of any, unless this says that they do not.
   */
  readonly queues?: { readonly kueue?: string; readonly volcano?: string | false; readonly yunikorn?: false };
  /** The queue that it has a field for: its pods say nothing then. */
  readonly namesQueue?: "volcano";
  /**
   * How kubectl sees that it is up: by `kubectl rollout status`, or by a condition that its controller sets. Jobs have
   * neither: they end, and nobody waits for that.
   */
  readonly ready?: "rollout" | { readonly condition: string };
  /** Whether it has a scale subresource, for an autoscaler. */
  readonly scalable?: true;
  /** Whether it scales itself, up to `--max-replicas`; not while a queue of Kueue's has admitted it. */
  readonly scalesItself?: true;
  /** Whether its pods belong to something with a scale, by which a PodDisruptionBudget counts them. */
  readonly budgeted?: true;
  /** Whose service account its pods have, of a kind that has no field for one. */
  readonly accountOf?: { readonly owner: string; readonly field: string };
  /** Whether its controller gives the pods labels of its own alone: nothing finds them by the workload's. */
  readonly ownPodLabels?: true;
  /** Whether its rollout has bounds in replicas. */
  readonly rollsOut?: true;
  /** Whether it starts by the workload's schedule. */
  readonly scheduled?: true;
  /** Whether it loads the workload's model for the container. */
  readonly loadsModels?: true;
  /** Of a kind that does, where the container finds it; nobody says where the kind loads it where that is left out. */
  readonly modelPath?: string;
  /**
   * The Service that sends requests to its pods; none where its controller makes one: what is appended to its name, and
   * which of the pods it selects.
   */
  readonly service?: { readonly suffix?: string; readonly selector?: Readonly<Record<string, string>> };
  readonly documentation: KindDocumentation;
}

/** Its rows in docs/kubernetes-kinds.md, in Markdown: where the workload's words go. */
export interface KindDocumentation {
  readonly replicas: string;
  readonly nodes: string;
  readonly coordinator?: string;
  readonly devices: string;
  readonly container: string;
  readonly command: string;
  readonly health: string;
  /** How the nodes find each other. */
  readonly rendezvous?: string;
}

export const kindSections = ["spark", "experiment"] as const;
export type KindSection = (typeof kindSections)[number];

/** What holds workloads back until there is room, by its key below eks.queue. */
export const queues = { kueue: "Kueue", volcano: "Volcano", yunikorn: "YuniKorn" } as const;
export type Queue = keyof typeof queues;

/** Whether a queue can hold the kind back. */
export function isHeldBy({ queues: held }: KindDefinition, queue: Queue): boolean {
  return queue === "kueue" ? held?.kueue !== undefined : held?.[queue] !== false;
}

/** What a resource is, in the words of its manifest. */
export function typeOf({
  apiVersion,
  kind,
  resourceKind = kind,
}: KindDefinition): Pick<Manifest, "apiVersion" | "kind"> {
  return { apiVersion, kind: resourceKind };
}

/** `metadata` with the queue's labels. */
export function queued({ metadata, queueLabels }: Contents): Metadata {
  return { ...metadata, labels: { ...metadata.labels, ...queueLabels } };
}

/** The resource's metadata with the pod's, of a kind whose controller hands its own on to the pods. */
export function withPodMetadata(metadata: Metadata, { metadata: pod }: PodTemplate): Metadata {
  const annotations = { ...pod.annotations, ...metadata.annotations };
  return {
    ...metadata,
    labels: { ...pod.labels, ...metadata.labels },
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
  };
}

/** The pod with its first container, the workload's own, changed. */
export function withContainer(pod: PodTemplate, change: (container: Container) => Container): PodTemplate {
  const [own, ...sidecars] = pod.spec.containers;
  return { ...pod, spec: { ...pod.spec, containers: [change(own!), ...sidecars] } };
}

/** The container with what the image runs by itself: for pods in which a controller starts its own program. */
export function withoutProgram({ command: _command, args: _args, ...rest }: Container): Container {
  return rest as Container;
}

/** What the workload runs, word by word, for a controller that starts it itself; undefined where that is the image's. */
export function programOf({ entryPoint, command }: ResolvedWorkload): readonly string[] | undefined {
  return entryPoint === undefined ? command : [...entryPoint, ...(command ?? [])];
}

/** The pod with the container's name that a controller looks for. */
export function renamed(pod: PodTemplate, name: string): PodTemplate {
  return withContainer(pod, (container) => ({ ...container, name }));
}

/** The pod with more fields in its spec. */
export function withSpec(pod: PodTemplate, fields: Partial<PodSpec>): PodTemplate {
  return { ...pod, spec: { ...fields, ...pod.spec } };
}

export function oneNode({ nodes }: ResolvedWorkload): readonly UnsupportedField[] {
  return nodes === 1 ? [] : [{ path: ["nodes"], message: `has single pods for replicas, and nodes is ${nodes}` }];
}

export function oneReplica({ replicas }: ResolvedWorkload): readonly UnsupportedField[] {
  return replicas === 1 ? [] : [{ path: ["replicas"], message: `runs one replica, and replicas is ${replicas}` }];
}

/** The decimal digits of the last of `count` indices. */
export function indexDigits(count: number): number {
  return String(count - 1).length;
}
