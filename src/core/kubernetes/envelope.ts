/** A kind of resource that carries the accelerated pod: one file in envelopes/ each. */
import type { Path } from "../base/problem.ts";
import type { ResolvedWorkload, Shape } from "../workload/resolved.ts";
import type { Container, Manifest, Metadata, PodSpec, PodTemplate } from "./manifest.ts";

/** What an envelope is made from. */
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
}

/** A key of the workload that a kind cannot carry, and why. */
export interface Limit {
  readonly path: Path;
  /** After the kind's name: `runs no several nodes: nodes is 2`. */
  readonly message: string;
}

export interface Envelope {
  readonly apiVersion: string;
  readonly runs: ResolvedWorkload["kind"];
  /** Why it cannot carry the workload, besides `runs`; none where it can. */
  limits(workload: ResolvedWorkload): readonly Limit[];
  /** Characters that the controller appends to the name for the longest name it makes. */
  nameRoom(workload: ResolvedWorkload): number;
  /** The resource. */
  wrap(contents: Contents): Manifest;
  /** What the resource needs and nobody else makes, to be applied before it. */
  companions?(contents: Contents): readonly Manifest[];
  /** Whether it has a scale subresource, for an autoscaler. */
  readonly scalable?: true;
  /** Whether its rollout has bounds in replicas. */
  readonly rollsOut?: true;
  /** Whether it starts by the workload's schedule. */
  readonly scheduled?: true;
}

/** `metadata` with the queue's labels. */
export function queued({ metadata, queueLabels }: Contents): Metadata {
  return { ...metadata, labels: { ...metadata.labels, ...queueLabels } };
}

/** The pod with its first container, the workload's own, changed. */
export function withContainer(pod: PodTemplate, change: (container: Container) => Container): PodTemplate {
  const [own, ...sidecars] = pod.spec.containers;
  return { ...pod, spec: { ...pod.spec, containers: [change(own!), ...sidecars] } };
}

/** The pod with the container's name that a controller looks for. */
export function renamed(pod: PodTemplate, name: string): PodTemplate {
  return withContainer(pod, (container) => ({ ...container, name }));
}

/** The pod with more fields in its spec. */
export function withSpec(pod: PodTemplate, fields: Partial<PodSpec>): PodTemplate {
  return { ...pod, spec: { ...fields, ...pod.spec } };
}

export function oneNode({ nodes }: ResolvedWorkload): readonly Limit[] {
  return nodes === 1 ? [] : [{ path: ["nodes"], message: `has single pods for replicas, and nodes is ${nodes}` }];
}

export function oneReplica({ replicas }: ResolvedWorkload): readonly Limit[] {
  return replicas === 1 ? [] : [{ path: ["replicas"], message: `runs one replica, and replicas is ${replicas}` }];
}

/** The decimal digits of the last of `count` indices. */
export function indexDigits(count: number): number {
  return String(count - 1).length;
}
