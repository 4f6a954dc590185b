import { idOf } from "./device-summary.ts";
import type { Service } from "../core/ecs-api/service.ts";
import type { View } from "./print.ts";
import { markRollout } from "./services.ts";

/** What `service list` answers. */
export function serviceListView(cluster: string, services: readonly Service[]): View {
  const rows = services.map((service) => {
    const { serviceName, status, runningCount, desiredCount, pendingCount, taskDefinition, deployments, tags } =
      service;
    const tag = (key: string) => tags?.find((each) => each.key === key)?.value;
    return {
      service: serviceName,
      serviceArn: service.serviceArn,
      workload: tag("aiplat:workload"),
      slot: tag("aiplat:slot"),
      status,
      desiredCount,
      runningCount,
      pendingCount,
      taskDefinition,
      rolloutState: deployments.find((each) => each.status === "PRIMARY")?.rolloutState,
    };
  });
  return {
    kind: "ServiceList",
    document: { cluster, services: rows },
    table: {
      columns: [
        { title: "SERVICE" },
        { title: "WORKLOAD" },
        { title: "STATUS" },
        { title: "RUNNING", align: "right" },
        { title: "PENDING", align: "right" },
        { title: "DEFINITION" },
        { title: "ROLLOUT", mark: markRollout },
      ],
      rows: rows.map((row) => [
        row.service,
        row.workload ?? "",
        row.status,
        `${row.runningCount}/${row.desiredCount}`,
        String(row.pendingCount),
        idOf(row.taskDefinition),
        row.rolloutState ?? "",
      ]),
    },
  };
}
