import { definitionNameOf } from "../ecs-api/arn.ts";
import type { Tag } from "../ecs-api/api.ts";
import { deletedTag, primaryOf, replacesTag, type Service } from "../ecs-api/service.ts";

/** A service whose place others have taken, as they remember it. */
export interface ReplacedService {
  readonly service: string;
  /** `family:revision`: what it ran last. */
  readonly definition: string;
  readonly count: number;
}

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TagResource.html */
const mostTags = 50;
const longestKey = 128;

/**
 * The tags by which a new service remembers those whose place it takes: while they live, a replacement is under way
 * that the next deployment finishes and a rollback undoes; after them, they are how to run what was there before.
 *
 * @param others How many tags the service has besides.
 */
export function replacementTags(replaced: readonly Service[], others: number): readonly Tag[] {
  return fitting(
    replaced.map((service) => ({ key: `${replacesTag}${service.serviceName}`, value: lastRun(service) })),
    others,
  );
}

/**
 * The tags by which a service that stays remembers those that are deleted with its last deployment, where no new one
 * does: how to run what was there before, until the next deployment.
 */
export function deletionTags(deleted: readonly Service[], keeper: Service): readonly Tag[] {
  const deployment = primaryOf(keeper)?.id;
  return deployment === undefined
    ? []
    : fitting(
        deleted.map((service) => ({
          key: `${deletedTag}${service.serviceName}`,
          value: `${lastRun(service)} ${deployment}`,
        })),
        keeper.tags?.length ?? 0,
      );
}

function fitting(tags: readonly Tag[], others: number): readonly Tag[] {
  return tags.filter(({ key }) => key.length <= longestKey).slice(0, Math.max(0, mostTags - others));
}

function lastRun({ desiredCount, taskDefinition }: Service): string {
  return `${desiredCount} x ${definitionNameOf(taskDefinition)}`;
}

/** The services that were deleted with the last deployment of those that live. */
export function deletedWith(services: readonly Service[]): readonly ReplacedService[] {
  const living = new Set(services.map(({ serviceName }) => serviceName));
  return services.flatMap((service) =>
    (service.tags ?? []).flatMap(({ key, value }) => {
      const [, count, definition, deployment] = /^(\d+) x (\S+:\d+) (\S+)$/.exec(value) ?? [];
      const name = key.startsWith(deletedTag) ? key.slice(deletedTag.length) : undefined;
      return name === undefined || living.has(name) || definition === undefined || deployment !== primaryOf(service)?.id
        ? []
        : [{ service: name, definition, count: Number(count) }];
    }),
  );
}

/** The services whose place it was made to take, whether they live or not. */
export function replacedBy({ tags = [] }: Pick<Service, "tags">): readonly ReplacedService[] {
  return tags.flatMap(({ key, value }) => {
    const [, count, definition] = /^(\d+) x (\S+:\d+)$/.exec(value) ?? [];
    return !key.startsWith(replacesTag) || definition === undefined
      ? []
      : [{ service: key.slice(replacesTag.length), definition, count: Number(count) }];
  });
}

/** A replacement that was interrupted, or that is being carried out. */
export interface Replacement {
  /** What was made for it. */
  readonly successors: readonly Service[];
  /** What still lives of those that they are to replace. */
  readonly remaining: readonly Service[];
  /** What does not live any more. */
  readonly gone: readonly ReplacedService[];
}

/** The replacement that is under way among the services of a workload; undefined where there is none. */
export function replacementIn(services: readonly Service[]): Replacement | undefined {
  // One that was made before the other cannot have replaced it: names come back when a file does.
  const replaces = (successor: Service) =>
    services.filter(
      (each) =>
        replacedBy(successor).some(({ service }) => service === each.serviceName) &&
        createdAt(each) < createdAt(successor),
    );
  const successors = services.filter((each) => replaces(each).length > 0);
  if (successors.length === 0) return undefined;
  const remaining = new Set(successors.flatMap(replaces));
  const names = new Set(services.map(({ serviceName }) => serviceName));
  const gone = new Map(successors.flatMap(replacedBy).map((each) => [each.service, each]));
  return {
    successors,
    remaining: services.filter((each) => remaining.has(each)),
    gone: [...gone.values()].filter(({ service }) => !names.has(service)),
  };
}

function createdAt(service: Service): number {
  return typeof service["createdAt"] === "number" ? service["createdAt"] : 0;
}
