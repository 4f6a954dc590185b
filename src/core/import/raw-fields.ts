import { present } from "../base/present.ts";
import type { Tag } from "../ecs-api/api.ts";
import { namedStrategy } from "../ecs/capacity.ts";
import { taskDefinitionLists } from "../ecs/task-definition-lists.ts";
import type { EcsVariant, EcsWorkload } from "../ecs/resolve-for-ecs.ts";
import { normalForm } from "../ecs/normal-form.ts";
import { generateService, serviceLists } from "../ecs/service.ts";
import type { Service, ServiceInput } from "../ecs-api/service.ts";
import { normalService } from "../ecs/service-form.ts";
import { networkConfigurationOf } from "../plan/run-request.ts";
import { isRaw, type Raw } from "../base/merge.ts";
import { rawOverlay } from "../workload/overlay-raw.ts";
import type { ResolvedWorkload } from "../workload/resolved.ts";
import { userTags } from "./modelled-fields.ts";
import { isFoundByTag, type ImportedPart, type ImportSource } from "./source.ts";

/** The raw fields that make what is there of what the workload generates by itself. */
export interface RawFields {
  readonly taskDefinition: Raw;
  readonly service: Raw;
}

/** The raw fields of one part, whose variant of the workload this is. */
export function rawFieldsOf(
  ecs: EcsWorkload,
  variant: EcsVariant,
  part: ImportedPart,
  { serviceName, parts }: ImportSource,
): RawFields {
  const { definition, service } = part;
  const { workload } = ecs;
  const generated = variant.definition;
  const overlay = rawOverlay(settingsOfDefinition(generated), settingsOfDefinition(definition), taskDefinitionLists);
  const name = service?.serviceName ?? serviceName;
  const found = isFoundByTag(part, workload.name);
  return {
    taskDefinition: {
      ...(found || definition.family === variant.name ? {} : { family: definition.family }),
      ...overlay,
      ...tagsOf(definition.tags, workload),
    },
    service: {
      ...(found || name === undefined || name === variant.name ? {} : { serviceName: name }),
      ...(service === undefined
        ? {}
        : {
            ...serviceOverlay(service, serviceOf(ecs, variant, part)),
            // Of several slots some may have none of the replicas.
            ...(parts.every((each) => each.service?.desiredCount === 0) ? { desiredCount: null } : {}),
            ...tagsOf(service.tags, workload),
          }),
    },
  };
}

/** The service as deploy would declare it. */
export function serviceOf(ecs: EcsWorkload, variant: EcsVariant, { definition, service }: ImportedPart): ServiceInput {
  const { workload, capacity } = ecs;
  const capacityProviderStrategy = namedStrategy(capacity);
  const networkConfiguration = networkConfigurationOf(ecs, undefined);
  return generateService(ecs, variant, {
    cluster: workload.ecs.cluster ?? "default",
    taskDefinition: definition.family,
    desiredCount: service?.desiredCount ?? workload.replicas,
    ...present({ capacityProviderStrategy, networkConfiguration }),
    enableExecuteCommand: false,
    placementConstraints: [],
  });
}

/** What a definition says, its name and tags aside. */
export function settingsOfDefinition(definition: Raw): Raw {
  const { tags: _, family: __, ...settings } = normalForm(definition);
  return settings;
}

/** What a service says, its name, revision, count and tags aside. */
export function settingsOfService(service: Raw): Raw {
  const { taskDefinition: _, desiredCount: __, tags: ___, ...settings } = normalService(service);
  return settings;
}

/**
 * Rebalancing and tags of tasks are said: left out, aiplat would choose by the deployment settings, and switch tags on;
 * and the bake time that blue/green has to say.
 */
function serviceOverlay(service: Service, generated: ServiceInput): Raw {
  const overlay: Record<string, unknown> = {
    ...rawOverlay(settingsOfService(generated), settingsOfService(service), serviceLists),
  };
  const rebalancing = service["availabilityZoneRebalancing"] ?? "DISABLED";
  if (Object.keys(overlay).some((name) => decideRebalancing.has(name)))
    overlay["availabilityZoneRebalancing"] = rebalancing;
  const deployment = overlay["deploymentConfiguration"];
  if (isRaw(deployment) && deployment["strategy"] === "BLUE_GREEN")
    overlay["deploymentConfiguration"] = { bakeTimeInMinutes: 0, ...deployment };
  if (overlay["propagateTags"] === null) overlay["propagateTags"] = "NONE";
  return overlay;
}

const decideRebalancing: ReadonlySet<string> = new Set([
  "availabilityZoneRebalancing",
  "deploymentConfiguration",
  "schedulingStrategy",
]);

/** Tags of the user's that the workload does not say. */
function tagsOf(tags: readonly Tag[] | undefined, workload: ResolvedWorkload): { readonly tags?: readonly Tag[] } {
  const own = Object.entries(userTags(tags)).flatMap(([key, value]) =>
    workload.tags[key] === value ? [] : [{ key, value }],
  );
  return own.length === 0 ? {} : { tags: own };
}
