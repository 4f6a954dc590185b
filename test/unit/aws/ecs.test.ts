import { setMaxListeners } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import { createEcs } from "../../../src/aws/ecs.ts";
import { createLogs } from "../../../src/aws/logs.ts";
import type { RunTaskRequest, TaskDefinition } from "../../../src/core/ecs-api/api.ts";
import { startJsonServer, type Answer, type JsonRequest, type JsonServer } from "../../support/json-server.ts";

let server: JsonServer | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

const never = new AbortController().signal;
// As main.ts has it: every call under way listens to it.
setMaxListeners(0, never);
const serve = async (answer: (request: JsonRequest) => Answer | Promise<Answer>) =>
  (server = await startJsonServer(answer));

describe("createEcs", () => {
  it("asks for every page of a list", async () => {
    const { config, requests } = await serve(({ input }) => {
      const page = Number(input["nextToken"] ?? 0);
      return { body: { taskArns: [`task-${page}`], ...(page < 3 ? { nextToken: String(page + 1) } : {}) } };
    });
    expect(await createEcs(config, never).listTasks("prod", { startedBy: "run-1" })).toEqual([
      "task-0",
      "task-1",
      "task-2",
      "task-3",
    ]);
    // ECS refuses startedBy with any other filter, a desired status too.
    for (const { input } of requests)
      expect(new Set(Object.keys(input))).toEqual(
        new Set(["cluster", "startedBy", "maxResults", ...("nextToken" in input ? ["nextToken"] : [])]),
      );
  });

  it("describes tasks in batches of 100 and gathers tasks and failures of all of them", async () => {
    const { config, requests } = await serve(({ input }) => {
      const ids = input["tasks"] as string[];
      return {
        body: {
          tasks: ids.filter((id) => id !== "t7").map((taskArn) => ({ taskArn })),
          failures: ids.filter((id) => id === "t7").map((arn) => ({ arn, reason: "MISSING" })),
        },
      };
    });
    const ids = Array.from({ length: 250 }, (_, index) => `t${index}`);
    const { tasks, failures } = await createEcs(config, never).describeTasks("prod", ids);
    expect(tasks.map((task) => task.taskArn)).toEqual(ids.filter((id) => id !== "t7"));
    expect(failures).toEqual([{ arn: "t7", reason: "MISSING" }]);
    expect(requests.map(({ input }) => (input["tasks"] as string[]).length).sort((one, other) => other - one)).toEqual([
      100, 100, 50,
    ]);
  });

  it("stops many tasks at once without a warning of Node's", async () => {
    const warnings: string[] = [];
    const listen = ({ name, message }: Error) => warnings.push(`${name}: ${message}`);
    process.on("warning", listen);
    // Nobody is answered before more calls are under way than Node takes listeners for granted (10).
    let release: () => void;
    const full = new Promise<void>((resolve) => (release = resolve));
    let underWay = 0;
    const { config, requests } = await serve(async ({ input }) => {
      if (++underWay === 14) release();
      await full;
      return { body: { task: { taskArn: input["task"] } } };
    });
    const ecs = createEcs(config, never);
    const ids = Array.from({ length: 14 }, (_, index) => `t${index}`);
    const stopped = await Promise.all(ids.map((id) => ecs.stopTask("prod", id, "test")));
    // Node tells of a warning in a tick of its own.
    await new Promise((resolve) => setImmediate(resolve));
    process.off("warning", listen);
    expect(stopped.map(({ taskArn }) => taskArn)).toEqual(ids);
    expect(requests).toHaveLength(14);
    expect(warnings).toEqual([]);
  });

  it("asks nothing when there is nothing to describe", async () => {
    const { config, requests } = await serve(() => ({
      status: 400,
      body: { __type: "InvalidParameterException", message: "Tasks cannot be empty." },
    }));
    expect(await createEcs(config, never).describeTasks("prod", [])).toEqual({ tasks: [], failures: [] });
    expect(requests).toEqual([]);
  });

  it("turns dates into milliseconds and leaves absent fields out", async () => {
    const { config } = await serve(() => ({
      body: {
        tasks: [
          {
            taskArn: "arn",
            taskDefinitionArn: "definition",
            lastStatus: "STOPPED",
            desiredStatus: "STOPPED",
            stoppedReason: "",
            createdAt: 1_700_000_000.25,
            stoppedAt: 1_700_000_060,
            containers: [
              { name: "main", exitCode: 0, reason: null },
              { name: "sidecar", lastStatus: "STOPPED", reason: "CannotPullContainerError", healthStatus: null },
            ],
            tags: [{ key: "aiplat:run", value: "r1" }],
            overrides: null,
            startedAt: null,
          },
        ],
      },
    }));
    const { tasks } = await createEcs(config, never).describeTasks("prod", ["arn"]);
    expect(tasks[0]).toStrictEqual({
      taskArn: "arn",
      taskDefinitionArn: "definition",
      lastStatus: "STOPPED",
      desiredStatus: "STOPPED",
      createdAt: 1_700_000_000_250,
      stoppedAt: 1_700_000_060_000,
      containers: [
        { name: "main", exitCode: 0 },
        { name: "sidecar", lastStatus: "STOPPED", reason: "CannotPullContainerError" },
      ],
      tags: [{ key: "aiplat:run", value: "r1" }],
    });
  });

  it("reads what an instance registered and has left, and its ports in use by protocol", async () => {
    const resource = (name: string, value: object) => ({ name, ...value });
    const { config } = await serve(() => ({
      body: {
        containerInstances: [
          {
            containerInstanceArn: "ci",
            ec2InstanceId: "i-1",
            status: "DRAINING",
            agentConnected: true,
            versionInfo: { agentVersion: "1.105.1" },
            registeredAt: 1_700_000_000,
            attributes: [
              { name: "ecs.instance-type", value: "inf2.24xlarge" },
              { name: "ecs.capability.secrets.asm.environment-variables" },
            ],
            registeredResources: [
              resource("CPU", { integerValue: 98304 }),
              resource("MEMORY", { integerValue: 377000 }),
              resource("PORTS", { stringSetValue: ["22", "2375"] }),
              resource("PORTS_UDP", { stringSetValue: [] }),
            ],
            remainingResources: [
              resource("CPU", { integerValue: 1024 }),
              resource("MEMORY", { integerValue: 512 }),
              resource("PORTS", { stringSetValue: ["8080", "22", "2375"] }),
              resource("PORTS_UDP", { stringSetValue: ["28701", "28700"] }),
              resource("GPU", { stringSetValue: ["GPU-a"] }),
            ],
            runningTasksCount: 1,
          },
        ],
      },
    }));
    expect(await createEcs(config, never).describeContainerInstances("prod", ["ci"])).toStrictEqual([
      {
        arn: "ci",
        ec2InstanceId: "i-1",
        status: "DRAINING",
        agentConnected: true,
        agentVersion: "1.105.1",
        registeredAt: 1_700_000_000_000,
        attributes: { "ecs.instance-type": "inf2.24xlarge", "ecs.capability.secrets.asm.environment-variables": "" },
        registered: { cpu: 98304, memoryMiB: 377000, tcpPorts: [22, 2375], udpPorts: [], gpus: [] },
        remaining: { cpu: 1024, memoryMiB: 512, tcpPorts: [22, 2375, 8080], udpPorts: [28700, 28701], gpus: ["GPU-a"] },
        runningTasksCount: 1,
        pendingTasksCount: 0,
      },
    ]);
  });

  it("reads the sharing of GPUs and the health of an instance, which it asks for", async () => {
    const { config, requests } = await serve(() => ({
      body: {
        containerInstances: [
          {
            containerInstanceArn: "ci",
            gpuDevices: [
              { gpuId: "A", sharingMode: "NVIDIA_MPS", totalMemoryInMiB: 22_563, remainingMemoryInMiB: 7203 },
              { gpuId: "B", sharingMode: "DEDICATED", totalMemoryInMiB: 22_563 },
            ],
            healthStatus: {
              overallStatus: "IMPAIRED",
              details: [
                { type: "ACCELERATED_COMPUTE", status: "IMPAIRED", statusReason: "Xid 79", lastUpdated: 1 },
                { type: "AGENT_CONNECTIVITY", status: "OK" },
              ],
            },
          },
          { containerInstanceArn: "plain" },
        ],
      },
    }));
    const [shared, plain] = await createEcs(config, never).describeContainerInstances("prod", ["ci", "plain"]);
    expect(requests[0]!.input["include"]).toEqual(["CONTAINER_INSTANCE_HEALTH"]);
    expect(shared).toMatchObject({
      gpuDevices: [
        { gpuId: "A", sharingMode: "NVIDIA_MPS", totalMemoryInMiB: 22_563, remainingMemoryInMiB: 7203 },
        { gpuId: "B", sharingMode: "DEDICATED", totalMemoryInMiB: 22_563, remainingMemoryInMiB: 0 },
      ],
      healthStatus: {
        overallStatus: "IMPAIRED",
        details: [
          { type: "ACCELERATED_COMPUTE", status: "IMPAIRED", statusReason: "Xid 79" },
          { type: "AGENT_CONNECTIVITY", status: "OK" },
        ],
      },
    });
    expect([plain!.gpuDevices, plain!.healthStatus]).toEqual([undefined, undefined]);
  });

  it("sends a task definition's fields that the SDK does not know, and keeps them when it reads", async () => {
    const definition: TaskDefinition = {
      family: "app",
      futureField: { a: 1 },
      containerDefinitions: [{ name: "main", image: "app:1", futureList: [1, null] }],
      tags: [{ key: "team", value: "nlp" }],
    };
    const { config, requests } = await serve(({ input }) => {
      const { tags, ...rest } = input;
      return {
        body: {
          taskDefinition: {
            ...rest,
            family: "app",
            taskDefinitionArn: "app:1",
            revision: 1,
            status: "ACTIVE",
            registeredAt: 1_700_000_000.5,
            pidMode: null,
            ...definitionOnly(definition),
          },
          tags: tags ?? [],
        },
      };
    });
    const ecs = createEcs(config, never);
    const registered = await ecs.registerTaskDefinition(definition);
    expect(requests[0]!.input).toEqual(definition);
    expect(registered).toMatchObject({
      futureField: { a: 1 },
      containerDefinitions: [{ name: "main" }],
      tags: definition.tags,
      revision: 1,
      registeredAt: 1_700_000_000_500,
    });
    expect(Object.keys(registered)).not.toContain("pidMode");
    expect(await ecs.describeTaskDefinition("app")).toMatchObject({ futureField: { a: 1 } });
    expect(requests[1]!.input).toEqual({ taskDefinition: "app", include: ["TAGS"] });
  });

  it("answers undefined for a task definition and a cluster that are not there, and throws anything else", async () => {
    const { config } = await serve(({ operation, input }) =>
      operation === "DescribeClusters"
        ? { body: { clusters: [], failures: [{ arn: "x", reason: "MISSING" }] } }
        : {
            status: 400,
            body: {
              __type: "ClientException",
              message: input["taskDefinition"] === "none" ? "Unable to describe task definition." : "something else",
            },
          },
    );
    const ecs = createEcs(config, never);
    expect(await ecs.describeTaskDefinition("none")).toBeUndefined();
    expect(await ecs.describeCluster("none")).toBeUndefined();
    await expect(ecs.describeTaskDefinition("bad")).rejects.toMatchObject({ name: "AiplatError" });
  });

  it("names a cluster that is not there", async () => {
    const { config } = await serve(() => ({
      status: 400,
      body: { __type: "ClusterNotFoundException", message: "Cluster not found." },
    }));
    await expect(createEcs(config, never).listTasks("nowhere", {})).rejects.toMatchObject({
      code: "NotFound",
      message: "there is no cluster nowhere in us-east-1",
      details: { cluster: "nowhere", requestId: "test-request" },
    });
  });

  it("sends a run as it is, and refuses one that a retry would start twice", async () => {
    const { config, requests } = await serve(() => ({
      body: { tasks: [], failures: [{ arn: "ci", reason: "RESOURCE:MEMORY" }] },
    }));
    const ecs = createEcs(config, never);
    const request = {
      cluster: "prod",
      taskDefinition: "app:1",
      count: 2,
      clientToken: "token",
      overrides: { futureOverride: true } as NonNullable<RunTaskRequest["overrides"]>,
    };
    expect(await ecs.runTask(request)).toEqual({ tasks: [], failures: [{ arn: "ci", reason: "RESOURCE:MEMORY" }] });
    expect(requests[0]!.input).toEqual(request);
    await expect(ecs.runTask({ cluster: "prod", taskDefinition: "app:1", count: 1 })).rejects.toThrow("client token");
    expect(requests).toHaveLength(1);
  });

  it("describes capacity providers with their groups", async () => {
    const { config, requests } = await serve(() => ({
      body: {
        capacityProviders: [
          {
            name: "asg",
            autoScalingGroupProvider: {
              autoScalingGroupArn: "arn:aws:autoscaling:us-east-1:1:autoScalingGroup:u:autoScalingGroupName/gpu",
              managedScaling: { status: "ENABLED" },
            },
          },
          { name: "mi", type: "MANAGED_INSTANCES" },
          { name: "old", managedInstancesProvider: {} },
        ],
      },
    }));
    expect(await createEcs(config, never).describeCapacityProviders(["asg", "mi"], "prod")).toEqual([
      {
        name: "asg",
        type: "EC2_AUTOSCALING",
        managedScaling: true,
        managedDraining: true,
        managedTerminationProtection: false,
        groupName: "gpu",
      },
      { name: "mi", type: "MANAGED_INSTANCES" },
      { name: "old", type: "MANAGED_INSTANCES" },
    ]);
    expect(requests[0]!.input).toEqual({ capacityProviders: ["asg", "mi"], cluster: "prod" });
  });
});

describe("createLogs", () => {
  it("reads a stream from its head and goes on from a token", async () => {
    const { config, requests } = await serve(({ input }) => ({
      body: {
        events: input["nextToken"] === undefined ? [{ timestamp: 5, message: "first", ingestionTime: 6 }] : [],
        nextForwardToken: "f/1",
      },
    }));
    const logs = createLogs(config, never);
    expect(await logs.getEvents("/g", "s", { since: 3 })).toEqual({
      events: [{ timestamp: 5, message: "first" }],
      token: "f/1",
    });
    expect(await logs.getEvents("/g", "s", { token: "f/1" })).toEqual({ events: [], token: "f/1" });
    expect(requests.map(({ input }) => input)).toEqual([
      { logGroupName: "/g", logStreamName: "s", startFromHead: true, startTime: 3 },
      { logGroupName: "/g", logStreamName: "s", startFromHead: true, nextToken: "f/1" },
    ]);
  });

  it("answers undefined while there is no stream", async () => {
    const { config } = await serve(() => ({
      status: 400,
      body: { __type: "ResourceNotFoundException", message: "The specified log stream does not exist." },
    }));
    expect(await createLogs(config, never).getEvents("/g", "s")).toBeUndefined();
  });

  it("creates a service as it is, with a token, and reads it as it came", async () => {
    const { config, requests } = await serve(() => ({
      body: {
        service: {
          serviceArn: "arn:s",
          serviceName: "bert",
          status: "ACTIVE",
          newField: { kept: true },
          deployments: [{ id: "1", status: "PRIMARY", createdAt: 2, rolloutState: "IN_PROGRESS" }],
          events: [{ id: "e", createdAt: 1.5, message: "m" }],
        },
      },
    }));
    const input = {
      cluster: "prod",
      serviceName: "bert",
      taskDefinition: "bert:1",
      desiredCount: 1,
      fieldOfTomorrow: [1],
      clientToken: "0123",
    };
    const service = await createEcs(config, never).createService(input);
    expect(requests.map((request) => request.input)).toEqual([input]);
    expect(service).toMatchObject({
      serviceName: "bert",
      newField: { kept: true },
      desiredCount: 0,
      deployments: [{ createdAt: 2000, rolloutState: "IN_PROGRESS" }],
      events: [{ createdAt: 1500 }],
    });
  });

  it("describes services in batches of 10, with their tags", async () => {
    const { config, requests } = await serve(({ input }) => ({
      body: { services: (input["services"] as string[]).map((serviceName) => ({ serviceName })) },
    }));
    const names = Array.from({ length: 23 }, (_, index) => `s${index}`);
    expect(
      (await createEcs(config, never).describeServices("prod", names)).map(({ serviceName }) => serviceName),
    ).toEqual(names);
    expect(requests.map(({ input }) => [(input["services"] as string[]).length, input["include"]])).toEqual([
      [10, ["TAGS"]],
      [10, ["TAGS"]],
      [3, ["TAGS"]],
    ]);
  });

  it("reads managed daemons with what a new instance runs of them: of two revisions the newest", async () => {
    const answers: Readonly<Record<string, (input: Record<string, unknown>) => object>> = {
      ListDaemons: () => ({
        daemonSummariesList: [
          { daemonArn: "arn:aws:ecs:us-east-1:1:daemon/prod/watch", status: "ACTIVE" },
          { daemonArn: "arn:aws:ecs:us-east-1:1:daemon/prod/gone", status: "DELETE_IN_PROGRESS" },
        ],
      }),
      DescribeDaemon: ({ daemonArn }) => ({
        daemon: {
          daemonArn,
          currentRevisions: ["1", "2"].map((arn) => ({
            arn,
            capacityProviders: [{ arn: "arn:aws:ecs:us-east-1:1:capacity-provider/mine" }],
          })),
        },
      }),
      DescribeDaemonRevisions: ({ daemonRevisionArns }) => ({
        daemonRevisions: (daemonRevisionArns as string[]).map((arn) => ({
          daemonRevisionArn: arn,
          daemonTaskDefinitionArn: `watch:${arn}`,
          createdAt: Number(arn),
        })),
      }),
      DescribeDaemonTaskDefinition: ({ daemonTaskDefinition }) => ({
        daemonTaskDefinition: {
          family: daemonTaskDefinition,
          memory: "512",
          containerDefinitions: [
            { name: "watch", image: "watch:1", cpu: 128, environment: [{ name: "A", value: "b" }] },
          ],
        },
      }),
    };
    const { config, requests } = await serve(({ input, operation }) => ({ body: answers[operation]!(input) }));
    expect(await createEcs(config, never).managedDaemons("arn:cluster")).toEqual([
      {
        name: "watch",
        capacityProviders: ["mine"],
        definition: {
          family: "watch:2",
          memory: "512",
          containerDefinitions: [{ name: "watch", image: "watch:1", cpu: 128 }],
        },
      },
    ]);
    expect(requests[0]!.input).toEqual({ clusterArn: "arn:cluster", maxResults: 100 });
    const { config: playing } = await serve(() => ({ status: 400, body: { __type: "UnknownOperationException" } }));
    expect(await createEcs(playing, never).managedDaemons("arn:cluster")).toBeUndefined();
  });

  it("reads every page of successful deployments, and their revisions until two definitions are known, the newest first", async () => {
    const brief = (index: number) => ({
      serviceDeploymentArn: `arn:d${index}`,
      targetServiceRevisionArn: `arn:r${index}`,
      status: "SUCCESSFUL",
      createdAt: 1_000 + index,
    });
    const { config, requests } = await serve(({ input, operation }) => {
      if (operation === "ListServiceDeployments")
        return {
          body:
            input["nextToken"] === undefined
              ? { serviceDeployments: Array.from({ length: 30 }, (_, index) => brief(index)), nextToken: "next" }
              : { serviceDeployments: Array.from({ length: 30 }, (_, index) => brief(30 + index)) },
        };
      return {
        body: {
          serviceRevisions: (input["serviceRevisionArns"] as string[]).map((serviceRevisionArn) => ({
            serviceRevisionArn,
            taskDefinition: Number(serviceRevisionArn.slice(5)) < 35 ? "arn:td/bert:1" : "arn:td/bert:2",
          })),
        },
      };
    });
    const ecs = createEcs(config, never);
    expect(await ecs.stableDefinitions("prod", "bert")).toEqual(["arn:td/bert:2", "arn:td/bert:1"]);
    const described = requests
      .filter(({ input }) => input["serviceRevisionArns"] !== undefined)
      .map(({ input }) => input["serviceRevisionArns"] as string[]);
    expect(described.map((arns) => [arns[0], arns.length])).toEqual([
      ["arn:r59", 20],
      ["arn:r39", 20],
    ]);
    // One that is not over yet may succeed meanwhile.
    expect(await ecs.stableDefinitions("prod", "bert", "arn:d59")).toEqual(["arn:td/bert:2", "arn:td/bert:1"]);
    expect(requests.at(-2)!.input["serviceRevisionArns"]).toHaveLength(20);
    expect(requests.at(-2)!.input["serviceRevisionArns"]).not.toContain("arn:r59");
    expect(requests[0]!.input).toEqual({ cluster: "prod", service: "bert", maxResults: 100, status: ["SUCCESSFUL"] });
  });

  it("reads service deployments with their stage and reason", async () => {
    const { config, requests } = await serve(({ operation }) => ({
      body:
        operation === "StopServiceDeployment"
          ? {}
          : {
              serviceDeployments: [
                {
                  serviceDeploymentArn: "arn:d",
                  status: "IN_PROGRESS",
                  createdAt: 1.5,
                  lifecycleStage: "BAKE_TIME",
                  targetServiceRevision: { arn: "arn:r", requestedProductionTrafficWeight: 100 },
                  rollback: { reason: "because" },
                  lifecycleHookDetails: [
                    { hookId: "lambda", targetType: "AWS_LAMBDA", status: "IN_PROGRESS" },
                    { hookId: "over", targetType: "PAUSE", status: "SUCCEEDED" },
                    {
                      hookId: "pause",
                      targetType: "PAUSE",
                      status: "AWAITING_ACTION",
                      expiresAt: 2.5,
                      timeoutAction: "CONTINUE",
                    },
                  ],
                },
              ],
            },
    }));
    const port = createEcs(config, never);
    expect(await port.describeServiceDeployments(["arn:d"])).toEqual([
      {
        arn: "arn:d",
        revisionArn: "arn:r",
        status: "IN_PROGRESS",
        statusReason: "because",
        createdAt: 1_500,
        stage: "BAKE_TIME",
        productionPercent: 100,
        pauses: [{ hookId: "pause", expiresAt: 2_500, timeoutAction: "CONTINUE" }],
      },
    ]);
    await port.listServiceDeployments("prod", "bert", {
      statuses: ["PENDING"],
      createdAfter: 2_000,
      createdBefore: 3_000,
    });
    await port.stopServiceDeployment("arn:d");
    expect(requests.slice(1).map(({ input }) => input)).toEqual([
      { cluster: "prod", service: "bert", maxResults: 100, status: ["PENDING"], createdAt: { after: 2, before: 3 } },
      { serviceDeploymentArn: "arn:d", stopType: "ROLLBACK" },
    ]);
  });

  it("takes an endpoint that keeps no deployments for what it is", async () => {
    const { config } = await serve(() => ({ status: 400, body: { __type: "UnknownOperationException", message: "" } }));
    expect(await createEcs(config, never).stableDefinitions("prod", "bert")).toBeUndefined();
  });
});

function definitionOnly({ tags: _tags, ...definition }: TaskDefinition): object {
  return definition;
}
