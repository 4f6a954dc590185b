// A snapshot of a cluster on whose first half a service runs, one replica on each machine with all its devices: what a
// plan of the same workload with another image has the rollout guard play through.
import { makeSnapshot } from "./cluster-snapshot.mjs";

const prefix = "arn:aws:ecs:us-east-1:123456789012";

/**
 * @param instances How many machines; half of them, rounded up, have a replica.
 * @param definition The workload's definition as `taskdef generate` prints it.
 */
export function makeServiceSnapshot({ instances, definition }) {
  const snapshot = makeSnapshot({ instances });
  const { family, tags, containerDefinitions } = definition;
  const [{ name, cpu, memory: memoryMiB, portMappings }] = containerDefinitions;
  const taskDefinition = `${prefix}:task-definition/${family}:1`;
  const count = Math.ceil(instances / 2);
  const holders = snapshot.instances.slice(0, count);
  const udpPorts = portMappings.map(({ hostPort }) => hostPort);
  const tasks = holders.map(({ arn }) => ({
    taskArn: arn.replace(":container-instance/", ":task/"),
    taskDefinitionArn: taskDefinition,
    containerInstanceArn: arn,
    group: `service:${family}`,
    lastStatus: "RUNNING",
    desiredStatus: "RUNNING",
    containers: [{ name, lastStatus: "RUNNING" }],
    overrides: {},
    tags,
  }));
  const holding = holders.map((instance) => ({
    ...instance,
    remaining: {
      ...instance.remaining,
      cpu: instance.remaining.cpu - cpu,
      memoryMiB: instance.remaining.memoryMiB - memoryMiB,
      udpPorts,
    },
    runningTasksCount: 1,
  }));
  const counts = { desiredCount: count, runningCount: count, pendingCount: 0 };
  const deployment = { id: "ecs-svc/1", status: "PRIMARY", taskDefinition, ...counts, rolloutState: "COMPLETED" };
  const service = {
    serviceArn: `${prefix}:service/bench/${family}`,
    serviceName: family,
    status: "ACTIVE",
    ...counts,
    launchType: "EC2",
    taskDefinition,
    deploymentConfiguration: { maximumPercent: 200, minimumHealthyPercent: 100 },
    deployments: [deployment],
    events: [],
    schedulingStrategy: "REPLICA",
    deploymentController: { type: "ECS" },
    tags,
  };
  const registered = { ...definition, taskDefinitionArn: taskDefinition, revision: 1, status: "ACTIVE" };
  return {
    ...snapshot,
    instances: [...holding, ...snapshot.instances.slice(count)],
    tasks,
    services: [service],
    taskDefinitions: { [taskDefinition]: registered },
  };
}
