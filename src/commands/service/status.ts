import { primaryOf } from "../../core/ecs-api/service.ts";
import { withoutPermission } from "../../operations/follow-deployments.ts";
import { explainServices } from "../../operations/explain-services.ts";
import { findOngoingDeployments } from "../../operations/find-ongoing-deployments.ts";
import { healthOfServices } from "../../core/ecs/task-health.ts";
import { findServiceEndpoints } from "../../operations/find-service-endpoints.ts";
import { findServiceTasks } from "../../operations/find-service-tasks.ts";
import { printFailures } from "../../output/tasks.ts";
import { print } from "../../output/print.ts";
import { servicesView } from "../../output/services.ts";
import { defineCommand } from "../command.ts";
import { notePauses } from "./note-pauses.ts";
import { readServiceTarget, requireServices, serviceArgument, serviceTargetOptions } from "./service-target.ts";

export const serviceStatus = defineCommand({
  description:
    "Shows the ECS services that make up a workload, with their deployments, the stage of one under way, " +
    "latest events, where they answer and the health of their tasks: `starting` is a task whose health check fails while the grace period goes on. " +
    "Where tasks find no room it says why on each machine, and what would make some.",
  arguments: [serviceArgument],
  options: serviceTargetOptions,
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
    const [rollouts, tasks] = await Promise.all([
      findOngoingDeployments(ecs, target.cluster, moving).catch(withoutPermission),
      findServiceTasks(ecs, target.cluster, services).catch(withoutPermission),
    ]);
    const stalls = await explainServices(ecs, target.cluster, services, context.now(), tasks).catch(withoutPermission);
    const failures = [...(stalls?.values() ?? [])];
    const health = tasks === undefined ? undefined : healthOfServices(services, tasks, context.now());
    const endpoints = await findServiceEndpoints(ecs, target.cluster, services, tasks ?? new Map(), context.aws);
    await print(context, servicesView(target, services, { rollouts, health, failures, endpoints }));
    await printFailures(context, failures);
    for (const [service, rollout] of rollouts ?? []) notePauses(context, service, rollout);
  },
});
