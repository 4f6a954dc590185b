import type { ClusterSnapshot, ContainerInstance } from "../core/cluster/snapshot.ts";
import { planDrain, type DrainPlan } from "../core/plan/plan-drain.ts";
import type { EcsPort } from "../ports.ts";
import { observeServicesOn, scalingProviders } from "./observe-services-on.ts";

/** Where the tasks of an instance would go, with what ECS says of the services that they are of. */
export async function planDrainOf(
  ecs: EcsPort,
  snapshot: ClusterSnapshot,
  instance: ContainerInstance,
): Promise<DrainPlan> {
  const known = await observeServicesOn(ecs, snapshot, instance);
  return planDrain(known, instance, await scalingProviders(ecs, known));
}
