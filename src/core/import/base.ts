import { present } from "../base/present.ts";
import type { CapacityProviderStrategyItem, ContainerDefinition } from "../ecs-api/api.ts";
import { boundsOf, deploymentConfigurationAt } from "../ecs/rollout-bounds.ts";
import { parseTaskCpu, parseTaskMemory } from "../ecs/task-size.ts";
import { formatMiB, roleArnRule } from "../workload/fields.ts";
import { isRaw, type Raw } from "../base/merge.ts";
import { modelFetchName } from "../workload/model-fetch.ts";
import { besideWords, type BesideWords } from "./beside-containers.ts";
import { containerWords, loadBalancerWords, placementWords } from "./modelled-fields.ts";
import { isForManagedInstances, mainContainer, type ImportedPart, type ImportSource } from "./source.ts";
import { processWords } from "./process-words.ts";

/** How a file may say what one replica has. */
export interface Words {
  /** What the workload is called. */
  readonly name: string;
  readonly accelerator: Raw | "none";
  /** Whether CPU and memory are said, or left to the devices' fair share. */
  readonly sized: boolean;
  /** Whether it says all that there is a word for. The rules may forbid what ECS takes; then the raw fields say it. */
  readonly full: boolean;
}

/** What aiplat has words of its own for, in the file's order; the raw fields come after it. */
export function baseOf({ parts, cluster, lockPortBase }: ImportSource, words: Words): Raw {
  const [part] = parts;
  const container = mainContainer(part);
  const accelerated = words.accelerator !== "none";
  const { taskRoleArn, executionRoleArn } = part.definition;
  const roles = {
    ...(isRole(executionRoleArn) ? { execution: executionRoleArn } : {}),
    ...(isRole(taskRoleArn) ? { task: taskRoleArn } : {}),
  };
  const own = words.full ? containerWords(part, lockPortBase, { accelerated }) : {};
  const place = placeOf(part);
  const beside = words.full
    ? besideWords(
        part,
        {
          name: words.name,
          container: container.name,
          image: container.image,
          accelerator: words.accelerator,
          ...own,
          roles,
          ecs: place,
        },
        lockPortBase,
      )
    : {};
  const desired = parts.reduce((sum, { service }) => sum + (service?.desiredCount ?? 0), 0);
  return {
    name: words.name,
    ...(container.name === words.name ? {} : { container: container.name }),
    kind: "service",
    image: container.image,
    ...processWords(container),
    ...own,
    ...beside,
    accelerator: words.accelerator,
    replicas: Math.max(1, desired),
    ...(words.sized ? resourcesOf(part, words.accelerator === "none", beside) : {}),
    ...(Object.keys(roles).length === 0 ? {} : { roles }),
    ...present({ rollout: rolloutOf(parts) }),
    ecs: {
      ...present({ cluster }),
      ...place,
      ...(words.full ? placementWords(part, { accelerated }) : {}),
      ...(words.full ? loadBalancerWords(part) : {}),
    },
  };
}

/** The bounds that all of the services remember, where their percentages are what these come to. */
function rolloutOf(parts: ImportSource["parts"]): Raw | undefined {
  const [bounds, ...others] = parts.map(({ service }) => (service === undefined ? undefined : boundsOf(service)));
  const alike = others.every((each) => JSON.stringify(each) === JSON.stringify(bounds));
  const kept = parts.every(
    ({ service }) => service === undefined || deploymentConfigurationAt(service, service.desiredCount) === undefined,
  );
  return bounds !== undefined && alike && kept ? { ...bounds } : undefined;
}

/** The API takes names of roles too, which the file has no word for. */
function isRole(arn: string | undefined): arn is string {
  return arn !== undefined && roleArnRule.pattern.test(arn);
}

/**
 * On Managed Instances the task's size, else the container's. A CPU workload has to say both;
 * the raw fields take away what there is not.
 */
function resourcesOf(part: ImportedPart, both: boolean, beside: BesideWords): { readonly resources?: Raw } {
  const { cpu, memory, memoryReservation } = mainContainer(part);
  const managed = isForManagedInstances(part);
  const others = containersOf(part, beside);
  const taskCpu = managed ? parseTaskCpu(part.definition.cpu ?? "") : undefined;
  const taskMemory = managed ? parseTaskMemory(part.definition.memory ?? "") : undefined;
  const without = (size: number | undefined, key: "cpu" | "memory") =>
    size === undefined ? undefined : size - others.reduce((sum, each) => sum + (each[key] ?? 0), 0);
  const written = without(taskCpu, "cpu") ?? cpu ?? 0;
  const units = written === 0 && both ? 1024 : written;
  const memoryMiB = without(taskMemory, "memory") ?? memory ?? (both ? (memoryReservation ?? 512) : undefined);
  const resources = {
    ...(units > 0 ? { cpu: units / 1024 } : {}),
    ...(memoryMiB === undefined ? {} : { memory: both ? `${memoryMiB}MiB` : formatMiB(memoryMiB) }),
  };
  return Object.keys(resources).length === 0 ? {} : { resources };
}

/** The containers that the file has words for beside the workload's own. */
function containersOf(
  { definition: { containerDefinitions } }: ImportedPart,
  { init = [], sidecars = [], model }: BesideWords,
): readonly ContainerDefinition[] {
  const names = new Set([...init, ...sidecars].map(({ name }) => name));
  return containerDefinitions.filter(({ name }) => names.has(name) || (model !== undefined && name === modelFetchName));
}

/** The providers that start the tasks, or that Managed Instances do; undefined for plain EC2. */
function capacityOf(part: ImportedPart): Raw | readonly Raw[] | string | undefined {
  const strategy = (part.service?.["capacityProviderStrategy"] ?? []) as readonly CapacityProviderStrategyItem[];
  const managed = isForManagedInstances(part);
  const [first] = strategy;
  if (first === undefined) return managed && part.service === undefined ? "managed-instances" : undefined;
  if (managed) return { managedInstances: first.capacityProvider };
  const plain = strategy.length === 1 && first.weight === 1 && (first.base ?? 0) === 0;
  // What no file may say as a list the raw fields say.
  return plain || !isList(strategy)
    ? { provider: first.capacityProvider }
    : strategy.map(({ capacityProvider, base = 0, weight = 0 }) => ({
        provider: capacityProvider,
        ...(base === 0 ? {} : { base }),
        ...(weight === 1 ? {} : { weight }),
      }));
}

/** Whether a file may say the strategy as a list of providers. */
function isList(strategy: readonly CapacityProviderStrategyItem[]): boolean {
  return (
    new Set(strategy.map(({ capacityProvider }) => capacityProvider)).size === strategy.length &&
    strategy.filter(({ base = 0 }) => base > 0).length <= 1 &&
    strategy.some(({ weight = 0 }) => weight > 0)
  );
}

/** Where its tasks run. */
function placeOf(part: ImportedPart): Raw {
  const { definition, service } = part;
  const { networkMode } = definition;
  const capacity = capacityOf(part);
  const awsvpc = (service?.networkConfiguration as Raw | undefined)?.["awsvpcConfiguration"];
  return {
    ...(networkMode === "bridge" || networkMode === "host" || networkMode === "awsvpc" ? { networkMode } : {}),
    ...present({ capacity }),
    ...(networkMode === "awsvpc" && isRaw(awsvpc) ? { network: networkOf(awsvpc) } : {}),
  };
}

function networkOf({ subnets, securityGroups, assignPublicIp }: Raw): Raw {
  return {
    subnets,
    ...(Array.isArray(securityGroups) && securityGroups.length > 0 ? { securityGroups } : {}),
    ...(assignPublicIp === "ENABLED" ? { assignPublicIp: true } : {}),
  };
}
