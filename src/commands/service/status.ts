import { primaryOf } from "../../core/ecs-api/service.ts";
import { withoutPermission } from "../../operations/follow-deployments.ts";
import { explainServices } from "../../operations/explain-services.ts";
import { findOngoingDeployments } from "../../operations/find-ongoing-deployments.ts";
import { findHealth } from "../../operations/find-health.ts";
import { printFailures } from "../../output/failures.ts";
import { print } from "../../output/print.ts";
import { servicesView } from "../../output/services.ts";
import { defineCommand } from "../command.ts";
import { notePauses } from "./note-pauses.ts";
import { readServiceTarget, requireServices, serviceArgument, serviceClusterOption } from "./service-target.ts";

export const serviceStatus = defineCommand({
  description:
    "Shows the ECS services that make up a workload, with their deployments, the stage of one under way, " +
    "latest events and the health of their tasks: `starting` is a task whose health check fails while the grace period goes on. " +
    "Where tasks find no room it says why on each machine, and what would make some.",
  arguments: [serviceArgument],
  options: [serviceClusterOption],
  examples: [["aiplat service status bert --cluster prod", "how the workload stands"]],
  formats: ["text", "json", "yaml", "table", "markdown"],
  run: async (context, { args, options }) => {
    const target = await readServiceTarget(context, args, options);
    const ecs = await context.aws.ecs();
    const services = await requireServices(ecs, target);
    // Only a deployment under way has a stage to show.
    const moving = services.filter(
      (service) => service.deployments.length > 1 || primaryOf(service)?.rolloutState === "IN_PROGRESS",
    );
    const [rollouts, health, stalls] = await Promise.all([
      findOngoingDeployments(ecs, target.cluster, moving).catch(withoutPermission),
      findHealth(ecs, target.cluster, services, context.now()).catch(withoutPermission),
      explainServices(ecs, target.cluster, services, context.now()).catch(withoutPermission),
    ]);
    const failures = [...(stalls?.values() ?? [])];
    await print(context, servicesView(target, services, { rollouts, health, failures }));
    await printFailures(context, failures);
    for (const [service, rollout] of rollouts ?? []) notePauses(context, service, rollout);
  },
});
