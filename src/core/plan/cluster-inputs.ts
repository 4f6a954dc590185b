import { present } from "../base/present.ts";
import { lockPortBaseOf } from "../cluster/lock-port-base.ts";
import { definitionNameOf } from "../ecs-api/arn.ts";

/** What of a cluster, besides its machines and tasks, a plan rests on. */
export interface ClusterInputs {
  readonly name: string;
  /** Left out where account ids were redacted. */
  readonly arn?: string;
  /** Where the tasks lock Neuron devices. */
  readonly lockPortBase?: number;
  /** The capacity providers that tasks are started through. */
  readonly providers?: readonly string[];
}

/** A cluster as it is described. */
export interface DescribedCluster {
  readonly name: string;
  readonly arn?: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly capacityProviders: readonly string[];
}

/** The newest revision of a family when a plan was made; undefined where there was none. */
export interface FamilyInputs {
  readonly family: string;
  readonly latest?: string;
}

/** What a plan keeps of the cluster that it was made for. */
export function clusterInputsOf(
  { name, arn, tags }: DescribedCluster,
  { locks, providers }: { readonly locks: boolean; readonly providers: readonly string[] },
): ClusterInputs {
  return {
    name,
    ...present({ arn }),
    ...(locks ? { lockPortBase: lockPortBaseOf(tags) } : {}),
    ...(providers.length === 0 ? {} : { providers }),
  };
}

/** What of the cluster is not as the plan had it, each in a sentence without its full stop. */
export function staleClusterReasons(before: ClusterInputs, now: DescribedCluster | undefined): readonly string[] {
  if (now === undefined) return [`cluster ${before.name} is gone`];
  if (before.arn !== undefined && now.arn !== undefined && before.arn !== now.arn)
    return [`the plan is for ${before.arn}, and cluster ${before.name} here is ${now.arn}`];
  const base = lockPortBaseOf(now.tags);
  return [
    ...(before.lockPortBase === undefined || before.lockPortBase === base
      ? []
      : [`the cluster's lock port base was ${before.lockPortBase} and is ${base}`]),
    ...(before.providers ?? [])
      .filter((provider) => !now.capacityProviders.includes(provider))
      .map((provider) => `the cluster has no capacity provider ${provider} any more`),
  ];
}

/**
 * What became of the newest revision of a family; nothing where it is the same. Account ids do not count: they may have
 * been redacted.
 */
export function staleRevisionReason(before: string | undefined, now: string | undefined): readonly string[] {
  const [was, is] = [before, now].map((arn) => (arn === undefined ? undefined : definitionNameOf(arn)));
  if (was === is) return [];
  if (is === undefined || (was !== undefined && revisionIn(is) < revisionIn(was)))
    return [`${was} is no longer active`];
  return [`${is} was registered`];
}

function revisionIn(name: string): number {
  return Number(name.slice(name.lastIndexOf(":") + 1));
}
