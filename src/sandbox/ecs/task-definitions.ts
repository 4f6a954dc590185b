import {
  deleteTaskDefinitionsRequest,
  deregisterTaskDefinitionRequest,
  describeTaskDefinitionRequest,
  listTaskDefinitionFamiliesRequest,
  listTaskDefinitionsRequest,
} from "../../core/ecs-api/model/requests.ts";
import { registerTaskDefinitionRequest } from "../../core/ecs-api/model/task-definition.ts";
import { present } from "../../core/base/present.ts";
import { gpuNeedOf, isShare, mpsAttribute } from "../../core/devices/gpu-need.ts";
import { requirementsOfAgent } from "../../core/ecs/required-attributes.ts";
import type { PortMapping, RegisteredTaskDefinition, TaskDefinition } from "../../core/ecs-api/api.ts";
import { findDefinition } from "../model/definitions.ts";
import type { RawRecord } from "../model/records.ts";
import type { DefinitionRecord, World } from "../model/world.ts";
import { clientError, invalidParameter } from "../wire/aws-error.ts";
import { operation, type Operation } from "../wire/operation.ts";
import { definitionAnswer } from "./answers.ts";
import { checkDefinition } from "./check-definition.ts";
import { checkTags, requireItems } from "./limits.ts";
import { pageOf } from "./pages.ts";

export const taskDefinitionOperations: Readonly<Record<string, Operation>> = {
  RegisterTaskDefinition: operation("definitionModify", registerTaskDefinitionRequest, (input, { world }) => {
    const definition = checkDefinition(input as TaskDefinition);
    const record = register(world, definition, checkTags(input.tags));
    return { taskDefinition: definitionAnswer(record), ...tagsAnswer(record) };
  }),
  DescribeTaskDefinition: operation(
    "definitionRead",
    describeTaskDefinitionRequest,
    ({ taskDefinition: reference, include = [] }, { world }) => {
      const record = requireRecord(world, reference, "Unable to describe task definition.");
      return { taskDefinition: definitionAnswer(record), ...(include.includes("TAGS") ? { tags: record.tags } : {}) };
    },
  ),
  DeregisterTaskDefinition: operation(
    "definitionModify",
    deregisterTaskDefinitionRequest,
    ({ taskDefinition: reference }, { world }) => {
      if (reference !== undefined && !/:\d+$/.test(reference))
        throw invalidParameter("Missing revision: name family:revision.");
      const record = requireRecord(
        world,
        reference,
        "The specified task definition does not exist. Specify a valid account, family, revision and try again.",
      );
      if (record.status === "ACTIVE") {
        record.status = "INACTIVE";
        record.deregisteredAt = world.now();
      }
      return { taskDefinition: definitionAnswer(record) };
    },
  ),
  DeleteTaskDefinitions: operation(
    "definitionModify",
    deleteTaskDefinitionsRequest,
    ({ taskDefinitions }, { world }) => {
      const found = requireItems(taskDefinitions, "Task definitions", 10).map((reference) => ({
        reference,
        record: findDefinition(world, reference),
      }));
      const failures = found.flatMap(({ reference, record }) => {
        if (record === undefined) return [{ arn: reference, reason: "TASK_DEFINITION_NOT_FOUND" }];
        return record.status === "ACTIVE"
          ? [
              {
                arn: record.definition.taskDefinitionArn,
                reason: "TASK_DEFINITION_ACTIVE",
                detail: "The specified task definition is still in ACTIVE status. Please deregister it and try again.",
              },
            ]
          : [];
      });
      const deleted = found.flatMap(({ record }) =>
        record === undefined || record.status === "ACTIVE" ? [] : [record],
      );
      for (const record of deleted) record.status = "DELETE_IN_PROGRESS";
      return { taskDefinitions: deleted.map(definitionAnswer), failures };
    },
  ),
  ListTaskDefinitions: operation(
    "definitionRead",
    listTaskDefinitionsRequest,
    ({ familyPrefix, status = "ACTIVE", sort = "ASC", ...page }, { world }) => {
      // The prefix is the family's full name here.
      // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTaskDefinitions.html
      const records = [...world.families]
        .flatMap(([family, revisions]) => (familyPrefix === undefined || family === familyPrefix ? revisions : []))
        .filter((record) => record.status === status);
      const keyed = new Map(
        records.map((record) => [sortKey(record, sort === "DESC"), record.definition.taskDefinitionArn]),
      );
      const { items, ...next } = pageOf([...keyed.keys()], page);
      return { taskDefinitionArns: items.map((key) => keyed.get(key)!), ...next };
    },
  ),
  ListTaskDefinitionFamilies: operation(
    "definitionRead",
    listTaskDefinitionFamiliesRequest,
    ({ familyPrefix = "", status = "ACTIVE", ...page }, { world }) => {
      const active = (revisions: readonly DefinitionRecord[]) => revisions.some((record) => record.status === "ACTIVE");
      const wanted = (revisions: readonly DefinitionRecord[]) =>
        status === "ALL" || active(revisions) === (status === "ACTIVE");
      const { items, ...next } = pageOf(
        [...world.families].flatMap(([family, revisions]) =>
          family.startsWith(familyPrefix) && wanted(revisions) ? [family] : [],
        ),
        page,
      );
      return { families: items, ...next };
    },
  ),
};

/** By family, then by revision as a number. */
function sortKey({ definition: { family, revision } }: DefinitionRecord, descending: boolean): string {
  return `${family}:${String(descending ? 999_999_999 - revision : revision).padStart(9, "0")}`;
}

function requireRecord(world: World, reference: string | undefined, message: string): DefinitionRecord {
  const record = reference === undefined || reference === "" ? undefined : findDefinition(world, reference);
  if (record === undefined) throw clientError(message);
  return record;
}

/** Tags are beside a definition in the answers, not in it. */
function withoutTags(input: TaskDefinition): TaskDefinition {
  const definition: { tags?: unknown } & Omit<TaskDefinition, "tags"> = { ...input };
  delete definition.tags;
  return definition as TaskDefinition;
}

function tagsAnswer({ tags }: DefinitionRecord): RawRecord {
  return tags.length === 0 ? {} : { tags };
}

function register(world: World, input: TaskDefinition, tags: DefinitionRecord["tags"]): DefinitionRecord {
  const definition = withoutTags(input);
  const revisions = world.families.get(definition.family) ?? [];
  const revision = (revisions.at(-1)?.definition.revision ?? 0) + 1;
  const registered: RegisteredTaskDefinition = {
    ...definition,
    containerDefinitions: definition.containerDefinitions.map((container) => ({
      cpu: 0,
      environment: [],
      mountPoints: [],
      volumesFrom: [],
      systemControls: [],
      ...container,
      essential: container.essential ?? true,
      portMappings: (container.portMappings ?? []).map((mapping) => ({
        ...mapping,
        ...hostPortOf(mapping, definition.networkMode),
        protocol: mapping.protocol ?? "tcp",
      })),
    })),
    volumes: definition.volumes ?? [],
    placementConstraints: definition.placementConstraints ?? [],
    requiresAttributes: requiredAttributes(definition),
    compatibilities: definition.requiresCompatibilities ?? ["EXTERNAL", "EC2"],
    taskDefinitionArn: world.arn(`task-definition/${definition.family}:${revision}`),
    revision,
    status: "ACTIVE",
    registeredAt: world.now(),
    registeredBy: `arn:aws:iam::${world.account}:root`,
  };
  const record: DefinitionRecord = { definition: registered, status: "ACTIVE", tags };
  world.families.set(definition.family, [...revisions, record]);
  return record;
}

/** Sharing a GPU has a rule of its own. */
function requiredAttributes(definition: TaskDefinition): readonly { readonly name: string }[] {
  const shared = isShare(gpuNeedOf(definition)) ? [mpsAttribute] : [];
  return [...requirementsOfAgent(definition).map(({ attribute }) => attribute), ...shared].map((name) => ({ name }));
}

/** In host and awsvpc mode the container's port, else one of ECS's choice; a range of ports has none. */
function hostPortOf(
  { containerPort, hostPort }: PortMapping,
  networkMode: string | undefined,
): Pick<PortMapping, "hostPort"> {
  if (hostPort !== undefined) return { hostPort };
  return networkMode === "host" || networkMode === "awsvpc" ? present({ hostPort: containerPort }) : { hostPort: 0 };
}
