import {
  listTagsForResourceRequest,
  tagResourceRequest,
  untagResourceRequest,
} from "../../core/ecs-api/model/requests.ts";
import type { Tag } from "../../core/ecs-api/api.ts";
import { findDefinition } from "../model/definitions.ts";
import { lastPart } from "../model/clusters.ts";
import type { World } from "../model/world.ts";
import { AwsError, invalidParameter } from "../wire/aws-error.ts";
import { operation, type Operation } from "../wire/operation.ts";
import { findInstance } from "./container-instances.ts";
import { checkTags } from "./limits.ts";
import { findService } from "./services.ts";
import { findTask } from "./tasks.ts";

export const tagOperations: Readonly<Record<string, Operation>> = {
  TagResource: operation("tagModify", tagResourceRequest, ({ resourceArn, tags: added }, { world }) => {
    const resource = requireResource(world, resourceArn);
    resource.tags = checkTags([...resource.tags, ...(added ?? [])]);
    return {};
  }),
  UntagResource: operation("tagModify", untagResourceRequest, ({ resourceArn, tagKeys = [] }, { world }) => {
    const resource = requireResource(world, resourceArn);
    resource.tags = resource.tags.filter(({ key }) => !tagKeys.includes(key));
    return {};
  }),
  ListTagsForResource: operation("clusterRead", listTagsForResourceRequest, ({ resourceArn }, { world }) => ({
    tags: requireResource(world, resourceArn).tags,
  })),
};

/** "The supported resources are Amazon ECS tasks, services, task definitions, clusters, and container instances." */
function requireResource(world: World, arn = ""): { tags: readonly Tag[] } {
  const [, kind, first = "", second] = /^arn:[^:]+:ecs:[^:]*:\d*:([a-z-]+)\/([^/]+)(?:\/([^/]+))?$/.exec(arn) ?? [];
  if (kind === undefined) throw invalidParameter("Invalid identifier: the resource ARN is not one of ECS.");
  if (kind === "task-definition") return known(findDefinition(world, arn), "TaskDefinition not found.");
  if (kind === "capacity-provider")
    return known(world.capacityProviders.get(lastPart(arn)), "The specified capacity provider was not found.");
  const cluster = world.clusters.get(first);
  if (cluster === undefined || cluster.status === "INACTIVE")
    throw new AwsError("ClusterNotFoundException", "Cluster not found.");
  if (kind === "cluster" && second === undefined) return cluster;
  if (kind === "service") return known(findService(cluster, arn), "Service not found.");
  if (kind === "task") return known(findTask(cluster, arn), "The referenced task was not found.");
  return known(
    kind === "container-instance" ? findInstance(cluster, arn) : undefined,
    "The specified resource was not found.",
  );
}

function known<T>(resource: T | undefined, message: string): T {
  if (resource === undefined) throw new AwsError("ResourceNotFoundException", message);
  return resource;
}
