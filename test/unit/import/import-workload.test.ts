import { namedProviders, serviceCapacityOf } from "../../../src/core/ecs/capacity.ts";
import { describe, expect, it } from "vitest";
import { importWorkload } from "../../../src/core/import/import-workload.ts";
import type { RegisteredTaskDefinition } from "../../../src/core/ecs-api/api.ts";
import { ecsRules } from "../../../src/core/ecs/rules.ts";
import type { Service } from "../../../src/core/ecs-api/service.ts";
import { networkConfigurationOf } from "../../../src/core/plan/run-request.ts";
import { planServices } from "../../../src/core/plan/plan-service.ts";
import { Refusal } from "../../../src/core/base/problem.ts";
import { mergeRaw, type Raw } from "../../../src/core/base/merge.ts";
import { rawOverlay } from "../../../src/core/workload/overlay-raw.ts";
import { parseWorkloadText } from "../../../src/core/workload/parse.ts";
import { workloadRules } from "../../../src/core/workload/rules.ts";
import type { Workload } from "../../../src/core/workload/schema.ts";
import { formatYaml } from "../../../src/output/yaml.ts";
import { importUnchanged } from "../../support/imports.ts";
import { anInstance, aSnapshot } from "../../support/cluster.ts";
import { ecsOf } from "../../support/ecs.ts";
import { problemsOf } from "../../support/workload.ts";

const prefix = "arn:aws:ecs:us-east-1:111122223333";

function definition(changes: object = {}): RegisteredTaskDefinition {
  return {
    taskDefinitionArn: `${prefix}:task-definition/Legacy_Family:7`,
    family: "Legacy_Family",
    revision: 7,
    status: "ACTIVE",
    requiresAttributes: [{ name: "com.amazonaws.ecs.capability.docker-remote-api.1.29" }],
    compatibilities: ["EC2"],
    registeredAt: 1,
    containerDefinitions: [
      {
        name: "app",
        image: "app:1",
        cpu: 512,
        memory: 1024,
        essential: true,
        portMappings: [{ containerPort: 80, hostPort: 0, protocol: "tcp" }],
        environment: [{ name: "A", value: "1" }],
        mountPoints: [],
        volumesFrom: [],
        systemControls: [],
      },
    ],
    volumes: [],
    placementConstraints: [],
    ...changes,
  } as unknown as RegisteredTaskDefinition;
}

function service(changes: object = {}): Service {
  return {
    serviceArn: `${prefix}:service/prod/Legacy-Service`,
    serviceName: "Legacy-Service",
    status: "ACTIVE",
    desiredCount: 3,
    runningCount: 3,
    pendingCount: 0,
    taskDefinition: `${prefix}:task-definition/Legacy_Family:7`,
    launchType: "EC2",
    deploymentConfiguration: { maximumPercent: 150, minimumHealthyPercent: 50 },
    schedulingStrategy: "REPLICA",
    propagateTags: "NONE",
    deployments: [],
    events: [],
    loadBalancers: [],
    ...changes,
  } as unknown as Service;
}

const rich = definition({
  networkMode: "awsvpc",
  taskRoleArn: "arn:aws:iam::111122223333:role/task",
  executionRoleArn: "arn:aws:iam::111122223333:role/execution",
  cpu: "1024",
  memory: "2048",
  runtimePlatform: { cpuArchitecture: "ARM64", operatingSystemFamily: "LINUX" },
  proxyConfiguration: {
    type: "APPMESH",
    containerName: "envoy",
    properties: [{ name: "ProxyIngressPort", value: "15000" }],
  },
  volumes: [
    {
      name: "models",
      efsVolumeConfiguration: {
        fileSystemId: "fs-1",
        rootDirectory: "/m",
        transitEncryption: "ENABLED",
        authorizationConfig: { iam: "ENABLED" },
      },
    },
  ],
  pidMode: "task",
  someFieldNewerThanAiplat: { deep: [{ a: 1 }] },
  placementConstraints: [{ type: "memberOf", expression: "attribute:stack == prod" }],
  tags: [{ key: "team", value: "nlp" }],
  containerDefinitions: [
    {
      name: "app",
      image: "app:1",
      memoryReservation: 700,
      essential: true,
      command: ["serve", "--all"],
      entryPoint: ["/bin/tini"],
      environment: [
        { name: "A", value: "1" },
        { name: "B", value: "x y" },
      ],
      secrets: [{ name: "TOKEN", valueFrom: "token-parameter" }],
      portMappings: [{ name: "http", containerPort: 8080, hostPort: 8080, protocol: "tcp", appProtocol: "http" }],
      mountPoints: [{ sourceVolume: "models", containerPath: "/models", readOnly: true }],
      dependsOn: [{ containerName: "envoy", condition: "HEALTHY" }],
      ulimits: [{ name: "nofile", softLimit: 1, hardLimit: 2 }],
      healthCheck: { command: ["CMD", "true"], interval: 30, timeout: 5, retries: 3 },
      logConfiguration: { logDriver: "awsfirelens", options: { Name: "cloudwatch" } },
      linuxParameters: { initProcessEnabled: true },
      resourceRequirements: [{ type: "GPU", value: "1" }],
    },
    {
      name: "envoy",
      image: "envoy:1",
      memory: 256,
      essential: true,
      user: "1337",
      healthCheck: { command: ["CMD", "true"] },
    },
    {
      name: "log_router",
      image: "fluent-bit:1",
      memory: 64,
      essential: true,
      firelensConfiguration: { type: "fluentbit", options: { "enable-ecs-log-metadata": "true" } },
    },
  ],
});

const richService = service({
  capacityProviderStrategy: [
    { capacityProvider: "gpu", weight: 2, base: 1 },
    { capacityProvider: "spot", weight: 1, base: 0 },
  ],
  launchType: undefined,
  networkConfiguration: {
    awsvpcConfiguration: { subnets: ["subnet-1", "subnet-2"], securityGroups: ["sg-1"], assignPublicIp: "DISABLED" },
  },
  loadBalancers: [
    {
      targetGroupArn: "arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/a/0123456789abcdef",
      containerName: "app",
      containerPort: 8080,
      advancedConfiguration: { alternateTargetGroupArn: "arn:x" },
    },
  ],
  deploymentConfiguration: {
    strategy: "BLUE_GREEN",
    bakeTimeInMinutes: 5,
    maximumPercent: 200,
    minimumHealthyPercent: 100,
    deploymentCircuitBreaker: { enable: false, rollback: false },
    lifecycleHooks: [{ hookTargetArn: "arn:f", roleArn: "arn:r", lifecycleStages: ["POST_SCALE_UP"] }],
  },
  serviceRegistries: [{ registryArn: "arn:s", containerName: "app", containerPort: 8080 }],
  placementStrategy: [{ type: "binpack", field: "memory" }],
  healthCheckGracePeriodSeconds: 60,
  enableExecuteCommand: true,
  enableECSManagedTags: true,
  propagateTags: "TASK_DEFINITION",
  availabilityZoneRebalancing: "DISABLED",
  newServiceField: "kept",
  deployments: [{ id: "1", status: "PRIMARY", serviceConnectConfiguration: { enabled: true, namespace: "ml" } }],
  tags: [{ key: "team", value: "nlp" }],
});

const cases: readonly (readonly [string, Service, RegisteredTaskDefinition])[] = [
  ["a plain service", service(), definition()],
  ["fields that aiplat does not model, several containers, blue/green", richService, rich],
  [
    "blue/green without a bake time",
    service({
      deploymentConfiguration: {
        strategy: "BLUE_GREEN",
        bakeTimeInMinutes: 0,
        maximumPercent: 200,
        minimumHealthyPercent: 100,
        deploymentCircuitBreaker: { enable: false, rollback: false },
      },
      availabilityZoneRebalancing: "DISABLED",
    }),
    definition(),
  ],
  ["host mode", service(), definition({ networkMode: "host" })],
  [
    "its circuit breaker and zone rebalancing on",
    service({
      deploymentConfiguration: {
        maximumPercent: 200,
        minimumHealthyPercent: 100,
        deploymentCircuitBreaker: { enable: true, rollback: false },
      },
      availabilityZoneRebalancing: "ENABLED",
    }),
    definition(),
  ],
  ["scaled to none", service({ desiredCount: 0 }), definition()],
  [
    "a daemon",
    service({
      schedulingStrategy: "DAEMON",
      deploymentConfiguration: { maximumPercent: 100, minimumHealthyPercent: 0 },
    }),
    definition(),
  ],
  [
    "its own names",
    service({ serviceName: "app", taskDefinition: `${prefix}:task-definition/app:7` }),
    definition({ family: "app", taskDefinitionArn: `${prefix}:task-definition/app:7` }),
  ],
];

/** The file as a user has it: written, read and checked. */
function readBack(document: Raw): Workload {
  const { value } = parseWorkloadText(formatYaml(document), "aiplat.yaml");
  expect(problemsOf(value, [...workloadRules, ...ecsRules]).filter(({ severity }) => severity === "error")).toEqual([]);
  return value as unknown as Workload;
}

/** The file of one live service. */
function imported(live: Service, registered: RegisteredTaskDefinition): Raw {
  return importWorkload({ parts: [{ service: live, definition: registered }], cluster: "prod" }).document;
}

describe("an imported service", () => {
  it.each(cases)("plans to no change: %s", (_, live, registered) => {
    const ecs = ecsOf(readBack(imported(live, registered)));
    const associated = namedProviders(serviceCapacityOf(ecs.workload));
    const network = networkConfigurationOf(ecs, undefined);
    const settings = {
      cluster: "prod",
      enableExecuteCommand: false,
      force: false,
      capacity: { associated, defaultStrategy: [], providers: undefined },
      ...(network === undefined ? {} : { networkConfiguration: network }),
    };
    const { steps, registrations } = planServices(ecs, settings, aSnapshot([anInstance("i1", "g5.xlarge")]), {
      services: [live],
      definitions: [registered],
    });
    expect(registrations.flatMap(({ changes }) => changes)).toEqual([]);
    expect(steps.flatMap(({ changes }) => changes)).toEqual([]);
    expect(steps).toMatchObject([{ service: live.serviceName, action: "keep" }]);
    expect(registrations).toMatchObject([{ action: "keep", taskDefinitionArn: registered.taskDefinitionArn }]);
  });

  it("says in its own words what it has words for", () => {
    expect(imported(service({ serviceName: "app" }), definition({ family: "app" }))).toEqual({
      name: "app",
      kind: "service",
      image: "app:1",
      environment: { A: "1" },
      ports: [{ container: 80 }],
      accelerator: "none",
      replicas: 3,
      resources: { cpu: 0.5, memory: "1024MiB" },
      ecs: {
        cluster: "prod",
        taskDefinition: { requiresCompatibilities: null },
        service: {
          availabilityZoneRebalancing: "DISABLED",
          propagateTags: "NONE",
          deploymentConfiguration: { deploymentCircuitBreaker: null, maximumPercent: 150, minimumHealthyPercent: 50 },
        },
      },
    });
  });

  it("has words for ports, secrets, shared memory, a load balancer and tags; what they do not say stays raw", () => {
    const [secret, group] = [
      "arn:aws:ssm:us-east-1:111122223333:parameter/token",
      "arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/a/0123456789abcdef",
    ];
    const tags = [
      { key: "team", value: "nlp" },
      { key: "aiplat:run", value: "x" },
    ];
    const container = {
      name: "app",
      image: "app:1",
      memory: 1024,
      cpu: 1024,
      secrets: [{ name: "TOKEN", valueFrom: secret }],
      user: "1000",
      linuxParameters: { sharedMemorySize: 2048 },
      portMappings: [
        { containerPort: 80, hostPort: 8080, protocol: "tcp", name: "http", appProtocol: "http2" },
        { containerPort: 53, hostPort: 0, protocol: "udp" },
      ],
    };
    const registered = definition({
      family: "app",
      networkMode: "bridge",
      requiresCompatibilities: ["EC2"],
      executionRoleArn: "arn:aws:iam::111122223333:role/execution",
      containerDefinitions: [container],
      tags: [...tags, { key: "cost", value: "1" }],
    });
    const live = service({
      serviceName: "app",
      tags,
      availabilityZoneRebalancing: "ENABLED",
      propagateTags: "SERVICE",
      deploymentConfiguration: {
        maximumPercent: 200,
        minimumHealthyPercent: 100,
        deploymentCircuitBreaker: { enable: true, rollback: true },
      },
      loadBalancers: [{ targetGroupArn: group, containerName: "app", containerPort: 80 }],
    });
    expect(imported(live, registered)).toEqual({
      name: "app",
      kind: "service",
      image: "app:1",
      secrets: { TOKEN: secret },
      ports: [
        { container: 80, host: 8080, name: "http" },
        { container: 53, protocol: "udp" },
      ],
      sharedMemory: "2GiB",
      user: 1000,
      tags: { team: "nlp" },
      accelerator: "none",
      replicas: 3,
      resources: { cpu: 1, memory: "1024MiB" },
      roles: { execution: "arn:aws:iam::111122223333:role/execution" },
      ecs: {
        cluster: "prod",
        networkMode: "bridge",
        loadBalancer: { targetGroup: group, port: 80 },
        taskDefinition: {
          containerDefinitions: [
            { name: "app", portMappings: [{ name: "http", containerPort: 80, appProtocol: "http2" }] },
          ],
          tags: [{ key: "cost", value: "1" }],
        },
      },
    });
  });

  it("leaves to the raw fields what a rule forbids and ECS takes", () => {
    const registered = definition({
      containerDefinitions: [
        {
          name: "app",
          image: "app:1",
          memory: 64,
          portMappings: [{ containerPort: 22, hostPort: 22, protocol: "tcp" }],
        },
      ],
    });
    expect(imported(service(), registered)).toMatchObject({
      ecs: { taskDefinition: { containerDefinitions: [{ portMappings: [{ containerPort: 22, hostPort: 22 }] }] } },
    });
  });

  it("is called by a name that a workload can have, and its container as it is", () => {
    const named = (name: string) => [{ name, image: "x:1", memory: 64, essential: true }];
    const called = (family: string, container: string, tags: readonly object[] = []) => {
      const { name, container: own } = importWorkload({
        parts: [{ definition: definition({ family, containerDefinitions: named(container), tags }) }],
      }).document;
      return [name, own];
    };
    // Case h03.
    expect(called("trainer", "gpu_worker")).toEqual(["trainer", "gpu_worker"]);
    expect(called("trainer", "TrainerContainer")).toEqual(["trainer", "TrainerContainer"]);
    expect(called("trainer", "trainer")).toEqual(["trainer", undefined]);
    expect(called("Legacy_Family", "app")).toEqual(["app", undefined]);
    expect(called("7_Legacy_Family_", "App")).toEqual(["legacy-family", "App"]);
    expect(called("___", "_")).toEqual(["workload", "_"]);
    expect(called("x-prod", "app", [{ key: "aiplat:workload", value: "x" }])).toEqual(["x", "app"]);
  });

  it("says in words all that there is a word for", () => {
    const url = "http://localhost:8080/ping";
    const registered = definition({
      family: "speech",
      networkMode: "bridge",
      requiresCompatibilities: ["EC2"],
      executionRoleArn: "arn:aws:iam::111122223333:role/execution",
      placementConstraints: [
        { type: "memberOf", expression: "attribute:ecs.instance-type == g5.xlarge" },
        { type: "memberOf", expression: "attribute:stack == prod" },
      ],
      tags: [{ key: "team", value: "nlp" }],
      containerDefinitions: [
        {
          name: "speech_1",
          image: "speech:1",
          memory: 12_000,
          environment: [
            { name: "A", value: "1" },
            { name: "with space", value: "2" },
          ],
          secrets: [
            { name: "TOKEN", valueFrom: "arn:aws:ssm:us-east-1:111122223333:parameter/token" },
            { name: "SHORT", valueFrom: "short" },
          ],
          portMappings: [{ containerPort: 8080, protocol: "tcp" }],
          resourceRequirements: [{ type: "GPU", value: "1" }],
          healthCheck: {
            command: ["CMD-SHELL", `curl -fsS -o /dev/null ${url} || wget -q -O /dev/null ${url} || exit 1`],
            startPeriod: 60,
          },
          logConfiguration: {
            logDriver: "awslogs",
            options: { "awslogs-group": "/speech", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "ecs" },
          },
        },
      ],
    });
    const { document } = importUnchanged({ parts: [{ definition: registered }] });
    expect(document).toMatchObject({
      name: "speech",
      container: "speech_1",
      environment: { A: "1" },
      secrets: { TOKEN: "arn:aws:ssm:us-east-1:111122223333:parameter/token" },
      ports: [{ container: 8080 }],
      health: { path: "/ping", port: 8080, startSeconds: 60 },
      logs: { group: "/speech" },
      tags: { team: "nlp" },
      ecs: { placement: { constraints: ["attribute:stack == prod"] } },
    });
    const { taskDefinition } = document["ecs"] as Raw;
    expect(taskDefinition).toEqual({
      containerDefinitions: [
        {
          name: "speech_1",
          cpu: null,
          environment: [{ name: "with space", value: "2" }],
          logConfiguration: { options: { "awslogs-create-group": null, "awslogs-stream-prefix": "ecs" } },
          secrets: [{ name: "SHORT", valueFrom: "short" }],
        },
      ],
    });
  });

  it("is the container that does the work, never a log router or a proxy", () => {
    // Case h13.
    const router = { name: "log-router", image: "fluent-bit:1", essential: true, memoryReservation: 50 };
    const envoy = { name: "envoy", image: "envoy:1", essential: true, memory: 256 };
    const talker = { name: "talker", image: "talker:7", essential: true, memory: 4000 };
    const proxyConfiguration = { type: "APPMESH", containerName: "envoy" };
    const firelens = { ...router, firelensConfiguration: { type: "fluentbit" } };
    const { document } = importUnchanged({
      parts: [
        {
          definition: definition({
            family: "talker",
            proxyConfiguration,
            containerDefinitions: [firelens, envoy, talker],
          }),
        },
      ],
    });
    expect(document).toMatchObject({ name: "talker", image: "talker:7", resources: { memory: "4000MiB" } });
    expect((document["ecs"] as Raw)["taskDefinition"]).toMatchObject({
      containerDefinitions: [{ name: "envoy" }, { name: "log-router" }, { name: "talker" }],
    });
  });

  it.each([
    [
      "import-no-workload",
      service(),
      definition({
        containerDefinitions: [
          { name: "router", image: "x:1", memory: 64, firelensConfiguration: { type: "fluentbit" } },
        ],
      }),
    ],
    ["import-fargate", service({ launchType: "FARGATE" }), definition()],
    ["import-external", service({ launchType: "EXTERNAL" }), definition()],
    ["import-external", service(), definition({ requiresCompatibilities: ["EXTERNAL"] })],
    ["import-controller", service({ deploymentController: { type: "EXTERNAL" } }), definition()],
  ])("is refused by name: %s", (code, live, registered) => {
    try {
      imported(live, registered);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(Refusal);
      expect((error as Refusal).problems.map((each) => each.code)).toEqual([code]);
    }
  });
});

describe("rawOverlay", () => {
  it("is the inverse of the merge", () => {
    const base = { a: 1, b: { c: 1, d: 2 }, list: [{ name: "x", v: 1 }], gone: true };
    const wanted = { a: 1, b: { c: 3 }, list: [{ name: "x", v: 2, w: 1 }, { name: "y" }], fresh: [1] };
    const keys = { list: (item: Raw) => String(item["name"]) };
    const overlay = rawOverlay(base, wanted, keys);
    expect(overlay).toEqual({
      gone: null,
      b: { d: null, c: 3 },
      list: [{ name: "x", v: 2, w: 1 }, { name: "y" }],
      fresh: [1],
    });
    expect(mergeRaw(base, overlay, keys)).toEqual(wanted);
  });
});
