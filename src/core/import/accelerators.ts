import { present } from "../base/present.ts";
import type { InstanceType } from "../catalog/instance-types/instance-type.ts";
import { readTypeConstraint, settledTypes } from "../ecs/lint/type-constraint.ts";
import type { ContainerDefinition, RegisteredTaskDefinition, ResourceRequirement } from "../ecs-api/api.ts";
import { formatMiB } from "../workload/fields.ts";
import type { Raw } from "../base/merge.ts";
import { hasEfa, isForManagedInstances, mainContainer, neuronDevicesOf, type ImportedPart } from "./source.ts";

/**
 * What `accelerator` may have said where aiplat wrote the definition: the instance types of its constraints, and the
 * devices of the container. Which of them it was the definitions tell that they generate; none of them for what people
 * write by hand in another way.
 */
export function acceleratorsOf(part: ImportedPart): readonly Raw[] {
  const container = mainContainer(part);
  const types = typesOf(part.definition);
  const first = types[0];
  if (first === undefined) return [];
  const asked = askOf(container, first, isForManagedInstances(part));
  if (asked === undefined) return [];
  const plain = { instanceTypes: types.map((type) => type.instanceType), ...asked };
  return hasEfa(container) ? [{ ...plain, efa: true }, plain] : [plain];
}

/** In the order in which the constraint names them. */
function typesOf(definition: RegisteredTaskDefinition): readonly InstanceType[] {
  const constraint = readTypeConstraint(
    (definition.placementConstraints ?? []).map(({ type, expression = "" }) => ({ type, expression, path: [] })),
  );
  if (constraint === undefined || constraint.patterned) return [];
  return settledTypes(constraint).toSorted(
    (one, other) => constraint.named.indexOf(one.instanceType) - constraint.named.indexOf(other.instanceType),
  );
}

/** The devices of one replica in the words of `accelerator`; undefined where the type has none of the kind. */
function askOf(
  container: ContainerDefinition,
  { accelerator: { kind, count, fraction } }: InstanceType,
  managed: boolean,
): Raw | undefined {
  const part = (devices: number) => (devices === count ? {} : { devicesPerReplica: devices });
  const listed = neuronDevicesOf(container).length;
  const requirements = container.resourceRequirements ?? [];
  if (kind === "neuron") {
    if (listed > 0) return part(listed);
    return requirements.some(({ type }) => type === "NeuronDevice") ? {} : undefined;
  }
  const gpu = requirements.find(({ type }) => type === "GPU");
  if (kind !== "nvidia" || gpu === undefined) return undefined;
  const mps = mpsOf(gpu);
  if (mps !== undefined) return { mps };
  if (fraction !== undefined || !/^\d+$/.test(gpu.value ?? "")) return {};
  // There a number that is left out is ALL.
  return managed ? { devicesPerReplica: Number(gpu.value) } : part(Number(gpu.value));
}

function mpsOf({ sharingStrategy }: ResourceRequirement): Raw | undefined {
  const mps = sharingStrategy?.nvidiaMps;
  return mps?.memory === undefined
    ? undefined
    : {
        memory: formatMiB(mps.memory),
        ...present({ maxComputePercent: mps.maxComputePercent }),
      };
}
