import type { Of } from "../../core/ecs-api/field.ts";
import { describeTasksRequest, listTasksRequest, stopTaskRequest } from "../../core/ecs-api/model/requests.ts";
import { runTaskRequest, startTaskRequest } from "../../core/ecs-api/model/task.ts";
import { lastPart, requireCluster } from "../model/clusters.ts";
import { requireDefinition } from "../model/definitions.ts";
import { stop } from "../model/lifecycle.ts";
import { placeOn, placeTasks, type PlaceSpec } from "../model/placement.ts";
import type { ClusterRecord, TaskRecord } from "../model/records.ts";
import { placeByStrategy, shareOut, wrongStrategy, type StrategyItem } from "../model/provider-shares.ts";
import type { DefinitionRecord, World } from "../model/world.ts";
import { AwsError, clientError, invalidParameter } from "../wire/aws-error.ts";
import { operation, type OperationCall, type Operation } from "../wire/operation.ts";
import { taskAnswer } from "./answers.ts";
import { checkExpression } from "./check-definition.ts";
import { checkLaunch, checkTaskRole, runWithoutRole } from "./check-launch.ts";
import { requireProvider } from "./capacity-providers.ts";
import { findInstance } from "./container-instances.ts";
import { atMost, checkTags, requireItems } from "./limits.ts";
import { pageOf } from "./pages.ts";

/** "valid for 24 hours or the lifetime of the task": the sandbox keeps to the 24 hours. */
const tokenMs = 24 * 3_600_000;

export const taskOperations: Readonly<Record<string, Operation>> = {
  RunTask: operation("resourceModify", runTaskRequest, runTask),
  StartTask: operation("resourceModify", startTaskRequest, (input, { world }) => {
    const cluster = requireCluster(world, input.cluster);
    const record = requireDefinition(world, input.taskDefinition);
    atMost(input.startedBy, 36, "startedBy");
    const references = requireItems(input.containerInstances, "Container instances", 10);
    const spec = specOf(cluster, record, input);
    const tasks: TaskRecord[] = [];
    const failures: object[] = [];
    for (const reference of references) {
      const instance = findInstance(cluster, reference);
      const outcome = instance === undefined ? "MISSING" : placeOn(world, spec, instance);
      if (typeof outcome === "string")
        failures.push({
          arn:
            instance?.arn ??
            (reference.startsWith("arn:") ? reference : world.arn(`container-instance/${cluster.name}/${reference}`)),
          reason: outcome,
        });
      else tasks.push(outcome);
    }
    return { tasks: tasks.map((task) => taskAnswer(task, ["TAGS"])), failures };
  }),
  StopTask: operation(
    "resourceModify",
    stopTaskRequest,
    ({ cluster: name, task: reference = "", reason }, { world }) => {
      const task = findTask(requireCluster(world, name), reference);
      if (task === undefined) throw invalidParameter("The referenced task was not found.");
      atMost(reason, 1024, "reason");
      stop(world, task, "UserInitiated", reason === undefined || reason === "" ? "Task stopped by user" : reason);
      return { task: taskAnswer(task, ["TAGS"]) };
    },
  ),
  DescribeTasks: operation(
    "resourceRead",
    describeTasksRequest,
    ({ cluster: name, tasks, include = [] }, { world }) => {
      const cluster = requireCluster(world, name);
      const found = requireItems(tasks, "Tasks", 100).map((reference) => ({
        reference,
        task: findTask(cluster, reference),
      }));
      return {
        tasks: found.flatMap(({ task }) => (task === undefined ? [] : [taskAnswer(task, include)])),
        failures: found.flatMap(({ reference, task }) =>
          task === undefined
            ? [
                {
                  arn: reference.startsWith("arn:") ? reference : world.arn(`task/${cluster.name}/${reference}`),
                  reason: "MISSING",
                },
              ]
            : [],
        ),
      };
    },
  ),
  ListTasks: operation(
    "resourceRead",
    listTasksRequest,
    (
      { cluster: name, containerInstance, family, startedBy, serviceName, desiredStatus, launchType, ...page },
      { world },
    ) => {
      const cluster = requireCluster(world, name);
      const others = [containerInstance, family, serviceName, desiredStatus, launchType].filter(
        (each) => each !== undefined,
      );
      if (startedBy !== undefined && others.length > 0)
        throw invalidParameter("startedBy must be the only filter that you use.");
      if (desiredStatus !== undefined && !["RUNNING", "PENDING", "STOPPED"].includes(desiredStatus))
        throw invalidParameter("desiredStatus must be RUNNING, PENDING or STOPPED.");
      const instance = containerInstance === undefined ? undefined : findInstance(cluster, containerInstance);
      if (containerInstance !== undefined && instance === undefined)
        throw invalidParameter("The specified container instance was not found.");
      const service = serviceName === undefined ? undefined : cluster.services.get(lastPart(serviceName));
      if (serviceName !== undefined && service === undefined)
        throw new AwsError("ServiceNotFoundException", "Service not found.");
      const chosen = [...cluster.tasks.values()].filter(
        (task) =>
          // "ECS doesn't actually ever set a task's desired status to PENDING": such a filter finds nothing.
          task.desiredStatus === (desiredStatus ?? "RUNNING") &&
          (instance === undefined || task.instance === instance) &&
          (family === undefined || task.definition.family === family) &&
          (startedBy === undefined || task.startedBy === startedBy) &&
          (service === undefined || task.service === service) &&
          (launchType === undefined || (task.launchType ?? "EC2") === launchType),
      );
      const { items, ...next } = pageOf(
        chosen.map(({ arn }) => arn),
        page,
      );
      return { taskArns: items, ...next };
    },
  ),
};

function runTask(input: Of<typeof runTaskRequest>, { world }: OperationCall): object {
  const cluster = requireCluster(world, input.cluster);
  const {
    count = 1,
    clientToken,
    launchType,
    capacityProviderStrategy: strategy = [],
    placementConstraints: constraints = [],
  } = input;
  if (count < 1 || count > 10) throw invalidParameter("Task count must be between 1 and 10.");
  atMost(clientToken, 64, "clientToken");
  const request = JSON.stringify({ ...input, clientToken: undefined });
  const known = clientToken === undefined ? undefined : cluster.runTokens.get(clientToken);
  if (known !== undefined && known.until > world.now()) {
    if (known.request !== request)
      throw new AwsError(
        "ConflictException",
        "The provided clientToken is already in use with a different RunTask request.",
        { members: { resourceIds: known.tasks.map(({ arn }) => arn) } },
      );
    return { tasks: known.tasks.map((task) => taskAnswer(task, ["TAGS"])), failures: [] };
  }
  if (launchType !== undefined && strategy.length > 0)
    throw invalidParameter(
      "Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.",
    );
  if (launchType !== undefined && launchType !== "EC2") throw unplayed(launchType);
  const record = requireDefinition(world, input.taskDefinition);
  if (constraints.length + (record.definition.placementConstraints?.length ?? 0) > 10)
    throw invalidParameter("Too many placement constraints: the limit is 10, those of the task definition included.");
  for (const { type, expression } of constraints) {
    if (type !== "memberOf" && type !== "distinctInstance")
      throw invalidParameter(`Invalid placement constraint type: ${type}.`);
    if (type === "memberOf") checkExpression(expression);
  }
  if ((input.placementStrategy?.length ?? 0) > 5)
    throw invalidParameter("Too many placement strategy rules: the limit is 5.");
  atMost(input.startedBy, 128, "startedBy");
  const spec = specOf(cluster, record, input);
  const chosenStrategy = strategyOf(world, cluster, launchType, strategy);
  const chosen: PlaceSpec = {
    ...spec,
    placementConstraints: constraints as NonNullable<PlaceSpec["placementConstraints"]>,
    launchType: chosenStrategy.length === 0 ? "EC2" : undefined,
  };
  const placementStrategy = input.placementStrategy as PlaceSpec["placementStrategy"];
  if (chosenStrategy.length > 0) {
    const shares = shareOut(chosenStrategy, count);
    const { tasks } = placeByStrategy(world, chosen, shares, placementStrategy, () => true);
    return remember(world, cluster, clientToken, request, tasks, []);
  }
  const placed = placeTasks(world, chosen, count, placementStrategy);
  if (placed.exception !== undefined) throw invalidParameter(placed.exception);
  return remember(world, cluster, clientToken, request, placed.tasks, placed.failures);
}

/** A request that started nothing leaves nothing to find again: not verified. */
function remember(
  world: World,
  cluster: ClusterRecord,
  clientToken: string | undefined,
  request: string,
  tasks: readonly TaskRecord[],
  failures: readonly object[],
): object {
  if (clientToken !== undefined && tasks.length > 0)
    cluster.runTokens.set(clientToken, { request, tasks, until: world.now() + tokenMs });
  return { tasks: tasks.map((task) => taskAnswer(task, ["TAGS"])), failures };
}

export function unplayed(launchType: string): AwsError {
  return invalidParameter(`The sandbox plays launch type EC2 only, not ${launchType}.`);
}

/** The strategy, else the cluster's default one; none for launch type EC2. */
function strategyOf(
  world: World,
  cluster: ClusterRecord,
  launchType: string | undefined,
  strategy: readonly StrategyItem[],
): readonly StrategyItem[] {
  const chosen: readonly StrategyItem[] =
    strategy.length > 0 || launchType !== undefined ? strategy : cluster.defaultStrategy;
  for (const { capacityProvider = "" } of chosen) {
    requireProvider(world, capacityProvider);
    if (!cluster.capacityProviders.includes(capacityProvider))
      throw invalidParameter("The specified capacity provider is not associated with the cluster.");
  }
  const wrong = wrongStrategy(chosen);
  if (wrong !== undefined) throw invalidParameter(wrong);
  return chosen;
}

function specOf(
  cluster: ClusterRecord,
  { definition, tags: definitionTags }: DefinitionRecord,
  input: Omit<Of<typeof startTaskRequest>, "containerInstances">,
): PlaceSpec {
  checkLaunch(definition, input);
  if (input.enableExecuteCommand === true) checkTaskRole(definition, runWithoutRole, input.overrides?.taskRoleArn);
  atMost(input.group, 255, "group");
  if (input.group?.startsWith("service:") === true)
    throw invalidParameter("The group cannot start with service:, which is for services.");
  // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html: "A total of
  // 8192 characters are allowed for overrides."
  if (JSON.stringify(input.overrides ?? {}).length > 8192) throw clientError("Override of more than 8192 characters.");
  for (const { name } of input.overrides?.containerOverrides ?? []) {
    if (!definition.containerDefinitions.some((container) => container.name === name))
      throw invalidParameter(
        "Override for container named %s is not a container in the TaskDefinition.".replace("%s", String(name)),
      );
  }
  const own = checkTags(input.tags);
  return {
    cluster,
    definition,
    group: input.group,
    startedBy: input.startedBy,
    overrides: input.overrides as PlaceSpec["overrides"],
    launchType: "EC2",
    enableExecuteCommand: input.enableExecuteCommand,
    networkConfiguration: input.networkConfiguration as PlaceSpec["networkConfiguration"],
    volumeConfigurations: input.volumeConfigurations as PlaceSpec["volumeConfigurations"],
    tags: input.propagateTags === "TASK_DEFINITION" ? checkTags([...definitionTags, ...own]) : own,
  };
}

/** The task of an id or an ARN, in the cluster. */
export function findTask(cluster: ClusterRecord, reference: string): TaskRecord | undefined {
  const found = cluster.tasks.get(lastPart(reference));
  return found !== undefined && reference.startsWith("arn:") && found.arn !== reference ? undefined : found;
}
