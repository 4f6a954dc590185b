import { describe, expect, it } from "vitest";
import { lintTaskDefinition } from "../../../../src/core/ecs/lint/lint.ts";
import { rules } from "../../../../src/core/ecs/lint/rules.ts";
import { pathText } from "../../../../src/core/base/problem.ts";
import type { Raw } from "../../../../src/core/base/merge.ts";

const on = (expression: string) => ({ placementConstraints: [{ type: "memberOf", expression }] });
const onType = (type: string) => on(`attribute:ecs.instance-type == ${type}`);
const device = (number: number, other: Raw = {}) => ({
  hostPath: `/dev/neuron${number}`,
  containerPath: `/dev/neuron${number}`,
  permissions: ["read", "write"],
  ...other,
});
const lock = (number: number) => ({ containerPort: 28700 + number, hostPort: 28700 + number, protocol: "udp" });
const udp = (port: number) => ({ containerPort: port, hostPort: port, protocol: "udp" });
const lock30 = (number: number) => udp(30_000 + number);
const variable = (name: string, value: string) => ({ environment: [{ name, value }] });
const row = (first: number, count: number) => Array.from({ length: count }, (_, index) => first + index);

/** A container that holds Neuron devices as it should. */
function neuron(devices: readonly number[], other: Raw = {}, linux: Raw = {}): Raw {
  return {
    name: "model",
    image: "example.com/model:1",
    memory: 1024,
    essential: true,
    linuxParameters: {
      capabilities: { add: ["IPC_LOCK"] },
      devices: devices.map((each) => device(each)),
      ...(devices.length > 1 ? { sharedMemorySize: 256 } : {}),
      ...linux,
    },
    portMappings: devices.map(lock),
    ...other,
  };
}

const plain = (other: Raw = {}): Raw => ({ name: "side", image: "example.com/side:1", memory: 128, ...other });
const inEcr = "123456789012.dkr.ecr.us-east-1.amazonaws.com/side:1";
const share = (memory: number, other: Raw = {}): Raw => gpu({ sharingStrategy: { nvidiaMps: { memory } } }, other);
const gpu = (requirement: Raw | undefined, other: Raw = {}): Raw =>
  plain({
    name: "model",
    ...(requirement === undefined ? {} : { resourceRequirements: [{ type: "GPU", ...requirement }] }),
    ...other,
  });
const managed = (requirement: Raw, other: Raw = {}): Raw =>
  plain({ name: "model", resourceRequirements: [{ type: "NeuronDevice", ...requirement }], ...other });
const task = (containers: readonly Raw[], other: Raw = {}): Raw => ({
  family: "model",
  requiresCompatibilities: ["EC2"],
  networkMode: "bridge",
  containerDefinitions: containers,
  ...other,
});
const managedTask = (containers: readonly Raw[], other: Raw = {}) =>
  task(containers, {
    requiresCompatibilities: ["MANAGED_INSTANCES"],
    networkMode: "awsvpc",
    cpu: "4096",
    memory: "8192",
    ...other,
  });

const fargate = { requiresCompatibilities: ["FARGATE"], networkMode: "awsvpc", cpu: "256", memory: "512" };
const group = { "awslogs-group": "/model", "awslogs-region": "us-east-1" };
const awslogs = (options: Raw): Raw => ({ logConfiguration: { logDriver: "awslogs", options } });
const point = { accessPointId: "fsap-1" };
const efs = (configuration: Raw): Raw => ({
  name: "v",
  efsVolumeConfiguration: { fileSystemId: "fs-1", ...configuration },
});
const mapped = (count: number): Raw => ({
  portMappings: row(1000, count).map((containerPort) => ({ containerPort, hostPort: 0 })),
});

const inf1Image =
  "763104351884.dkr.ecr.us-west-2.amazonaws.com/pytorch-inference-neuron:1.13.1-neuron-py310-sdk2.20.2-ubuntu20.04";

/** Two of the six devices of an inf2.24xlarge. */
const half = onType("inf2.24xlarge");

interface Case {
  /** The finding's path, and words of its message; left out, the rule is silent. */
  readonly finds?: readonly [path: string, ...words: string[]];
  readonly in: Raw;
}

const devices = "containerDefinitions[0].linuxParameters.devices";

const kinds = (fields: Raw): Raw => ({ volumes: [{ name: "v", ...fields }] });

const cases: Readonly<Record<string, readonly Case[]>> = {
  "wrong-type": [
    { in: task([plain({ memory: "128" })]), finds: ["containerDefinitions[0].memory", '"128"', "number"] },
    {
      in: task([plain({ environment: [{ name: "PORT", value: 8080 }] })]),
      finds: ["containerDefinitions[0].environment[0].value", "8080", "string"],
    },
    { in: task([plain()], { cpu: 256 }), finds: ["cpu", "256", "string"] },
    {
      in: task([plain({ linuxParameters: { devices: { hostPath: "/dev/neuron0" } } })]),
      finds: [devices, "an object", "a list"],
    },
    {
      in: task([plain({ memory: 128, cpu: 0, environment: null, portMappings: [{ containerPort: 80, hostPort: 0 }] })]),
    },
  ],
  "misspelt-field": [
    {
      in: task([plain({ resource_requirements: [{ type: "GPU", value: "1" }] })]),
      finds: ["containerDefinitions[0].resource_requirements", "resourceRequirements"],
    },
    { in: task([plain({ entrypoint: ["serve"] })]), finds: ["containerDefinitions[0].entrypoint", "entryPoint"] },
    {
      in: task([plain({ linuxParameter: { sharedMemorySize: 64 } })]),
      finds: ["containerDefinitions[0].linuxParameter", "linuxParameters"],
    },
    { in: task([plain()], { NetworkMode: "bridge" }), finds: ["NetworkMode", "networkMode"] },
    {
      in: task([gpu({ sharingStrategy: { nvidiaMps: { Memory: 1024 } } })]),
      finds: ["containerDefinitions[0].resourceRequirements[0].sharingStrategy.nvidiaMps.Memory", "memory"],
    },
    // Names of the author's own choice.
    { in: task([plain({ dockerLabels: { Memory: "1" }, comment: "not command" })]) },
  ],
  "unknown-field": [
    { in: task([plain({ comment: "why" })]), finds: ["containerDefinitions[0].comment", "no field", "command"] },
    { in: task([gpu({ value: "1", count: 1 })]), finds: ["containerDefinitions[0].resourceRequirements[0].count"] },
    {
      in: task([plain({ entrypoint: [], logConfiguration: { logDriver: "gelf", options: { any: "thing" } } })], {
        // What DescribeTaskDefinition answers is no mistake.
        taskDefinitionArn: "arn:aws:ecs:us-east-1:111122223333:task-definition/model:1",
        revision: 1,
        status: "ACTIVE",
        requiresAttributes: [{ name: "com.amazonaws.ecs.capability.logging-driver.gelf" }],
        compatibilities: ["EC2"],
        registeredAt: 1_700_000_000.5,
        registeredBy: "arn:aws:iam::111122223333:root",
        tags: [{ key: "team", value: "nlp" }],
      }),
    },
  ],
  "foreign-field": [
    {
      in: task([plain({ resourceRequirements: [{ type: "gpu", count: 1 }] })]),
      finds: ["containerDefinitions[0].resourceRequirements[0].count", "no field", "missing"],
    },
    { in: task([{ memory: 100, comment: "why" }]), finds: ["containerDefinitions[0].comment", "no field"] },
    // Beside all that the API needs it may be newer than its model.
    { in: task([gpu({ value: "1", count: 1 })]) },
    { in: task([share(1024)], { owner: "nlp" }) },
  ],
  "missing-field": [
    { in: task([{ image: "a:1", memory: 100 }]), finds: ["containerDefinitions[0]", "name"] },
    { in: task([{ name: "a", memory: 100 }]), finds: ["containerDefinitions[0]", "image"] },
    { in: task([plain({ image: "" })]), finds: ["containerDefinitions[0]", "image"] },
    { in: { ...task([plain()]), family: undefined }, finds: ["", "the task definition has no family"] },
    {
      in: task([plain({ linuxParameters: { devices: [{ containerPath: "/dev/fuse" }] } })]),
      finds: [`${devices}[0]`, "hostPath"],
    },
    {
      in: task([gpu({ sharingStrategy: {} })]),
      finds: ["containerDefinitions[0].resourceRequirements[0].sharingStrategy", "nvidiaMps"],
    },
    { in: task([plain({ environment: [{ name: "A", value: "" }] })]) },
  ],
  "unknown-word": [
    {
      in: task([plain({ resourceRequirements: [{ type: "gpu", value: "1" }] })]),
      finds: ["containerDefinitions[0].resourceRequirements[0].type", '"gpu"', "Write GPU."],
    },
    {
      in: task([plain({ linuxParameters: { devices: [{ hostPath: "/dev/fuse", permissions: ["READ"] }] } })]),
      finds: [`${devices}[0].permissions[0]`, '"READ"', "Write read."],
    },
    {
      in: task([plain()], { networkMode: "bridged" }),
      finds: ["networkMode", "awsvpc, bridge, host, none and default"],
    },
    { in: task([plain()], { runtimePlatform: { cpuArchitecture: "ARM64" } }) },
  ],
  "out-of-bounds": [
    {
      in: task([plain()], { tags: [{ key: "k".repeat(129), value: "v" }] }),
      finds: ["tags[0].key", "at least 1 and at most 128 characters"],
    },
    { in: task([plain()], { tags: [{ key: "team", value: "" }] }) },
  ],
  "variable-repeated": [
    {
      in: task([
        plain({
          environment: [
            { name: "A", value: "1" },
            { name: "A", value: "2" },
          ],
        }),
      ]),
      finds: ["containerDefinitions[0].environment[1].name", "A"],
    },
    { in: task([plain(variable("A", "1")), plain({ name: "other", ...variable("A", "2") })]) },
  ],
  "volume-kinds": [
    {
      in: task([plain()], kinds({ host: { sourcePath: "/v" }, efsVolumeConfiguration: { fileSystemId: "fs-1" } })),
      finds: ["volumes[0]", "host and efsVolumeConfiguration"],
    },
    { in: task([plain()], kinds({ host: {}, efsVolumeConfiguration: { fileSystemId: "fs-1" } })) },
    { in: task([plain()], kinds({ configuredAtLaunch: false, dockerVolumeConfiguration: { scope: "task" } })) },
  ],
  "volume-unmounted": [
    { in: task([plain()], kinds({ configuredAtLaunch: true })), finds: ["volumes[0].name", "no container mounts"] },
    {
      in: task(
        [plain({ mountPoints: [{ sourceVolume: "v", containerPath: "/v" }] })],
        kinds({ configuredAtLaunch: true }),
      ),
    },
    { in: task([plain()], kinds({ host: { sourcePath: "/v" } })) },
  ],
  "definition-size": [
    { in: task([plain(variable("A", "x".repeat(66_000)))]), finds: ["", "bytes", "65536"] },
    { in: task([plain(variable("A", "x".repeat(65_000)))]) },
  ],
  "fargate-field": [
    {
      in: task([plain({ privileged: true })], fargate),
      finds: ["containerDefinitions[0].privileged", "no privileged containers"],
    },
    {
      in: task([plain({ linuxParameters: { capabilities: { add: ["SYS_PTRACE", "NET_ADMIN"] } } })], fargate),
      finds: ["containerDefinitions[0].linuxParameters.capabilities.add[1]", "NET_ADMIN"],
    },
    {
      in: task([plain({ linuxParameters: { sharedMemorySize: 64 } })], fargate),
      finds: ["containerDefinitions[0].linuxParameters.sharedMemorySize"],
    },
    {
      in: task([plain({ dockerSecurityOptions: ["no-new-privileges"] })], fargate),
      finds: ["containerDefinitions[0].dockerSecurityOptions"],
    },
    { in: task([plain()], { ...fargate, pidMode: "host" }), finds: ["pidMode"] },
    { in: task([plain()], { ...fargate, ipcMode: "task" }), finds: ["ipcMode"] },
    { in: task([plain()], { ...fargate, ...onType("inf2.xlarge") }), finds: ["placementConstraints"] },
    {
      in: task([plain()], { ...fargate, ...kinds({ host: { sourcePath: "/v" } }) }),
      finds: ["volumes[0].host.sourcePath"],
    },
    {
      in: task([plain()], { ...fargate, ...kinds({ dockerVolumeConfiguration: { scope: "task" } }) }),
      finds: ["volumes[0].dockerVolumeConfiguration"],
    },
    {
      in: task([plain({ linuxParameters: { capabilities: { add: ["SYS_PTRACE"], drop: ["ALL"] } } })], {
        ...fargate,
        pidMode: "task",
        ...kinds({ host: {} }),
      }),
    },
    { in: task([plain({ privileged: true })], onType("inf2.xlarge")) },
  ],
  "tag-twice": [
    {
      in: task([plain()], {
        tags: [
          { key: "team", value: "a" },
          { key: "team", value: "b" },
        ],
      }),
      finds: ["tags[1].key", "team"],
    },
    {
      in: task([plain()], {
        tags: [
          { key: "team", value: "a" },
          { key: "Team", value: "a" },
        ],
      }),
    },
  ],
  "volume-twice": [
    { in: task([plain()], { volumes: [{ name: "v" }, { name: "v" }] }), finds: ["volumes[1].name", "v"] },
    { in: task([plain()], { volumes: [{ name: "v" }, { name: "w" }] }) },
  ],
  "mount-constraint": [
    {
      in: task([plain()], { volumes: [{ name: "v", host: { sourcePath: "/mnt/aiplat/fsx" } }] }),
      finds: ["volumes[0].host.sourcePath", "no constraint", "attribute:aiplat.mount.fsx exists"],
    },
    {
      in: task([plain()], {
        volumes: [{ name: "v", host: { sourcePath: "/mnt/aiplat/fsx" } }],
        placementConstraints: [{ type: "memberOf", expression: "attribute:aiplat.mount.fsx exists" }],
      }),
    },
    { in: task([plain()], { volumes: [{ name: "v", host: { sourcePath: "/mnt/other" } }] }) },
  ],
  "efs-access-point": [
    {
      in: task([plain()], {
        volumes: [efs({ rootDirectory: "/x", transitEncryption: "ENABLED", authorizationConfig: point })],
      }),
      finds: ["volumes[0].efsVolumeConfiguration.rootDirectory", "fsap-1"],
    },
    {
      in: task([plain()], { volumes: [efs({ authorizationConfig: { iam: "ENABLED" } })] }),
      finds: ["volumes[0].efsVolumeConfiguration", "transitEncryption", "ENABLED"],
    },
    {
      in: task([plain()], {
        volumes: [
          efs({ rootDirectory: "/", transitEncryption: "ENABLED", authorizationConfig: point }),
          { ...efs({ rootDirectory: "/x" }), name: "w" },
        ],
      }),
    },
  ],
  "ulimit-order": [
    {
      in: task([plain({ ulimits: [{ name: "nofile", softLimit: 20, hardLimit: 10 }] })]),
      finds: ["containerDefinitions[0].ulimits[0].softLimit", "nofile", "10"],
    },
    {
      in: task([plain({ ulimits: [{ name: "memlock", softLimit: -1, hardLimit: 10 }] })]),
      finds: ["containerDefinitions[0].ulimits[0].softLimit", "memlock"],
    },
    {
      in: task([
        plain({
          ulimits: [
            { name: "memlock", softLimit: -1, hardLimit: -1 },
            { name: "stack", softLimit: 10, hardLimit: -1 },
          ],
        }),
      ]),
    },
  ],
  "ulimit-nofile": [
    {
      in: task([plain({ ulimits: [{ name: "nofile", softLimit: 10, hardLimit: -1 }] })]),
      finds: ["containerDefinitions[0].ulimits[0].hardLimit", "nofile", "1048576"],
    },
    {
      in: task([
        plain({
          ulimits: [
            { name: "nofile", softLimit: 65_536, hardLimit: 1_048_576 },
            { name: "memlock", softLimit: -1, hardLimit: -1 },
          ],
        }),
      ]),
    },
  ],
  "log-options": [
    {
      in: task([plain(awslogs({}))]),
      finds: ["containerDefinitions[0].logConfiguration", "awslogs-group", "awslogs-region"],
    },
    {
      in: task([plain(awslogs({ ...group, "awslogs-create-group": "false" }))]),
      finds: ["containerDefinitions[0].logConfiguration.options.awslogs-create-group", '"true"'],
    },
    {
      in: task([plain(awslogs(group))], fargate),
      finds: ["containerDefinitions[0].logConfiguration", "awslogs-stream-prefix"],
    },
    // AWS's own examples write it with a capital.
    { in: task([plain(awslogs({ ...group, "awslogs-create-group": "True" }))]) },
    { in: task([plain({ logConfiguration: { logDriver: "gelf" } })]) },
  ],
  "log-router": [
    {
      in: task([plain({ logConfiguration: { logDriver: "awsfirelens" } })]),
      finds: ["containerDefinitions[0].logConfiguration.logDriver", "firelensConfiguration"],
    },
    {
      in: task([plain({ firelensConfiguration: { type: "fluentbit" } })]),
      finds: ["containerDefinitions[0].firelensConfiguration", "awsfirelens"],
    },
    {
      in: task([
        plain({ firelensConfiguration: { type: "fluentbit" } }),
        plain({ name: "other", firelensConfiguration: { type: "fluentbit" } }),
      ]),
      finds: ["containerDefinitions[1].firelensConfiguration", "other"],
    },
    {
      in: task([
        plain({ firelensConfiguration: { type: "fluentbit" } }),
        plain({ name: "other", logConfiguration: { logDriver: "awsfirelens" } }),
      ]),
    },
  ],
  "log-driver": [
    {
      in: task([plain({ logConfiguration: { logDriver: "syslog" } })], fargate),
      finds: ["containerDefinitions[0].logConfiguration.logDriver", "syslog", "splunk"],
    },
    { in: task([plain({ logConfiguration: { logDriver: "syslog" } })]) },
    { in: task([plain({ logConfiguration: { logDriver: "splunk" } })], fargate) },
  ],
  "fargate-network": [
    { in: task([plain()], { ...fargate, networkMode: "bridge" }), finds: ["networkMode", "awsvpc"] },
    { in: task([plain()], fargate) },
  ],
  "fargate-size": [
    { in: task([plain()], { ...fargate, memory: "8192" }), finds: ["memory", "8GiB", "2048"] },
    { in: task([plain()], { ...fargate, cpu: "4 vCPU", memory: "31 GB" }), finds: ["memory", "31GiB"] },
    { in: task([plain()], { ...fargate, cpu: "8192", memory: "17408" }), finds: ["memory", "4096"] },
    { in: task([plain()], { ...fargate, cpu: "300" }), finds: ["cpu", "300", "256"] },
    { in: task([plain()], { ...fargate, cpu: undefined }), finds: ["", "cpu is missing"] },
    { in: task([plain()], { ...fargate, cpu: "1 vCPU", memory: "3 GB" }) },
    { in: task([plain()], { ...fargate, cpu: "8192", memory: "20480" }) },
    // Larger than what is known.
    { in: task([plain()], { ...fargate, cpu: "32768", memory: "262144" }) },
    { in: task([plain()], { cpu: "300" }) },
  ],
  "secrets-without-role": [
    {
      in: task([plain({ secrets: [{ name: "TOKEN", valueFrom: "arn:x" }] })]),
      finds: ["containerDefinitions[0].secrets", "executionRoleArn"],
    },
    {
      in: task([
        plain({ logConfiguration: { logDriver: "splunk", secretOptions: [{ name: "t", valueFrom: "arn:x" }] } }),
      ]),
      finds: ["containerDefinitions[0].logConfiguration.secretOptions", "side"],
    },
    { in: task([plain({ secrets: [{ name: "TOKEN", valueFrom: "arn:x" }] })], { executionRoleArn: "arn:role" }) },
    { in: task([plain({ secrets: [] })]) },
  ],
  "fargate-accelerator": [
    {
      in: task([neuron([0])], { requiresCompatibilities: ["FARGATE"] }),
      finds: [`${devices}[0]`, "FARGATE", "/dev/neuron0"],
    },
    {
      in: task([gpu({ value: "1" })], { requiresCompatibilities: ["EC2", "FARGATE"] }),
      finds: ["containerDefinitions[0].resourceRequirements[0]", "GPU"],
    },
    { in: task([gpu({ value: "1" })]) },
    { in: task([plain()], { requiresCompatibilities: ["FARGATE"], networkMode: "awsvpc" }) },
  ],
  "elastic-inference": [
    {
      in: task([plain()], { inferenceAccelerators: [{ deviceName: "one", deviceType: "eia2.medium" }] }),
      finds: ["inferenceAccelerators", "Elastic Inference"],
    },
    {
      in: task([plain({ resourceRequirements: [{ type: "InferenceAccelerator", value: "one" }] })]),
      finds: ["containerDefinitions[0].resourceRequirements[0]"],
    },
    { in: task([plain()], { inferenceAccelerators: [] }) },
  ],
  "retired-type": [
    {
      in: task([gpu({ value: "1" })], onType("p3.2xlarge")),
      finds: ["placementConstraints[0].expression", "p3.2xlarge"],
    },
    {
      in: task([gpu({ value: "1" })], on("attribute:ecs.instance-type =~ p3[.].*")),
      finds: ["placementConstraints[0].expression", "p3.2xlarge"],
    },
    { in: task([gpu({ value: "1" })], onType("g5.xlarge")) },
    { in: task([gpu({ value: "1" })], on("attribute:ecs.instance-type in [p3.2xlarge, g5.xlarge]")) },
  ],
  "constraint-type": [
    {
      in: task([plain()], { placementConstraints: [{ type: "distinctInstance" }] }),
      finds: ["placementConstraints[0].type", "distinctInstance"],
    },
    {
      in: task([plain()], { placementConstraints: [{ expression: "attribute:ecs.os-type == linux" }] }),
      finds: ["placementConstraints[0].type", "no type"],
    },
    { in: task([plain()], on("attribute:ecs.os-type == linux")) },
  ],
  "constraint-limit": [
    {
      in: task([plain()], {
        placementConstraints: Array.from({ length: 11 }, (_, index) => ({
          type: "memberOf",
          expression: `attribute:a${index} exists`,
        })),
      }),
      finds: ["placementConstraints", "11"],
    },
    {
      in: task([plain()], on(`attribute:name in [${"abcdefgh, ".repeat(200)}z]`)),
      finds: ["placementConstraints[0].expression", "2000"],
    },
    {
      in: task([plain()], {
        placementConstraints: Array.from({ length: 10 }, (_, index) => ({
          type: "memberOf",
          expression: `attribute:a${index} exists`,
        })),
      }),
    },
  ],
  "constraint-syntax": [
    {
      in: task([plain()], on("attribute:ecs.instance-type = inf2.xlarge")),
      finds: ["placementConstraints[0].expression"],
    },
    {
      in: task([plain()], { placementConstraints: [{ type: "memberOf" }] }),
      finds: ["placementConstraints[0].expression", "no expression"],
    },
    {
      in: task([plain()], on("attribute:ecs.instance-type =~ g2.* and attribute:ecs.availability-zone != us-east-1d")),
    },
  ],
  "constraint-type-case": [
    { in: task([neuron([0])], onType("Inf1.xlarge")), finds: ["placementConstraints[0].expression", "Inf1.xlarge"] },
    {
      in: task([neuron([0])], on("attribute:ecs.instance-type in [inf1.xlarge, INF1.2xlarge]")),
      finds: ["placementConstraints[0].expression", "INF1.2xlarge"],
    },
    {
      in: task(
        [neuron([0])],
        on("attribute:ecs.instance-type =~ inf1.* and attribute:ecs.instance-type != INF1.2xlarge"),
      ),
      finds: ["placementConstraints[0].expression", "INF1.2xlarge"],
    },
    { in: task([neuron([0])], onType("inf1.xlarge")) },
  ],
  "constraint-unknown-type": [
    { in: task([neuron([0])], onType("inf2.large")), finds: ["placementConstraints[0].expression", "inf2.large"] },
    {
      in: task([gpu({ value: "1" })], onType("ml.g5.xlarge")),
      finds: ["placementConstraints[0].expression", "ml.g5.xlarge"],
    },
    { in: task([neuron([0])], onType("inf2")), finds: ["placementConstraints[0].expression", "inf2"] },
    { in: task([plain()], onType("m5.large")) },
    { in: task([neuron([0])], onType("Inf2.xlarge")) },
  ],
  "constraint-contradiction": [
    {
      in: task([neuron([0])], {
        placementConstraints: [
          ...onType("inf1.xlarge").placementConstraints,
          ...onType("inf2.xlarge").placementConstraints,
        ],
      }),
      finds: ["placementConstraints[0].expression"],
    },
    { in: task([plain()], on("attribute:ecs.instance-type =~ m5.* and attribute:ecs.os-type == linux")) },
    { in: task([plain()], onType("m5.large")) },
  ],
  "constraint-mixed-devices": [
    {
      in: task([neuron([0])], on("attribute:ecs.instance-type in [inf2.xlarge, inf2.24xlarge]")),
      finds: ["placementConstraints[0].expression", "inf2.24xlarge has 6"],
    },
    {
      in: task([neuron([0])], on("attribute:ecs.instance-type =~ inf2.*")),
      finds: ["placementConstraints[0].expression", "inf2.48xlarge has 12"],
    },
    { in: task([neuron([0])], on("attribute:ecs.instance-type in [inf2.xlarge, inf2.8xlarge]")) },
    { in: task([gpu({ value: "1" })], on("attribute:ecs.instance-type in [g5.xlarge, g5.12xlarge]")) },
  ],
  "accelerator-without-type": [
    { in: task([neuron([0])]), finds: ["", "any instance"] },
    { in: task([neuron([0])], { requiresCompatibilities: undefined }), finds: ["", "any instance"] },
    { in: task([neuron([0])], on("attribute:ecs.os-type == linux")), finds: ["placementConstraints"] },
    { in: task([neuron([0])], on("attribute:ecs.instance-type != t2.micro")), finds: ["placementConstraints"] },
    { in: task([neuron([0])], on("attribute:accelerator == inferentia2")) },
    { in: task([neuron([0])], on("attribute:ecs.ami-id == ami-0123456789abcdef0")) },
    { in: task([neuron([0])], on("attribute:ecs.instance-type == inf2.xlarge or attribute:own == yes")) },
    { in: task([neuron([0])], on("attribute:ecs.instance-type =~ inf2.xlarge")) },
    { in: task([gpu({ value: "1" })]) },
    { in: managedTask([neuron([0])]) },
  ],
  "neuron-device-path": [
    {
      in: task([neuron([], {}, { devices: [{ hostPath: "/dev/neuron*" }] })], half),
      finds: [`${devices}[0].hostPath`, "/dev/neuron*"],
    },
    {
      in: task([neuron([], {}, { devices: [{ hostPath: "/dev/neuron01" }] })], half),
      finds: [`${devices}[0].hostPath`],
    },
    { in: task([neuron([0], {}, { devices: [device(0), { hostPath: "/dev/fuse" }] })], half) },
  ],
  "neuron-device-mapping": [
    {
      in: task([neuron([], {}, { devices: [device(3, { containerPath: "/dev/neuron0" })] })], half),
      finds: [`${devices}[0].containerPath`, "/dev/neuron3", "/dev/neuron0"],
    },
    {
      in: task(
        [
          neuron(
            [],
            {},
            { devices: [{ hostPath: "/dev/neuron0" }, { hostPath: "/dev/fuse", containerPath: "/dev/other" }] },
          ),
        ],
        half,
      ),
    },
  ],
  "neuron-device-permissions": [
    {
      in: task([neuron([], {}, { devices: [device(0, { permissions: ["read"] })] })], half),
      finds: [`${devices}[0].permissions`, "write /dev/neuron0"],
    },
    {
      in: task(
        [
          neuron(
            [],
            {},
            { devices: [device(0, { permissions: [] }), device(1, { permissions: ["mknod", "write", "read"] })] },
          ),
        ],
        half,
      ),
    },
  ],
  "neuron-device-order": [
    {
      in: task([neuron([0, 1, 10, 11, 2, 3, 4, 5, 6, 7, 8, 9])], onType("inf2.48xlarge")),
      finds: [`${devices}[4].hostPath`, "neuron2 stands after /dev/neuron11"],
    },
    { in: task([neuron([0, 0])], half), finds: [`${devices}[1].hostPath`, "twice"] },
    { in: task([neuron(row(0, 12))], onType("inf2.48xlarge")) },
    {
      in: task([neuron([], {}, { devices: [device(0), { hostPath: "/dev/infiniband/uverbs0" }, device(1)] })], {
        ...half,
        networkMode: "host",
      }),
    },
  ],
  "neuron-device-gap": [
    { in: task([neuron([0, 2])], half), finds: [devices, "leave out neuron1"] },
    { in: task([neuron([0, 99999999])], half), finds: [devices, "neuron0, neuron99999999"] },
    { in: task([neuron([2, 3, 4])], half) },
    { in: task([neuron([1, 0])], half) },
  ],
  "neuron-device-not-on-type": [
    {
      in: task([neuron([0, 1])], onType("inf2.xlarge")),
      finds: [`${devices}[1]`, "inf2.xlarge has only /dev/neuron0"],
    },
    {
      in: task([neuron(row(0, 6))], on("attribute:ecs.instance-type in [inf2.8xlarge, inf2.24xlarge]")),
      finds: [`${devices}[5]`, "inf2.8xlarge"],
    },
    {
      in: task([neuron([0, 1])], on("not(attribute:ecs.instance-type != inf2.xlarge)")),
      finds: [`${devices}[1]`, "inf2.xlarge"],
    },
    { in: task([neuron([0])], onType("m5.large")), finds: [`${devices}[0]`, "m5.large has no Neuron devices"] },
    { in: task([neuron([0])], onType("g5.xlarge")), finds: [`${devices}[0]`, "g5.xlarge has no Neuron devices"] },
    { in: task([neuron([16])]), finds: [`${devices}[0]`, "no instance type has /dev/neuron16"] },
    { in: task([neuron(row(0, 6))], half) },
    // Which of the matching types the cluster has is not known.
    { in: task([neuron(row(0, 6))], on("attribute:ecs.instance-type =~ inf2.*")) },
    { in: task([neuron(row(0, 4))], onType("trn9.48xlarge")) },
  ],
  "neuron-device-slot": [
    { in: task([neuron([0, 1])], onType("trn1.32xlarge")), finds: [devices, "1, 4, 8 or 16"] },
    { in: task([neuron([2, 3, 4, 5])], onType("trn2.48xlarge")), finds: [devices, "neuron2, neuron3"] },
    { in: task([neuron([4, 5, 6, 7])], onType("trn1.32xlarge")) },
    { in: task([neuron([1, 2, 3])], half) },
    { in: task([neuron([0, 2])], onType("trn1.32xlarge")) },
    { in: task([neuron([6])], half) },
  ],
  "neuron-device-shared": [
    {
      in: task([neuron([0, 1]), neuron([1, 2], { name: "other" })], half),
      finds: ["containerDefinitions[1].linuxParameters.devices[0]", "model"],
    },
    { in: task([neuron([0, 1]), neuron([2, 3], { name: "other" })], half) },
    { in: task([neuron([0, 1]), neuron([0, 1], { name: "monitor", essential: false })], half) },
  ],
  "neuron-ipc-lock": [
    {
      in: task([neuron([0], {}, { capabilities: { add: ["SYS_NICE"] } })], half),
      finds: ["containerDefinitions[0].linuxParameters", "IPC_LOCK"],
    },
    { in: task([neuron([0], {}, { capabilities: null })], half), finds: ["containerDefinitions[0].linuxParameters"] },
    { in: task([neuron([0], {}, { capabilities: { add: ["ALL"] } })], half) },
    { in: task([neuron([0], { privileged: true }, { capabilities: null })], half) },
    { in: task([plain({ linuxParameters: { devices: [{ hostPath: "/dev/fuse" }] } })]) },
  ],
  "neuron-device-missing": [
    {
      // Case h06: the runtime of the image finds no device.
      in: task([plain({ name: "model", image: inf1Image, memory: 6000 })], onType("inf1.2xlarge")),
      finds: ["containerDefinitions[0]", "model", "built for Neuron", "linuxParameters.devices"],
    },
    {
      in: task([plain(variable("AWS_NEURON_VISIBLE_DEVICES", "0"))], onType("inf1.2xlarge")),
      finds: ["containerDefinitions[0].environment[0].value", "OCI hook", "Amazon Linux 2023", "/dev/neuron0"],
    },
    {
      in: task([plain(variable("NEURON_RT_NUM_CORES", "2"))], onType("inf2.xlarge")),
      finds: ["containerDefinitions[0]", "NEURON_RT_NUM_CORES"],
    },
    // One that compiles, beside one that has the device; one that sees them all; one that may run anywhere.
    { in: task([neuron([0]), plain({ image: inf1Image })], onType("inf1.xlarge")) },
    { in: task([plain({ image: inf1Image, privileged: true })], onType("inf1.xlarge")) },
    { in: task([plain({ image: inf1Image })]) },
    { in: task([plain()], onType("inf1.xlarge")) },
    { in: managedTask([managed({ value: "ALL" }, variable("AWS_NEURON_VISIBLE_DEVICES", "0"))]) },
  ],
  "neuron-privileged": [
    {
      in: task([neuron([0], { privileged: true })], half),
      finds: ["containerDefinitions[0].privileged", "every Neuron device"],
    },
    { in: task([neuron(row(0, 6), { privileged: true })], half) },
    { in: task([neuron([0]), plain({ privileged: true })], half) },
  ],
  "neuron-visible-cores": [
    // Inferentia2 has two cores a device: neuron2 has cores 4 and 5 of the host.
    {
      in: task([neuron([2], variable("NEURON_RT_VISIBLE_CORES", "6-7"))], half),
      finds: ["containerDefinitions[0].environment[0].value", "6-7", "neuron2 has cores 4 to 5"],
    },
    {
      in: task([neuron([0], variable("NEURON_RT_VISIBLE_CORES", "0-3"))], half),
      finds: ["containerDefinitions[0].environment[0].value"],
    },
    {
      in: task([neuron([0], variable("NEURON_RT_VISIBLE_CORES", "0-4"))], onType("trn2.48xlarge")),
      finds: ["containerDefinitions[0].environment[0].value", "cores 0 to 3"],
    },
    {
      in: task([neuron([0, 1, 2], variable("NEURON_RT_VISIBLE_CORES", "3,5,6"))], half),
      finds: ["containerDefinitions[0].environment[0].value", "3,5,6"],
    },
    {
      in: task([neuron([0], variable("NEURON_RT_VISIBLE_CORES", "all"))], half),
      finds: ["containerDefinitions[0].environment[0].value", "all"],
    },
    { in: task([neuron([2], variable("NEURON_RT_VISIBLE_CORES", "4,5"))], half) },
    { in: task([neuron([2], variable("NEURON_RT_VISIBLE_CORES", "0-1"))], half) },
    { in: task([neuron([0], variable("NEURON_RT_VISIBLE_CORES", "0-3"))], onType("inf1.6xlarge")) },
    {
      in: task(
        [
          neuron([0], {
            environment: [
              { name: "NEURON_RT_VISIBLE_CORES", value: "0-7" },
              { name: "NEURON_LOGICAL_NC_CONFIG", value: "1" },
            ],
          }),
        ],
        onType("trn2.48xlarge"),
      ),
    },
    // The type is not known: a device has 8 cores at most.
    { in: task([neuron([0], variable("NEURON_RT_VISIBLE_CORES", "0-3"))], on("attribute:own == yes")) },
    { in: task([plain(variable("NEURON_RT_VISIBLE_CORES", "0-3"))]) },
  ],
  "neuron-visible-cores-idle": [
    {
      in: task([neuron([0, 1], variable("NEURON_RT_VISIBLE_CORES", "0-1"))], half),
      finds: ["containerDefinitions[0].environment[0].value", "1 of the container's 2 devices"],
    },
    { in: task([neuron([0, 1], variable("NEURON_RT_VISIBLE_CORES", "1-2"))], half) },
    { in: task([neuron([0, 1], variable("NEURON_RT_VISIBLE_CORES", "0-3"))], half) },
    { in: task([neuron([0, 1], variable("NEURON_RT_VISIBLE_CORES", "9"))], half) },
    { in: task([neuron([0, 1, 2], variable("NEURON_RT_VISIBLE_CORES", "5-6"))], half) },
  ],
  "neuron-num-cores": [
    {
      in: task([neuron([0], variable("NEURON_RT_NUM_CORES", "4"))], half),
      finds: ["containerDefinitions[0].environment[0].value", "more than the 2 cores of neuron0"],
    },
    {
      in: task([neuron([0], variable("NEURON_RT_NUM_CORES", "two"))], half),
      finds: ["containerDefinitions[0].environment[0].value", "two"],
    },
    { in: task([neuron([0], variable("NEURON_RT_NUM_CORES", "1"))], half) },
    {
      in: task(
        [
          neuron([0], {
            environment: [
              { name: "NEURON_RT_NUM_CORES", value: "9" },
              { name: "NEURON_RT_VISIBLE_CORES", value: "0-1" },
            ],
          }),
        ],
        half,
      ),
    },
  ],
  "neuron-visible-devices": [
    {
      in: task([neuron([0, 1], variable("AWS_NEURON_VISIBLE_DEVICES", "2,3"))], half),
      finds: ["containerDefinitions[0].environment[0].value", "neuron2 and neuron3"],
    },
    {
      in: task([neuron([0, 1], variable("AWS_NEURON_VISIBLE_DEVICES", "0"))], half),
      finds: ["containerDefinitions[0].environment[0].value", "leaves out neuron1"],
    },
    {
      in: task([neuron([0], variable("AWS_NEURON_VISIBLE_DEVICES", "ALL"))], half),
      finds: ["containerDefinitions[0].environment[0].value", "every device"],
    },
    { in: task([neuron([0, 1], variable("AWS_NEURON_VISIBLE_DEVICES", "0,1"))], half) },
    { in: task([neuron([0], variable("AWS_NEURON_VISIBLE_DEVICES", "all"))], onType("inf2.xlarge")) },
    { in: task([plain(variable("AWS_NEURON_VISIBLE_DEVICES", "0"))]) },
  ],
  "neuron-device-mixed": [
    {
      in: managedTask([managed({ value: "ALL" }), neuron([0])]),
      finds: ["containerDefinitions[1].linuxParameters.devices[0]", "/dev/neuron0"],
    },
    { in: managedTask([managed({ value: "ALL" }, { linuxParameters: { devices: [{ hostPath: "/dev/fuse" }] } })]) },
  ],
  "neuron-device-value": [
    {
      in: managedTask([managed({ value: "1" })]),
      finds: ["containerDefinitions[0].resourceRequirements[0].value", "asks for 1"],
    },
    { in: managedTask([managed({})]), finds: ["containerDefinitions[0].resourceRequirements[0].value", "no value"] },
    { in: managedTask([managed({ value: "ALL" })]) },
  ],
  "neuron-device-containers": [
    {
      in: managedTask([managed({ value: "ALL" }), managed({ value: "ALL" }, { name: "other" })]),
      finds: ["containerDefinitions[1].resourceRequirements[0]", "more than once"],
    },
    { in: managedTask([managed({ value: "ALL" }), plain()]) },
  ],
  "neuron-device-capacity": [
    {
      in: managedTask([managed({ value: "ALL" })], { requiresCompatibilities: ["EC2"] }),
      finds: ["containerDefinitions[0].resourceRequirements[0]", "is EC2"],
    },
    {
      in: managedTask([managed({ value: "ALL" })], { requiresCompatibilities: [] }),
      finds: ["containerDefinitions[0].resourceRequirements[0]", "not set"],
    },
    { in: managedTask([managed({ value: "ALL" })]) },
  ],
  "managed-instances-network": [
    { in: managedTask([plain()], { networkMode: "bridge" }), finds: ["networkMode", "bridge"] },
    { in: managedTask([plain()], { networkMode: undefined }), finds: ["", "left out"] },
    { in: managedTask([plain()], { networkMode: "host" }) },
    { in: task([plain()], { requiresCompatibilities: ["EC2", "MANAGED_INSTANCES"] }) },
  ],
  "managed-instances-size": [
    { in: managedTask([plain()], { cpu: undefined }), finds: ["", "cpu is missing"] },
    { in: managedTask([plain()], { cpu: undefined, memory: undefined }), finds: ["", "cpu and memory are missing"] },
    { in: managedTask([plain()]) },
    { in: task([plain()], { requiresCompatibilities: ["EC2", "MANAGED_INSTANCES"] }) },
  ],
  "managed-instances-inf1": [
    { in: managedTask([neuron([0])], onType("inf1.xlarge")), finds: ["placementConstraints[0].expression", "Inf1"] },
    { in: managedTask([neuron([0])], onType("inf2.xlarge")) },
    { in: managedTask([neuron([0])], on("attribute:ecs.instance-type in [inf1.xlarge, inf2.xlarge]")) },
    { in: task([neuron([0])], onType("inf1.xlarge")) },
  ],
  "managed-instances-role": [
    { in: managedTask([plain({ image: inEcr })]), finds: ["executionRoleArn", "pull its image from ECR without"] },
    {
      in: managedTask([plain({ logConfiguration: { logDriver: "awslogs" } })]),
      finds: ["executionRoleArn", "write its logs without"],
    },
    { in: managedTask([plain({ image: inEcr })], { executionRoleArn: "arn:e" }) },
    { in: managedTask([plain({ image: "public.ecr.aws/neuron/x:1" })]) },
    { in: managedTask([plain({ image: inEcr })], { requiresCompatibilities: ["EC2", "MANAGED_INSTANCES"] }) },
  ],
  "gpu-by-device": [
    {
      in: task([
        plain({ linuxParameters: { devices: [{ hostPath: "/dev/nvidia0" }, { hostPath: "/dev/nvidiactl" }] } }),
      ]),
      finds: [`${devices}[0]`, "/dev/nvidia0"],
    },
    { in: task([gpu({ value: "1" }, { linuxParameters: { devices: [{ hostPath: "/dev/fuse" }] } })]) },
  ],
  "gpu-value": [
    { in: task([gpu({ value: "1.5" })]), finds: ["containerDefinitions[0].resourceRequirements[0].value", "1.5"] },
    { in: task([gpu({ value: "0" })]), finds: ["containerDefinitions[0].resourceRequirements[0].value"] },
    { in: task([gpu({})]), finds: ["containerDefinitions[0].resourceRequirements[0]", "neither"] },
    {
      in: task([gpu({ value: "1", sharingStrategy: { nvidiaMps: { memory: 4096 } } })]),
      finds: ["containerDefinitions[0].resourceRequirements[0].value", "sharingStrategy"],
    },
    { in: task([gpu({ value: "0.25" })]) },
    { in: task([gpu({ value: "ALL" })]) },
    { in: task([gpu({ sharingStrategy: { nvidiaMps: { memory: 4096 } } })]) },
  ],
  "gpu-options-differ": [
    {
      in: task([gpu({ value: "1" }), gpu({ sharingStrategy: { nvidiaMps: { memory: 4096 } } }, { name: "other" })]),
      finds: ["containerDefinitions[1].resourceRequirements[0]", "MPS"],
    },
    { in: task([gpu({ value: "1" }), gpu({ value: "2" }, { name: "other" }), plain()]) },
  ],
  "gpu-share-memory": [
    {
      in: task([share(15_360), share(15_360, { name: "other" })], onType("g5.xlarge")),
      finds: [
        "containerDefinitions[0].resourceRequirements[0].sharingStrategy.nvidiaMps.memory",
        "2 shares, which go on one GPU, take together 30,720 MiB, and one A10G of g5.xlarge has 22,888 MiB",
      ],
    },
    {
      in: task([share(40_000)], on("attribute:ecs.instance-type in [g5.xlarge, g4dn.xlarge]")),
      finds: ["containerDefinitions[0].resourceRequirements[0].sharingStrategy.nvidiaMps.memory", "40,000 MiB"],
    },
    {
      in: task([share(0), share(1, { name: "other" })]),
      finds: ["containerDefinitions[0].resourceRequirements[0].sharingStrategy.nvidiaMps.memory", "0 is no memory"],
    },
    { in: task([share(11_444), share(11_444, { name: "other" })], onType("g5.xlarge")) },
    { in: task([share(20_000)], on("attribute:ecs.instance-type in [g4dn.xlarge, g5.xlarge]")) },
    { in: task([share(999_999)]) },
    { in: task([share(40_000)], onType("p99.xlarge")) },
  ],
  "gpu-not-on-type": [
    {
      in: task([gpu({ value: "2" })], onType("g5.xlarge")),
      finds: ["containerDefinitions[0].resourceRequirements[0]", "2 GPUs", "g5.xlarge has 1"],
    },
    {
      in: task([gpu({ value: "2" }), gpu({ value: "3" }, { name: "other" })], onType("g5.12xlarge")),
      finds: ["containerDefinitions[0].resourceRequirements[0]", "5 GPUs"],
    },
    {
      in: task([gpu({ value: "1" })], onType("inf2.xlarge")),
      finds: ["containerDefinitions[0].resourceRequirements[0]", "no NVIDIA GPU"],
    },
    {
      in: task([gpu({ value: "ALL" })], onType("m5.large")),
      finds: ["containerDefinitions[0].resourceRequirements[0]", "m5.large"],
    },
    { in: task([gpu({ value: "4" })], onType("g5.12xlarge")) },
    { in: task([gpu({ value: "4" })], on("attribute:ecs.instance-type in [g5.xlarge, g5.12xlarge]")) },
    { in: task([gpu({ value: "4" })], onType("p99.xlarge")) },
    { in: task([gpu({ value: "9" })], on("attribute:ecs.instance-type =~ [gp].*")) },
    { in: task([gpu({ value: "0.5" })], onType("g6f.4xlarge")) },
  ],
  "gpu-missing": [
    {
      in: task([plain({ image: "nvidia/cuda:12.4.1-base-ubuntu22.04" })], onType("g5.xlarge")),
      finds: ["containerDefinitions[0]", "built for GPUs", "resourceRequirements"],
    },
    { in: task([gpu({ value: "1" }), plain({ image: "nvidia/cuda:12.4.1-base-ubuntu22.04" })], onType("g5.xlarge")) },
    {
      in: task(
        [plain({ image: "nvidia/cuda:12.4.1-base-ubuntu22.04", ...variable("NVIDIA_VISIBLE_DEVICES", "all") })],
        onType("g5.xlarge"),
      ),
    },
    { in: task([plain({ image: "nvidia/cuda:12.4.1-base-ubuntu22.04" })], onType("m5.xlarge")) },
  ],
  "gpu-fraction-on-whole": [
    {
      in: task([gpu({ value: "0.5" })], onType("g5.xlarge")),
      finds: ["containerDefinitions[0].resourceRequirements[0].value", "g5.xlarge"],
    },
    {
      in: task([gpu({ sharingStrategy: { nvidiaMps: { memory: 2048 } } })], onType("g6f.xlarge")),
      finds: ["containerDefinitions[0].resourceRequirements[0].sharingStrategy", "g6f.xlarge"],
    },
    { in: task([gpu({ value: "0.25" })], onType("g6f.2xlarge")) },
    { in: task([gpu({ sharingStrategy: { nvidiaMps: { memory: 2048 } } })], onType("g6.xlarge")) },
    { in: task([gpu({ value: "0.5" })]) },
    { in: task([gpu({ value: "0.5" })], onType("inf2.xlarge")) },
    { in: task([gpu({ value: "0.5" })], on("attribute:ecs.instance-type in [g5.xlarge, g6f.4xlarge]")) },
  ],
  "memory-not-set": [
    { in: task([plain({ memory: undefined })]), finds: ["containerDefinitions[0]", "memoryReservation"] },
    { in: task([plain({ memory: undefined })], { memory: "512" }) },
    { in: task([plain({ memory: undefined, memoryReservation: 64 })]) },
    {
      in: task([plain({ memory: undefined })], { requiresCompatibilities: ["FARGATE"], networkMode: "awsvpc" }),
      finds: ["containerDefinitions[0]", "the task has no memory"],
    },
    { in: managedTask([plain({ memory: undefined })]) },
  ],
  "task-size": [
    { in: task([plain()], { cpu: "64" }), finds: ["cpu", "64", "128"] },
    { in: task([plain({ cpu: 512 }), plain({ name: "b", cpu: 1024 })], { cpu: "1 vCPU" }), finds: ["cpu", "1536"] },
    { in: task([plain()], { memory: "64" }), finds: ["containerDefinitions[0].memory", "128", "64"] },
    { in: task([plain(), plain({ name: "b" })], { memory: "200" }), finds: ["memory", "256", "200"] },
    { in: task([plain({ memoryReservation: 64 }), plain({ name: "b" })], { cpu: "128", memory: "200" }) },
    { in: task([plain({ cpu: 1024 })], { cpu: "1024", memory: "0.5 GB" }) },
  ],
  "memory-over-type": [
    // inf2.xlarge has 16 GiB.
    {
      in: task([neuron([0], { memory: 16_385 })], onType("inf2.xlarge")),
      finds: ["containerDefinitions[0].memory", "16385MiB", "16GiB"],
    },
    {
      in: task([neuron([0], { memory: 10_000 }), plain({ memory: 10_000 })], onType("inf2.xlarge")),
      finds: ["containerDefinitions[0].memory"],
    },
    { in: task([neuron([0])], { ...onType("inf2.xlarge"), memory: "32 GB" }), finds: ["memory", "32GiB"] },
    { in: task([neuron([0], { memory: 32_000, memoryReservation: 1000 })], onType("inf2.xlarge")) },
    { in: task([neuron([0], { memory: 16_385 })], on("attribute:ecs.instance-type in [inf2.xlarge, inf2.8xlarge]")) },
    { in: task([plain({ memory: 16_385 })], onType("m5.large")) },
    { in: task([plain({ memory: 20_000_000 })], on("attribute:ecs.instance-type =~ [gu].*")) },
    { in: task([plain({ memory: 20_000_000 })], on("attribute:ecs.instance-type =~ g5.*|u-.*")) },
    {
      in: task([neuron([0], { memory: 800_000 })], on("attribute:ecs.instance-type =~ inf2.*")),
      finds: ["containerDefinitions[0].memory", "768GiB"],
    },
  ],
  "memory-over-registered": [
    {
      in: task([neuron([0], { memory: 14_746 })], onType("inf2.xlarge")),
      finds: ["containerDefinitions[0].memory", "16GiB"],
    },
    {
      in: task([neuron([0], { memory: 16_384 })], onType("inf2.xlarge")),
      finds: ["containerDefinitions[0].memory", "16GiB"],
    },
    { in: task([neuron([0], { memory: 14_745 })], onType("inf2.xlarge")) },
    { in: task([neuron([0], { memory: 16_385 })], onType("inf2.xlarge")) },
  ],
  "cpu-over-type": [
    {
      in: task([neuron([0], { cpu: 4097 })], onType("inf2.xlarge")),
      finds: ["containerDefinitions[0].cpu", "4097", "4096"],
    },
    { in: task([neuron([0])], { ...onType("inf2.xlarge"), cpu: "8 vCPU" }), finds: ["cpu", "8192"] },
    { in: task([neuron([0], { cpu: 4096 })], onType("inf2.xlarge")) },
  ],
  "host-port-differs": [
    {
      in: task([plain({ portMappings: [{ containerPort: 80, hostPort: 8080 }] })], { networkMode: "host" }),
      finds: ["containerDefinitions[0].portMappings[0].hostPort", "8080"],
    },
    {
      in: task([plain({ portMappings: [{ containerPort: 80, hostPort: 8080 }] })], { networkMode: "awsvpc" }),
      finds: ["containerDefinitions[0].portMappings[0].hostPort"],
    },
    {
      in: task(
        [
          plain({
            portMappings: [
              { containerPort: 80 },
              { containerPort: 81, hostPort: 81 },
              { containerPort: 82, hostPort: 0 },
            ],
          }),
        ],
        { networkMode: "host" },
      ),
    },
    { in: task([plain({ portMappings: [{ containerPort: 80, hostPort: 8080 }] })]) },
  ],
  "lock-ports-missing": [
    { in: task([neuron([2, 3], { portMappings: [lock(2)] })], half), finds: ["containerDefinitions[0]", "neuron3"] },
    {
      in: task([neuron([2], { portMappings: [{ containerPort: 28702, hostPort: 28702 }] })], half),
      finds: ["containerDefinitions[0]", "neuron2"],
    },
    {
      in: task([neuron([2], { portMappings: [{ containerPort: 28702, protocol: "udp" }] })], half),
      finds: ["containerDefinitions[0]"],
    },
    {
      in: task([neuron([2], { portMappings: [{ containerPort: 28702, protocol: "udp" }] })], {
        ...half,
        networkMode: "host",
      }),
    },
    {
      in: task(
        [neuron([2, 3], { portMappings: [{ containerPort: 30_002, hostPort: 30_002, protocol: "udp" }] })],
        half,
      ),
      finds: ["containerDefinitions[0]", "neuron2 and neuron3"],
    },
    { in: task([neuron([2], { portMappings: [] }), plain({ portMappings: [lock(2)] })], half) },
    // A cluster with the lock port base 30,000.
    {
      in: task(
        [
          neuron([2, 3], {
            portMappings: [2, 3].map((number) => ({
              containerPort: 30_000 + number,
              hostPort: 30_000 + number,
              protocol: "udp",
            })),
          }),
        ],
        half,
      ),
    },
    { in: task([neuron(row(0, 6), { portMappings: [] })], half) },
    { in: task([neuron([2], { portMappings: [] })], { ...half, networkMode: "awsvpc" }) },
  ],
  "shared-memory-missing": [
    {
      in: task([gpu({ value: "4" })], onType("g5.12xlarge")),
      finds: ["containerDefinitions[0].linuxParameters", "4 GPUs", "64 MiB", "sharedMemorySize"],
    },
    {
      in: task([gpu({ value: "ALL" })], onType("g5.12xlarge")),
      finds: ["containerDefinitions[0].linuxParameters", "4 GPUs"],
    },
    {
      in: task([plain(), neuron([0, 1], {}, { sharedMemorySize: undefined })], half),
      finds: ["containerDefinitions[1].linuxParameters", "2 Neuron devices"],
    },
    {
      in: task([neuron([0], {}, { devices: [device(0), { hostPath: "/dev/infiniband/uverbs0" }] })], {
        ...onType("trn1.2xlarge"),
        networkMode: "host",
      }),
      finds: ["containerDefinitions[0].linuxParameters", "EFA"],
    },
    { in: task([gpu({ value: "1" })], onType("g5.12xlarge")) },
    { in: task([gpu({ value: "ALL" })], on("attribute:ecs.instance-type in [g5.12xlarge, g5.xlarge]")) },
    { in: task([gpu({ value: "ALL" })]) },
    { in: task([neuron([0])], half) },
    { in: task([gpu({ value: "4" }, { linuxParameters: { sharedMemorySize: 1024 } })]) },
    { in: task([gpu({ value: "4" }, { linuxParameters: { tmpfs: [{ containerPath: "/dev/shm", size: 64 }] } })]) },
    { in: task([gpu({ value: "4" }, { mountPoints: [{ sourceVolume: "shm", containerPath: "/dev/shm" }] })]) },
    { in: task([gpu({ value: "4" })], { ipcMode: "host" }) },
    { in: managedTask([gpu({ value: "4" })]) },
  ],
  "duplicate-container": [
    { in: task([plain(), plain()]), finds: ["containerDefinitions[1].name", "side", "twice"] },
    { in: task([plain(), plain({ name: "other" })]) },
  ],
  "essential-missing": [
    {
      in: task([plain({ essential: false }), plain({ name: "other", essential: false })]),
      finds: ["containerDefinitions[0].essential", "no container is essential"],
    },
    { in: task([plain({ essential: false }), plain({ name: "other" })]) },
    { in: task([plain({ essential: null })]) },
  ],
  "unknown-volume": [
    {
      in: task([plain({ mountPoints: [{ sourceVolume: "data", containerPath: "/data" }] })], {
        volumes: [{ name: "date" }],
      }),
      finds: ["containerDefinitions[0].mountPoints[0].sourceVolume", "side", "data", "date"],
    },
    {
      in: task([plain({ mountPoints: [{ sourceVolume: "data", containerPath: "/data" }] })], {
        volumes: [{ name: "data" }],
      }),
    },
  ],
  "unknown-container": [
    {
      in: task([plain()], { networkMode: "awsvpc", proxyConfiguration: { type: "APPMESH", containerName: "envoy" } }),
      finds: ["proxyConfiguration.containerName", "envoy", "side"],
    },
    {
      in: task([plain({ dependsOn: [{ containerName: "init", condition: "START" }] })]),
      finds: ["containerDefinitions[0].dependsOn[0]", "side", "init"],
    },
    {
      in: task([plain({ volumesFrom: [{ sourceContainer: "data" }] }), plain({ name: "date" })]),
      finds: ["containerDefinitions[0].volumesFrom[0].sourceContainer", "data", "date"],
    },
    { in: task([plain({ links: ["other:alias"] })]), finds: ["containerDefinitions[0].links[0]", "other"] },
    {
      in: task([
        plain({ links: ["b:alias"], volumesFrom: [{ sourceContainer: "b" }] }),
        plain({ name: "b", dependsOn: [{ containerName: "side", condition: "START" }] }),
      ]),
    },
  ],
  "dependency-circle": [
    {
      in: task([plain({ dependsOn: [{ containerName: "side", condition: "START" }] })]),
      finds: ["containerDefinitions[0].dependsOn[0]", "side waits for itself"],
    },
    {
      in: task(
        ["a", "b", "c"].map((name, index) =>
          plain({ name, dependsOn: [{ containerName: "bca"[index], condition: "START" }] }),
        ),
      ),
      finds: ["containerDefinitions[2].dependsOn[0]", "a, b and c wait for each other"],
    },
    // Two ways to one container are no circle.
    {
      in: task([
        plain({
          dependsOn: [
            { containerName: "a", condition: "START" },
            { containerName: "b", condition: "START" },
          ],
        }),
        plain({ name: "a", dependsOn: [{ containerName: "b", condition: "START" }] }),
        plain({ name: "b" }),
      ]),
    },
  ],
  "dependency-condition": [
    ...["SUCCESS", "COMPLETE"].map((condition): Case => ({
      in: task([plain({ dependsOn: [{ containerName: "init", condition }] }), plain({ name: "init" })]),
      finds: ["containerDefinitions[0].dependsOn[0].condition", condition, "init is essential"],
    })),
    {
      in: task([plain({ dependsOn: [{ containerName: "init", condition: "HEALTHY" }] }), plain({ name: "init" })]),
      finds: ["containerDefinitions[0].dependsOn[0].condition", "init has no healthCheck"],
    },
    {
      in: task([
        plain({
          dependsOn: [
            { containerName: "init", condition: "SUCCESS" },
            { containerName: "proxy", condition: "HEALTHY" },
            { containerName: "agent", condition: "START" },
          ],
        }),
        plain({ name: "init", essential: false }),
        plain({ name: "proxy", healthCheck: { command: ["CMD", "true"] } }),
        plain({ name: "agent" }),
      ]),
    },
  ],
  "variable-twice": [
    {
      in: task([plain({ ...variable("TOKEN", "x"), secrets: [{ name: "TOKEN", valueFrom: "arn:a" }] })]),
      finds: ["containerDefinitions[0].secrets[0].name", "TOKEN"],
    },
    { in: task([plain({ ...variable("TOKEN", "x"), secrets: [{ name: "KEY", valueFrom: "arn:a" }] })]) },
  ],
  "memory-below-reservation": [
    {
      in: task([plain({ memory: 100, memoryReservation: 101 })]),
      finds: ["containerDefinitions[0].memoryReservation", "101", "100"],
    },
    { in: task([plain({ memory: 100, memoryReservation: 100 })]) },
  ],
  "ports-without-network": [
    {
      in: task([plain({ portMappings: [{ containerPort: 80 }] })], { networkMode: "none" }),
      finds: ["networkMode", "side", "port mappings"],
    },
    { in: task([neuron([2])], { ...half, networkMode: "none" }), finds: ["networkMode", "lock its Neuron devices"] },
    { in: task([plain()], { networkMode: "none" }) },
  ],
  "field-of-mode": [
    {
      in: task([plain({ links: ["b"] }), plain({ name: "b" })], { networkMode: "awsvpc" }),
      finds: ["containerDefinitions[0].links", "awsvpc"],
    },
    { in: task([plain({ hostname: "x" })], { networkMode: "awsvpc" }), finds: ["containerDefinitions[0].hostname"] },
    {
      in: task([plain({ dnsServers: ["10.0.0.2"] })], { networkMode: "awsvpc" }),
      finds: ["containerDefinitions[0].dnsServers"],
    },
    {
      in: task([plain({ disableNetworking: true })], { networkMode: "awsvpc" }),
      finds: ["containerDefinitions[0].disableNetworking"],
    },
    { in: task([plain({ disableNetworking: false, dnsServers: [] })], { networkMode: "awsvpc" }) },
    {
      in: task([plain({ extraHosts: [{ hostname: "x", ipAddress: "10.0.0.1" }] })], { networkMode: "awsvpc" }),
      finds: ["containerDefinitions[0].extraHosts"],
    },
    {
      in: task([plain()], { proxyConfiguration: { type: "APPMESH", containerName: "side" } }),
      finds: ["proxyConfiguration", "awsvpc", "bridge"],
    },
    {
      in: task([plain()], { networkMode: "awsvpc", proxyConfiguration: { type: "APPMESH", containerName: "side" } }),
    },
    { in: task([plain({ hostname: "x", links: [] })], { networkMode: "host" }) },
    { in: task([plain({ links: ["b"], hostname: "x" }), plain({ name: "b" })]) },
  ],
  "port-count": [
    { in: task([plain(mapped(101))]), finds: ["containerDefinitions[0].portMappings", "101", "100"] },
    {
      in: task([plain(mapped(60)), plain({ name: "b", ...mapped(41) })]),
      finds: ["containerDefinitions[0].portMappings", "101"],
    },
    { in: task([plain(mapped(100))]) },
    { in: task([plain(mapped(60)), plain({ name: "b", ...mapped(41) })], { networkMode: "awsvpc" }) },
  ],
  "port-range": [
    {
      in: task([plain({ portMappings: [{ containerPortRange: "90-80" }] })]),
      finds: ["containerDefinitions[0].portMappings[0].containerPortRange", "90-80"],
    },
    {
      in: task([plain({ portMappings: [{ containerPortRange: "80-90", containerPort: 80 }] })]),
      finds: ["containerDefinitions[0].portMappings[0]", "80-90"],
    },
    { in: task([plain({ portMappings: [{ containerPortRange: "80-90" }] })]) },
  ],
  "port-protocols": [
    {
      in: task([plain({ portMappings: [{ containerPort: 53 }, { containerPort: 53, protocol: "udp" }] })]),
      finds: ["containerDefinitions[0].portMappings[1]", "53"],
    },
    {
      in: task([
        plain({ portMappings: [{ containerPort: 53 }, { containerPort: 54, protocol: "udp" }] }),
        plain({ name: "b", portMappings: [{ containerPort: 53, protocol: "udp" }] }),
      ]),
    },
  ],
  "port-twice": [
    {
      in: task([plain({ portMappings: [{ containerPort: 80 }, { containerPort: 80, protocol: "tcp" }] })]),
      finds: ["containerDefinitions[0].portMappings[1]", "port 80/tcp"],
    },
    {
      in: task([
        plain({ portMappings: [{ containerPort: 80, hostPort: 8080 }] }),
        plain({ name: "b", portMappings: [{ containerPort: 81, hostPort: 8080 }] }),
      ]),
      finds: ["containerDefinitions[1].portMappings[0]", "host port 8080/tcp"],
    },
    {
      in: task(
        [plain({ portMappings: [{ containerPort: 80 }] }), plain({ name: "b", portMappings: [{ containerPort: 80 }] })],
        {
          networkMode: "awsvpc",
        },
      ),
      finds: ["containerDefinitions[1].portMappings[0]", "host port 80/tcp"],
    },
    {
      in: task([
        plain({ portMappings: [{ containerPort: 80 }, { containerPort: 80, protocol: "udp" }] }),
        plain({ name: "b", portMappings: [{ containerPort: 80, hostPort: 0 }] }),
      ]),
    },
  ],
  "port-reserved": [
    {
      in: task([plain({ portMappings: [{ containerPort: 80, hostPort: 22 }] })]),
      finds: ["containerDefinitions[0].portMappings[0]", "22"],
    },
    {
      in: task([plain({ portMappings: [{ containerPort: 2376 }] })], { networkMode: "host" }),
      finds: ["containerDefinitions[0].portMappings[0]", "2376"],
    },
    {
      in: task([plain({ portMappings: [{ containerPort: 22 }, { containerPort: 1, hostPort: 22, protocol: "udp" }] })]),
    },
    { in: task([plain({ portMappings: [{ containerPort: 22 }] })], { networkMode: "awsvpc" }) },
  ],
  "lock-port-tcp": [
    {
      in: task([neuron([2], { portMappings: [lock(2), { containerPort: 28_709 }] })], half),
      finds: ["containerDefinitions[0].portMappings[1].containerPort", "28709", "model"],
    },
    // Locks by another base than the usual one.
    {
      in: task([neuron([2], { portMappings: [lock30(2), { containerPort: 30_015 }] })], half),
      finds: ["containerDefinitions[0].portMappings[1].containerPort", "30015"],
    },
    { in: task([neuron([2], { portMappings: [lock30(2), { containerPort: 28_709 }] })], half) },
    { in: task([neuron([2], { portMappings: [lock(2), { containerPort: 28_716 }] })], half) },
    { in: task([neuron([2]), plain({ portMappings: [{ containerPort: 28_709 }] })], half) },
  ],
  "lock-port-taken": [
    // A cluster whose lock ports are none of the usual ones, or some of them.
    {
      in: task([neuron([0, 1], { portMappings: [30_000, 30_001, 30_009].map(udp) })], half),
      finds: ["containerDefinitions[0].portMappings[2]", "neuron9"],
    },
    { in: task([neuron([0, 1], { portMappings: [28_705, 28_706].map(udp) })], half) },
    {
      in: task([neuron([2], { portMappings: [lock(2), lock(4)] })], half),
      finds: ["containerDefinitions[0].portMappings[1]", "28704", "neuron4"],
    },
    {
      in: task([plain({ portMappings: [{ containerPort: 53, hostPort: 28715, protocol: "udp" }] })]),
      finds: ["containerDefinitions[0].portMappings[0]", "28715"],
    },
    {
      in: task([
        plain({
          portMappings: [
            { containerPort: 53, hostPort: 28716, protocol: "udp" },
            { containerPort: 80, hostPort: 28700 },
          ],
        }),
      ]),
    },
    { in: task([plain({ portMappings: [{ containerPort: 28700, protocol: "udp" }] })]) },
  ],
  "awsvpc-partial-devices": [
    {
      in: task([neuron([0], { portMappings: [] })], { ...half, networkMode: "awsvpc" }),
      finds: ["networkMode", "awsvpc"],
    },
    { in: task([neuron(row(0, 6), { portMappings: [] })], { ...half, networkMode: "awsvpc" }) },
    { in: task([neuron([0])], half) },
  ],
  "efa-network-mode": [
    {
      in: task([plain({ linuxParameters: { devices: [{ hostPath: "/dev/infiniband/uverbs0" }] } })]),
      finds: [`${devices}[0].hostPath`, "uverbs0", "bridge"],
    },
    {
      in: task([plain({ linuxParameters: { devices: [{ hostPath: "/dev/infiniband/uverbs0" }] } })], {
        networkMode: "host",
      }),
    },
  ],
  "image-hardware": [
    {
      in: task(
        [
          neuron([0], {
            image: "public.ecr.aws/neuron/pytorch-inference-neuronx:2.8.0-neuronx-py311-sdk2.26.0-ubuntu22.04",
          }),
        ],
        onType("inf1.xlarge"),
      ),
      finds: ["containerDefinitions[0].image", "inf1"],
    },
    {
      in: task([
        gpu(
          { value: "1" },
          { image: "public.ecr.aws/neuron/pytorch-inference-neuronx:2.8.0-neuronx-py311-sdk2.26.0-ubuntu22.04" },
        ),
      ]),
      finds: ["containerDefinitions[0].image", "AWS Neuron", "GPUs"],
    },
    {
      in: task([neuron([0], { image: "nvcr.io/nvidia/pytorch:24.01-py3" })]),
      finds: ["containerDefinitions[0].image", "NVIDIA"],
    },
    {
      in: task(
        [
          neuron([0], {
            image: "public.ecr.aws/neuron/pytorch-inference-neuronx:2.8.0-neuronx-py311-sdk2.26.0-ubuntu22.04",
          }),
        ],
        onType("inf2.xlarge"),
      ),
    },
    {
      in: task(
        [
          neuron([0], {
            image: "public.ecr.aws/neuron/pytorch-inference-neuronx:2.8.0-neuronx-py311-sdk2.26.0-ubuntu22.04",
          }),
        ],
        on("attribute:ecs.instance-type in [inf1.xlarge, inf2.xlarge]"),
      ),
    },
    { in: task([neuron([0], { image: "nvcr.io/nvidia/tritonserver:24.01-py3" })], onType("inf1.xlarge")) },
    { in: task([neuron([0]), plain({ image: "nvcr.io/nvidia/pytorch:24.01-py3" })], onType("inf2.xlarge")) },
  ],
  "image-not-known": [
    {
      in: task(
        [
          neuron([0], {
            image: "public.ecr.aws/neuron/jax-training-neuronx:0.11.0-neuronx-py314-sdk2.34.0-ubuntu26.04",
          }),
        ],
        onType("inf2.xlarge"),
      ),
      finds: ["containerDefinitions[0].image", "is not checked"],
    },
    {
      in: task(
        [
          neuron([0], {
            image: "public.ecr.aws/neuron/jax-training-neuronx:0.10.0-neuronx-py313-sdk2.32.0-ubuntu24.04",
          }),
        ],
        onType("inf2.xlarge"),
      ),
    },
  ],
  "image-cpu-only": [
    {
      in: task([
        gpu(
          { value: "1" },
          { image: "763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-inference:2.5.1-cpu-py311-ubuntu22.04-ec2" },
        ),
      ]),
      finds: ["containerDefinitions[0].image", "built for CPU"],
    },
    {
      in: task(
        [
          neuron([0], {
            image: "763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-inference:2.5.1-cpu-py311-ubuntu22.04-ec2",
          }),
        ],
        onType("inf2.xlarge"),
      ),
      finds: ["containerDefinitions[0].image", "built for CPU"],
    },
    {
      in: task([
        plain({
          image: "763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-inference:2.5.1-cpu-py311-ubuntu22.04-ec2",
        }),
      ]),
    },
  ],
  "image-missing": [
    {
      in: task([
        neuron([0], {
          image:
            "763104351884.dkr.ecr.af-south-1.amazonaws.com/pytorch-inference-neuronx:2.8.0-neuronx-py311-sdk2.26.0-ubuntu22.04",
        }),
      ]),
      finds: ["containerDefinitions[0].image", "af-south-1"],
    },
    {
      in: task([
        neuron([0], {
          image:
            "763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-inference-neuronx:2.8.0-neuronx-py311-sdk2.26.0-ubuntu22.04",
        }),
      ]),
    },
  ],
};

const table = Object.entries(cases).flatMap(([rule, list]) => list.map((each, index) => ({ rule, index, ...each })));

describe("taskdef lint's rules", () => {
  it("have a breaking and a clean case each", () => {
    const kinds = (rule: string) => new Set(cases[rule]?.map((each) => each.finds !== undefined));
    expect(rules.map(({ id }) => [id, kinds(id).size])).toEqual(rules.map(({ id }) => [id, 2]));
    expect(Object.keys(cases).filter((id) => !rules.some((rule) => rule.id === id))).toEqual([]);
  });

  it.each(table.filter((each) => each.finds !== undefined))(
    "$rule is broken by case $index",
    ({ rule, in: definition, finds }) => {
      const found = lintTaskDefinition(definition).filter((finding) => finding.rule === rule);
      expect(found.map((finding) => pathText(finding.path))).toEqual([finds![0]]);
      for (const word of finds!.slice(1)) expect(`${found[0]!.message}\n${found[0]!.fix}`).toContain(word);
      expect(found[0]!.fix).not.toBe("");
      expect(found[0]!.severity).toBe(rules.find(({ id }) => id === rule)!.severity);
    },
  );

  it.each(table.filter((each) => each.finds === undefined))(
    "$rule is silent in case $index",
    ({ rule, in: definition }) => {
      expect(lintTaskDefinition(definition).filter((finding) => finding.rule === rule)).toEqual([]);
    },
  );

  it("say nothing about what is right", () => {
    expect(lintTaskDefinition(task([neuron([0, 1]), plain()], half))).toEqual([]);
    expect(lintTaskDefinition(task([neuron(row(0, 16))], onType("trn1.32xlarge")))).toEqual([]);
    expect(lintTaskDefinition(managedTask([managed({ value: "ALL" }), plain()]))).toEqual([]);
    expect(lintTaskDefinition(task([gpu({ value: "1" })], onType("g5.xlarge")))).toEqual([]);
    expect(
      lintTaskDefinition(
        task([plain()], { requiresCompatibilities: ["FARGATE"], networkMode: "awsvpc", cpu: "256", memory: "512" }),
      ),
    ).toEqual([]);
  });
});
