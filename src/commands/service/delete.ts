import { counted } from "../../core/base/counted.ts";
import { listOr } from "../../core/base/problem.ts";
import type { Service } from "../../core/ecs-api/service.ts";
import { AiplatError, Interrupted, isUncertain, toAiplatError } from "../../errors.ts";
import { sureServices } from "../../operations/sure-services.ts";
import { note } from "../../output/note.ts";
import { print } from "../../output/print.ts";
import { servicesView } from "../../output/services.ts";
import { confirm } from "../shared/confirm.ts";
import { defineCommand } from "../command.ts";
import {
  readServiceTarget,
  requireServices,
  serviceArgument,
  serviceTargetOptions,
  serviceCommand,
} from "./service-target.ts";

export const serviceDelete = defineCommand({
  description: "Deletes every ECS service of a workload with the tasks it has. Asks first. Task definitions stay.",
  arguments: [serviceArgument],
  options: serviceTargetOptions,
  examples: [["aiplat service delete bert --cluster dev --yes", "without a question"]],
  formats: ["text", "json", "yaml", "table", "markdown"],
  run: async (context, { args, options }) => {
    const target = await readServiceTarget(context, args, options);
    const ecs = await context.aws.ecs();
    const services = await requireServices(ecs, target);
    const tasks = services.reduce((sum, { runningCount, pendingCount }) => sum + runningCount + pendingCount, 0);
    const what = `${services.map(({ serviceName }) => serviceName).join(", ")} with ${counted(tasks, "task")}`;
    await confirm(context, {
      doing: `deleting ${what}`,
      question: `Delete ${what} in cluster ${target.cluster}?`,
      hint: `Say it in advance:  ${serviceCommand(context, "service delete", target)} --yes`,
      refused: "nothing was deleted",
    });
    const sure = sureServices(ecs, context, await context.aws.ecsAfterwards());
    const deleted: Service[] = [];
    try {
      for (const { serviceName } of services) {
        if (context.signal.aborted) throw new Interrupted();
        deleted.push(await sure.deleteService(target.cluster, serviceName, { force: true }));
        note(context, `deleted ${serviceName}`);
      }
    } catch (thrown) {
      await print(context, servicesView(target, deleted));
      const left = services.slice(deleted.length).map(({ serviceName }) => serviceName);
      throw notAllDeleted(toAiplatError(thrown), left, serviceCommand(context, "service delete", target));
    }
    await print(context, servicesView(target, deleted));
  },
});

/** Those that are left; of the first of them nobody may know. */
function notAllDeleted(error: AiplatError, left: readonly string[], command: string): AiplatError {
  const { code, message, hint, details } = error;
  const unknown = isUncertain(error) ? `; whether ${left[0]} is deleted is not known` : "";
  return new AiplatError(code, `${message}: ${listOr(left, "and")} not deleted${unknown}`, {
    hint: [hint, `To go on:  ${command} --yes`].filter((each) => each !== undefined).join("\n"),
    details: { ...details, left, ...(isUncertain(error) ? { unknown: { services: left.slice(0, 1) } } : {}) },
    cause: error,
  });
}
