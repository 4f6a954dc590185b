import { formatDuration } from "../core/base/duration.ts";
import { listOr } from "../core/base/problem.ts";
import { AiplatError } from "../errors.ts";
import type { EcsPort } from "../ports.ts";
import type { Runtime } from "../context.ts";

const pauseMs = 3_000;

/**
 * Waits until no service of these names is draining: while the tasks of a deleted one stop, ECS makes no other of its
 * name. https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteService.html
 *
 * @throws AiplatError Timeout
 */
export async function awaitFreeNames(
  ecs: Pick<EcsPort, "describeServices">,
  runtime: Runtime,
  cluster: string,
  names: readonly string[],
  {
    deadline = Number.POSITIVE_INFINITY,
    onWait,
  }: { readonly deadline?: number; readonly onWait: (text: string) => void },
): Promise<void> {
  const startedAt = runtime.now();
  let told = false;
  for (let open = names; open.length > 0;) {
    const services = await ecs.describeServices(cluster, open);
    open = services.filter(({ status }) => status === "DRAINING").map(({ serviceName }) => serviceName);
    if (open.length === 0) return;
    const left = deadline - runtime.now();
    if (left <= 0)
      throw new AiplatError(
        "Timeout",
        `${listOr(open, "and")} of before still ${open.length === 1 ? "drains" : "drain"} after ${formatDuration(runtime.now() - startedAt)}: a name is free once its tasks have stopped`,
        { hint: "Run it again.", details: { services: open } },
      );
    if (!told) onWait(`waiting until the tasks of the deleted ${listOr(open, "and")} have stopped`);
    told = true;
    await runtime.sleep(Math.min(pauseMs, left));
  }
}
