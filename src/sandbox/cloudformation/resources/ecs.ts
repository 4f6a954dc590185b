import { createCapacityProviderRequest } from "../../../core/ecs-api/model/capacity-provider.ts";
import {
  createCapacityProvider,
  deleteCapacityProvider,
  updateCapacityProvider,
} from "../../ecs/capacity-providers.ts";
import { createCluster } from "../../model/clusters.ts";
import { checkClusterName, deleteCluster } from "../../ecs/clusters.ts";
import type { RawRecord } from "../../model/records.ts";
import { AwsError } from "../../wire/aws-error.ts";
import { checkInput, struct, textOf } from "../../wire/shape.ts";
import { tagsOf } from "./network.ts";
import { madeUpName, objects, tagShape, type Properties, type ResourceType } from "./resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ecs-capacityprovider.html */
export const capacityProvider: ResourceType = {
  properties: {
    Name: "replacement",
    ClusterName: "replacement",
    AutoScalingGroupProvider: "in place",
    ManagedInstancesProvider: "in place",
    Tags: "in place",
  },
  required: [],
  shape: struct({ Tags: tagShape }),
  attributes: [],
  name: "Name",
  make: (world, properties, owner) => {
    const name = textOf(properties["Name"]) ?? madeUpName(world, owner);
    createCapacityProvider(world, {
      name,
      ...requestOf(properties),
      ...(properties["ClusterName"] === undefined ? {} : { cluster: textOf(properties["ClusterName"])! }),
      tags: tagsOf(properties["Tags"] ?? []),
    });
    return { physicalId: name, attributes: {} };
  },
  change: (world, name, properties) => {
    updateCapacityProvider(world, { name, ...requestOf(properties) });
    return { physicalId: name, attributes: {} };
  },
  remove: (world, name) => {
    if (!world.capacityProviders.has(name)) return "done";
    deleteCapacityProvider(world, name);
    return "done";
  },
};

/** @throws AwsError for members of another kind than ECS's. */
function requestOf({ AutoScalingGroupProvider: group, ManagedInstancesProvider: managed }: Properties) {
  const request = {
    ...(group === undefined ? {} : { autoScalingGroupProvider: lowered(group) }),
    ...(managed === undefined ? {} : { managedInstancesProvider: lowered(managed) }),
  };
  checkInput(createCapacityProviderRequest, request);
  return request as { readonly autoScalingGroupProvider?: RawRecord; readonly managedInstancesProvider?: RawRecord };
}

/** CloudFormation's names of members begin with a capital, ECS's do not. */
function lowered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lowered);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [`${name.charAt(0).toLowerCase()}${name.slice(1)}`, lowered(each)]),
  );
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ecs-cluster.html */
export const cluster: ResourceType = {
  properties: { ClusterName: "replacement", ClusterSettings: "in place", Tags: "in place" },
  required: [],
  shape: struct({ ClusterSettings: objects, Tags: tagShape }),
  attributes: ["Arn"],
  name: "ClusterName",
  make: (world, { ClusterName, ClusterSettings, Tags = [] }, owner) => {
    const name = textOf(ClusterName) ?? madeUpName(world, owner);
    checkClusterName(name);
    if (world.clusters.get(name)?.status === "ACTIVE")
      throw new AwsError(
        "AlreadyExists",
        `Resource of type 'AWS::ECS::Cluster' with identifier '${name}' already exists.`,
      );
    const made = createCluster(world, name);
    made.tags = tagsOf(Tags);
    if (ClusterSettings !== undefined) made.settings = settingsOf(ClusterSettings);
    return { physicalId: name, attributes: { Arn: made.arn } };
  },
  change: (world, name, { ClusterSettings, Tags = [] }) => {
    const known = world.clusters.get(name);
    if (known === undefined)
      throw new AwsError("NotFound", `Resource of type 'AWS::ECS::Cluster' with identifier '${name}' was not found.`);
    known.tags = tagsOf(Tags);
    if (ClusterSettings !== undefined) known.settings = settingsOf(ClusterSettings);
    return { physicalId: name, attributes: { Arn: known.arn } };
  },
  remove: (world, name) => {
    if (world.clusters.get(name)?.status === "ACTIVE") deleteCluster(world, name);
    return "done";
  },
};

function settingsOf(settings: unknown) {
  return (settings as readonly Properties[]).map(({ Name, Value }) => ({
    name: textOf(Name) ?? "",
    value: textOf(Value) ?? "",
  }));
}
