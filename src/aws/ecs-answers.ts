import { parseJson } from "../core/base/json.ts";
import { double, instant, integer, list, structure, text, type Schema } from "../core/ecs-api/field.ts";
import { wrongKindIn } from "../core/ecs-api/field-kind.ts";
import { fits } from "../core/ecs-api/fits.ts";
import { capacityProviderStrategyItem, tag } from "../core/ecs-api/model/common.ts";
import { service } from "../core/ecs-api/model/described-service.ts";
import { taskDefinition } from "../core/ecs-api/model/task-definition.ts";

const resource = structure("Resource", {
  name: text,
  integerValue: integer,
  doubleValue: double,
  stringSetValue: list(text),
});
/** As far as they are read: endpoints that play ECS have other kinds elsewhere. */
const failure = structure("Failure", { arn: text, reason: text, detail: text });
const task = structure("Task", {
  taskArn: text,
  taskDefinitionArn: text,
  clusterArn: text,
  containerInstanceArn: text,
  capacityProviderName: text,
  group: text,
  startedBy: text,
  lastStatus: text,
  desiredStatus: text,
  healthStatus: text,
  stopCode: text,
  stoppedReason: text,
  containers: list(
    structure("Container", {
      name: text,
      lastStatus: text,
      reason: text,
      exitCode: integer,
      gpuIds: list(text),
      neuronDeviceIds: list(text),
      networkBindings: list(
        structure("NetworkBinding", { bindIP: text, containerPort: integer, hostPort: integer, protocol: text }),
      ),
      networkInterfaces: list(structure("NetworkInterface", { privateIpv4Address: text, ipv6Address: text })),
    }),
  ),
  tags: list(tag),
  createdAt: instant,
  startedAt: instant,
  stoppedAt: instant,
});
/** As far as it is read: its own structure is not among the generated ones. */
const containerInstance = structure("ContainerInstance", {
  containerInstanceArn: text,
  ec2InstanceId: text,
  capacityProviderName: text,
  registeredAt: instant,
  status: text,
  versionInfo: structure("VersionInfo", { agentVersion: text }),
  registeredResources: list(resource),
  remainingResources: list(resource),
  attributes: list(structure("Attribute", { name: text, value: text })),
  gpuDevices: list(
    structure("GpuDevice", {
      gpuId: text,
      sharingMode: text,
      totalMemoryInMiB: integer,
      remainingMemoryInMiB: integer,
    }),
  ),
  healthStatus: structure("ContainerInstanceHealthStatus", {
    overallStatus: text,
    details: list(structure("InstanceHealthCheckResult", { type: text, status: text, statusReason: text })),
  }),
});
const cluster = structure("Cluster", {
  clusterArn: text,
  clusterName: text,
  status: text,
  registeredContainerInstancesCount: integer,
  runningTasksCount: integer,
  pendingTasksCount: integer,
  tags: list(tag),
  capacityProviders: list(text),
  defaultCapacityProviderStrategy: list(capacityProviderStrategyItem),
});
const provider = structure("CapacityProvider", { name: text, type: text, status: text });
const deployment = structure("ServiceDeployment", {
  serviceDeploymentArn: text,
  status: text,
  statusReason: text,
  createdAt: instant,
  lifecycleStage: text,
  targetServiceRevisionArn: text,
  targetServiceRevision: structure("ServiceRevisionSummary", { arn: text, requestedProductionTrafficWeight: double }),
  lifecycleHookDetails: list(
    structure("DeploymentLifecycleHookDetail", {
      hookId: text,
      targetType: text,
      status: text,
      expiresAt: instant,
      timeoutAction: text,
    }),
  ),
  rollback: structure("Rollback", { reason: text }),
});
const serviceRevision = structure("ServiceRevision", { serviceRevisionArn: text, taskDefinition: text });
const daemon = structure("Daemon", {
  currentRevisions: list(
    structure("DaemonRevisionDetail", {
      arn: text,
      capacityProviders: list(structure("DaemonCapacityProvider", { arn: text })),
    }),
  ),
});
const daemonTaskDefinition = structure("DaemonTaskDefinition", {
  family: text,
  cpu: text,
  memory: text,
  containerDefinitions: list(
    structure("DaemonContainerDefinition", {
      name: text,
      image: text,
      cpu: integer,
      memory: integer,
      memoryReservation: integer,
    }),
  ),
});

const tasks = structure("", { tasks: list(task), failures: list(failure) });
const oneService = structure("", { service });
const oneDefinition = structure("", { taskDefinition, tags: list(tag) });
const arns = (name: string) => structure("", { [name]: list(text), nextToken: text });

const answers: Readonly<Record<string, Schema>> = {
  RunTask: tasks,
  DescribeTasks: tasks,
  StopTask: structure("", { task }),
  RegisterTaskDefinition: oneDefinition,
  DescribeTaskDefinition: oneDefinition,
  CreateService: oneService,
  UpdateService: oneService,
  DeleteService: oneService,
  DescribeServices: structure("", { services: list(service), failures: list(failure) }),
  DescribeClusters: structure("", { clusters: list(cluster) }),
  DescribeContainerInstances: structure("", { containerInstances: list(containerInstance) }),
  DescribeCapacityProviders: structure("", { capacityProviders: list(provider) }),
  ListServiceDeployments: structure("", { serviceDeployments: list(deployment), nextToken: text }),
  DescribeServiceDeployments: structure("", { serviceDeployments: list(deployment) }),
  DescribeServiceRevisions: structure("", { serviceRevisions: list(serviceRevision) }),
  ListDaemons: structure("", {
    daemonSummariesList: list(structure("DaemonSummary", { daemonArn: text, status: text })),
    nextToken: text,
  }),
  DescribeDaemon: structure("", { daemon }),
  DescribeDaemonRevisions: structure("", {
    daemonRevisions: list(structure("DaemonRevision", { daemonTaskDefinitionArn: text, createdAt: instant })),
  }),
  DescribeDaemonTaskDefinition: structure("", { daemonTaskDefinition }),
  UpdateContainerInstancesState: structure("", { failures: list(failure) }),
  ExecuteCommand: structure("", {
    session: structure("Session", { sessionId: text, streamUrl: text, tokenValue: text }),
  }),
  ListTasks: arns("taskArns"),
  ListServices: arns("serviceArns"),
  ListClusters: arns("clusterArns"),
  ListContainerInstances: arns("containerInstanceArns"),
};

const ofDefinition = [
  "taskDefinition.taskDefinitionArn",
  "taskDefinition.family",
  "taskDefinition.revision",
  "taskDefinition.containerDefinitions",
  "taskDefinition.containerDefinitions.*.name",
  "taskDefinition.placementConstraints.*.type",
  "tags.*.key",
];
const ofService = [
  "tags.*.key",
  "events.*.message",
  "deployments.*.id",
  "placementConstraints.*.type",
  "placementStrategy.*.type",
];
const ofOneService = ["service", ...ofService.map((path) => `service.${path}`)];
const ofTasks = ["tasks.*.tags.*.key"];

/** What an answer has to hold, and each item of its lists (`*`) where there are any: without it, it is no answer. */
const needed: Readonly<Record<string, readonly string[]>> = {
  RunTask: ofTasks,
  DescribeTasks: ofTasks,
  StopTask: ["task"],
  RegisterTaskDefinition: ofDefinition,
  DescribeTaskDefinition: ofDefinition,
  CreateService: ofOneService,
  UpdateService: ofOneService,
  DeleteService: ofOneService,
  DescribeServices: ofService.map((path) => `services.*.${path}`),
  DescribeClusters: ["clusters.*.tags.*.key"],
  DescribeContainerInstances: ["attributes", "registeredResources", "remainingResources"].map(
    (list) => `containerInstances.*.${list}.*.name`,
  ),
};

/**
 * ECS's answer to an operation, held to the kinds of values that its API has: who passes on what a broken proxy or an
 * endpoint that plays ECS has made of them would fail somewhere else, as if it were aiplat's mistake.
 *
 * @throws SyntaxError where it is none.
 */
export function readAnswer(operation: string, body: string): object {
  const schema = Object.hasOwn(answers, operation) ? answers[operation] : undefined;
  // Nothing is read of what these answer.
  if (schema === undefined) return body === "" ? {} : Object(parseJson(body));
  const answer = body.includes("null") ? parseJson(body, withoutNull) : parseJson(body);
  const wrong = fits(schema, answer) ? undefined : wrongKindIn(schema, answer);
  if (wrong !== undefined) throw new SyntaxError(`${operation} answers no ${wrong.wanted} where one belongs`);
  const missing = (needed[operation] ?? []).find((path) => !holds(answer, path.split(".")));
  if (missing !== undefined) throw new SyntaxError(`${operation} answers no ${missing}`);
  return answer as object;
}

/** AWS leaves absent fields out; null would be no value of any. */
function withoutNull(this: unknown, _: string, value: unknown): unknown {
  return value === null && !Array.isArray(this) ? undefined : value;
}

/** Whether there is what the path leads to: in each item of a list, where there is the list. */
function holds(value: unknown, path: readonly string[], at = 0): boolean {
  const key = path[at];
  if (key === undefined) return true;
  if (key === "*") return (value as readonly unknown[]).every((item) => holds(item, path, at + 1));
  const part = (value as Readonly<Record<string, unknown>>)[key];
  return part === undefined ? path.includes("*", at + 1) : holds(part, path, at + 1);
}
