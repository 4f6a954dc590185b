import { answerOnce } from "../answer-once.ts";
import { present } from "../../core/base/present.ts";
import { pageOf } from "../ecs/pages.ts";
import { operation, type Operation } from "../wire/operation.ts";
import { struct, text } from "../wire/shape.ts";
import { invalidTemplate } from "./errors.ts";
import { findStack, requireChangeSet, requireStack } from "./find-stack.ts";
import type { StackEventRecord, StackRecord, StackResourceRecord } from "./stack-records.ts";
import { deleteStack } from "./stack-steps.ts";

export const stackOperations: Readonly<Record<string, Operation>> = {
  // https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html
  DescribeStacks: operation(
    "cloudformation",
    struct({ StackName: text, NextToken: text }),
    ({ StackName }, { world }) => {
      const all = [...world.stacks.values()].filter(({ deletedAt }) => deletedAt === undefined);
      return { Stacks: (StackName === undefined ? all : [requireStack(world, StackName, "id")]).map(stackAnswer) };
    },
  ),
  // The newest first, 100 a page. https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStackEvents.html
  DescribeStackEvents: operation(
    "cloudformation",
    struct({ StackName: text, NextToken: text }),
    ({ StackName, NextToken }, { world }) => {
      const stack = requireStack(world, StackName);
      // As many digits each, so that texts sort as numbers do.
      const key = (index: number) => String(999_999_999 - index);
      const byKey = new Map(stack.events.map((event, index) => [key(index), event]));
      const { items, nextToken } = pageOf([...byKey.keys()], present({ nextToken: NextToken }));
      return {
        StackEvents: items.map((each) => eventAnswer(stack, byKey.get(each)!)),
        ...present({ NextToken: nextToken }),
      };
    },
  ),
  // https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStackResources.html
  DescribeStackResources: operation(
    "cloudformation",
    struct({ StackName: text, LogicalResourceId: text, PhysicalResourceId: text }),
    ({ StackName, LogicalResourceId, PhysicalResourceId }, { world }) => {
      const owner =
        StackName === undefined
          ? [...world.stacks.values()].find(({ resources }) =>
              [...resources.values()].some(({ physicalId }) => physicalId === PhysicalResourceId),
            )
          : requireStack(world, StackName, "id");
      if (owner === undefined)
        throw invalidTemplate(`Stack for ${(PhysicalResourceId ?? "").slice(0, 200)} does not exist`);
      return {
        StackResources: [...owner.resources.values()]
          .filter(({ logicalId }) => LogicalResourceId === undefined || logicalId === LogicalResourceId)
          .map((resource) => ({
            StackName: owner.name,
            StackId: owner.id,
            Timestamp: new Date(resource.updatedAt).toISOString(),
            ...resourceAnswer(resource),
          })),
      };
    },
  ),
  // https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListStackResources.html
  ListStackResources: operation(
    "cloudformation",
    struct({ StackName: text, NextToken: text }),
    ({ StackName }, { world }) => ({
      StackResourceSummaries: [...requireStack(world, StackName, "id").resources.values()].map((resource) => ({
        LastUpdatedTimestamp: new Date(resource.updatedAt).toISOString(),
        ...resourceAnswer(resource),
      })),
    }),
  ),
  // https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_GetTemplate.html
  GetTemplate: operation(
    "cloudformation",
    struct({ StackName: text, ChangeSetName: text, TemplateStage: text }),
    (input, { world }) => {
      const template =
        input.ChangeSetName === undefined
          ? requireStack(world, input.StackName, "id").template
          : requireChangeSet(world, input).changeSet.template;
      return { TemplateBody: template?.body ?? "", StagesAvailable: ["Original", "Processed"] };
    },
  ),
  // https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeleteStack.html
  DeleteStack: operation("cloudformation", struct({ StackName: text, ClientRequestToken: text }), (input, { world }) =>
    answerOnce(world, "DeleteStack", input.ClientRequestToken, input, () => {
      const stack = findStack(world, input.StackName ?? "");
      // One that is not there, or is going, is as it was asked for.
      if (stack === undefined || stack.deletedAt !== undefined || stack.status === "DELETE_IN_PROGRESS") return {};
      if (/^UPDATE_.*IN_PROGRESS$/.test(stack.status))
        throw invalidTemplate(`Stack [${stack.id}] cannot be deleted while in status ${stack.status}`);
      deleteStack(world, stack, input.ClientRequestToken);
      return {};
    }),
  ),
};

function stackAnswer(stack: StackRecord): object {
  const at = (time: number | undefined) => (time === undefined ? undefined : new Date(time).toISOString());
  return present({
    StackId: stack.id,
    StackName: stack.name,
    Description: stack.template?.description,
    CreationTime: at(stack.createdAt),
    LastUpdatedTime: at(stack.updatedAt),
    DeletionTime: at(stack.deletedAt),
    RollbackConfiguration: {},
    StackStatus: stack.status,
    StackStatusReason: stack.statusReason,
    DisableRollback: false,
    NotificationARNs: [],
    Capabilities: stack.capabilities,
    Outputs: stack.outputs.map(({ key, value, description }) => ({
      OutputKey: key,
      OutputValue: value,
      ...present({ Description: description }),
    })),
    Tags: stack.tags,
    EnableTerminationProtection: false,
  });
}

function eventAnswer({ id, name }: StackRecord, event: StackEventRecord): object {
  return present({
    StackId: id,
    EventId: event.id,
    StackName: name,
    LogicalResourceId: event.logicalId,
    PhysicalResourceId: event.physicalId,
    ResourceType: event.type,
    Timestamp: new Date(event.at).toISOString(),
    ResourceStatus: event.status,
    ResourceStatusReason: event.reason,
    ClientRequestToken: event.token,
  });
}

function resourceAnswer({ logicalId, physicalId, type, status, reason }: StackResourceRecord): object {
  return present({
    LogicalResourceId: logicalId,
    PhysicalResourceId: physicalId,
    ResourceType: type,
    ResourceStatus: status,
    ResourceStatusReason: reason,
  });
}
