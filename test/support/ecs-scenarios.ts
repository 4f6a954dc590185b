/** What any ECS does, the sandbox, moto and AWS alike: one client code, one set of expectations. */
import {
  CreateClusterCommand,
  CreateServiceCommand,
  DeleteAttributesCommand,
  DeleteClusterCommand,
  DeleteServiceCommand,
  DeregisterTaskDefinitionCommand,
  DescribeClustersCommand,
  DescribeContainerInstancesCommand,
  DescribeServiceDeploymentsCommand,
  DescribeServiceRevisionsCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ListAttributesCommand,
  ListClustersCommand,
  ListContainerInstancesCommand,
  ListServiceDeploymentsCommand,
  ListServicesCommand,
  ListTagsForResourceCommand,
  ListTaskDefinitionFamiliesCommand,
  ListTaskDefinitionsCommand,
  ListTasksCommand,
  PutAttributesCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  StartTaskCommand,
  StopTaskCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateContainerInstancesStateCommand,
  UpdateServiceCommand,
  type ContainerDefinition,
  type ECSClient,
  type StartTaskCommandOutput,
  type RegisterTaskDefinitionCommandInput,
} from "@aws-sdk/client-ecs";
import { expect } from "vitest";

export type Backend = "sandbox" | "moto" | "aws";

export interface Stage {
  readonly ecs: ECSClient;
  /** Of names that only this scenario uses. */
  readonly name: string;
  /** A cluster with at least two container instances; empty on an AWS account where none was named. */
  readonly cluster: string;
  /** Waits until a task has stopped. */
  stopped(cluster: string, taskArn: string): Promise<void>;
}

export interface Scenario {
  readonly does: string;
  /**
   * Where it holds. moto ignores placement constraints, paging, filters, client tokens, and answers no MISSING for
   * tasks.
   */
  readonly on: readonly Backend[];
  /** Whether it needs container instances. */
  readonly needsInstances?: boolean;
  readonly play: (stage: Stage) => Promise<void>;
}

const everywhere: readonly Backend[] = ["sandbox", "moto", "aws"];
const notMoto: readonly Backend[] = ["sandbox", "aws"];

const sleeping = {
  name: "main",
  image: "public.ecr.aws/docker/library/busybox:latest",
  memory: 64,
  command: ["sleep", "600"],
};

function definition(
  family: string,
  more: Partial<RegisterTaskDefinitionCommandInput> = {},
): RegisterTaskDefinitionCommand {
  return new RegisterTaskDefinitionCommand({
    family,
    containerDefinitions: [sleeping],
    ...more,
  });
}

async function withDefinition(
  ecs: ECSClient,
  command: RegisterTaskDefinitionCommand,
  use: (arn: string) => Promise<void>,
): Promise<void> {
  const { taskDefinition } = await ecs.send(command);
  try {
    await use(taskDefinition!.taskDefinitionArn!);
  } finally {
    await ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: taskDefinition!.taskDefinitionArn! }));
  }
}

/** A task that holds a host port of an instance while this is used, which can start another one there. */
async function withHostPort(
  { ecs, name, cluster, stopped }: Stage,
  port: number,
  use: (instance: string, startAnother: () => Promise<StartTaskCommandOutput>) => Promise<void>,
): Promise<void> {
  const container = {
    ...sleeping,
    portMappings: [{ containerPort: port, hostPort: port, protocol: "udp" as const }],
  };
  await withDefinition(ecs, definition(name, { containerDefinitions: [container] }), async (taskDefinition) => {
    const { containerInstanceArns: [instance] = [] } = await ecs.send(new ListContainerInstancesCommand({ cluster }));
    const start = () => ecs.send(new StartTaskCommand({ cluster, taskDefinition, containerInstances: [instance!] }));
    const { tasks } = await start();
    expect(tasks).toHaveLength(1);
    await use(instance!, start);
    await ecs.send(new StopTaskCommand({ cluster, task: tasks![0]!.taskArn! }));
    await stopped(cluster, tasks![0]!.taskArn!);
  });
}

async function withCluster(ecs: ECSClient, clusterName: string, use: () => Promise<void>): Promise<void> {
  await ecs.send(new CreateClusterCommand({ clusterName }));
  try {
    await use();
  } finally {
    await ecs.send(new DeleteClusterCommand({ cluster: clusterName }));
  }
}

/** The error that a call ends in, as `Code: message`. */
async function errorOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => "no error",
    (error: Error) => `${error.name}: ${error.message}`,
  );
}

export const scenarios: readonly Scenario[] = [
  {
    does: "creates, describes, lists and deletes a cluster",
    on: everywhere,
    play: async ({ ecs, name }) => {
      const { cluster } = await ecs.send(
        new CreateClusterCommand({ clusterName: name, tags: [{ key: "team", value: "ml" }] }),
      );
      expect(cluster).toMatchObject({
        clusterName: name,
        status: "ACTIVE",
        runningTasksCount: 0,
        registeredContainerInstancesCount: 0,
      });
      const { clusters } = await ecs.send(new DescribeClustersCommand({ clusters: [name], include: ["TAGS"] }));
      expect(clusters).toMatchObject([{ clusterArn: cluster!.clusterArn, tags: [{ key: "team", value: "ml" }] }]);
      expect((await ecs.send(new ListClustersCommand({}))).clusterArns).toContain(cluster!.clusterArn);
      expect((await ecs.send(new DeleteClusterCommand({ cluster: name }))).cluster).toMatchObject({
        status: "INACTIVE",
      });
    },
  },
  {
    does: "says MISSING for a cluster that is not there",
    on: everywhere,
    play: async ({ ecs, name }) => {
      const { clusters, failures } = await ecs.send(new DescribeClustersCommand({ clusters: [name] }));
      expect(clusters).toEqual([]);
      expect(failures).toMatchObject([
        { arn: expect.stringMatching(new RegExp(`:cluster/${name}$`)), reason: "MISSING" },
      ]);
    },
  },
  {
    does: "answers ClusterNotFoundException to work on a cluster that is not there",
    on: everywhere,
    play: async ({ ecs, name }) => {
      expect(await errorOf(ecs.send(new ListTasksCommand({ cluster: name })))).toBe(
        "ClusterNotFoundException: Cluster not found.",
      );
      expect(await errorOf(ecs.send(new ListServicesCommand({ cluster: name })))).toBe(
        "ClusterNotFoundException: Cluster not found.",
      );
    },
  },
  {
    does: "counts the revisions of a family, and finds them by family, revision and ARN",
    on: everywhere,
    play: async ({ ecs, name }) => {
      await withDefinition(ecs, definition(name), async (first) => {
        await withDefinition(ecs, definition(name, { networkMode: "host" }), async (second) => {
          const revision = Number(second.split(":").at(-1));
          expect(revision).toBe(Number(first.split(":").at(-1)) + 1);
          for (const reference of [name, `${name}:${revision}`, second]) {
            const { taskDefinition } = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: reference }));
            expect(taskDefinition).toMatchObject({
              taskDefinitionArn: second,
              family: name,
              revision,
              status: "ACTIVE",
              networkMode: "host",
              containerDefinitions: [{ name: "main", essential: true, memory: 64 }],
            });
          }
          expect((await ecs.send(new ListTaskDefinitionsCommand({ familyPrefix: name }))).taskDefinitionArns).toEqual([
            first,
            second,
          ]);
          expect((await ecs.send(new ListTaskDefinitionFamiliesCommand({ familyPrefix: name }))).families).toEqual([
            name,
          ]);
        });
      });
    },
  },
  {
    does: "keeps what a definition says: ports, devices, environment, tags",
    on: everywhere,
    play: async ({ ecs, name }) => {
      const container = {
        name: "main",
        image: "x",
        memory: 64,
        environment: [{ name: "A", value: "1" }],
        portMappings: [{ containerPort: 28_700, hostPort: 28_700, protocol: "udp" as const }],
        linuxParameters: {
          devices: [
            {
              hostPath: "/dev/neuron0",
              containerPath: "/dev/neuron0",
              permissions: ["read" as const, "write" as const],
            },
          ],
          capabilities: { add: ["IPC_LOCK"] },
        },
      };
      await withDefinition(
        ecs,
        definition(name, { containerDefinitions: [container], tags: [{ key: "k", value: "v" }] }),
        async (arn) => {
          const { taskDefinition, tags } = await ecs.send(
            new DescribeTaskDefinitionCommand({ taskDefinition: arn, include: ["TAGS"] }),
          );
          expect(taskDefinition!.containerDefinitions![0]).toMatchObject(container);
          expect(tags).toEqual([{ key: "k", value: "v" }]);
        },
      );
    },
  },
  {
    does: "does not find a definition that is not there",
    on: notMoto,
    play: async ({ ecs, name }) => {
      expect(await errorOf(ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: name })))).toBe(
        "ClientException: Unable to describe task definition.",
      );
    },
  },
  {
    does: "refuses a container without memory, a constraint of the wrong type, host ports that differ in host mode",
    on: notMoto,
    play: async ({ ecs, name }) => {
      const container = { name: "main", image: "x" };
      expect(await errorOf(ecs.send(definition(name, { containerDefinitions: [container] })))).toBe(
        "ClientException: Invalid setting for container 'main'. At least one of 'memory' or 'memoryReservation' must be specified.",
      );
      expect(
        await errorOf(
          ecs.send(
            definition(name, {
              containerDefinitions: [{ ...container, memory: 64 }],
              placementConstraints: [{ type: "distinctInstance" as "memberOf" }],
            }),
          ),
        ),
      ).toBe("ClientException: constraint.type 'distinctInstance' is not supported.");
      expect(
        await errorOf(
          ecs.send(
            definition(name, {
              networkMode: "host",
              containerDefinitions: [{ ...container, memory: 64, portMappings: [{ containerPort: 80, hostPort: 81 }] }],
            }),
          ),
        ),
      ).toBe("ClientException: When networkMode=host, the host ports and container ports in port mappings must match.");
    },
  },
  {
    does: "refuses secrets without a role, volumes and containers that are not there, a host port twice",
    on: notMoto,
    play: async ({ ecs, name }) => {
      const main = { name: "main", image: "x", memory: 64 };
      const port = { containerPort: 8080, hostPort: 80 };
      const refused: [ContainerDefinition, string][] = [
        [
          { ...main, secrets: [{ name: "TOKEN", valueFrom: "token" }] },
          "When you are specifying container secrets, you must also specify a value for 'executionRoleArn'.",
        ],
        [{ ...main, mountPoints: [{ sourceVolume: "v", containerPath: "/v" }] }, "Unknown volume 'v'."],
        [{ ...main, volumesFrom: [{ sourceContainer: "b" }] }, "Invalid 'volumesFrom' setting. Unknown container: 'b'"],
        [
          { ...main, portMappings: [port, { ...port, containerPort: 8081 }] },
          "TCP host port '80' is mapped multiple times in task.",
        ],
        [
          { ...main, logConfiguration: { logDriver: "awslogs" } },
          "Log driver awslogs requires options: awslogs-region, awslogs-group",
        ],
      ];
      for (const [container, says] of refused)
        expect(await errorOf(ecs.send(definition(name, { containerDefinitions: [container] })))).toContain(says);
    },
  },
  {
    does: "runs nothing on a cluster without instances",
    on: notMoto,
    play: async ({ ecs, name }) => {
      await withCluster(ecs, name, () =>
        withDefinition(ecs, definition(name), async (taskDefinition) => {
          expect(await errorOf(ecs.send(new RunTaskCommand({ cluster: name, taskDefinition })))).toBe(
            "InvalidParameterException: No Container Instances were found in your cluster.",
          );
        }),
      );
    },
  },
  {
    does: "tags a cluster, lists and removes its tags",
    on: notMoto,
    play: async ({ ecs, name }) => {
      await withCluster(ecs, name, async () => {
        const resourceArn = (await ecs.send(new DescribeClustersCommand({ clusters: [name] }))).clusters![0]!
          .clusterArn!;
        await ecs.send(
          new TagResourceCommand({
            resourceArn,
            tags: [
              { key: "a", value: "1" },
              { key: "b", value: "2" },
            ],
          }),
        );
        await ecs.send(new UntagResourceCommand({ resourceArn, tagKeys: ["a"] }));
        expect((await ecs.send(new ListTagsForResourceCommand({ resourceArn }))).tags).toEqual([
          { key: "b", value: "2" },
        ]);
      });
    },
  },
  {
    does: "describes the container instances it lists",
    on: everywhere,
    needsInstances: true,
    play: async ({ ecs, cluster }) => {
      const { containerInstanceArns = [] } = await ecs.send(new ListContainerInstancesCommand({ cluster }));
      expect(containerInstanceArns.length).toBeGreaterThan(1);
      const { containerInstances = [], failures } = await ecs.send(
        new DescribeContainerInstancesCommand({ cluster, containerInstances: containerInstanceArns }),
      );
      expect(failures).toEqual([]);
      expect(containerInstances.map((each) => each.containerInstanceArn).sort()).toEqual(
        [...containerInstanceArns].sort(),
      );
      for (const each of containerInstances) {
        expect(each).toMatchObject({ status: "ACTIVE", agentConnected: true });
        const names = each.registeredResources!.map((resource) => resource.name);
        expect(names).toEqual(expect.arrayContaining(["CPU", "MEMORY", "PORTS", "PORTS_UDP"]));
      }
    },
  },
  {
    does: "runs tasks, lists them by family and by who started them, stops them",
    on: everywhere,
    needsInstances: true,
    play: async ({ ecs, name, cluster, stopped }) => {
      await withDefinition(ecs, definition(name), async (taskDefinition) => {
        const { tasks = [], failures } = await ecs.send(
          new RunTaskCommand({ cluster, taskDefinition, count: 2, startedBy: name }),
        );
        expect(failures).toEqual([]);
        const arns = tasks.map((task) => task.taskArn!).sort();
        expect(arns).toHaveLength(2);
        expect(tasks[0]).toMatchObject({
          taskDefinitionArn: taskDefinition,
          desiredStatus: "RUNNING",
          startedBy: name,
          group: `family:${name}`,
        });
        expect([...(await ecs.send(new ListTasksCommand({ cluster, family: name }))).taskArns!].sort()).toEqual(arns);
        expect([...(await ecs.send(new ListTasksCommand({ cluster, startedBy: name }))).taskArns!].sort()).toEqual(
          arns,
        );
        for (const task of arns)
          expect((await ecs.send(new StopTaskCommand({ cluster, task, reason: "conformance" }))).task).toMatchObject({
            desiredStatus: "STOPPED",
            stoppedReason: "conformance",
          });
        for (const task of arns) await stopped(cluster, task);
        expect(
          (await ecs.send(new ListTasksCommand({ cluster, family: name, desiredStatus: "RUNNING" }))).taskArns,
        ).toEqual([]);
        expect(
          [
            ...(await ecs.send(new ListTasksCommand({ cluster, family: name, desiredStatus: "STOPPED" }))).taskArns!,
          ].sort(),
        ).toEqual(arns);
      });
    },
  },
  {
    does: "takes a host port once on each instance",
    on: everywhere,
    needsInstances: true,
    play: (stage) =>
      withHostPort(stage, 28_777, async (instance) => {
        const { containerInstances } = await stage.ecs.send(
          new DescribeContainerInstancesCommand({ cluster: stage.cluster, containerInstances: [instance] }),
        );
        const ports = containerInstances![0]!
          .remainingResources!.filter((each) => each.name?.startsWith("PORTS"))
          .flatMap((each) => each.stringSetValue ?? []);
        expect(ports).toContain("28777");
      }),
  },
  {
    does: "refuses a second task on a host port, naming the instance",
    on: notMoto,
    needsInstances: true,
    play: (stage) =>
      withHostPort(stage, 28_778, async (instance, startAnother) => {
        const { failures } = await startAnother();
        expect(failures).toMatchObject([{ arn: instance, reason: expect.stringMatching(/^RESOURCE:PORTS/) }]);
      }),
  },
  {
    does: "tells how a container ended",
    on: notMoto,
    needsInstances: true,
    play: async ({ ecs, name, cluster, stopped }) => {
      const container = { ...sleeping, command: ["sh", "-c", "sleep 1; exit 3"] };
      await withDefinition(ecs, definition(name, { containerDefinitions: [container] }), async (taskDefinition) => {
        const { tasks } = await ecs.send(new RunTaskCommand({ cluster, taskDefinition }));
        await stopped(cluster, tasks![0]!.taskArn!);
        const ended = await ecs.send(new DescribeTasksCommand({ cluster, tasks: [tasks![0]!.taskArn!] }));
        expect(ended.tasks).toMatchObject([
          {
            lastStatus: "STOPPED",
            stopCode: "EssentialContainerExited",
            stoppedReason: "Essential container in task exited",
            containers: [{ exitCode: 3 }],
          },
        ]);
      });
    },
  },
  {
    does: "runs once under one client token, and refuses the token for another request",
    on: notMoto,
    needsInstances: true,
    play: async ({ ecs, name, cluster, stopped }) => {
      await withDefinition(ecs, definition(name), async (taskDefinition) => {
        const request = { cluster, taskDefinition, clientToken: name };
        const first = await ecs.send(new RunTaskCommand(request));
        const second = await ecs.send(new RunTaskCommand(request));
        expect(second.tasks!.map((task) => task.taskArn)).toEqual(first.tasks!.map((task) => task.taskArn));
        expect(await errorOf(ecs.send(new RunTaskCommand({ ...request, count: 2 })))).toMatch(/^ConflictException: /);
        await ecs.send(new StopTaskCommand({ cluster, task: first.tasks![0]!.taskArn! }));
        await stopped(cluster, first.tasks![0]!.taskArn!);
      });
    },
  },
  {
    does: "says MISSING for a task it does not know, and refuses an empty list",
    on: notMoto,
    needsInstances: true,
    play: async ({ ecs, cluster }) => {
      const { tasks, failures } = await ecs.send(
        new DescribeTasksCommand({ cluster, tasks: ["0123456789abcdef0123456789abcdef"] }),
      );
      expect(tasks).toEqual([]);
      expect(failures).toMatchObject([
        { arn: expect.stringMatching(/0123456789abcdef0123456789abcdef$/), reason: "MISSING" },
      ]);
      expect(await errorOf(ecs.send(new DescribeTasksCommand({ cluster, tasks: [] })))).toBe(
        "InvalidParameterException: Tasks cannot be empty.",
      );
    },
  },
  {
    does: "gives lists in pages",
    on: notMoto,
    needsInstances: true,
    play: async ({ ecs, cluster }) => {
      const all = (await ecs.send(new ListContainerInstancesCommand({ cluster }))).containerInstanceArns!;
      const paged: string[] = [];
      for (let nextToken: string | undefined, more = true; more; more = nextToken !== undefined) {
        const page = await ecs.send(
          new ListContainerInstancesCommand({
            cluster,
            maxResults: 1,
            ...(nextToken === undefined ? {} : { nextToken }),
          }),
        );
        expect(page.containerInstanceArns!.length).toBeLessThanOrEqual(1);
        paged.push(...page.containerInstanceArns!);
        nextToken = page.nextToken === "" ? undefined : page.nextToken;
      }
      expect(paged.sort()).toEqual([...all].sort());
    },
  },
  {
    does: "filters instances by the query language",
    on: notMoto,
    needsInstances: true,
    play: async ({ ecs, cluster }) => {
      const all = (
        await ecs.send(new ListContainerInstancesCommand({ cluster, filter: "attribute:ecs.os-type == linux" }))
      ).containerInstanceArns!;
      expect(all.length).toBeGreaterThan(1);
      expect(
        (await ecs.send(new ListContainerInstancesCommand({ cluster, filter: "attribute:ecs.os-type == windows" })))
          .containerInstanceArns,
      ).toEqual([]);
    },
  },
  {
    does: "puts, lists and deletes attributes",
    on: notMoto,
    needsInstances: true,
    play: async ({ ecs, cluster, name }) => {
      const { containerInstanceArns: [targetId] = [] } = await ecs.send(new ListContainerInstancesCommand({ cluster }));
      const attribute = {
        name: `${name}.stack`,
        targetId: targetId!.split("/").at(-1)!,
        targetType: "container-instance" as const,
      };
      await ecs.send(new PutAttributesCommand({ cluster, attributes: [{ ...attribute, value: "prod" }] }));
      const listed = await ecs.send(
        new ListAttributesCommand({ cluster, targetType: "container-instance", attributeName: attribute.name }),
      );
      expect(listed.attributes).toMatchObject([
        { name: attribute.name, value: "prod", targetId: expect.stringContaining(targetId!.split("/").at(-1)!) },
      ]);
      await ecs.send(new DeleteAttributesCommand({ cluster, attributes: [{ ...attribute, value: "prod" }] }));
      expect(
        (
          await ecs.send(
            new ListAttributesCommand({ cluster, targetType: "container-instance", attributeName: attribute.name }),
          )
        ).attributes,
      ).toEqual([]);
    },
  },
  {
    does: "drains an instance and takes it back",
    on: ["sandbox", "moto"],
    needsInstances: true,
    play: async ({ ecs, cluster }) => {
      const { containerInstanceArns: [instance] = [] } = await ecs.send(new ListContainerInstancesCommand({ cluster }));
      const draining = await ecs.send(
        new UpdateContainerInstancesStateCommand({ cluster, containerInstances: [instance!], status: "DRAINING" }),
      );
      expect(draining.containerInstances).toMatchObject([{ containerInstanceArn: instance, status: "DRAINING" }]);
      const status = async () =>
        (await ecs.send(new DescribeContainerInstancesCommand({ cluster, containerInstances: [instance!] })))
          .containerInstances![0]!.status;
      expect(await status()).toBe("DRAINING");
      await ecs.send(
        new UpdateContainerInstancesStateCommand({ cluster, containerInstances: [instance!], status: "ACTIVE" }),
      );
      expect(await status()).toBe("ACTIVE");
    },
  },
  {
    does: "creates, scales, describes, lists and deletes a service",
    on: everywhere,
    needsInstances: true,
    play: async ({ ecs, cluster, name }) => {
      await withDefinition(ecs, definition(name), async (taskDefinition) => {
        const { service } = await ecs.send(
          new CreateServiceCommand({ cluster, serviceName: name, taskDefinition, desiredCount: 0 }),
        );
        expect(service).toMatchObject({
          serviceName: name,
          status: "ACTIVE",
          desiredCount: 0,
          taskDefinition,
          schedulingStrategy: "REPLICA",
          deployments: [{ status: "PRIMARY", taskDefinition }],
        });
        expect((await ecs.send(new ListServicesCommand({ cluster }))).serviceArns).toContain(service!.serviceArn);
        expect(
          (await ecs.send(new UpdateServiceCommand({ cluster, service: name, desiredCount: 1 }))).service,
        ).toMatchObject({ desiredCount: 1 });
        const described = await ecs.send(new DescribeServicesCommand({ cluster, services: [name, `${name}-none`] }));
        expect(described.services).toMatchObject([{ serviceName: name, desiredCount: 1 }]);
        expect(described.failures).toMatchObject([
          { arn: expect.stringMatching(new RegExp(`${name}-none$`)), reason: "MISSING" },
        ]);
        await ecs.send(new DeleteServiceCommand({ cluster, service: name, force: true }));
      });
    },
  },
  {
    does: "keeps the deployments of a service, each with the revision that it rolls out",
    on: notMoto,
    needsInstances: true,
    play: async ({ ecs, cluster, name }) => {
      await withDefinition(ecs, definition(name), async (taskDefinition) => {
        const service = { cluster, service: name };
        await ecs.send(new CreateServiceCommand({ cluster, serviceName: name, taskDefinition, desiredCount: 0 }));
        try {
          await ecs.send(
            new UpdateServiceCommand({
              ...service,
              healthCheckGracePeriodSeconds: 3,
              placementStrategy: [{ type: "binpack", field: "memory" }],
            }),
          );
          const { serviceDeployments: [deployment, ...others] = [] } = await ecs.send(
            new ListServiceDeploymentsCommand(service),
          );
          expect(others).toEqual([]);
          const { services: [described] = [] } = await ecs.send(
            new DescribeServicesCommand({ cluster, services: [name] }),
          );
          expect(deployment!.targetServiceRevisionArn!.split("/").at(-1)).toBe(
            described!.deployments![0]!.id!.split("/")[1],
          );
          const { serviceRevisions } = await ecs.send(
            new DescribeServiceRevisionsCommand({ serviceRevisionArns: [deployment!.targetServiceRevisionArn!] }),
          );
          expect(serviceRevisions).toMatchObject([{ taskDefinition, launchType: "EC2" }]);
          const { serviceDeployments } = await ecs.send(
            new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: [deployment!.serviceDeploymentArn!] }),
          );
          expect(serviceDeployments).toMatchObject([
            {
              targetServiceRevision: { arn: deployment!.targetServiceRevisionArn },
              deploymentConfiguration: { strategy: "ROLLING" },
            },
          ]);
          await ecs.send(new UpdateServiceCommand({ ...service, forceNewDeployment: true }));
          expect((await ecs.send(new ListServiceDeploymentsCommand(service))).serviceDeployments).toHaveLength(2);
        } finally {
          await ecs.send(new DeleteServiceCommand({ ...service, force: true }));
        }
      });
    },
  },
  {
    does: "asks for the bake time of a blue/green service",
    on: notMoto,
    needsInstances: true,
    play: async ({ ecs, cluster, name }) => {
      await withDefinition(ecs, definition(name), async (taskDefinition) => {
        expect(
          await errorOf(
            ecs.send(
              new CreateServiceCommand({
                cluster,
                serviceName: name,
                taskDefinition,
                desiredCount: 0,
                deploymentConfiguration: { strategy: "BLUE_GREEN" },
              }),
            ),
          ),
        ).toMatch(/^InvalidParameterException/);
      });
    },
  },
];
