import type { Tag, TaskDefinition } from "../ecs-api/api.ts";
import type { Change } from "../ecs/diff.ts";
import type { PlannedDeployment, DeploymentOutcome } from "../deployment/simulate-deployment.ts";
import type { Service, ServiceInput } from "../ecs-api/service.ts";
import type { ServiceUpdate } from "../ecs/service-form.ts";
import { listOr } from "../base/problem.ts";
import { isRaw } from "../base/merge.ts";
import { staleRevisionReason, type ClusterInputs } from "./cluster-inputs.ts";
import type { Plan } from "./plan.ts";

/** What becomes of one ECS service of the workload. */
export interface ServiceStep {
  readonly service: string;
  readonly action: "create" | "update" | "keep" | "delete";
  /** Field by field what differs from the live service; empty for one that is created or deleted. */
  readonly changes: readonly Change[];
  readonly desiredCount: number;
  readonly why: string;
  /** Whether every task of it is replaced. */
  readonly replacesTasks: boolean;
  /** The services that are steady before it is deleted; left out where it is deleted first. */
  readonly after?: readonly string[];
  /** The service that remembers it once it is deleted, where no new one does. */
  readonly rememberedBy?: string;
  /** The services whose place it takes, which are deleted once it is steady: should that fail, it is removed again. */
  readonly replaces?: readonly string[];
  /** What to register first; undefined where the revision that runs, or the latest, says the same. */
  readonly definition?: TaskDefinition;
  /** CreateService's input; where there is a `definition`, with its family for a revision that has no number yet. */
  readonly create?: ServiceInput;
  /** UpdateService's input; the same holds for its task definition. */
  readonly update?: ServiceUpdate;
  /** The service deployment under way that ECS is to roll back: `update` is for where it succeeds before that. */
  readonly rollback?: string;
  /** Tags that the live service lacks or has otherwise. */
  readonly tags?: readonly Tag[];
  /** The deployment that it starts, where the machines there are have to do for it. */
  readonly deployment?: PlannedDeployment;
  /** How that goes, as the rollout guard plays it. */
  readonly verdict?: DeploymentOutcome;
  /** Where its new tasks go. */
  readonly placement?: { readonly count: number; readonly why: string };
}

export function deletionStep({ serviceName }: Service, why: string): ServiceStep {
  return { service: serviceName, action: "delete", changes: [], desiredCount: 0, replacesTasks: false, why };
}

/** What a live service was when a plan was made, to tell whether the world has moved since. */
export interface LiveServiceInputs {
  readonly service: string;
  readonly serviceArn?: string;
  /** The live service's settings in normal form; undefined where there was none. */
  readonly settings?: unknown;
  /** The latest revision of its family. */
  readonly latest?: string;
}

/** What services are planned for and from. */
export interface ServiceInputs {
  readonly workload: string;
  readonly cluster: string;
  readonly replicas: number;
  readonly services: readonly LiveServiceInputs[];
  /** The cluster, where it was described. */
  readonly clusterInputs?: ClusterInputs;
  /** Why nobody can carry it out, where it was made from too little. */
  readonly reviewOnly?: string;
}

/** What `service deploy`, `scale` and `rollback` do. */
export type ServicePlan = Plan<ServiceInputs, ServiceStep>;

/** What has moved since a plan was made, each in a sentence without its full stop; empty where nothing has. */
export function staleServiceReasons(
  then: readonly LiveServiceInputs[],
  now: readonly LiveServiceInputs[],
): readonly string[] {
  const current = new Map(now.map((each) => [each.service, each]));
  const known = new Set(then.map(({ service }) => service));
  return [
    ...then.flatMap((before): readonly string[] => {
      const after = current.get(before.service);
      if ((before.serviceArn === undefined) !== (after?.serviceArn === undefined))
        return [`service ${before.service} ${before.serviceArn === undefined ? "exists now" : "is gone"}`];
      const fields = differingFields(before.settings, after?.settings);
      const changed = fields.length === 0 ? [] : [`service ${before.service} was changed: ${listOr(fields, "and")}`];
      return [...changed, ...staleRevisionReason(before.latest, after?.latest)];
    }),
    ...now
      .filter(({ service, serviceArn }) => serviceArn !== undefined && !known.has(service))
      .map(({ service }) => `service ${service} exists now`),
  ];
}

function differingFields(before: unknown, after: unknown): readonly string[] {
  const [was, is] = [before, after].map((settings) => (isRaw(settings) ? settings : {}));
  return [...new Set([...Object.keys(was!), ...Object.keys(is!)])]
    .filter((name) => JSON.stringify(was![name]) !== JSON.stringify(is![name]))
    .sort();
}
