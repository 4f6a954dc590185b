import type { Of } from "../../core/ecs-api/field.ts";
import type { attribute } from "../../core/ecs-api/model/common.ts";
import {
  deleteAttributesRequest,
  listAttributesRequest,
  putAttributesRequest,
} from "../../core/ecs-api/model/requests.ts";
import { present } from "../../core/base/present.ts";
import { forgetRooms } from "../model/kept-rooms.ts";
import { requireCluster } from "../model/clusters.ts";
import type { ClusterRecord, InstanceRecord } from "../model/records.ts";
import { AwsError, invalidParameter } from "../wire/aws-error.ts";
import { operation, type Operation } from "../wire/operation.ts";
import { findInstance } from "./container-instances.ts";
import { pageOf } from "./pages.ts";

type AttributeInput = Of<typeof attribute>;

/**
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PutAttributes.html: "up
 * to 10 custom attributes for each resource"
 */
const mostCustom = 10;

export const attributeOperations: Readonly<Record<string, Operation>> = {
  PutAttributes: operation("resourceModify", putAttributesRequest, ({ cluster, attributes = [] }, { world }) => {
    const targets = readTargets(requireCluster(world, cluster), attributes);
    for (const { name = "", value = "" } of attributes) {
      if (!/^[A-Za-z0-9\-_./\\]{1,128}$/.test(name))
        throw invalidParameter(
          "Attribute names must have 1 to 128 letters, numbers, hyphens, underscores, slashes, " +
            "back slashes, or periods.",
        );
      if (value.length > 128 || /^\s|\s$/.test(value))
        throw invalidParameter("Attribute values must have at most 128 characters and no space at their ends.");
      if (isReserved(name)) throw invalidParameter(`The attribute ${name} is reserved.`);
    }
    for (const { instance } of targets) {
      const added = targets.filter((each) => each.instance === instance).map(({ attribute: { name = "" } }) => name);
      const custom = new Set([...[...instance.attributes.keys()].filter((name) => !isReserved(name)), ...added]);
      if (custom.size > mostCustom)
        throw new AwsError(
          "AttributeLimitExceededException",
          `An instance can have at most ${mostCustom} custom attributes.`,
        );
    }
    for (const {
      instance,
      attribute: { name = "", value = "" },
    } of targets) {
      instance.attributes.set(name, value);
      forgetRooms(instance.cluster);
    }
    return {
      attributes: targets.map(({ instance, attribute: { name = "", value } }) =>
        attributeAnswer(instance, name, value),
      ),
    };
  }),
  DeleteAttributes: operation("resourceModify", deleteAttributesRequest, ({ cluster, attributes = [] }, { world }) => {
    const targets = readTargets(requireCluster(world, cluster), attributes);
    for (const {
      instance,
      attribute: { name = "" },
    } of targets) {
      if (isReserved(name)) throw invalidParameter(`The attribute ${name} is reserved.`);
      instance.attributes.delete(name);
      forgetRooms(instance.cluster);
    }
    return {
      attributes: targets.map(({ instance, attribute: { name = "", value } }) =>
        attributeAnswer(instance, name, value),
      ),
    };
  }),
  ListAttributes: operation(
    "resourceRead",
    listAttributesRequest,
    ({ cluster, targetType, attributeName, attributeValue, ...page }, { world }) => {
      if (targetType !== "container-instance") throw invalidParameter("targetType must be container-instance.");
      if (attributeValue !== undefined && attributeName === undefined)
        throw invalidParameter("attributeValue needs an attributeName.");
      const found = [...requireCluster(world, cluster).instances.values()]
        .filter(({ status }) => status !== "INACTIVE")
        .flatMap((instance) => [...instance.attributes].map(([name, value]) => ({ instance, name, value })))
        .filter(
          ({ name, value }) =>
            (attributeName === undefined || name === attributeName) &&
            (attributeValue === undefined || value === attributeValue),
        );
      const keyed = new Map(found.map((each) => [`${each.instance.arn} ${each.name}`, each]));
      const { items, ...next } = pageOf([...keyed.keys()], page);
      return {
        attributes: items
          .map((key) => keyed.get(key)!)
          .map(({ instance, name, value }) => attributeAnswer(instance, name, value === "" ? undefined : value)),
        ...next,
      };
    },
  ),
};

function isReserved(name: string): boolean {
  return /^(?:ecs|com\.amazonaws)\./.test(name);
}

function readTargets(
  cluster: ClusterRecord,
  attributes: readonly AttributeInput[],
): readonly { readonly instance: InstanceRecord; readonly attribute: AttributeInput }[] {
  if (attributes.length === 0) throw invalidParameter("Attributes cannot be empty.");
  if (attributes.length > 10) throw invalidParameter("Attributes cannot have more than 10 elements.");
  return attributes.map((each) => {
    const instance = each.targetId === undefined ? undefined : findInstance(cluster, each.targetId);
    if (instance === undefined || instance.status === "INACTIVE")
      throw new AwsError("TargetNotFoundException", "The specified target wasn't found.");
    return { instance, attribute: each };
  });
}

function attributeAnswer(instance: InstanceRecord, name: string, value: string | undefined): object {
  return { name, ...present({ value }), targetId: instance.arn };
}
