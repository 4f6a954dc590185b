import { present } from "../base/present.ts";
import type { NameValue } from "./schema/common.ts";
import type { ContainerOverride, Task } from "./schema/task.ts";
import type { ContainerDefinition, TaskDefinition } from "./schema/task-definition.ts";

/**
 * The definition as a task with these overrides runs it: its resources, environment and resource requirements. Where
 * the overrides change none of these it is the same object.
 */
export function withOverrides<T extends TaskDefinition>(definition: T, overrides: Task["overrides"]): T {
  const { cpu, memory, containerOverrides = [] } = overrides ?? {};
  const byName = new Map(containerOverrides.filter(changesContainer).map((each) => [each.name, each]));
  // Only one container: the name may be left out.
  const override = (container: ContainerDefinition) =>
    byName.get(container.name) ?? (definition.containerDefinitions.length === 1 ? byName.get(undefined) : undefined);
  if (cpu === undefined && memory === undefined && byName.size === 0) return definition;
  return {
    ...definition,
    ...present({ cpu, memory }),
    containerDefinitions: definition.containerDefinitions.map((container) =>
      overridden(container, override(container)),
    ),
  };
}

function changesContainer({
  cpu,
  memory,
  memoryReservation,
  environment = [],
  resourceRequirements = [],
}: ContainerOverride): boolean {
  return (
    cpu !== undefined ||
    memory !== undefined ||
    memoryReservation !== undefined ||
    environment.length > 0 ||
    resourceRequirements.length > 0
  );
}

function overridden(container: ContainerDefinition, override: ContainerOverride | undefined): ContainerDefinition {
  if (override === undefined) return container;
  const { cpu, memory, memoryReservation, environment = [], resourceRequirements = [] } = override;
  return {
    ...container,
    ...present({ cpu, memory, memoryReservation }),
    ...(environment.length === 0 ? {} : { environment: mergeByName(container.environment ?? [], environment) }),
    ...(resourceRequirements.length === 0 ? {} : { resourceRequirements }),
  };
}

/** "You can add new environment variables ... or you can override the existing environment variables." */
function mergeByName(own: readonly NameValue[], changes: readonly NameValue[]): readonly NameValue[] {
  const merged = new Map(own.map((each) => [each.name, each]));
  for (const each of changes) merged.set(each.name, each);
  return [...merged.values()];
}
