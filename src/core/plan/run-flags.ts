/** The flags of `aws ecs run-task`, and what ECS, or a run of aiplat, does not take of them. */
import { parseDeviceSet, devicesTag } from "../catalog/device-set.ts";
import type {
  CapacityProviderStrategyItem,
  NetworkConfiguration,
  PlacementConstraint,
  PlacementStrategyItem,
  RunTaskRequest,
  Tag,
  TaskDefinition,
} from "../ecs-api/api.ts";
import { isFargate } from "../ecs-api/fargate.ts";
import { mostStrategies, strategyFault } from "../ecs-api/placement-strategy.ts";
import { problemsOfExpression } from "../ecs-api/query/type-names.ts";
import { listOr, pathText, problem, type Path, type Problem } from "../base/problem.ts";
import { deviceVariables } from "../workload/fields.ts";

/** As RunTask has them. https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html */
export interface RunFlags {
  readonly placementConstraints?: readonly PlacementConstraint[];
  readonly placementStrategy?: readonly PlacementStrategyItem[];
  readonly networkConfiguration?: NetworkConfiguration;
  readonly capacityProviderStrategy?: readonly CapacityProviderStrategyItem[];
  readonly launchType?: string;
  readonly overrides?: NonNullable<RunTaskRequest["overrides"]>;
  readonly tags?: readonly Tag[];
  readonly propagateTags?: string;
  readonly enableECSManagedTags?: boolean;
}

/** What ECS refuses of the flags, or would carry out otherwise than is meant; the paths are RunTask's own. */
export function problemsOfRunFlags(flags: RunFlags): readonly Problem[] {
  return [
    ...(flags.placementConstraints ?? []).flatMap(problemsOfConstraint),
    ...problemsOfStrategy(flags.placementStrategy ?? []),
    ...problemsOfNetwork(flags.networkConfiguration),
    ...problemsOfCapacity(flags),
    ...problemsOfOverrides(flags.overrides ?? {}),
    ...problemsOfTags(flags.tags ?? []),
    // "An error will be received if you specify the SERVICE option when running a task."
    ...(flags.propagateTags === "SERVICE"
      ? [refused(["propagateTags"], "SERVICE is for the tasks of services", "Write TASK_DEFINITION or NONE.")]
      : []),
  ];
}

function refused(path: Path, message: string, hint: string): Problem {
  return problem("run-flag", path, message, hint);
}

function problemsOfConstraint({ type, expression }: PlacementConstraint, index: number): readonly Problem[] {
  const path = ["placementConstraints", index];
  if (type === "distinctInstance")
    return expression === undefined
      ? []
      : [refused(path, "distinctInstance takes no expression", "Leave the expression out, or write type=memberOf.")];
  if (expression === undefined)
    return [refused(path, `${type} takes an expression`, 'Write type=memberOf,expression="attribute:stack == prod".')];
  return problemsOfExpression(expression, [...path, "expression"]);
}

function problemsOfStrategy(strategy: readonly PlacementStrategyItem[]): readonly Problem[] {
  const path = ["placementStrategy"];
  // "You can specify a maximum of 5 strategy rules for each task." (API_RunTask)
  if (strategy.length > mostStrategies)
    return [refused(path, `${strategy.length} placement strategies`, `ECS takes at most ${mostStrategies}.`)];
  return strategy.flatMap((each, index) => {
    const fault = strategyFault(each);
    return fault === undefined ? [] : [problem("placement-strategy", [...path, index, fault.key], fault.message)];
  });
}

function problemsOfNetwork(configuration: NetworkConfiguration | undefined): readonly Problem[] {
  return configuration === undefined || configuration.awsvpcConfiguration.subnets.length > 0
    ? []
    : [
        refused(
          ["networkConfiguration"],
          "there is no subnet",
          "Write awsvpcConfiguration={subnets=[subnet-1],securityGroups=[sg-1]}.",
        ),
      ];
}

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProviderStrategyItem.html */
function problemsOfCapacity({ capacityProviderStrategy: items, launchType }: RunFlags): readonly Problem[] {
  const path = ["capacityProviderStrategy"];
  const found: Problem[] = [];
  if (launchType !== undefined && launchType !== "EC2")
    found.push(
      refused(
        ["launchType"],
        `aiplat places tasks on EC2 instances, and not by launch type ${launchType}`,
        launchType === "MANAGED_INSTANCES"
          ? "Managed Instances are chosen by their provider: --capacity-provider-strategy capacityProvider=NAME,weight=1."
          : "Write EC2, or run it with aws ecs run-task.",
      ),
    );
  if (items === undefined) return found;
  // "If a capacityProviderStrategy is specified, the launchType parameter must be omitted." (API_RunTask)
  if (launchType !== undefined)
    found.push(refused(path, "a launch type and a capacity provider strategy exclude each other", "Give one of them."));
  if (items.length === 0 || items.length > 20)
    found.push(refused(path, `${items.length} capacity providers`, "ECS takes 1 to 20 of them."));
  if (items.filter(({ base = 0 }) => base > 0).length > 1)
    found.push(refused(path, "several capacity providers have a base", "Only one of a strategy can have it."));
  if (items.length > 1 && items.every(({ weight = 0 }) => weight === 0))
    found.push(
      refused(path, "no capacity provider has a weight above 0, which one without a weight has", "Add weight=1."),
    );
  const fargate = items.find(({ capacityProvider }) => isFargate(capacityProvider));
  if (fargate !== undefined)
    found.push(refused(path, `${fargate.capacityProvider} has no accelerators`, "Name a provider of EC2 instances."));
  return found;
}

/**
 * The strategy with the weights that ECS reads: 0 where one is left out among several, and that of a single provider
 * decides nothing.
 */
export function withWeights(
  strategy: readonly CapacityProviderStrategyItem[],
): readonly CapacityProviderStrategyItem[] {
  return strategy.map((each) => ({ ...each, weight: each.weight || (strategy.length === 1 ? 1 : 0) }));
}

/** "A total of 8192 characters are allowed for overrides. This limit includes the JSON formatting characters." */
const mostCharacters = 8192;

function problemsOfOverrides(overrides: NonNullable<RunFlags["overrides"]>): readonly Problem[] {
  const path = ["overrides"];
  const { length } = JSON.stringify(overrides);
  const containers = overrides.containerOverrides ?? [];
  return [
    ...(length > mostCharacters
      ? [refused(path, `the overrides have ${length} characters`, `ECS takes ${mostCharacters}, as JSON.`)]
      : []),
    ...("inferenceAcceleratorOverrides" in overrides
      ? [keptDevices([...path, "inferenceAcceleratorOverrides"], "Elastic Inference is gone.")]
      : []),
    ...containers.flatMap(({ resourceRequirements, environment = [] }, index) => {
      const at = [...path, "containerOverrides", index];
      const variables = environment.map(({ name }) => name).filter((name) => deviceVariables.includes(name));
      return [
        ...(resourceRequirements === undefined ? [] : [keptDevices([...at, "resourceRequirements"], elsewhere)]),
        ...variables.map((name) =>
          keptDevices(
            [...at, "environment"],
            `Leave ${name} out: the container has the devices of its definition.`,
            name,
          ),
        ),
      ];
    }),
  ];
}

const elsewhere = "How many a task has is the definition's: --devices, or accelerator.devicesPerReplica in the file.";

function keptDevices(path: Path, hint: string, variable?: string): Problem {
  const what = variable === undefined ? pathText(path) : `${pathText(path)} sets ${variable}`;
  return problem("override-devices", path, `${what}: overrides cannot change devices`, hint);
}

/** Containers that the overrides name and a definition does not have: ECS refuses the run. */
export function unknownContainers(
  { containerOverrides = [] }: NonNullable<RunFlags["overrides"]>,
  { containerDefinitions }: TaskDefinition,
): readonly Problem[] {
  const names = containerDefinitions.map(({ name }) => name);
  return containerOverrides.flatMap(({ name }, index) =>
    (name === undefined && names.length === 1) || names.includes(name ?? "")
      ? []
      : [
          problem(
            "override-container",
            ["overrides", "containerOverrides", index, "name"],
            name === undefined ? "the override names no container" : `there is no container ${name}`,
            `Write ${listOr(names)}.`,
          ),
        ],
  );
}

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Tag.html */
function problemsOfTags(tags: readonly Tag[]): readonly Problem[] {
  return tags.flatMap(({ key, value }, index) => {
    const path = ["tags", index];
    if (key !== devicesTag)
      return key.startsWith("aiplat:") ? [refused(path, `the tag ${key} is aiplat's own`, "Name it otherwise.")] : [];
    return parseDeviceSet(value) === undefined
      ? [
          refused(
            path,
            `the tag ${key} is ${value}, which says nothing of devices`,
            "Write none, all, or device numbers such as 0-3: what the task uses, whatever it could open.",
          ),
        ]
      : [];
  });
}
