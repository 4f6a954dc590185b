import type { ListKeys, Raw } from "../base/merge.ts";

/** The lists of a task definition that merge item by item. */
export const taskDefinitionLists: ListKeys = {
  containerDefinitions: named,
  environment: named,
  secrets: named,
  volumes: named,
  mountPoints: (item) => String(item["containerPath"]),
  devices: (item) => String(item["hostPath"]),
  portMappings: (item) =>
    `${String(item["containerPort"] ?? item["containerPortRange"])}/${String(item["protocol"] ?? "tcp")}`,
};

function named(item: Raw): string {
  return String(item["name"]);
}
