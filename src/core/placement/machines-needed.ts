import { present } from "../base/present.ts";
import type { EcsWorkload } from "../ecs/resolve-for-ecs.ts";
import { emptyInstance } from "./empty-instance.ts";
import { emptyInstanceState } from "./instance-state.ts";
import { countPlaceable } from "./evaluate-fit.ts";

/** Machines of one type, with what placement constraints ask of them beyond the type. */
export interface MachinesNeeded {
  readonly instanceType: string;
  readonly count: number;
  readonly attributes?: Readonly<Record<string, string>>;
}

/** Where a CPU workload runs that names no type. */
const plainType = "inf2.xlarge";

/**
 * How many empty machines of each of its types so many replicas of a workload would take, placed as ECS places them: what
 * somebody who has none would have to start. 1 at least; none of a type that the catalogue does not know.
 */
export function machinesNeeded(ecs: EcsWorkload, replicas: number): readonly MachinesNeeded[] {
  const named = ecs.workload.shapes.flatMap(({ instanceTypes }) => instanceTypes.map((each) => each.instanceType));
  const variants = ecs.everyVariant.map(({ requirements }) => requirements);
  return [...new Set(named.length === 0 ? [plainType] : named)].flatMap((instanceType) => {
    const empty = emptyInstance(nowhere, instanceType, variants)?.instance;
    if (empty === undefined) return [];
    const bare = emptyInstance(nowhere, instanceType, [])!.instance.attributes;
    const asked = Object.entries(empty.attributes).filter(([name]) => !Object.hasOwn(bare, name));
    const each = countPlaceable([emptyInstanceState(empty)], variants, replicas);
    return [
      {
        instanceType,
        count: Math.max(1, Math.ceil(replicas / Math.max(1, each))),
        ...present({ attributes: asked.length === 0 ? undefined : Object.fromEntries(asked) }),
      },
    ];
  });
}

/** A cluster of which nothing is known. */
const nowhere = {
  cluster: "",
  observedAt: 0,
  tags: {},
  capacityProviders: [],
  instances: [],
  tasks: [],
  taskDefinitions: {},
};
