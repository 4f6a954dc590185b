import { executeCommandRequest } from "../../core/ecs-api/model/requests.ts";
import { lastPart, requireCluster } from "../model/clusters.ts";
import { invalidParameter } from "../wire/aws-error.ts";
import { operation, type Operation } from "../wire/operation.ts";

/**
 * Opens a session that leads nowhere: no container runs. Its words are those of public reports.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ExecuteCommand.html
 */
export const executeCommandOperations: Readonly<Record<string, Operation>> = {
  ExecuteCommand: operation(
    "resourceModify",
    executeCommandRequest,
    ({ cluster: name, task: reference = "", container: wanted, command, interactive }, { world }) => {
      if (command === undefined) throw invalidParameter("Command must not be blank.");
      if (interactive !== true) throw invalidParameter("Interactive is the only mode supported currently.");
      const cluster = requireCluster(world, name);
      const task = cluster.tasks.get(lastPart(reference));
      if (task === undefined) throw invalidParameter("The task provided in the request was not found.");
      const { containers } = task;
      const container = containers.find((each) => wanted === undefined || each.name === wanted);
      if (container === undefined || (wanted === undefined && containers.length > 1))
        throw invalidParameter("The container provided in the request was not found.");
      if (!task.enableExecuteCommand || task.lastStatus !== "RUNNING")
        throw invalidParameter(
          "The execute command failed because execute command was not enabled when the task was run or the execute " +
            "command agent isn\u2019t running. Wait and try again or run a new task with execute command enabled and try again.",
        );
      const sessionId = `ecs-execute-command-${world.hex(17)}`;
      return {
        clusterArn: cluster.arn,
        taskArn: task.arn,
        containerArn: container.arn,
        containerName: container.name,
        interactive,
        session: {
          sessionId,
          streamUrl: `wss://ssmmessages.${world.region}.amazonaws.com/v1/data-channel/${sessionId}?role=publish_subscribe`,
          tokenValue: world.hex(32),
        },
      };
    },
  ),
};
