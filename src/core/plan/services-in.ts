import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import { servicesOf, type Service, isOfService } from "../ecs-api/service.ts";
import type { LiveNames, LiveServices } from "./live-services.ts";
import { newestIn } from "./newest-revisions.ts";

/** A workload's services as a snapshot has them; where it has none at all, as far as their running tasks show them. */
export function servicesIn(snapshot: ClusterSnapshot, workload: string, names: LiveNames): LiveServices {
  const { services, redacted, taskDefinitions } = snapshot;
  const known = {
    definitions: Object.values(taskDefinitions),
    newest: newestIn(snapshot),
    ...(redacted === true ? { redacted } : {}),
  };
  if (services !== undefined) {
    return {
      ...known,
      services: servicesOf(services, workload, names.services),
      ...(redacted === true
        ? { reviewOnly: "it was made from a redacted snapshot, whose account ids are not real" }
        : {}),
    };
  }
  return {
    ...known,
    services: servicesByTasks(snapshot, workload),
    knownFields: ["taskDefinition", "desiredCount"],
    unknown: [
      "The snapshot has no services: revisions and numbers are those of the tasks that run, other settings are not compared, and a service without tasks is not seen.",
    ],
    reviewOnly: "it was made from a snapshot without services",
  };
}

function servicesByTasks({ tasks }: ClusterSnapshot, workload: string): readonly Service[] {
  const services = new Map<string, Service>();
  for (const task of tasks) {
    const { group = "", desiredStatus, taskDefinitionArn } = task;
    if (!isOfService(task, workload) || desiredStatus === "STOPPED") continue;
    const serviceName = group.slice("service:".length);
    const desiredCount = (services.get(serviceName)?.desiredCount ?? 0) + 1;
    services.set(serviceName, {
      serviceArn: serviceName,
      serviceName,
      status: "ACTIVE",
      desiredCount,
      runningCount: desiredCount,
      pendingCount: 0,
      taskDefinition: taskDefinitionArn,
      deployments: [],
      events: [],
    });
  }
  return [...services.values()];
}
