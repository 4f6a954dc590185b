import { definitionNameOf } from "../ecs-api/arn.ts";
import type { RegisteredTaskDefinition } from "../ecs-api/api.ts";
import type { Service } from "../ecs-api/service.ts";
import type { EcsVariant, EcsWorkload } from "../ecs/resolve-for-ecs.ts";
import { normalService } from "../ecs/service-form.ts";
import type { DescribedCluster } from "./cluster-inputs.ts";
import { newestAmong, type NewestRevisions } from "./newest-revisions.ts";
import type { LiveServiceInputs } from "./service-plan.ts";

/** What is known of the world besides the cluster's machines and tasks. */
export interface LiveServices {
  /** The services of the workload, by tag or by name. INACTIVE ones left out. */
  readonly services: readonly Service[];
  /** The latest revision of each family, and the revisions that the services run. */
  readonly definitions: readonly RegisteredTaskDefinition[];
  /** The fields of the services that are known; all where left out. */
  readonly knownFields?: readonly string[];
  /** Whether account ids and the values of environment variables are not known. */
  readonly redacted?: boolean;
  /** The cluster as it is described. */
  readonly cluster?: DescribedCluster;
  /** The newest revisions of families; left out where those in `definitions` are all there are. */
  readonly newest?: NewestRevisions;
  /** What is not known of the services, each in a sentence. */
  readonly unknown?: readonly string[];
  /** Why a plan made from this cannot be carried out. */
  readonly reviewOnly?: string;
}

/**
 * What a workload's services and definitions are called: by these names they are found where no tag says whose they
 * are.
 */
export interface LiveNames {
  readonly services: readonly string[];
  readonly families: readonly string[];
}

/**
 * The names that the workload's services may have, be they new, imported, or made before one of them had its slot in
 * its name.
 */
export function namesOf(ecs: EcsWorkload): LiveNames {
  const { workload, variants } = ecs;
  const given = givenNameOf(ecs);
  return {
    services: [
      ...new Set([
        ...variants.map((variant) => newNameOf(ecs, variant)),
        ...(given === undefined ? [] : [given]),
        workload.name,
      ]),
    ],
    families: variants.map(({ definition }) => definition.family),
  };
}

/** What the file calls its ECS service. */
export function givenNameOf({ workload }: Pick<EcsWorkload, "workload">): string | undefined {
  const name = workload.ecs.service?.["serviceName"];
  return typeof name === "string" ? name : undefined;
}

/** What a new service of the variant is called: one name of the file's serves one service only. */
export function newNameOf(ecs: EcsWorkload, { name }: Pick<EcsVariant, "name">): string {
  return ecs.variants.length === 1 ? (givenNameOf(ecs) ?? name) : name;
}

/** The definition that the service runs, where it is known. */
export function runningOf(
  { definitions }: Pick<LiveServices, "definitions">,
  { taskDefinition }: Pick<Service, "taskDefinition">,
): RegisteredTaskDefinition | undefined {
  const name = definitionNameOf(taskDefinition);
  return definitions.find(({ taskDefinitionArn }) => definitionNameOf(taskDefinitionArn) === name);
}

/** The family of the definition that the service runs. */
export function runningFamilyOf({ taskDefinition }: Pick<Service, "taskDefinition">): string {
  return definitionNameOf(taskDefinition).split(":")[0]!;
}

/** What is known of the newest revisions. */
export function newestRevisions({ definitions, newest, redacted }: LiveServices): NewestRevisions {
  return (
    newest ?? {
      of: (family) => newestAmong(definitions, family),
      mayBeNewer: () => false,
      redacted: redacted === true,
    }
  );
}

/** What a live service was when a plan was made. */
export function liveServiceInputsOf(
  service: string,
  live: Service | undefined,
  latest: RegisteredTaskDefinition | undefined,
): LiveServiceInputs {
  return {
    service,
    ...(live === undefined ? {} : { serviceArn: live.serviceArn, settings: normalService(live) }),
    ...(latest === undefined ? {} : { latest: latest.taskDefinitionArn }),
  };
}
