import { print } from "../output/print.ts";
import { servicesView } from "../output/services.ts";
import type { Command } from "./command.ts";
import { readServiceTarget, requireServices, serviceArgument, serviceClusterOption, type ServiceTargetOptions } from "./service-target.ts";

export const serviceStatus: Command<ServiceTargetOptions> = {
  description: "Shows the ECS services that make up a workload, with their deployments and latest events.",
  arguments: [serviceArgument],
  options: [serviceClusterOption],
  examples: [["aiplat service status bert --cluster prod", "how the workload stands"]],
  formats: ["text", "json", "yaml", "table", "markdown"],
  run: async (context, { args, options }) => {
    const target = await readServiceTarget(context, args, options);
    await print(context, servicesView(target, await requireServices(await context.aws.ecs(), target)));
  },
};
