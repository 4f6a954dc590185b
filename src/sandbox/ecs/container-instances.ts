import { registerContainerInstanceRequest } from "../../core/ecs-api/model/cluster.ts";
import {
  deregisterContainerInstanceRequest,
  describeContainerInstancesRequest,
  listContainerInstancesRequest,
  updateContainerInstancesStateRequest,
} from "../../core/ecs-api/model/requests.ts";
import { present } from "../../core/base/present.ts";
import { instanceTypes } from "../../core/catalog/instance-types/catalog.ts";
import { compileExpression } from "../../core/cluster/evaluate-query.ts";
import { parseExpression } from "../../core/ecs-api/query/parse.ts";
import { lastPart, requireCluster } from "../model/clusters.ts";
import { addInstance, describeInstance } from "../model/instances.ts";
import { activateInstance, drainInstance, leaveCluster } from "../model/leave-cluster.ts";
import type { ClusterRecord, InstanceRecord } from "../model/records.ts";
import { wake } from "../model/scheduler.ts";
import { refusing } from "../model/tasks.ts";
import type { World } from "../model/world.ts";
import { clientError, invalidParameter } from "../wire/aws-error.ts";
import { operation, type Operation } from "../wire/operation.ts";
import { instanceAnswer } from "./answers.ts";
import { checkTags, requireItems } from "./limits.ts";
import { pageOf } from "./pages.ts";

export const containerInstanceOperations: Readonly<Record<string, Operation>> = {
  ListContainerInstances: operation(
    "resourceRead",
    listContainerInstancesRequest,
    ({ cluster, status, filter, ...page }, { world }) => {
      const all = [...requireCluster(world, cluster).instances.values()];
      const selected = all.filter((instance) =>
        status === undefined ? instance.status !== "INACTIVE" : instance.status === status,
      );
      const { items, ...next } = pageOf(
        selected.filter(selector(filter)).map(({ arn }) => arn),
        page,
      );
      return { containerInstanceArns: items, ...next };
    },
  ),
  DescribeContainerInstances: operation(
    "resourceRead",
    describeContainerInstancesRequest,
    ({ cluster: name, containerInstances, include = [] }, { world }) => {
      const cluster = requireCluster(world, name);
      const found = requireItems(containerInstances, "Container instances", 100).map((reference) => ({
        reference,
        instance: findInstance(cluster, reference),
      }));
      return {
        containerInstances: found.flatMap(({ instance }) =>
          instance === undefined ? [] : [instanceAnswer(instance, include)],
        ),
        failures: missing(world, cluster, found),
      };
    },
  ),
  UpdateContainerInstancesState: operation(
    "resourceModify",
    updateContainerInstancesStateRequest,
    ({ cluster: name, containerInstances, status }, { world }) => {
      const cluster = requireCluster(world, name);
      if (status !== "ACTIVE" && status !== "DRAINING")
        throw invalidParameter("Container instances can be set to ACTIVE or DRAINING.");
      const found = requireItems(containerInstances, "Container instances", 10).map((reference) => ({
        reference,
        instance: findInstance(cluster, reference),
      }));
      for (const { instance } of found) {
        if (instance === undefined || instance.status === "INACTIVE") continue;
        if (status === "DRAINING") drainInstance(world, instance);
        else activateInstance(world, instance);
      }
      return {
        containerInstances: found.flatMap(({ instance }) =>
          instance === undefined ? [] : [instanceAnswer(instance, ["TAGS"])],
        ),
        failures: missing(world, cluster, found),
      };
    },
  ),
  RegisterContainerInstance: operation(
    "agentModify",
    registerContainerInstanceRequest,
    ({ cluster: name, instanceIdentityDocument, attributes = [], tags }, { world }) => {
      const cluster = requireCluster(world, name);
      const checked = checkTags(tags);
      const { instanceType, instanceId } = readIdentity(instanceIdentityDocument);
      const own = Object.fromEntries(attributes.map(({ name: key = "", value = "" }) => [key, value]));
      const instance = addInstance(world, cluster, instanceType, {
        ...present({ ec2InstanceId: instanceId }),
        attributes: own,
      });
      if (instance === undefined)
        throw clientError(`The sandbox knows accelerated instance types only, e.g. ${instanceTypes[0]!.instanceType}.`);
      instance.tags = checked;
      for (const service of cluster.services.values()) wake(world, service);
      return { containerInstance: instanceAnswer(instance, ["TAGS"]) };
    },
  ),
  DeregisterContainerInstance: operation(
    "resourceModify",
    deregisterContainerInstanceRequest,
    ({ cluster: name, containerInstance = "", force = false }, { world }) => {
      const cluster = requireCluster(world, name);
      const instance = findInstance(cluster, containerInstance);
      if (instance === undefined || instance.status === "INACTIVE")
        throw invalidParameter("Referenced container instance not found.");
      if (instance.tasks.size > 0 && !force) throw invalidParameter("Found running tasks on the instance.");
      leaveCluster(world, instance, "UserInitiated", "Container instance deregistration forced by user");
      return { containerInstance: instanceAnswer(instance, ["TAGS"]) };
    },
  ),
};

/** The instance of an id or an ARN, in the cluster. */
export function findInstance(cluster: ClusterRecord, reference: string): InstanceRecord | undefined {
  const found = cluster.instances.get(lastPart(reference));
  return found !== undefined && reference.startsWith("arn:") && found.arn !== reference ? undefined : found;
}

function missing(
  world: World,
  cluster: ClusterRecord,
  found: readonly { readonly reference: string; readonly instance: InstanceRecord | undefined }[],
) {
  return found.flatMap(({ reference, instance }) =>
    instance === undefined
      ? [
          {
            arn: reference.startsWith("arn:")
              ? reference
              : world.arn(`container-instance/${cluster.name}/${reference}`),
            reason: "MISSING",
          },
        ]
      : [],
  );
}

function selector(filter: string | undefined): (instance: InstanceRecord) => boolean {
  if (filter === undefined || filter === "") return () => true;
  const selects = compileExpression(refusing(() => parseExpression(filter)));
  return (instance) =>
    selects({
      instance: describeInstance(instance),
      groups: new Set(
        [...instance.tasks].filter(({ desiredStatus }) => desiredStatus === "RUNNING").map(({ group }) => group),
      ),
    });
}

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-identity-documents.html */
function readIdentity(text: string | undefined): { readonly instanceType: string; readonly instanceId?: string } {
  let identity: unknown;
  try {
    identity = JSON.parse(text ?? "");
  } catch {
    throw clientError("Instance identity document was not valid.");
  }
  const { instanceType, instanceId } = (identity ?? {}) as {
    readonly instanceType?: unknown;
    readonly instanceId?: unknown;
  };
  if (typeof instanceType !== "string") throw clientError("Instance identity document was not valid.");
  return { instanceType, ...(typeof instanceId === "string" ? { instanceId } : {}) };
}
