/** What can go beside the resource where it is asked for, and what aiplat knows of it: a file in extras/ each. */
import type { Problem } from "../base/problem.ts";
import type { ResolvedWorkload, Shape } from "../workload/resolved.ts";
import type { Kind } from "./kinds.ts";
import type { EnvironmentVariable, Manifest, Metadata } from "./manifest.ts";

/** What extras are told, each by a flag of its own. */
export interface ExtraValues {
  /** The most replicas that an autoscaler starts; the file's replicas are the least. */
  readonly maxReplicas?: number;
  /** Where KEDA asks for what it scales on. */
  readonly prometheusUrl?: string;
  /** In PromQL: the requests at the workload, seen by what does not go away with its last pod. */
  readonly requestsQuery?: string;
  /** So many of them are one replica's. */
  readonly requestsPerReplica?: number;
  /** The names by which clients reach the workload. */
  readonly hosts?: readonly string[];
  /** The Gateway that requests come in by. */
  readonly gateway?: NamespacedName;
  readonly ingressClass?: string;
  /** What the canary runs in place of the workload's image. */
  readonly canaryImage?: string;
  /** Percent of the requests that are the canary's. */
  readonly canaryWeight?: number;
  /** Where OpenTelemetry's SDKs send what they see. */
  readonly otlpEndpoint?: string;
}

export interface NamespacedName {
  readonly namespace?: string;
  readonly name: string;
}

export interface ExtraContents extends ExtraValues {
  /** Whether the Service leads to a canary too. */
  readonly hasCanary: boolean;
  /** Whether what applies the manifests waits for those that have to be first. */
  readonly inWaves: boolean;
  readonly workload: ResolvedWorkload;
  readonly shape: Shape;
  readonly kind: Kind;
  readonly name: string;
  readonly metadata: Metadata;
}

/** Why an extra cannot go with the workload. */
export interface ExtraProblem {
  readonly message: string;
  readonly hint?: string;
}

export interface ExtraDefinition {
  /** The kinds of what it makes, by which eks.companions reaches it. */
  readonly makes: readonly string[];
  /** The values that it reads, in the order of their flags. */
  readonly reads: readonly (keyof ExtraValues)[];
  /** Of those that it reads, the ones that it cannot do without, each with what it is for and an example. */
  readonly needs: Readonly<Partial<Record<keyof ExtraValues, { readonly why?: string; readonly example: string }>>>;
  /** Whether it reaches the pods through the Service, which then goes with it. */
  readonly throughService?: true;
  /** Of what it makes, the kind out of which its controller makes the others' kinds: none of them is served before. */
  readonly firstKind?: string;
  /** Whether it says how many replicas run. */
  readonly scales?: true;
  /** Why it cannot go with the workload, beside values that are missing; none where it can. */
  problems(contents: ExtraContents): readonly ExtraProblem[];
  manifests(contents: ExtraContents): readonly Manifest[];
  /** Whether another version of the resource goes with it, to which the Service leads too. */
  readonly canary?: true;
  /** What its user should know of it. */
  warnings?(contents: ExtraContents): readonly Problem[];
  /** Variables of the workload's own container, where it sets none of that name itself. */
  environment?(contents: ExtraContents): readonly EnvironmentVariable[];
  readonly documentation: ExtraDocumentation;
}

/** Its row in docs/kubernetes-kinds.md, in Markdown. */
export interface ExtraDocumentation {
  /** What it does. */
  readonly does: string;
  /** What can carry it. */
  readonly for: string;
}
