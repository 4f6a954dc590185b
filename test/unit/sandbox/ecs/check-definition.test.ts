import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lintTaskDefinition } from "../../../../src/core/ecs/lint/lint.ts";
import type { Raw } from "../../../../src/core/base/merge.ts";
import type { TaskDefinition } from "../../../../src/core/ecs-api/api.ts";
import { checkDefinition } from "../../../../src/sandbox/ecs/check-definition.ts";
import { AwsError } from "../../../../src/sandbox/wire/aws-error.ts";
import { runs } from "../../../support/depth.ts";
import { definition } from "../../../support/random-definitions.ts";

const container = (fields: Raw = {}): Raw => ({ name: "main", image: "app:1", memory: 64, ...fields });
const task = (fields: Raw = {}, ...containers: readonly Raw[]): Raw => ({
  family: "app",
  containerDefinitions: containers.length === 0 ? [container()] : containers,
  ...fields,
});
const one = (fields: Raw, definition: Raw = {}) => task(definition, container(fields));
const side = (fields: Raw = {}) => container({ name: "side", essential: false, ...fields });
const waits = (condition: string, containerName = "side") => ({ dependsOn: [{ containerName, condition }] });
const fargate = { requiresCompatibilities: ["FARGATE"], networkMode: "awsvpc", cpu: "256", memory: "512" };
const managed = { requiresCompatibilities: ["MANAGED_INSTANCES"], networkMode: "awsvpc", cpu: "1024", memory: "2048" };
const port = (containerPort: number, fields: Raw = {}) => ({ containerPort, hostPort: containerPort, ...fields });
const requires = (...requirements: readonly Raw[]) => ({ resourceRequirements: requirements });
const linux = (fields: Raw) => ({ linuxParameters: fields });
const health = (fields: Raw = {}) => ({ healthCheck: { command: ["CMD-SHELL", "exit 0"], ...fields } });
const secret = { name: "TOKEN", valueFrom: "arn:aws:ssm:us-east-1:111122223333:parameter/token" };
const role = { executionRoleArn: "arn:aws:iam::111122223333:role/execution" };
const awslogs = (options: Raw) => ({ logConfiguration: { logDriver: "awslogs", options } });
const efs = (fields: Raw) => ({
  volumes: [{ name: "v", efsVolumeConfiguration: { fileSystemId: "fs-1", ...fields } }],
});
const many = (count: number) => Array.from({ length: count }, (_, index) => port(2000 + index));

/** What ECS refuses to register, and what it says. */
const refused: Readonly<Record<string, readonly [definition: Raw, says: string]>> = {
  "secrets without an execution role": [
    one({ secrets: [secret] }),
    "When you are specifying container secrets, you must also specify a value for 'executionRoleArn'.",
  ],
  "a private registry without an execution role": [
    one({ repositoryCredentials: { credentialsParameter: "arn:aws:secretsmanager:us-east-1:111122223333:secret:x" } }),
    "Private repository authentication requires that the task definition specify a value for executionRoleArn.",
  ],
  "NeuronDevice on EC2": [one(requires({ type: "NeuronDevice", value: "ALL" })), "NeuronDevice"],
  "a part of the Neuron devices": [one(requires({ type: "NeuronDevice", value: "1" }), managed), "NeuronDevice"],
  "NeuronDevice twice": [
    task(
      managed,
      container(requires({ type: "NeuronDevice", value: "ALL" })),
      side(requires({ type: "NeuronDevice", value: "ALL" })),
    ),
    "NeuronDevice",
  ],
  "NeuronDevice beside devices": [
    one(
      {
        ...requires({ type: "NeuronDevice", value: "ALL" }),
        ...linux({ devices: [{ hostPath: "/dev/neuron0" }] }),
      },
      managed,
    ),
    "NeuronDevice",
  ],
  "Managed Instances in bridge mode": [task({ ...managed, networkMode: "bridge" }), "MANAGED_INSTANCES"],
  "Managed Instances without a network mode": [
    task({ requiresCompatibilities: ["MANAGED_INSTANCES"], cpu: "1024", memory: "2048" }),
    "MANAGED_INSTANCES",
  ],
  "Managed Instances without a size": [
    task({ requiresCompatibilities: ["MANAGED_INSTANCES"], networkMode: "awsvpc" }),
    "MANAGED_INSTANCES",
  ],
  "an unknown volume": [
    one({ mountPoints: [{ sourceVolume: "data", containerPath: "/data" }] }),
    "Unknown volume 'data'.",
  ],
  "volumes from an unknown container": [
    one({ volumesFrom: [{ sourceContainer: "side" }] }),
    "Invalid 'volumesFrom' setting. Unknown container: 'side'",
  ],
  "an unknown dependency": [one(waits("START")), "Cannot depend on container + 'side' because it does not exist"],
  "a dependency in a circle": [
    task({}, container(waits("START")), side(waits("START", "main"))),
    "Container dependencies should not have a cycle",
  ],
  "HEALTHY without a health check": [
    task({}, container(waits("HEALTHY")), side()),
    "A dependency container with HEALTHY condition must have health check configured",
  ],
  "SUCCESS of an essential container": [
    task({}, container(waits("SUCCESS")), side({ essential: true })),
    "A dependency container with SUCCESS or COMPLETE condition cannot be an essential container",
  ],
  "a condition that is none": [task({}, container(waits("READY")), side()), "READY"],
  "a variable from a secret and from the environment": [
    one({ secrets: [secret], environment: [{ name: "TOKEN", value: "x" }] }, role),
    "The secret name must be unique and not shared with any new or existing environment variables set on the " +
      "container, such as 'TOKEN'.",
  ],
  "a secret twice": [one({ secrets: [secret, secret] }, role), "such as 'TOKEN'."],
  "an unknown log driver": [one({ logConfiguration: { logDriver: "cloudwatch" } }), "is not a valid log driver"],
  "a log driver that Fargate lacks": [
    one({ logConfiguration: { logDriver: "gelf" } }, fargate),
    "gelf is not a valid log driver. Must be one of [awslogs,splunk,awsfirelens]",
  ],
  "awslogs without a region": [
    one(awslogs({ "awslogs-group": "/app" })),
    "Log driver awslogs requires options: awslogs-region",
  ],
  "awslogs without options": [
    one({ logConfiguration: { logDriver: "awslogs" } }),
    "Log driver awslogs requires options: awslogs-region, awslogs-group",
  ],
  "awslogs-create-group that is false": [
    one(awslogs({ "awslogs-group": "/app", "awslogs-region": "us-east-1", "awslogs-create-group": "false" })),
    "Log driver awslogs option 'awslogs-create-group' should only be set to 'true', else omit option.",
  ],
  "awsfirelens without a router": [
    one({ logConfiguration: { logDriver: "awsfirelens" } }),
    "When awsfirelens log driver is specified in log configuration, a firelens configuration object must be specified",
  ],
  "a router without a user": [
    one({ firelensConfiguration: { type: "fluentbit" } }),
    "When a firelensConfiguration object is specified, at least one container has to be configured with the " +
      "awsfirelens log driver",
  ],
  "an unknown capability": [one(linux({ capabilities: { add: ["SYS_EVERYTHING"] } })), "SYS_EVERYTHING"],
  "a capability with its prefix": [one(linux({ capabilities: { drop: ["CAP_CHOWN"] } })), "CAP_CHOWN"],
  "a start period of more than 300 seconds": [one(health({ startPeriod: 301 })), "startPeriod"],
  "an interval below 5 seconds": [one(health({ interval: 4 })), "interval"],
  "eleven retries": [one(health({ retries: 11 })), "retries"],
  "a health check without a command": [one({ healthCheck: { command: [] } }), "command"],
  "more than 100 ports": [one({ portMappings: many(101) }), "100"],
  "a host port twice": [
    task({}, container({ portMappings: [port(80)] }), side({ portMappings: [port(81, { hostPort: 80 })] })),
    "TCP host port '80' is mapped multiple times in task.",
  ],
  "a UDP host port twice": [
    one({ portMappings: [port(53, { protocol: "udp" }), port(54, { hostPort: 53, protocol: "udp" })] }),
    "UDP host port '53' is mapped multiple times in task.",
  ],
  "ports without a network": [one({ portMappings: [port(80)] }, { networkMode: "none" }), "none"],
  "a host port that is not the container's": [
    one({ portMappings: [port(80, { hostPort: 8080 })] }, { networkMode: "host" }),
    "When networkMode=host, the host ports and container ports in port mappings must match.",
  ],
  "a size that Fargate lacks": [
    task({ ...fargate, memory: "4096" }),
    "No Fargate configuration exists for given values: 256 CPU, 4096 memory. " +
      "See the Amazon ECS documentation for the valid values.",
  ],
  "a CPU that Fargate lacks": [
    task({ ...fargate, cpu: "300" }),
    "No Fargate configuration exists for given values: 300",
  ],
  "Fargate without CPU": [
    task({ ...fargate, cpu: undefined }),
    "Fargate requires that 'cpu' be defined at the task level.",
  ],
  "Fargate without memory": [
    task({ ...fargate, memory: undefined }),
    "Fargate requires that 'memory' be defined at the task level.",
  ],
  "Fargate in bridge mode": [
    task({ ...fargate, networkMode: "bridge" }),
    "Fargate only supports network mode ‘awsvpc’.",
  ],
  "a privileged container on Fargate": [
    one({ privileged: true }, fargate),
    "Fargate requires that the 'privileged' setting be 'false'",
  ],
  "devices on Fargate": [
    one(linux({ devices: [{ hostPath: "/dev/fuse" }] }), fargate),
    "Fargate compatible task definitions do not support devices",
  ],
  "a GPU on Fargate": [
    one(requires({ type: "GPU", value: "1" }), fargate),
    "Tasks using the Fargate launch type do not support GPU resource requirements",
  ],
  "a host's folder on Fargate": [
    task({ ...fargate, volumes: [{ name: "v", host: { sourcePath: "/data" } }] }),
    "Fargate compatible task definitions do not support sourcePath",
  ],
  "shared memory on Fargate": [
    one(linux({ sharedMemorySize: 64 }), fargate),
    "Fargate compatible task definitions do not support sharedMemorySize",
  ],
  "placement constraints on Fargate": [
    task({ ...fargate, placementConstraints: [{ type: "memberOf", expression: "attribute:a == b" }] }),
    "Fargate compatible task definitions do not support constraints",
  ],
  "a capability on Fargate": [
    one(linux({ capabilities: { add: ["NET_ADMIN"] } }), fargate),
    "NET_ADMIN is not allowed on Fargate.",
  ],
  "Elastic Inference": [
    task({ inferenceAccelerators: [{ deviceName: "device_1", deviceType: "eia2.medium" }] }),
    "Unsupported field 'inferenceAccelerators'",
  ],
  "a requirement of Elastic Inference": [one(requires({ type: "InferenceAccelerator", value: "d" })), "inference"],
  "no GPU at all": [one(requires({ type: "GPU", value: "0" })), "GPU"],
  "GPUs in a word": [one(requires({ type: "GPU", value: "two" })), "GPU"],
  "one and a half GPUs": [one(requires({ type: "GPU", value: "1.5" })), "GPU"],
  "a GPU without a value": [one(requires({ type: "GPU" })), "GPU"],
  "a requirement of another type": [one(requires({ type: "gpu", value: "1" })), "gpu"],
  "two kinds of volume in one": [
    task({ volumes: [{ name: "v", host: { sourcePath: "/v" }, efsVolumeConfiguration: { fileSystemId: "fs-1" } }] }),
    "volume",
  ],
  "a volume configured at launch that nobody mounts": [
    task({ volumes: [{ name: "v", configuredAtLaunch: true }] }),
    "Volumes [v] are not referenced by any of the containers",
  ],
  "an access point with a folder": [
    task(efs({ authorizationConfig: { accessPointId: "fsap-1" }, rootDirectory: "/a", transitEncryption: "ENABLED" })),
    'When using an EFS access point, the root directory must either be set to "/" or be omitted',
  ],
  "IAM without encryption": [
    task(efs({ authorizationConfig: { iam: "ENABLED" } })),
    "EFS IAM authorization requires TransitEncryption to be enabled",
  ],
  "a proxy that is no container": [
    task({ networkMode: "awsvpc", proxyConfiguration: { containerName: "envoy" } }),
    "Proxy container [envoy] does not exist",
  ],
  "links in awsvpc mode": [
    task({ networkMode: "awsvpc" }, container({ links: ["side"] }), side()),
    "Links are not supported when networkMode=awsvpc.",
  ],
  "DNS servers in awsvpc mode": [
    one({ dnsServers: ["10.0.0.2"] }, { networkMode: "awsvpc" }),
    "DNS servers are not supported on container when networkMode=awsvpc",
  ],
  "no network in awsvpc mode": [
    one({ disableNetworking: true }, { networkMode: "awsvpc" }),
    "Disable Networking is not supported on container when networkMode=awsvpc",
  ],
  "a restart period below 60 seconds": [
    one({ restartPolicy: { enabled: true, restartAttemptPeriod: 30 } }),
    "the 'restartAttemptPeriod' setting for container 'main' must be between 60 and 1800",
  ],
  "eleven files of variables": [
    one({ environmentFiles: Array.from({ length: 11 }, () => ({ type: "s3", value: "arn:aws:s3:::b/a.env" })) }),
    "The maximum number of environment files was exceeded. Specify ten or less and try again",
  ],
  "no containers": [task({ containerDefinitions: [] }), "Container list cannot be empty."],
  "eleven containers": [
    task({}, ...Array.from({ length: 11 }, (_, index) => container({ name: `c${index}` }))),
    "Too many containers.",
  ],
  "a container twice": [task({}, container(), container()), "Container names must be unique within a task definition"],
  "no essential container": [task({}, side()), "Task definition doesn't have any essential container"],
  "no family": [task({ family: undefined }), "Family can not be blank."],
  "a family with a dot": [task({ family: "a.b" }), "Family contains invalid characters."],
  "no name": [one({ name: "" }), "Container.name should not be null or empty."],
  "a name with a space": [one({ name: "a b" }), "Container.name contains invalid characters."],
  "no image": [one({ image: "" }), "Container.image should not be null or empty."],
  "a volume's name with a dot": [task({ volumes: [{ name: "a.b" }] }), "volume.name contains invalid characters."],
  "a variable without a name": [
    one({ environment: [{ value: "x" }] }),
    "Environment variable name cannot be null or blank.",
  ],
  "no memory": [
    one({ memory: undefined }),
    "Invalid setting for container 'main'. At least one of 'memory' or 'memoryReservation' must be specified.",
  ],
  "more reserved than there is": [
    one({ memoryReservation: 65 }),
    "Invalid setting for container 'main'. 'memory' must be greater than or equal to 'memoryReservation'.",
  ],
  "more memory than the task has": [
    one({ memory: 600 }, { memory: "512" }),
    "The 'memory' setting for container 'main' is greater than for the task.",
  ],
  "more CPU than the task has": [
    one({ cpu: 512 }, { cpu: "256" }),
    "The sum of all container 'cpu' values cannot be greater than the value of the task 'cpu'.",
  ],
  "CPU below a tenth of a vCPU": [
    task({ cpu: "64" }),
    "Invalid 'cpu' setting for task. For more information, see the Troubleshooting section of the Amazon ECS " +
      "Developer Guide.",
  ],
  distinctInstance: [
    task({ placementConstraints: [{ type: "distinctInstance" }] }),
    "constraint.type 'distinctInstance' is not supported.",
  ],
  "a network mode that is none": [task({ networkMode: "bridged" }), "bridged"],
  "a compatibility that is none": [task({ requiresCompatibilities: ["LAMBDA"] }), "LAMBDA"],
  "more than 64 KiB": [
    one({ environment: [{ name: "A", value: "x".repeat(70_000) }] }),
    "Max allowed length is '65536' bytes.",
  ],
};

/** What reads like a mistake, and ECS registers. */
const taken: Readonly<Record<string, Raw>> = {
  // https://github.com/hashicorp/terraform-provider-aws/issues/5205: it keeps one of them.
  "a variable twice in the environment": one({
    environment: [
      { name: "A", value: "1" },
      { name: "A", value: "2" },
    ],
  }),
  // https://github.com/terraform-aws-modules/terraform-aws-ecs/issues/89: it is CreateService that refuses it.
  "a port for two protocols": one({ portMappings: [port(53), port(53, { protocol: "udp" })] }),
  // https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
  "a field that the API does not have": one({ comment: "why" }, { owner: "nlp" }),
  "a dependency in order": task({}, container(waits("COMPLETE")), side()),
  "a task that waits for a healthy container": task(
    {},
    container(waits("HEALTHY")),
    side(health({ startPeriod: 300 })),
  ),
  "a hundred ports": one({ portMappings: many(100) }),
  "ports of ECS's choice": one({ portMappings: [port(80, { hostPort: 0 }), port(81, { hostPort: 0 })] }),
  "a part of a GPU": one(requires({ type: "GPU", value: "0.5" })),
  "every GPU": one(requires({ type: "GPU", value: "ALL" })),
  "every Neuron device": one(requires({ type: "NeuronDevice", value: "ALL" }), managed),
  "Managed Instances on the host's network": task({ ...managed, networkMode: "host" }),
  "the smallest task on Fargate": task(fargate),
  "a volume of the host": one(
    { mountPoints: [{ sourceVolume: "v", containerPath: "/v" }] },
    { volumes: [{ name: "v", host: { sourcePath: "/v" } }] },
  ),
  "a folder of EFS beside an empty host": task({
    volumes: [{ name: "v", host: {}, efsVolumeConfiguration: { fileSystemId: "fs-1" } }],
  }),
  "secrets with an execution role": one({ secrets: [secret] }, role),
  "a type that EC2 does not have": task({
    placementConstraints: [{ type: "memberOf", expression: "attribute:ecs.instance-type == z99.huge" }],
  }),
  "a privileged container": one({ privileged: true }),
};

describe("RegisterTaskDefinition", () => {
  it.each(Object.entries(taken))("takes %s", (_, definition) => {
    expect(checkDefinition(definition as unknown as TaskDefinition)).toBe(definition);
  });

  it("refuses only what the linter has an error of", () => {
    const lints = (each: Raw) => lintTaskDefinition(each).some(({ severity }) => severity === "error");
    let refusals = 0;
    fc.assert(
      fc.property(definition, (each) => {
        try {
          checkDefinition(each);
        } catch (error) {
          expect(error).toBeInstanceOf(AwsError);
          expect((error as AwsError).message).not.toMatch(/[{}]|undefined/);
          refusals += 1;
          expect(lints(each)).toBe(true);
        }
      }),
      { numRuns: runs(1000) },
    );
    expect(refusals).toBeGreaterThan(0);
  });

  it.each(Object.entries(refused))("refuses %s", (_, [wrong, says]) => {
    expect(() => checkDefinition(wrong as unknown as TaskDefinition)).toThrow(says);
  });

  it.each(Object.entries(refused))("refuses nothing that passes lint: %s", (_, [wrong]) => {
    expect(lintTaskDefinition(wrong).filter(({ severity }) => severity === "error")).not.toEqual([]);
  });
});
