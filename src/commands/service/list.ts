import { note } from "../../output/note.ts";
import { print } from "../../output/print.ts";
import { serviceListView } from "../../output/service-list.ts";
import { listServices } from "../../operations/find-services.ts";
import { defineCommand } from "../command.ts";
import { namedCluster } from "../shared/named-cluster.ts";
import { serviceClusterOption } from "./service-target.ts";

export const serviceList = defineCommand({
  description:
    "Lists the ECS services of aiplat's workloads in a cluster. Piped, each line is: service, workload, status, " +
    "running/desired, pending, task definition, rollout.",
  options: [serviceClusterOption, { flags: "-a, --all", description: "services that aiplat has not made, too" }],
  examples: [["aiplat service list --cluster prod", "what the cluster serves"]],
  formats: ["text", "json", "yaml", "table", "markdown"],
  run: async (context, { options }) => {
    const cluster = await namedCluster(context, options.cluster);
    const services = await listServices(await context.aws.ecs(), cluster, { all: options.all === true });
    if (services.length === 0)
      note(context, `no service${options.all === true ? "" : " of aiplat's"} in cluster ${cluster}`);
    await print(context, serviceListView(cluster, services));
  },
});
