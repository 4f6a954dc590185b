import type { ProviderList } from "../core/capacity/provider-list.ts";
import type { Runtime } from "../context.ts";
import { AiplatError, isUncertain } from "../errors.ts";
import type { EcsPort } from "../ports.ts";
import { requireActiveCluster } from "./observe-cluster.ts";
import { patienceMs } from "./uncertain.ts";

/** While ECS attaches or detaches a provider, it takes no other change of the list. */
const busy = /^UpdateInProgressException$/;
/** ECS takes a minute or two to make or take away the scaling plan of a provider. */
const longestBusyMs = 600_000;
const pauseMs = 5_000;

/**
 * Changes the list of a cluster's capacity providers, which ECS only takes whole: it is read, written at once and read
 * back, until it reads as wanted. Who writes at the same time, and does the same, loses nothing: what this overwrote
 * the other finds missing and adds again, as this does.
 *
 * @param change The list that is wanted, undefined where it is as wanted.
 * @returns Whether anything was to be changed.
 */
export async function changeProviders(
  ecs: EcsPort,
  runtime: Runtime,
  cluster: string,
  change: (list: ProviderList) => ProviderList | undefined,
): Promise<boolean> {
  const startedAt = runtime.now();
  let wrote = false;
  for (;;) {
    const wanted = change(await requireActiveCluster(ecs, cluster));
    if (wanted === undefined) return wrote;
    const spentMs = runtime.now() - startedAt;
    try {
      await ecs.putCapacityProviders(cluster, wanted.capacityProviders, wanted.defaultCapacityProviderStrategy);
      wrote = true;
      if (change(await requireActiveCluster(ecs, cluster)) === undefined) return true;
    } catch (error) {
      // Its answer was lost: where the list reads as wanted after it, this is what wrote it.
      wrote ||= isUncertain(error);
      const isBusy = error instanceof AiplatError && busy.test(String(error.details["awsCode"]));
      if (!(isBusy && spentMs < longestBusyMs) && !(isUncertain(error) && spentMs < patienceMs)) throw error;
    }
    if (spentMs > longestBusyMs)
      throw new AiplatError("OperationFailed", `the capacity providers of cluster ${cluster} do not stay as written`, {
        hint: "Another program writes the whole list again and again: stop it, and run the command again.",
      });
    await runtime.sleep(pauseMs);
  }
}
