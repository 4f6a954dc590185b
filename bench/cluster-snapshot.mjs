// Snapshots of made-up clusters of any size, as `aiplat cluster snapshot` writes them: machines in three zones, and on
// each of them tasks that hold devices by lock ports, as aiplat's own do.
const prefix = "arn:aws:ecs:us-east-1:123456789012";
const zones = ["us-east-1a", "us-east-1b", "us-east-1c"];
const firstLockPort = 28_700;

/** What is asked for fits machines of the first kind only. */
const kinds = {
  "inf2.48xlarge": { vcpus: 192, memoryMiB: 364_000 },
  "trn1.32xlarge": { vcpus: 128, memoryMiB: 490_000 },
};

/**
 * @param instances How many machines, all of one type.
 * @param held How many of each machine's devices tasks hold, one each.
 * @param agentConnected False for machines on which nothing can be placed.
 */
export function makeSnapshot({ instances, held = 0, type = "inf2.48xlarge", agentConnected = true, services = 0 }) {
  const { vcpus, memoryMiB } = kinds[type];
  const registered = { cpu: vcpus * 1024, memoryMiB, tcpPorts: [22, 2375, 2376, 51678, 51679], udpPorts: [], gpus: [] };
  const definitions = {};
  const tasks = [];
  const share = { cpu: 12_288, memoryMiB: 24_000 };
  for (let slot = 0; slot < held; slot++) {
    const arn = `${prefix}:task-definition/held-n${slot}:1`;
    definitions[arn] = definitionOf(arn, slot, share);
  }
  const machines = Array.from({ length: instances }, (_, index) => {
    const arn = `${prefix}:container-instance/bench/${hex(index, 32)}`;
    for (let slot = 0; slot < held; slot++)
      tasks.push({
        taskArn: `${prefix}:task/bench/${hex(index * held + slot, 32)}`,
        taskDefinitionArn: `${prefix}:task-definition/held-n${slot}:1`,
        containerInstanceArn: arn,
        lastStatus: "RUNNING",
        desiredStatus: "RUNNING",
        group: services > 0 ? `service:held-n${slot}` : `family:held-n${slot}`,
        containers: [{ name: "held", lastStatus: "RUNNING" }],
        overrides: {},
        tags: [],
      });
    return {
      arn,
      ec2InstanceId: `i-${hex(index, 17)}`,
      status: "ACTIVE",
      agentConnected,
      agentVersion: "1.105.1",
      registeredAt: 1_700_000_000_000,
      attributes: {
        "ecs.instance-type": type,
        "ecs.availability-zone": zones[index % zones.length],
        "ecs.os-type": "linux",
        "ecs.cpu-architecture": "x86_64",
        "ecs.ami-id": "ami-0123456789abcdef0",
        "ecs.capability.task-eni": "",
        "com.amazonaws.ecs.capability.docker-remote-api.1.44": "",
        "ecs.capability.execution-role-awslogs": "",
      },
      registered,
      remaining: {
        ...registered,
        cpu: registered.cpu - held * share.cpu,
        memoryMiB: registered.memoryMiB - held * share.memoryMiB,
        udpPorts: Array.from({ length: held }, (_, slot) => firstLockPort + slot),
      },
      runningTasksCount: held,
      pendingTasksCount: 0,
    };
  });
  return {
    apiVersion: "aiplat/v1",
    kind: "ClusterSnapshot",
    cluster: "bench",
    clusterArn: `${prefix}:cluster/bench`,
    region: "us-east-1",
    observedAt: 1_780_000_000_000,
    tags: {},
    capacityProviders: [],
    instances: machines,
    tasks,
    services: [],
    taskDefinitions: definitions,
  };
}

function definitionOf(taskDefinitionArn, slot, { cpu, memoryMiB }) {
  const devicePath = `/dev/neuron${slot}`;
  const port = firstLockPort + slot;
  return {
    taskDefinitionArn,
    family: `held-n${slot}`,
    revision: 1,
    status: "ACTIVE",
    networkMode: "bridge",
    containerDefinitions: [
      {
        name: "held",
        image: "held:1",
        cpu,
        memory: memoryMiB,
        portMappings: [{ containerPort: port, hostPort: port, protocol: "udp" }],
        linuxParameters: {
          devices: [{ hostPath: devicePath, containerPath: devicePath, permissions: ["read", "write"] }],
        },
      },
    ],
  };
}

function hex(value, length) {
  return value.toString(16).padStart(length, "0");
}
