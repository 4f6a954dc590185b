import {
  CloudFormationClient,
  CreateChangeSetCommand,
  DeleteChangeSetCommand,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
  GetTemplateCommand,
  ListStackResourcesCommand,
  type Change,
  type DescribeChangeSetOutput,
  type Stack as SdkStack,
  type StackEvent as SdkStackEvent,
} from "@aws-sdk/client-cloudformation";
import { present } from "../core/base/present.ts";
import type { ChangeSet, ResourceChange, Stack, StackEvent } from "../core/capacity/stack.ts";
import type { CloudFormationPort } from "../capacity-ports.ts";
import { AiplatError } from "../errors.ts";
import { createCall, createChange } from "./call.ts";
import { clientSettings, type AwsConfig } from "./config.ts";
import { everyPage } from "./ecs-calls.ts";
import { absentAs } from "./failure.ts";
import { changeMs, lasting } from "./lasting.ts";

/** CloudFormation over the SDK. */
export function createCloudFormation(config: AwsConfig, signal: AbortSignal): CloudFormationPort {
  const client = new CloudFormationClient(clientSettings(config, "cloudformation"));
  const call = createCall(config, "cloudformation", signal);
  // Not cut off by Ctrl-C: what was begun would not be told of.
  const change = createChange(config, "cloudformation", lasting(signal, changeMs, config.clock));
  return {
    stack: async (StackName) => {
      const answer = await ifThere(
        call("DescribeStacks", (options) => client.send(new DescribeStacksCommand({ StackName }), options)),
      );
      const found = answer?.Stacks?.[0];
      return found === undefined ? undefined : toStack(found);
    },

    resources: async (StackName) => {
      const found = await ifThere(
        everyPage(async (page) => {
          const command = new ListStackResourcesCommand({ StackName, ...tokenOf(page) });
          const answer = await call("ListStackResources", (options) => client.send(command, options));
          return { items: answer.StackResourceSummaries, nextToken: answer.NextToken };
        }),
      );
      return (found ?? []).map(({ LogicalResourceId, PhysicalResourceId, ResourceType, ResourceStatus }) => ({
        logicalId: LogicalResourceId ?? "",
        ...present({ physicalId: PhysicalResourceId === "" ? undefined : PhysicalResourceId }),
        type: ResourceType ?? "",
        status: ResourceStatus ?? "",
      }));
    },

    template: async (StackName) => {
      const command = new GetTemplateCommand({ StackName, TemplateStage: "Original" });
      const answer = await ifThere(call("GetTemplate", (options) => client.send(command, options)));
      return answer?.TemplateBody;
    },

    events: async (StackName, known) => {
      const found: StackEvent[] = [];
      let NextToken: string | undefined;
      do {
        const command = new DescribeStackEventsCommand({ StackName, ...present({ NextToken }) });
        const answer = await call("DescribeStackEvents", (options) => client.send(command, options));
        const events = (answer.StackEvents ?? []).map(toEvent);
        const end = events.findIndex(known);
        found.push(...(end < 0 ? events : events.slice(0, end)));
        NextToken = end < 0 ? answer.NextToken : undefined;
      } while (NextToken !== undefined && NextToken !== "");
      return found;
    },

    createChangeSet: async ({ stackName, changeSetName, type, template, clientToken }) => {
      const command = new CreateChangeSetCommand({
        StackName: stackName,
        ChangeSetName: changeSetName,
        ChangeSetType: type,
        TemplateBody: template,
        // The roles have no names of their own.
        Capabilities: ["CAPABILITY_IAM"],
        ClientToken: clientToken,
      });
      await change("CreateChangeSet", (options) => client.send(command, options));
    },

    changeSet: async (StackName, ChangeSetName) => {
      let first: DescribeChangeSetOutput | undefined;
      const changes = await ifThere(
        everyPage(async (page) => {
          const command = new DescribeChangeSetCommand({ StackName, ChangeSetName, ...tokenOf(page) });
          const answer = await call("DescribeChangeSet", (options) => client.send(command, options));
          first ??= answer;
          return { items: answer.Changes, nextToken: answer.NextToken };
        }),
      );
      return first === undefined || changes === undefined ? undefined : toChangeSet(first, changes);
    },

    executeChangeSet: async (ChangeSetName, ClientRequestToken) => {
      const command = new ExecuteChangeSetCommand({ ChangeSetName, ClientRequestToken });
      await change("ExecuteChangeSet", (options) => client.send(command, options));
    },

    deleteChangeSet: async (StackName, ChangeSetName) => {
      const command = new DeleteChangeSetCommand({ StackName, ChangeSetName });
      await ifThere(change("DeleteChangeSet", (options) => client.send(command, options)));
    },

    deleteStack: async (StackName, ClientRequestToken) => {
      const command = new DeleteStackCommand({ StackName, ClientRequestToken });
      await change("DeleteStack", (options) => client.send(command, options));
    },
  };
}

function tokenOf({ nextToken }: { readonly nextToken?: string }): { readonly NextToken?: string } {
  return present({ NextToken: nextToken });
}

/** "Stack with id NAME does not exist" is a ValidationError like every other mistake. */
async function ifThere<Answer>(answer: Promise<Answer>): Promise<Answer | undefined> {
  return absentAs(/^ChangeSetNotFound/, answer).catch((error: unknown) => {
    if (error instanceof AiplatError && /\bdoes not exist\b/.test(String(error.details["awsMessage"])))
      return undefined;
    throw error;
  });
}

function toStack({ StackId, StackName, StackStatus, StackStatusReason }: SdkStack): Stack {
  return {
    id: StackId ?? "",
    name: StackName ?? "",
    status: StackStatus ?? "",
    ...present({ reason: StackStatusReason === "" ? undefined : StackStatusReason }),
  };
}

function toEvent(event: SdkStackEvent): StackEvent {
  const { EventId, Timestamp, LogicalResourceId, PhysicalResourceId, ResourceType, ResourceStatus } = event;
  return {
    id: EventId ?? "",
    at: Timestamp?.getTime() ?? 0,
    logicalId: LogicalResourceId ?? "",
    type: ResourceType ?? "",
    status: ResourceStatus ?? "",
    ...present({
      physicalId: PhysicalResourceId === "" ? undefined : PhysicalResourceId,
      reason: event.ResourceStatusReason === "" ? undefined : event.ResourceStatusReason,
      token: event.ClientRequestToken,
    }),
  };
}

function toChangeSet(answer: DescribeChangeSetOutput, changes: readonly Change[]): ChangeSet {
  const { ChangeSetId, ChangeSetName, StackId, Status, StatusReason, ExecutionStatus } = answer;
  return {
    id: ChangeSetId ?? "",
    name: ChangeSetName ?? "",
    stackId: StackId ?? "",
    status: Status ?? "",
    ...present({ reason: StatusReason === "" ? undefined : StatusReason }),
    executionStatus: ExecutionStatus ?? "",
    changes: changes.flatMap(({ ResourceChange }) => (ResourceChange === undefined ? [] : [toChange(ResourceChange)])),
  };
}

function toChange(change: NonNullable<Change["ResourceChange"]>): ResourceChange {
  const { Action, LogicalResourceId, PhysicalResourceId, ResourceType, Replacement, Details = [] } = change;
  const replacement = Replacement === "True" || Replacement === "Conditional" ? Replacement : undefined;
  return {
    action: Action ?? "Modify",
    logicalId: LogicalResourceId ?? "",
    type: ResourceType ?? "",
    ...present({ physicalId: PhysicalResourceId === "" ? undefined : PhysicalResourceId, replacement }),
    causes: Details.flatMap(({ Target, CausingEntity }) =>
      Target === undefined
        ? []
        : [
            {
              target: Target.Name ?? Target.Attribute ?? "",
              recreates: Target.RequiresRecreation ?? "Never",
              ...present({ by: CausingEntity }),
            },
          ],
    ),
  };
}
