import { counted } from "../../core/base/counted.ts";
import { listOr } from "../../core/base/problem.ts";
import type { Context } from "../../context.ts";
import { staysUntil } from "../../core/plan/judge-plan.ts";
import type { ServicePlan } from "../../core/plan/service-plan.ts";
import type { EcsPort } from "../../ports.ts";
import { confirm } from "../shared/confirm.ts";

/** Asks before services are deleted that have tasks. Updates, scale and rollback never ask. */
export async function confirmDeletions(
  context: Context,
  ecs: EcsPort,
  { cluster, steps }: Pick<ServicePlan, "cluster" | "steps">,
  { answerable }: { readonly answerable: boolean },
): Promise<void> {
  const deleted = steps.filter(({ action }) => action === "delete");
  if (deleted.length === 0) return;
  const services = await ecs.describeServices(
    cluster,
    deleted.map(({ service }) => service),
  );
  const serving = services.flatMap(({ serviceName, status, runningCount, pendingCount }) => {
    const tasks = status === "ACTIVE" ? runningCount + pendingCount : 0;
    return tasks === 0 ? [] : [`${serviceName} with ${counted(tasks, "task")}`];
  });
  if (serving.length === 0) return;
  const what = listOr(serving, "and");
  const when = deleted.some((step) => !staysUntil(step))
    ? "before what takes their place is made"
    : "once what takes their place is steady";
  await confirm(context, {
    doing: `deleting ${what}`,
    question: `Delete ${what} in cluster ${cluster} ${when}?`,
    hint: "Say it in advance with --yes.",
    refused: "nothing was changed",
    answerable,
  });
}
