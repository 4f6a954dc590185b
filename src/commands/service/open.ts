import { present } from "../../core/base/present.ts";
import { listOr } from "../../core/base/problem.ts";
import { serviceUrl } from "../../core/ecs/service-endpoints.ts";
import { AiplatError } from "../../errors.ts";
import { findServiceEndpoints } from "../../operations/find-service-endpoints.ts";
import { findServiceTasks } from "../../operations/find-service-tasks.ts";
import { findProgram } from "../../files/find-program.ts";
import { note } from "../../output/note.ts";
import { print } from "../../output/print.ts";
import { defineCommand } from "../command.ts";
import { wholeFrom } from "../shared/parse-numbers.ts";
import {
  readServiceTarget,
  requireServices,
  serviceArgument,
  serviceTargetOptions,
  type ServiceTarget,
} from "./service-target.ts";

export const serviceOpen = defineCommand({
  description:
    "Prints the URL at which a workload's service answers, and opens it in the browser where this is a terminal: its " +
    "load balancer's name, else the private address of a running task; in a sandbox, which answers in place of the tasks, " +
    "a URL of its own.",
  arguments: [serviceArgument],
  options: [
    ...serviceTargetOptions,
    { flags: "--port <port>", description: "the container's port, of a task", parse: wholeFrom(1) },
    { flags: "--no-browser", description: "print the URL only" },
  ],
  examples: [
    ["aiplat service open bert --cluster prod", "in the browser"],
    ["curl $(aiplat service open bert --cluster prod)/ping", "in a script, on a machine of the network"],
  ],
  formats: ["text", "json", "yaml"],
  run: async (context, { args, options }) => {
    const target = await readServiceTarget(context, args, options);
    const ecs = await context.aws.ecs();
    const services = await requireServices(ecs, target);
    const tasks = await findServiceTasks(ecs, target.cluster, services);
    const found = [...(await findServiceEndpoints(ecs, target.cluster, services, tasks, context.aws)).values()];
    const url = serviceUrl(
      {
        loadBalancers: found.flatMap(({ loadBalancers }) => loadBalancers),
        endpoints: found.flatMap(({ endpoints }) => endpoints),
        ...present({ sandboxUrl: found.flatMap(({ sandboxUrl }) => sandboxUrl ?? [])[0] }),
      },
      options.port,
    );
    if (url === undefined)
      throw nowhere(
        target,
        found.flatMap(({ answersAt }) => answersAt),
        options.port,
      );
    await print(context, {
      kind: "ServiceAddress",
      document: { workload: target.workload, cluster: target.cluster, url },
      piped: `${url}\n`,
      text: () => `${url}\n`,
    });
    if (!options.browser || !context.stdout.isTTY) return;
    const opener = openers.find((each) => findProgram(context, each) !== undefined);
    if (opener === undefined) note(context, `no program here opens a URL: none of ${listOr(openers)} is on the PATH`);
    else await context.runInForeground([opener, url], context.env);
  },
});

/** What opens a URL, on one system or another. */
const openers = ["xdg-open", "open", "wslview", "explorer.exe"];

function nowhere(
  { workload, cluster }: ServiceTarget,
  answersAt: readonly string[],
  port: number | undefined,
): AiplatError {
  const message =
    port === undefined || answersAt.length === 0
      ? `nothing says where ${workload} answers in cluster ${cluster}`
      : `no task of ${workload} answers at its port ${port}`;
  return new AiplatError("NotFound", message, {
    hint:
      answersAt.length > 0
        ? `It answers at ${listOr(answersAt, "and")}.`
        : "It takes a running task with a TCP port (ports), or a load balancer (ecs.loadBalancer); addresses of machines " +
          "need ec2:DescribeInstances. aiplat service status shows its tasks.",
    details: { workload, cluster, answersAt },
  });
}
