import { present } from "../base/present.ts";
import { problem, refuseErrors } from "../base/problem.ts";
import { findInstanceType } from "../catalog/instance-types/catalog.ts";
import { deviceNumber, slotName } from "../catalog/slots.ts";
import type { RegisteredTaskDefinition, Tag, TaskDefinition } from "../ecs-api/api.ts";
import { slotTagKey, type Service } from "../ecs-api/service.ts";
import { slotTag } from "../ecs/tags.ts";
import { readSubject } from "../ecs/lint/read-subject.ts";
import { readTypeConstraint } from "../ecs/lint/type-constraint.ts";
import { devicesOf } from "../ecs/merged.ts";
import type { EcsVariant, EcsWorkload } from "../ecs/resolve-for-ecs.ts";
import { givenNameOf, newNameOf, runningOf, type LiveServices } from "./live-services.ts";

/** A variant with the service that runs it. */
export interface IdentifiedService {
  readonly variant: EcsVariant;
  /** A live service keeps the name under which it was made, whatever name a new one would get. */
  readonly service: string;
  /** Undefined for one that is to be made. */
  readonly live?: Service;
  /** What that runs, where it is known. */
  readonly running?: RegisteredTaskDefinition;
}

export interface IdentifiedServices {
  /** In the order of the variants. */
  readonly parts: readonly IdentifiedService[];
  /** Services of the workload that stand for no variant of it any more. */
  readonly leftOver: readonly Service[];
}

/** What a service runs, by its tags, else by its definition. */
interface Identity {
  readonly service: Service;
  readonly slot: string;
  /** The instance types that its tasks are bound to; undefined where they are bound to none, or nobody knows. */
  readonly types?: readonly string[];
}

/**
 * Which live service stands for which variant: the one place that says so. The surest sign decides first, over all
 * variants: the same instance types and the same slot; then a shape that has gained or lost a type; a definition that
 * names no type; the very name that a new one would get; and the plain name of a workload that is one service.
 *
 * @throws Refusal where one name would be that of two services.
 */
export function identifyServices(
  ecs: EcsWorkload,
  live: Pick<LiveServices, "services" | "definitions">,
): IdentifiedServices {
  const { variants } = ecs;
  const left = new Set(live.services.map((service) => identityOf(service, runningOf(live, service))));
  const found = new Map<EcsVariant, Service>();
  for (const stands of signs) {
    for (const variant of variants) {
      if (found.has(variant)) continue;
      const candidates = [...left].filter((identity) => stands(identity, variant, ecs));
      const own = candidates.find(({ service }) => service.serviceName === newNameOf(ecs, variant));
      const chosen = own ?? candidates[0];
      if (chosen === undefined) continue;
      found.set(variant, chosen.service);
      left.delete(chosen);
    }
  }
  const parts = variants.map((variant): IdentifiedService => {
    const service = found.get(variant);
    return service === undefined
      ? { variant, service: newNameOf(ecs, variant) }
      : { variant, service: service.serviceName, live: service, ...present({ running: runningOf(live, service) }) };
  });
  refuseTakenNames(ecs, parts, live.services);
  return { parts, leftOver: [...left].map(({ service }) => service) };
}

type Sign = (identity: Identity, variant: EcsVariant, ecs: EcsWorkload) => boolean;

const signs: readonly Sign[] = [
  (identity, variant) => sameSlot(identity, variant) && sameTypes(identity, variant),
  (identity, variant) => sameSlot(identity, variant) && typesOf(variant).some((type) => identity.types?.includes(type)),
  (identity, variant) => sameSlot(identity, variant) && identity.types === undefined,
  ({ service }, variant, ecs) => service.serviceName === newNameOf(ecs, variant),
  ({ service }, _, { variants, workload }) => variants.length === 1 && service.serviceName === workload.name,
];

function sameSlot({ slot }: Identity, variant: EcsVariant): boolean {
  return slot === slotTag(variant);
}

function sameTypes({ types }: Identity, variant: EcsVariant): boolean {
  const own = typesOf(variant);
  return (types?.length ?? 0) === own.length && own.every((type) => types?.includes(type));
}

function typesOf({ shape }: EcsVariant): readonly string[] {
  return shape.instanceTypes.map(({ instanceType }) => instanceType);
}

function identityOf(service: Service, definition: RegisteredTaskDefinition | undefined): Identity {
  const types = definition === undefined ? undefined : boundTypes(definition);
  const slot =
    tagOf(service.tags) ?? tagOf(definition?.tags) ?? (definition === undefined ? "" : slotIn(definition, types));
  return { service, slot, ...(types === undefined ? {} : { types }) };
}

function tagOf(tags: readonly Tag[] | undefined): string | undefined {
  return tags?.find(({ key }) => key === slotTagKey)?.value;
}

/** The instance types that the definition's constraints choose, those included that the catalogue lacks. */
export function boundTypes(definition: TaskDefinition): readonly string[] | undefined {
  const constraint = readTypeConstraint(readSubject(definition).constraints);
  return constraint === undefined
    ? undefined
    : [...constraint.types.map(({ instanceType }) => instanceType), ...constraint.others];
}

/** The slot of a definition without aiplat's tags, in the words of the tag. */
function slotIn({ containerDefinitions }: TaskDefinition, types: readonly string[] | undefined): string {
  const devices = containerDefinitions
    .flatMap(devicesOf)
    .flatMap(({ hostPath }) => deviceNumber(hostPath) ?? [])
    .sort((one, other) => one - other);
  if (devices.length > 0) return slotName(devices);
  const asked = new Set(
    containerDefinitions.flatMap(({ resourceRequirements = [] }) => resourceRequirements.map(({ type }) => type)),
  );
  if (asked.has("NeuronDevice")) return wholeSlot(types);
  return asked.has("GPU") ? "gpu" : "none";
}

/** Every device of the type that is named; a slot that no variant has where there is none. */
function wholeSlot(types: readonly string[] | undefined): string {
  const count = findInstanceType(types?.[0] ?? "")?.accelerator.count;
  return count === undefined ? "" : slotName(Array.from({ length: count }, (_, device) => device));
}

function refuseTakenNames(ecs: EcsWorkload, parts: readonly IdentifiedService[], services: readonly Service[]): void {
  const given = givenNameOf(ecs);
  const taken = parts.filter(
    ({ live, service }) => live === undefined && services.some(({ serviceName }) => serviceName === service),
  );
  refuseErrors([
    ...taken.map(({ service, variant }) =>
      problem(
        "service-name-taken",
        ["accelerator"],
        `the service of ${variant.name} would be called ${service}, and the service of this name runs another variant`,
        `See what it runs with aiplat service status ${ecs.workload.name}; delete it, or have it run ${variant.name}, first.`,
      ),
    ),
    ...(given === undefined || parts.length === 1 || parts.some(({ live }) => live?.serviceName === given)
      ? []
      : [
          problem(
            "service-name-shared",
            ["ecs", "service", "serviceName"],
            `ecs.service.serviceName ${given} is one name, and the workload is ${parts.length} services`,
            "Remove it: new services are named after the workload, the instance type and the slot; those that live keep their names.",
          ),
        ]),
  ]);
}
