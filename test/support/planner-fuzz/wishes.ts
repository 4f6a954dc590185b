/** What is to be run, as its user says it. */
import type { EcsWorkload } from "../../../src/core/ecs/resolve-for-ecs.ts";
import type { RunSettings } from "../../../src/core/plan/run-request.ts";
import type { Workload } from "../../../src/core/workload/schema.ts";
import { sizeOf, types, type Wish } from "./drawn.ts";
import { needsOf } from "./ecs-referee.ts";
import type { Size } from "./free-slots.ts";
import { provider } from "./fuzz-world.ts";

export function workloadOf(wish: Wish): Workload {
  const smallest = Math.min(...wish.types.map((type) => types[type]!.memoryMiB));
  const resources = {
    small: { cpu: 0.5, memory: "1GiB" },
    half: { cpu: 1, memory: `${Math.floor(smallest * 0.45)}MiB` },
    share: undefined,
  }[wish.size];
  return {
    name: "chip",
    image: "chip:1",
    accelerator: { instanceTypes: [...wish.types], devicesPerReplica: sizeOf(wish) },
    ...(resources === undefined ? {} : { resources }),
    ...(wish.webPort ? { ports: [{ container: 8080, ...(wish.mode === "bridge" ? { host: 8080 } : {}) }] } : {}),
    ecs: { networkMode: wish.mode, ...(wish.stack ? { placement: { constraints: ["attribute:stack == prod"] } } : {}) },
  };
}

export function settingsOf(wish: Wish): RunSettings {
  return {
    run: "chip-1",
    cluster: "prod",
    count: wish.count,
    strategy: wish.strategy,
    ...(wish.group === undefined || wish.mode === "awsvpc" ? {} : { group: wish.group }),
    placementConstraints: [
      ...(wish.zone ? [{ type: "memberOf", expression: "attribute:ecs.availability-zone == us-east-1a" }] : []),
      ...(wish.distinct ? [{ type: "distinctInstance" }] : []),
    ],
    networkConfiguration: { awsvpcConfiguration: { subnets: ["subnet-1"] } },
    enableExecuteCommand: false,
    ...(wish.provider === undefined
      ? {}
      : { capacityProviderStrategy: [{ capacityProvider: provider, weight: 1 }], mayGrow: wish.provider.mayGrow }),
  };
}

/** How large a replica is, by what its definition says. */
export function sizesOf({ everyVariant }: EcsWorkload): (type: string) => Size {
  return (type) =>
    needsOf(
      everyVariant.find(({ shape }) => shape.instanceTypes.some(({ instanceType }) => instanceType === type))!
        .definition,
    );
}
