/**
 * The parts of ECS's inputs that the sandbox reads.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Types.html
 */
import { document, double, flag, integer, list, map, struct, text } from "../wire/shape.ts";

export const tag = struct({ key: text, value: text });
export const tags = list(tag);
export const nameValue = struct({ name: text, value: text });
export const placementConstraints = list(struct({ type: text, expression: text }));
export const placementStrategy = list(struct({ type: text, field: text }));
export const capacityProviderStrategy = list(struct({ capacityProvider: text, weight: integer, base: integer }));
export const networkConfiguration = struct({
  awsvpcConfiguration: struct({ subnets: list(text), securityGroups: list(text), assignPublicIp: text }),
});

const resourceRequirements = list(struct({ type: text, value: text, sharingStrategy: document }));

export const containerDefinition = struct({
  name: text,
  image: text,
  cpu: integer,
  memory: integer,
  memoryReservation: integer,
  essential: flag,
  privileged: flag,
  entryPoint: list(text),
  command: list(text),
  links: list(text),
  environment: list(nameValue),
  secrets: list(struct({ name: text, valueFrom: text })),
  portMappings: list(
    struct({
      containerPort: integer,
      hostPort: integer,
      protocol: text,
      name: text,
      appProtocol: text,
      containerPortRange: text,
    }),
  ),
  mountPoints: list(struct({ sourceVolume: text, containerPath: text, readOnly: flag })),
  volumesFrom: list(struct({ sourceContainer: text, readOnly: flag })),
  linuxParameters: struct({
    capabilities: struct({ add: list(text), drop: list(text) }),
    devices: list(struct({ hostPath: text, containerPath: text, permissions: list(text) })),
    initProcessEnabled: flag,
    sharedMemorySize: integer,
    tmpfs: list(struct({ containerPath: text, size: integer, mountOptions: list(text) })),
  }),
  resourceRequirements,
  healthCheck: struct({
    command: list(text),
    interval: integer,
    timeout: integer,
    retries: integer,
    startPeriod: integer,
  }),
  logConfiguration: struct({
    logDriver: text,
    options: map(text),
    secretOptions: list(struct({ name: text, valueFrom: text })),
  }),
  stopTimeout: integer,
  startTimeout: integer,
  ulimits: list(struct({ name: text, softLimit: integer, hardLimit: integer })),
  dependsOn: list(struct({ containerName: text, condition: text })),
  dockerLabels: map(text),
  systemControls: list(struct({ namespace: text, value: text })),
  environmentFiles: list(struct({ value: text, type: text })),
});

export const taskDefinition = {
  family: text,
  taskRoleArn: text,
  executionRoleArn: text,
  networkMode: text,
  containerDefinitions: list(containerDefinition),
  volumes: list(struct({ name: text, host: struct({ sourcePath: text }) })),
  placementConstraints,
  requiresCompatibilities: list(text),
  cpu: text,
  memory: text,
  pidMode: text,
  ipcMode: text,
  runtimePlatform: struct({ cpuArchitecture: text, operatingSystemFamily: text }),
} as const;

export const overrides = struct({
  cpu: text,
  memory: text,
  taskRoleArn: text,
  executionRoleArn: text,
  containerOverrides: list(
    struct({
      name: text,
      command: list(text),
      environment: list(nameValue),
      cpu: integer,
      memory: integer,
      memoryReservation: integer,
      resourceRequirements,
    }),
  ),
});

export const deploymentConfiguration = struct({
  minimumHealthyPercent: integer,
  maximumPercent: integer,
  strategy: text,
  bakeTimeInMinutes: integer,
  deploymentCircuitBreaker: struct({ enable: flag, rollback: flag }),
  linearConfiguration: struct({ stepPercent: double, stepBakeTimeInMinutes: integer }),
  canaryConfiguration: struct({ canaryPercent: double, canaryBakeTimeInMinutes: integer }),
  lifecycleHooks: list(document),
  alarms: struct({ alarmNames: list(text), enable: flag, rollback: flag }),
});

export const loadBalancers = list(
  struct({ targetGroupArn: text, loadBalancerName: text, containerName: text, containerPort: integer }),
);

/** What CreateService and UpdateService share. */
export const serviceSettings = {
  cluster: text,
  taskDefinition: text,
  desiredCount: integer,
  deploymentConfiguration,
  networkConfiguration,
  placementConstraints,
  placementStrategy,
  capacityProviderStrategy,
  loadBalancers,
  serviceRegistries: list(struct({ registryArn: text, port: integer, containerName: text, containerPort: integer })),
  healthCheckGracePeriodSeconds: integer,
  enableExecuteCommand: flag,
  enableECSManagedTags: flag,
  propagateTags: text,
  availabilityZoneRebalancing: text,
} as const;

export const paging = { nextToken: text, maxResults: integer } as const;
export const include = list(text);
