/**
 * The fields of a task definition that aiplat itself can write, the raw fields aside: a tree of names, `true` for
 * everything below. What it never writes is somebody else's, and no difference when it is missing from ours.
 */
export interface FieldTree {
  readonly [name: string]: true | FieldTree;
}

/** Kept equal to generate.ts by test/unit/ecs/diff.test.ts. Lists stand for their items. */
export const generatedFields: FieldTree = {
  family: true,
  taskRoleArn: true,
  executionRoleArn: true,
  networkMode: true,
  containerDefinitions: {
    name: true,
    image: true,
    cpu: true,
    memory: true,
    portMappings: { name: true, containerPort: true, hostPort: true, protocol: true },
    essential: true,
    dependsOn: true,
    entryPoint: true,
    command: true,
    workingDirectory: true,
    environment: true,
    secrets: true,
    mountPoints: { sourceVolume: true, containerPath: true, readOnly: true },
    user: true,
    readonlyRootFilesystem: true,
    stopTimeout: true,
    linuxParameters: { capabilities: { add: true }, devices: true, sharedMemorySize: true },
    ulimits: true,
    healthCheck: true,
    logConfiguration: true,
    resourceRequirements: true,
  },
  volumes: {
    name: true,
    host: { sourcePath: true },
    efsVolumeConfiguration: {
      fileSystemId: true,
      rootDirectory: true,
      transitEncryption: true,
      authorizationConfig: { accessPointId: true, iam: true },
    },
    s3filesVolumeConfiguration: { fileSystemArn: true },
    configuredAtLaunch: true,
  },
  placementConstraints: true,
  requiresCompatibilities: true,
  runtimePlatform: { cpuArchitecture: true, operatingSystemFamily: true },
  cpu: true,
  memory: true,
  tags: true,
};
