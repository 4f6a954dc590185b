import type { Context } from "../context.ts";
import type { Service } from "../core/ecs/service-api.ts";
import { AiplatError } from "../errors.ts";
import { note } from "../output/note.ts";
import { print } from "../output/print.ts";
import { servicesView } from "../output/services.ts";
import type { Command } from "./command.ts";
import { readServiceTarget, requireServices, serviceArgument, serviceClusterOption, serviceCommand, type ServiceTarget, type ServiceTargetOptions } from "./service-target.ts";

export const serviceDelete: Command<ServiceTargetOptions> = {
  description: "Deletes every ECS service of a workload with the tasks it has. Asks first. Task definitions stay.",
  arguments: [serviceArgument],
  options: [serviceClusterOption],
  examples: [["aiplat service delete bert --cluster dev --yes", "without a question"]],
  formats: ["text", "json", "yaml", "table", "markdown"],
  run: async (context, { args, options }) => {
    const target = await readServiceTarget(context, args, options);
    const ecs = await context.aws.ecs();
    const services = await requireServices(ecs, target);
    await confirm(context, target, services);
    const deleted: Service[] = [];
    for (const { serviceName } of services) {
      deleted.push(await ecs.deleteService(target.cluster, serviceName, { force: true }));
      note(context, `deleted ${serviceName}`);
    }
    await print(context, servicesView(target, deleted));
  },
};

async function confirm(context: Context, target: ServiceTarget, services: readonly Service[]): Promise<void> {
  const { yes, input } = context.options;
  if (yes) return;
  const tasks = services.reduce((sum, { runningCount, pendingCount }) => sum + runningCount + pendingCount, 0);
  const what = `${services.map(({ serviceName }) => serviceName).join(", ")} with ${tasks} ${tasks === 1 ? "task" : "tasks"}`;
  if (!input || !context.stdinIsTTY) throw new AiplatError("Usage", `deleting ${what} needs a yes, and there is nobody to ask`, { hint: `Say it in advance:  ${serviceCommand(context, "service delete", target)} --yes` });
  if (!(await context.ask(`Delete ${what} in cluster ${target.cluster}?`))) throw new AiplatError("OperationFailed", "nothing was deleted");
}
