import { counted } from "../../core/base/counted.ts";
import type { Service } from "../../core/ecs-api/service.ts";
import { note } from "../../output/note.ts";
import { print } from "../../output/print.ts";
import { servicesView } from "../../output/services.ts";
import { confirm } from "../shared/confirm.ts";
import { defineCommand } from "../command.ts";
import {
  readServiceTarget,
  requireServices,
  serviceArgument,
  serviceClusterOption,
  serviceCommand,
} from "./service-target.ts";

export const serviceDelete = defineCommand({
  description: "Deletes every ECS service of a workload with the tasks it has. Asks first. Task definitions stay.",
  arguments: [serviceArgument],
  options: [serviceClusterOption],
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
    const deleted: Service[] = [];
    for (const { serviceName } of services) {
      deleted.push(await ecs.deleteService(target.cluster, serviceName, { force: true }));
      note(context, `deleted ${serviceName}`);
    }
    await print(context, servicesView(target, deleted));
  },
});
