/**
 * The containers beside the workload's own: those of `init`, one after the other, and then the sidecars.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDependency.html
 */
import { present } from "../base/present.ts";
import { initOf, volumesFor } from "../workload/beside-containers.ts";
import type { BesideContainer, ResolvedWorkload, Sidecar } from "../workload/resolved.ts";
import type { ContainerDefinition, TaskDefinition } from "../ecs-api/api.ts";
import {
  cpuUnits,
  healthCheck,
  logsOf,
  mappingsOf,
  neuronDevices,
  onManagedInstances,
  variablesOf,
  type GenerateSettings,
} from "./container-parts.ts";
import { mountPointsOf } from "./volumes.ts";
import type { Variant } from "./variants.ts";

type Dependencies = NonNullable<ContainerDefinition["dependsOn"]>;

/** What the workload's own container waits for; undefined where it waits for nothing. */
export function startsAfter(
  workload: Pick<ResolvedWorkload, "init" | "model" | "sidecars" | "volumes">,
): Dependencies | undefined {
  const waits = [
    ...ended(initOf(workload).at(-1)),
    ...workload.sidecars.map(({ name, health }) => ({
      containerName: name,
      condition: health === undefined ? "START" : "HEALTHY",
    })),
  ];
  return waits.length === 0 ? undefined : waits;
}

function ended(before: BesideContainer | undefined): Dependencies {
  return before === undefined ? [] : [{ containerName: before.name, condition: "SUCCESS" }];
}

/** Their definitions, in the order in which they start. */
export function besideContainers(
  workload: ResolvedWorkload,
  variant: Variant,
  settings: GenerateSettings,
): TaskDefinition["containerDefinitions"] {
  const init = initOf(workload);
  return [
    ...init.map((each, index) => definitionOf(workload, each, settings, ended(init[index - 1]))),
    ...workload.sidecars.map((each) => sidecarOf(workload, each, variant, settings, ended(init.at(-1)))),
  ];
}

function sidecarOf(
  workload: ResolvedWorkload,
  sidecar: Sidecar,
  { slot }: Variant,
  settings: GenerateSettings,
  dependsOn: Dependencies,
): ContainerDefinition {
  const ports = mappingsOf(sidecar.ports, settings);
  const devices = sidecar.sharesDevices && slot !== undefined && !onManagedInstances(settings);
  return {
    ...definitionOf(workload, sidecar, settings, dependsOn),
    ...(ports.length === 0 ? {} : { portMappings: ports }),
    ...(devices ? { linuxParameters: { capabilities: { add: ["IPC_LOCK"] }, devices: neuronDevices(slot) } } : {}),
    ...(sidecar.health === undefined ? {} : { healthCheck: healthCheck(sidecar.health) }),
  };
}

function definitionOf(
  workload: ResolvedWorkload,
  container: BesideContainer,
  settings: GenerateSettings,
  dependsOn: Dependencies,
): ContainerDefinition {
  const { name, image, vcpu, memoryMiB, entryPoint, command, environment, secrets } = container;
  const mountPoints = mountPointsOf(volumesFor(workload, container));
  return {
    name,
    image,
    cpu: cpuUnits(vcpu),
    memory: memoryMiB,
    essential: false,
    ...(dependsOn.length === 0 ? {} : { dependsOn }),
    ...present({ entryPoint, command }),
    ...variablesOf(environment, secrets),
    ...(mountPoints.length === 0 ? {} : { mountPoints }),
    ...logsOf(workload, settings),
  };
}
