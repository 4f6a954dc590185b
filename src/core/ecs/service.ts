import { present } from "../base/present.ts";
import type { RefusalCode } from "../base/codes/problem-codes.ts";
import { problem, refuseErrors, type Problem } from "../base/problem.ts";
import { isRaw, mergeRaw, type ListKeys, type Raw } from "../base/merge.ts";
import type { CapacityProviderStrategyItem, NetworkConfiguration, PlacementConstraint } from "../ecs-api/api.ts";
import { addConstraints, checkConstraintCount } from "./placement-constraints.ts";
import type { ResolvedWorkload } from "../workload/resolved.ts";
import { longestStartPeriod } from "./container-parts.ts";
import { checkExecRole, checkExecRoot } from "./exec.ts";
import type { EcsVariant, EcsWorkload } from "./resolve-for-ecs.ts";
import { checkRawRollout, checkRolloutOf, percentagesFor, rolloutTags } from "./rollout-bounds.ts";
import { tagsFor } from "./tags.ts";
import type { Variant } from "./variants.ts";
import type { ServiceInput } from "../ecs-api/service.ts";
import { volumeConfigurationsOf } from "./volumes.ts";
import { checkZoneRebalancing, zoneRebalancing } from "./zone-rebalancing.ts";

export interface ServiceSettings {
  readonly cluster: string;
  /** What the service is called; left out, what the file says, or the variant's name. */
  readonly serviceName?: string;
  /** What its tasks are made of. */
  readonly taskDefinition: string;
  readonly desiredCount: number;
  /** The capacity providers that start its tasks; undefined for plain EC2. */
  readonly capacityProviderStrategy?: readonly CapacityProviderStrategyItem[];
  readonly networkConfiguration?: NetworkConfiguration;
  readonly enableExecuteCommand: boolean;
  /** Constraints that keep it off instances where somebody holds the slot unseen by ECS. */
  readonly placementConstraints: readonly PlacementConstraint[];
}

/** The lists of a service that merge item by item. */
export const serviceLists: ListKeys = { volumeConfigurations: (item) => String(item["name"]) };

/** Whether a replica has a part of a Neuron instance, so that the workload is one ECS service a slot. */
export function isSlotService({ slot, shape }: Variant): boolean {
  return slot !== undefined && shape.request.kind === "neuron" && !shape.request.whole;
}

/**
 * The service of one variant, as CreateService takes it.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html
 *
 * @throws Refusal when raw fields ask for what cannot work.
 */
export function generateService(ecs: EcsWorkload, variant: EcsVariant, settings: ServiceSettings): ServiceInput {
  const { workload } = ecs;
  const raw: Raw = workload.ecs.service ?? {};
  refuseErrors([...checkRawService(raw, isSlotService(variant)), ...checkRawRollout(raw, workload.rollout)]);
  const ours = serviceConstraints(ecs, variant, settings);
  const merged: Raw = addConstraints(
    mergeRaw(generated(ecs, variant, settings, raw), withoutCapacityClash(raw), serviceLists),
    ours,
    raw,
  );
  const breaker = explicitBreaker(merged);
  const complete = {
    ...merged,
    ...present({ serviceName: settings.serviceName }),
    ...present({ deploymentConfiguration: breaker }),
    tags: [...tagsFor(workload, variant, merged["tags"]), ...rolloutTags(workload.rollout)],
  } as unknown as ServiceInput;
  refuseErrors([
    ...checkConstraintCount(variant.definition, complete.placementConstraints ?? []),
    ...checkZoneRebalancing(complete),
    ...checkExecRole(variant.definition, complete["enableExecuteCommand"] === true),
    ...checkExecRoot(variant.definition, settings.enableExecuteCommand),
    ...checkRolloutOf(complete, workload.rollout, settings.desiredCount),
  ]);
  return complete["availabilityZoneRebalancing"] === undefined && raw["availabilityZoneRebalancing"] !== null
    ? {
        ...complete,
        availabilityZoneRebalancing: zoneRebalancing(complete, variant.definition.placementConstraints ?? []),
      }
    : complete;
}

function generated(
  { workload, placementStrategy }: EcsWorkload,
  variant: Variant,
  settings: ServiceSettings,
  raw: Raw,
): Raw {
  const { cluster, taskDefinition, desiredCount, networkConfiguration, enableExecuteCommand } = settings;
  const { capacityProviderStrategy } = settings;
  const { loadBalancer } = workload.ecs;
  const daemon = raw["schedulingStrategy"] === "DAEMON";
  return {
    cluster,
    serviceName: variant.name,
    taskDefinition,
    ...(daemon ? {} : { desiredCount }),
    ...(capacityProviderStrategy === undefined ? { launchType: "EC2" } : { capacityProviderStrategy }),
    ...(loadBalancer === undefined
      ? {}
      : {
          loadBalancers: [
            {
              targetGroupArn: loadBalancer.targetGroup,
              containerName: workload.container,
              containerPort: loadBalancer.port,
            },
          ],
        }),
    deploymentConfiguration: {
      maximumPercent: daemon ? 100 : 200,
      minimumHealthyPercent: daemon ? 0 : 100,
      ...percentagesFor(workload.rollout ?? {}, desiredCount),
      deploymentCircuitBreaker: { enable: true, rollback: true },
    },
    ...present({ placementStrategy }),
    ...present({ networkConfiguration, volumeConfigurations: volumeConfigurationsOf(workload) }),
    ...present({ healthCheckGracePeriodSeconds: gracePeriod(workload) }),
    ...(enableExecuteCommand ? { enableExecuteCommand: true } : {}),
    // By these tags its tasks are told from other people's.
    propagateTags: "SERVICE",
  };
}

/**
 * How long the scheduler overlooks failing checks of a load balancer, and of the container: that one has a start period
 * of its own, which ends after 300 seconds.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html
 */
function gracePeriod({ health, ecs }: ResolvedWorkload): number | undefined {
  const seconds = health?.startSeconds ?? 0;
  return ecs.loadBalancer !== undefined || seconds > longestStartPeriod ? health?.startSeconds : undefined;
}

/**
 * In awsvpc mode no lock port keeps two tasks off one device; and instances where somebody holds the slot unseen are
 * left out.
 */
function serviceConstraints(
  { choosesDevices, networkMode }: EcsWorkload,
  variant: Variant,
  { placementConstraints }: ServiceSettings,
): readonly PlacementConstraint[] {
  const distinct = choosesDevices && variant.slot !== undefined && networkMode === "awsvpc";
  return [...(distinct ? [{ type: "distinctInstance" }] : []), ...placementConstraints];
}

/**
 * "If a launchType is specified, the capacityProviderStrategy parameter must be omitted": what the user writes wins.
 */
function withoutCapacityClash(raw: Raw): Raw {
  if (raw["capacityProviderStrategy"] !== undefined && raw["capacityProviderStrategy"] !== null)
    return { launchType: null, ...raw };
  return raw["launchType"] !== undefined && raw["launchType"] !== null
    ? { capacityProviderStrategy: null, ...raw }
    : raw;
}

/**
 * The circuit breaker is for rolling updates only. Switched off rather than left out, so that an update switches it off
 * too.
 */
function explicitBreaker({ deploymentConfiguration }: Raw): Raw | undefined {
  if (!isRaw(deploymentConfiguration)) return undefined;
  return isRolling(deploymentConfiguration["strategy"])
    ? undefined
    : { ...deploymentConfiguration, deploymentCircuitBreaker: { enable: false, rollback: false } };
}

function isRolling(strategy: unknown): boolean {
  return strategy === undefined || strategy === "ROLLING";
}

const root = ["ecs", "service"];
const at = (...path: readonly string[]) => [...root, ...path];

/** What the raw fields may not say, before they are merged. */
function checkRawService(raw: Raw, slots: boolean): readonly Problem[] {
  const problems: Problem[] = [];
  const refuse = (code: RefusalCode, path: readonly string[], message: string, hint: string) =>
    problems.push(problem(code, at(...path), message, hint));
  const deployment = isRaw(raw["deploymentConfiguration"]) ? raw["deploymentConfiguration"] : {};
  const strategy = deployment["strategy"];
  const breaker = deployment["deploymentCircuitBreaker"];
  if (raw["taskDefinition"] !== undefined)
    refuse(
      "service-task-definition",
      ["taskDefinition"],
      "ecs.service.taskDefinition is aiplat's to set: it registers the task definition of the workload",
      "Remove it; raw fields of the task definition go into ecs.taskDefinition.",
    );
  if (raw["desiredCount"] !== undefined && raw["desiredCount"] !== null)
    refuse(
      "service-desired-count",
      ["desiredCount"],
      `ecs.service.desiredCount ${String(raw["desiredCount"])}: how many tasks there are is the workload's replicas`,
      "Write replicas; desiredCount: null leaves the count of a live service alone, for autoscaling.",
    );
  if (raw["cluster"] !== undefined)
    refuse("service-cluster", ["cluster"], "ecs.service.cluster is ecs.cluster", "Write ecs.cluster.");
  if (raw["launchType"] === "FARGATE")
    refuse(
      "service-fargate",
      ["launchType"],
      "launchType FARGATE has no accelerators and takes no task definition for EC2",
      "Remove it.",
    );
  const controller = isRaw(raw["deploymentController"]) ? raw["deploymentController"]["type"] : undefined;
  if (controller !== undefined && controller !== "ECS")
    refuse(
      "service-controller",
      ["deploymentController"],
      `deploymentController ${String(controller)}: its deployments are not ECS's, and aiplat could neither start nor watch them`,
      "Use ECS's own, with deploymentConfiguration.strategy BLUE_GREEN, LINEAR or CANARY where needed.",
    );
  if (!isRolling(strategy) && isRaw(breaker) && breaker["enable"] === true)
    refuse(
      "breaker-not-rolling",
      ["deploymentConfiguration", "deploymentCircuitBreaker"],
      `the deployment circuit breaker is for rolling updates, and the strategy is ${String(strategy)}`,
      "Remove deploymentCircuitBreaker; alarms and lifecycle hooks roll such a deployment back.",
    );
  // "You must provide this parameter":
  // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html
  if (strategy === "BLUE_GREEN" && typeof deployment["bakeTimeInMinutes"] !== "number")
    refuse(
      "blue-green-bake-time",
      ["deploymentConfiguration", "bakeTimeInMinutes"],
      "strategy BLUE_GREEN needs bakeTimeInMinutes: how long the old tasks stay beside the new ones, to go back to",
      "Write a number of minutes, 0 for none.",
    );
  if (!slots) return problems;
  const why = "a workload on a part of an instance is one ECS service a slot";
  if (!isRolling(strategy))
    refuse(
      "slots-strategy",
      ["deploymentConfiguration", "strategy"],
      `strategy ${String(strategy)} is not possible here: ${why}, and ${String(strategy)} needs a pair of target groups for each of them`,
      "Use rolling updates, or give a replica every device of its instance.",
    );
  if (isRaw(raw["serviceConnectConfiguration"]) && raw["serviceConnectConfiguration"]["enabled"] !== false)
    refuse(
      "slots-service-connect",
      ["serviceConnectConfiguration"],
      `Service Connect is not possible here: ${why}, and each needs a discovery name of its own in the namespace`,
      "Use a load balancer (ecs.loadBalancer), or give a replica every device of its instance.",
    );
  if (raw["serviceName"] !== undefined)
    refuse(
      "slots-service-name",
      ["serviceName"],
      `ecs.service.serviceName is one name, and ${why}`,
      "Remove it: the services are named after the workload and the slot.",
    );
  if (raw["schedulingStrategy"] === "DAEMON")
    refuse(
      "slots-daemon",
      ["schedulingStrategy"],
      `DAEMON is not possible here: ${why}, and their replicas are counted`,
      "Write replicas: as many as there are slots on the instances.",
    );
  return problems;
}
