import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import { servicesOf, type Service } from "../ecs-api/service.ts";
import { newestIn, unknownRevisions } from "./newest-revisions.ts";
import type { LiveServices } from "./plan-service.ts";
import { isOfService } from "./service-tasks.ts";

/** A workload's services as a snapshot has them; where it has none at all, as far as their running tasks show them. */
export function servicesIn(
  snapshot: ClusterSnapshot,
  workload: string,
  names: { readonly services: readonly string[]; readonly families: readonly string[] },
): LiveServices {
  const { services, redacted, taskDefinitions } = snapshot;
  const definitions = Object.values(taskDefinitions);
  const newest = newestIn(snapshot);
  const unknown = unknownRevisions(names.families, newest);
  const notCompared = names.families.filter((family) => newest.of(family) === undefined);
  if (services !== undefined) {
    return {
      services: servicesOf(services, workload, names.services),
      definitions,
      unknown,
      notCompared,
      ...(redacted === true
        ? { redacted, reviewOnly: "it was made from a redacted snapshot, whose account ids are not real" }
        : {}),
    };
  }
  return {
    services: servicesByTasks(snapshot, workload),
    definitions,
    notCompared,
    redacted: redacted === true,
    knownFields: ["taskDefinition", "desiredCount"],
    unknown: [
      "The snapshot has no services: revisions and numbers are those of the tasks that run, other settings are not compared, and a service without tasks is not seen.",
      ...unknown,
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
