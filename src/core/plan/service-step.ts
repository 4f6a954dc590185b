import { counted } from "../base/counted.ts";
import { present } from "../base/present.ts";
import { listOr, problem, Refusal } from "../base/problem.ts";
import { withoutRedacted } from "../cluster/redact.ts";
import type { PlannedDeployment } from "../deployment/simulate-deployment.ts";
import { definitionNameOf } from "../ecs-api/arn.ts";
import type { PlacementConstraint } from "../ecs-api/api.ts";
import { deploymentSettingsOf, type Service, type ServiceInput } from "../ecs-api/service.ts";
import { isOwnTag, type Change } from "../ecs/diff.ts";
import type { EcsVariant, EcsWorkload } from "../ecs/resolve-for-ecs.ts";
import { boundsOf, forgottenRollout } from "../ecs/rollout-bounds.ts";
import { generateService } from "../ecs/service.ts";
import { diffService, fieldOf, startsDeployment, unchangeable, updateInput } from "../ecs/service-form.ts";
import type { ResolvedWorkload } from "../workload/resolved.ts";
import { withoutExclusions } from "./exclusion.ts";
import { newestRevisions, type LiveServices } from "./live-services.ts";
import { planRegistration, type Registration } from "./registrations.ts";
import { growthOf } from "./kept-off.ts";
import type { ServicePart, ServicePlanSettings } from "./service-parts.ts";
import type { ServiceStep } from "./service-plan.ts";

/** What becomes of one service, and of its definition. */
export interface PlannedPart {
  readonly step: ServiceStep;
  readonly registration: Registration;
}

/**
 * Plans what makes one live service say what the workload says, or makes a new one.
 *
 * @throws Refusal on changes that no update can make.
 */
export function planPart(
  ecs: EcsWorkload,
  settings: ServicePlanSettings,
  part: ServicePart,
  known: LiveServices,
): PlannedPart {
  const { variant, live, service, definition, desiredCount, constraints: placementConstraints } = part;
  const registration = { service, ...planRegistration(definition, newestRevisions(known), part.running) };
  const declared = generateService(ecs, variant, {
    ...settings,
    serviceName: service,
    taskDefinition: registration.taskDefinitionArn ?? definition.family,
    desiredCount,
    placementConstraints,
    ...present({ capacityProviderStrategy: part.capacity.capacityProviderStrategy }),
  });
  const planned =
    live === undefined
      ? created(ecs, part, registration, declared)
      : updated(ecs, settings, { ...part, live }, registration, declared, known);
  // Of Managed Instances nobody knows which machines ECS starts.
  const { deployment: _, ...step } = planned;
  return { registration, step: part.capacity.managed !== true && step.action !== "keep" ? planned : step };
}

function created(
  { workload }: EcsWorkload,
  part: ServicePart,
  registration: Registration,
  declared: ServiceInput,
): ServiceStep {
  const { service, desiredCount, variant } = part;
  return {
    service,
    action: "create",
    changes: [],
    desiredCount,
    why: `${whyCount(workload, variant, desiredCount)}${startedBy(part)}${keptOff(part, true)}`,
    replacesTasks: true,
    ...definitionFor(part, registration),
    // CreateService needs a number where the workload leaves it to autoscaling.
    create: deploymentSettingsOf(declared).daemon ? declared : { ...declared, desiredCount },
    deployment: rolloutOf(workload, part, declared, desiredCount, true),
  };
}

function updated(
  { workload }: EcsWorkload,
  { force }: ServicePlanSettings,
  part: ServicePart & { readonly live: Service },
  registration: Registration,
  generated: ServiceInput,
  known: LiveServices,
): ServiceStep {
  const { variant, live, service } = part;
  const declared = forgetting(raised(generated, part), live);
  const comparable = comparing(known);
  const difference = (to: ServiceInput, from: Service) =>
    diffService(comparable(to), comparable(from), known.knownFields);
  const all = difference(declared, live);
  const own = withoutOurs(declared, part);
  const settled = difference(own, withoutStale(live, own)).filter(
    (change) => !isOwnTag(change) && !followsCount(change, declared, live),
  );
  refuseUnchangeable(workload, service, unchangeable(all));
  // Whom a service is to keep away from is the cluster's matter, and how many tasks it has autoscaling's: that alone is
  // no reason to change it.
  const acts = settled.length > 0 || force;
  const changes = (acts ? all : [])
    .filter((change) => !isOwnTag(change))
    .map((change) => (change.path === "taskDefinition" ? revisionChange(change, registration) : change));
  const update = updateInput(declared, live, changes, { force });
  const tags = all.some((change) => fieldOf(change) === "tags") ? declared.tags : undefined;
  const replacesTasks = startsDeployment(changes, force);
  const desiredCount = declared.desiredCount ?? live.desiredCount;
  const common = { service, changes, desiredCount, replacesTasks };
  const count = whyCount(workload, variant, part.desiredCount);
  const why = `${count}${keptOff(part, acts || !all.some((change) => fieldOf(change) === "placementConstraints"))}`;
  if (!acts) return { ...common, action: "keep", why };
  return {
    ...common,
    action: "update",
    why: changes.length === 0 ? "its tasks are replaced (--force-new-deployment)" : why,
    ...definitionFor(part, registration),
    ...present({ update, tags }),
    deployment: rolloutOf(workload, part, declared, desiredCount, replacesTasks),
  };
}

/** Whether it is what the same rollout comes to at a count that somebody else has changed. */
function followsCount({ path }: Change, declared: ServiceInput, live: Service): boolean {
  const bounds = boundsOf(declared);
  return (
    declared.desiredCount === undefined &&
    bounds !== undefined &&
    JSON.stringify(bounds) === JSON.stringify(boundsOf(live)) &&
    ["minimumHealthyPercent", "maximumPercent"].some((name) => path === `deploymentConfiguration.${name}`)
  );
}

/** What the file says of the service, whatever the cluster adds to it. */
function withoutOurs(declared: ServiceInput, { constraints }: ServicePart): ServiceInput {
  const ours = new Set(constraints.map(({ expression }) => expression));
  return withConstraints(declared, (all) => all.filter(({ expression }) => !ours.has(expression)));
}

/** The service without what an earlier plan has kept it away from. */
function withoutStale(live: Service, { placementConstraints = [] }: ServiceInput): Service {
  return withConstraints(live, (all) => withoutExclusions(all, placementConstraints));
}

function withConstraints<Kind extends Pick<ServiceInput, "placementConstraints">>(
  service: Kind,
  change: (all: readonly PlacementConstraint[]) => readonly PlacementConstraint[],
): Kind {
  const { placementConstraints } = service;
  return placementConstraints === undefined
    ? service
    : { ...service, placementConstraints: change(placementConstraints) };
}

/** The machines that the service is kept off, and why. */
function keptOff({ held }: ServicePart, now: boolean): string {
  if (held.length === 0) return "";
  const more = held.length === 1 ? "" : ` (and ${held.length - 1} more)`;
  return `; ${now ? "kept off" : "to be kept off, with its next change,"} ${held[0]}${more}`;
}

/** A number that is left to autoscaling is raised all the same where the service takes the place of one that goes. */
function raised(
  declared: ServiceInput,
  { live, desiredCount }: ServicePart & { readonly live: Service },
): ServiceInput {
  const left = declared.desiredCount === undefined && !deploymentSettingsOf(declared).daemon;
  return left && desiredCount > live.desiredCount ? { ...declared, desiredCount } : declared;
}

/** Tags stay unless they are written anew. */
function forgetting(declared: ServiceInput, live: Service): ServiceInput {
  const forgotten = forgottenRollout(declared, live);
  return forgotten.length === 0 ? declared : { ...declared, tags: [...(declared.tags ?? []), ...forgotten] };
}

function definitionFor({ definition }: ServicePart, { action }: Registration): Pick<ServiceStep, "definition"> {
  return action === "register" ? { definition } : {};
}

function revisionChange(change: Change, { action, family }: Registration): Change {
  return {
    ...change,
    before: nameOf(change.before),
    after: action === "register" ? `${family} (new revision)` : nameOf(change.after),
  };
}

/** Makes what is compared alike where a part of it was redacted on one side. */
function comparing({ redacted }: LiveServices): <T>(value: T) => T {
  return redacted === true ? withoutRedacted : (value) => value;
}

function refuseUnchangeable({ name }: ResolvedWorkload, service: string, stuck: readonly Change[]): void {
  if (stuck.length === 0) return;
  throw new Refusal(
    stuck.map(({ path, before, after }) =>
      problem(
        "service-fixed",
        ["ecs", "service", path],
        `${service}: ${path} is ${text(before)} and cannot be ${after === undefined ? "taken away" : `changed to ${text(after)}`}: UpdateService has no way to do that`,
        `Delete the service first (aiplat service delete ${name}), or leave ${path} as it is.`,
      ),
    ),
  );
}

function rolloutOf(
  { rollout: bounds }: ResolvedWorkload,
  part: ServicePart,
  declared: ServiceInput,
  desired: number,
  newDeployment: boolean,
): PlannedDeployment {
  const { service, definition } = part;
  const { placement, ...growth } = growthOf(part.capacity, part);
  const placementConstraints = declared.placementConstraints ?? part.constraints;
  return {
    service,
    definition,
    desired,
    settings: deploymentSettingsOf(declared),
    newDeployment,
    placement: { ...placement, placementConstraints },
    ...growth,
    ...present({ bounds }),
  };
}

function whyCount({ replicas, ecs }: ResolvedWorkload, variant: EcsVariant, desired: number): string {
  if (ecs.service?.["desiredCount"] === null) return "the number of its tasks is left alone";
  const where = variant.shape.instanceTypes.map(({ instanceType }) => instanceType).join(", ");
  return desired === replicas
    ? `${counted(desired, "replica")}${where === "" ? "" : ` on ${where}`}`
    : `${desired} of ${replicas} replicas on ${where}`;
}

/** Who starts the tasks of a new service, where nobody has said so. */
function startedBy({ capacity: { byDefault, capacityProviderStrategy = [] } }: ServicePart): string {
  const names = capacityProviderStrategy.map(({ capacityProvider }) => capacityProvider);
  return byDefault === true ? `; ${listOr(names, "and")}, the cluster's default strategy, starts them` : "";
}

function nameOf(arn: unknown): unknown {
  return typeof arn === "string" ? definitionNameOf(arn) : arn;
}

function text(value: unknown): string {
  if (value === undefined) return "not set";
  return typeof value === "string" ? value : JSON.stringify(value);
}
