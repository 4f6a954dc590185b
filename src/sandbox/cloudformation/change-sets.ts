import { answerOnce } from "../answer-once.ts";
import { present } from "../../core/base/present.ts";
import type { World } from "../model/world.ts";
import { AwsError } from "../wire/aws-error.ts";
import { operation, type Operation } from "../wire/operation.ts";
import { list, struct, text } from "../wire/shape.ts";
import { changesOf } from "./changes.ts";
import { invalidTemplate } from "./errors.ts";
import { findStack, requireChangeSet, requireStack } from "./find-stack.ts";
import { resourceTypes } from "./resource-types.ts";
import { setStackStatus } from "./stack-events.ts";
import type { ChangeRecord, ChangeSetRecord, StackRecord } from "./stack-records.ts";
import { createStack, updateStack } from "./stack-steps.ts";
import { readTemplate } from "./template.ts";

const changeSetMembers = { StackName: text, ChangeSetName: text } as const;

export const changeSetOperations: Readonly<Record<string, Operation>> = {
  // https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateChangeSet.html
  CreateChangeSet: operation(
    "cloudformation",
    struct({
      ...changeSetMembers,
      ChangeSetType: text,
      TemplateBody: text,
      Capabilities: list(text),
      Tags: list(struct({ Key: text, Value: text })),
      Description: text,
      ClientToken: text,
    }),
    (input, { world }) =>
      answerOnce(world, "CreateChangeSet", input.ClientToken, input, () => {
        const {
          StackName = "",
          ChangeSetName = "",
          ChangeSetType: type = "UPDATE",
          TemplateBody,
          Capabilities = [],
          Tags = [],
        } = input;
        if (type !== "CREATE" && type !== "UPDATE")
          throw invalidTemplate(`the sandbox plays no ChangeSetType ${type.slice(0, 50)}`);
        for (const name of [StackName.startsWith("arn:") ? "arn" : StackName, ChangeSetName])
          if (!/^[a-zA-Z][-a-zA-Z0-9]{0,127}$/.test(name))
            throw invalidTemplate(
              `1 validation error detected: Value '${name.slice(0, 200)}' failed to satisfy constraint: ` +
                "Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*",
            );
        if (TemplateBody === undefined)
          throw invalidTemplate("Either Template URL or Template Body must be specified.");
        const template = readTemplate(TemplateBody, resourceTypes);
        const makesRoles = template.resources.some((resource) => resource.type.startsWith("AWS::IAM::"));
        if (makesRoles && !Capabilities.some((each) => /^CAPABILITY_(?:NAMED_)?IAM$/.test(each)))
          throw new AwsError("InsufficientCapabilitiesException", "Requires capabilities : [CAPABILITY_IAM]");
        const stack = stackFor(world, StackName, ChangeSetName, type);
        // One that was executed leaves its name to the next.
        if ((stack.changeSets.get(ChangeSetName)?.executionStatus ?? "EXECUTE_COMPLETE") !== "EXECUTE_COMPLETE")
          throw new AwsError(
            "AlreadyExistsException",
            `ChangeSet ${ChangeSetName} cannot be created due to a mismatch with existing attribute Name`,
          );
        const changeSet: ChangeSetRecord = {
          id: `arn:aws:cloudformation:${world.region}:${world.account}:changeSet/${ChangeSetName}/${world.uuid()}`,
          name: ChangeSetName,
          type,
          createdAt: world.now(),
          description: input.Description,
          template,
          changes: changesOf(stack, template),
          capabilities: Capabilities,
          tags: Tags,
          status: "CREATE_IN_PROGRESS",
          statusReason: undefined,
          executionStatus: "UNAVAILABLE",
        };
        stack.changeSets.set(ChangeSetName, changeSet);
        world.after(world.timings.resource, () => complete(stack, changeSet));
        return { Id: changeSet.id, StackId: stack.id };
      }),
  ),
  // https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeChangeSet.html
  DescribeChangeSet: operation(
    "cloudformation",
    struct({ ...changeSetMembers, NextToken: text }),
    (input, { world }) => {
      const { stack, changeSet } = requireChangeSet(world, input);
      const made = changeSet.status === "CREATE_COMPLETE" || changeSet.status === "FAILED";
      return {
        ...present({ Description: changeSet.description }),
        ChangeSetName: changeSet.name,
        ChangeSetId: changeSet.id,
        StackId: stack.id,
        StackName: stack.name,
        CreationTime: new Date(changeSet.createdAt).toISOString(),
        ExecutionStatus: changeSet.executionStatus,
        Status: changeSet.status,
        ...present({ StatusReason: changeSet.statusReason }),
        Capabilities: changeSet.capabilities,
        Tags: changeSet.tags,
        NotificationARNs: [],
        Changes: made
          ? changeSet.changes.map((change) => ({ Type: "Resource", ResourceChange: changeAnswer(change) }))
          : [],
        IncludeNestedStacks: false,
      };
    },
  ),
  // https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ExecuteChangeSet.html
  ExecuteChangeSet: operation(
    "cloudformation",
    struct({ ...changeSetMembers, ClientRequestToken: text }),
    (input, { world }) =>
      answerOnce(world, "ExecuteChangeSet", input.ClientRequestToken, input, () => {
        const { stack, changeSet } = requireChangeSet(world, input);
        if (changeSet.status !== "CREATE_COMPLETE" || changeSet.executionStatus !== "AVAILABLE")
          throw new AwsError(
            "InvalidChangeSetStatus",
            `ChangeSet [${changeSet.id}] cannot be executed in its current ${
              changeSet.status === "CREATE_COMPLETE" ? "execution status" : "status"
            } of [${changeSet.status === "CREATE_COMPLETE" ? changeSet.executionStatus : changeSet.status}]`,
          );
        changeSet.executionStatus = "EXECUTE_COMPLETE";
        // The others are of a stack that is no more.
        for (const other of stack.changeSets.values()) if (other !== changeSet) stack.changeSets.delete(other.name);
        stack.tags = changeSet.tags;
        stack.capabilities = changeSet.capabilities;
        (changeSet.type === "CREATE" ? createStack : updateStack)(
          world,
          stack,
          changeSet.template,
          input.ClientRequestToken,
        );
        return {};
      }),
  ),
  // https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeleteChangeSet.html
  DeleteChangeSet: operation("cloudformation", struct(changeSetMembers), (input, { world }) => {
    const { stack, changeSet } = requireChangeSet(world, input);
    stack.changeSets.delete(changeSet.name);
    return {};
  }),
};

/** A change set without changes cannot be executed. */
function complete({ status }: StackRecord, changeSet: ChangeSetRecord): void {
  if (changeSet.changes.length === 0) {
    changeSet.status = "FAILED";
    changeSet.statusReason =
      "The submitted information didn't contain changes. Submit different information to create a change set.";
    return;
  }
  changeSet.status = "CREATE_COMPLETE";
  changeSet.executionStatus =
    status.endsWith("_IN_PROGRESS") && status !== "REVIEW_IN_PROGRESS" ? "UNAVAILABLE" : "AVAILABLE";
}

/** The stack that the change set is for; a new one where it is to be created. */
function stackFor(world: World, reference: string, changeSetName: string, type: "CREATE" | "UPDATE"): StackRecord {
  if (type === "UPDATE") {
    const stack = requireStack(world, reference);
    if (!updatable.test(stack.status))
      throw invalidTemplate(`Stack:${stack.id} is in ${stack.status} state and can not be updated.`);
    return stack;
  }
  const known = findStack(world, reference);
  if (known !== undefined && known.status !== "REVIEW_IN_PROGRESS")
    throw invalidTemplate(
      `Stack [${known.name}] already exists and cannot be created again with the changeSet [${changeSetName}].`,
    );
  return known ?? newStack(world, reference);
}

const updatable = /^(?:CREATE|UPDATE|UPDATE_ROLLBACK|IMPORT)_COMPLETE$/;

function newStack(world: World, name: string): StackRecord {
  const stack: StackRecord = {
    id: `arn:aws:cloudformation:${world.region}:${world.account}:stack/${name}/${world.uuid()}`,
    name,
    createdAt: world.now(),
    updatedAt: undefined,
    deletedAt: undefined,
    status: "REVIEW_IN_PROGRESS",
    statusReason: undefined,
    template: undefined,
    capabilities: [],
    tags: [],
    outputs: [],
    resources: new Map(),
    events: [],
    changeSets: new Map(),
    token: undefined,
    turn: 0,
  };
  world.stacks.set(stack.id, stack);
  setStackStatus(world, stack, "REVIEW_IN_PROGRESS", "User Initiated");
  return stack;
}

function changeAnswer({ action, logicalId, physicalId, type, replacement, details }: ChangeRecord): object {
  return {
    Action: action,
    LogicalResourceId: logicalId,
    ...present({ PhysicalResourceId: physicalId, Replacement: replacement }),
    ResourceType: type,
    Scope: details.length === 0 ? [] : ["Properties"],
    Details: details.map(({ property, recreates, cause }) => ({
      Target: { Attribute: "Properties", Name: property, RequiresRecreation: recreates },
      Evaluation: cause === undefined ? "Static" : "Dynamic",
      ChangeSource: sourceOf(cause),
      ...present({ CausingEntity: cause }),
    })),
  };
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChangeDetail.html */
function sourceOf(cause: string | undefined): string {
  if (cause === undefined) return "DirectModification";
  return cause.includes(".") ? "ResourceAttribute" : "ResourceReference";
}
