// A local endpoint that answers the reading half of the ECS API for one large made-up cluster, with ECS's own limits:
// pages and describes of 100. It counts calls, and how far they are above the published request rates.
import { once } from "node:events";
import { createServer } from "node:http";

const account = "123456789012";
const prefix = `arn:aws:ecs:us-east-1:${account}`;
export const cluster = "bench";

/** What a call to another AWS region takes at the least. */
const latencyMs = 20;

/** ECS's pages and describes. https://docs.aws.amazon.com/AmazonECS/latest/APIReference/ */
export const pageSize = 100;

/**
 * Which request rate an operation counts against.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html
 */
export const bucketOf = {
  DescribeClusters: "clusterRead",
  ListContainerInstances: "resourceRead",
  DescribeContainerInstances: "resourceRead",
  ListTasks: "resourceRead",
  DescribeTasks: "resourceRead",
  DescribeTaskDefinition: "definitionRead",
  ListServices: "serviceRead",
};

const kinds = [
  { type: "inf2.48xlarge", devices: 12, share: 0.4 },
  { type: "trn1.32xlarge", devices: 16, share: 0.2 },
  { type: "g5.12xlarge", gpus: 4, share: 0.2 },
  { type: "m5.4xlarge", share: 0.2 },
];
const tasksPerInstance = 12;
const workloads = 5;

/**
 * A cluster of so many instances with 12 tasks each: on Neuron machines one a device, one in a hundred of them
 * stopping. Besides these there are tasks that have stopped, which ListTasks gives under the same status as the
 * stopping ones.
 */
export function makeCluster({ instances: count, stopped }) {
  const instances = kinds
    .flatMap(({ share, ...kind }) => Array.from({ length: Math.round(count * share) }, () => kind))
    .map((kind, index) => ({
      ...kind,
      arn: `${prefix}:container-instance/${cluster}/${hex(index, 32)}`,
      id: `i-${hex(index, 17)}`,
    }));
  const tasks = instances.flatMap((instance, index) =>
    Array.from({ length: tasksPerInstance }, (_, slot) => ({
      arn: `${prefix}:task/${cluster}/${hex(index * tasksPerInstance + slot, 32)}`,
      definition: `${prefix}:task-definition/${instance.type.replace(".", "-")}-w${index % workloads}-n${slot}-${slot}:1`,
      instance,
      slot,
      stopping: (index * tasksPerInstance + slot) % 100 === 0,
    })),
  );
  const gone = Array.from({ length: stopped }, (_, index) => ({
    ...tasks[index],
    arn: `${prefix}:task/${cluster}/${hex(10_000_000 + index, 32)}`,
    stopping: true,
    stopped: true,
  }));
  return { instances, tasks, gone, definitions: new Set(tasks.map(({ definition }) => definition)) };
}

/**
 * The fewest calls that read such a cluster, by operation. Tasks that are stopping are among the STOPPED ones, and only
 * DescribeTasks tells which.
 */
export function fewestCalls({ instances, tasks, gone, definitions }) {
  const pages = (items) => Math.ceil(items / pageSize);
  const stopping = tasks.filter((task) => task.stopping).length;
  return {
    DescribeClusters: 1,
    ListContainerInstances: pages(instances.length),
    DescribeContainerInstances: pages(instances.length),
    ListTasks: pages(tasks.length - stopping) + pages(stopping + gone.length),
    DescribeTasks: pages(tasks.length + gone.length),
    DescribeTaskDefinition: definitions.size,
    // The cluster's daemons, of which there are none here.
    ListServices: 1,
  };
}

/** Starts the endpoint. `calls` counts by operation; `overdrawn` is the most that a bucket was ever below zero. */
export async function startEndpoint(made, buckets) {
  const calls = {};
  const meters = new Map();
  const bytes = { sent: 0 };
  const byArn = new Map([...made.tasks, ...made.gone].map((task) => [task.arn, task]));
  const instanceByArn = new Map(made.instances.map((instance) => [instance.arn, instance]));
  const running = made.tasks.filter((task) => !task.stopping).map(({ arn }) => arn);
  const stopped = [...made.tasks.filter((task) => task.stopping), ...made.gone].map(({ arn }) => arn);

  // ECS frees the ports of a task that is stopping.
  const locksOn = new Map(made.instances.map(({ arn }) => [arn, []]));
  for (const { instance, slot, stopping } of made.tasks)
    if (instance.devices !== undefined && !stopping) locksOn.get(instance.arn).push(String(28_700 + slot));

  const answers = {
    DescribeClusters: () => ({
      clusters: [
        {
          clusterArn: `${prefix}:cluster/${cluster}`,
          clusterName: cluster,
          status: "ACTIVE",
          tags: [],
          capacityProviders: [],
          registeredContainerInstancesCount: made.instances.length,
          runningTasksCount: running.length,
          pendingTasksCount: 0,
        },
      ],
      failures: [],
    }),
    ListContainerInstances: (input) =>
      page(
        made.instances.filter(({ type }) => input.filter?.endsWith(` == ${type}`) ?? true).map(({ arn }) => arn),
        input,
        "containerInstanceArns",
      ),
    DescribeContainerInstances: ({ containerInstances }) => ({
      containerInstances: limited(containerInstances).map((arn) =>
        describeInstance(instanceByArn.get(arn), locksOn.get(arn)),
      ),
      failures: [],
    }),
    ListTasks: (input) => {
      const all = input.desiredStatus === "STOPPED" ? stopped : running;
      const on = input.containerInstance;
      return page(on === undefined ? all : all.filter((arn) => byArn.get(arn).instance.arn === on), input, "taskArns");
    },
    DescribeTasks: ({ tasks }) => ({ tasks: limited(tasks).map((arn) => describeTask(byArn.get(arn))), failures: [] }),
    ListServices: () => ({ serviceArns: [] }),
    DescribeTaskDefinition: ({ taskDefinition }) => {
      if (!made.definitions.has(taskDefinition)) throw new Error("Unable to describe task definition.");
      return { taskDefinition: describeDefinition(taskDefinition), tags: [] };
    },
  };

  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const operation = String(request.headers["x-amz-target"]).split(".")[1];
    calls[operation] = (calls[operation] ?? 0) + 1;
    draw(meters, buckets[bucketOf[operation]]);
    let [status, body] = [200, ""];
    try {
      body = JSON.stringify(answers[operation](JSON.parse(Buffer.concat(chunks).toString("utf8"))));
    } catch (error) {
      [status, body] = [400, JSON.stringify({ __type: "InvalidParameterException", message: error.message })];
    }
    bytes.sent += body.length;
    setTimeout(() => {
      response.writeHead(status, { "content-type": "application/x-amz-json-1.1" });
      response.end(body);
    }, latencyMs);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    calls,
    bytes,
    overdrawn: () => Math.max(0, ...[...meters.values()].map(({ lowest }) => -lowest)),
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Takes one from the operation's token bucket, as AWS does. */
function draw(meters, bucket) {
  const now = performance.now();
  const meter = meters.get(bucket) ?? { tokens: bucket.burst, at: now, lowest: 0 };
  meters.set(bucket, meter);
  meter.tokens = Math.min(bucket.burst, meter.tokens + ((now - meter.at) / 1000) * bucket.perSecond) - 1;
  meter.at = now;
  meter.lowest = Math.min(meter.lowest, meter.tokens);
}

function page(all, { nextToken = "0", maxResults = pageSize }, key) {
  const first = Number(nextToken);
  const size = Math.min(maxResults, pageSize);
  return {
    [key]: all.slice(first, first + size),
    ...(first + size < all.length ? { nextToken: String(first + size) } : {}),
  };
}

function limited(items) {
  if (items.length === 0 || items.length > pageSize)
    throw new Error(`${items.length} items: 1 to ${pageSize} are taken`);
  return items;
}

function describeInstance({ arn, id, type, gpus = 0 }, locks) {
  const resources = (free) => [
    { name: "CPU", type: "INTEGER", integerValue: free ? 1024 : 196_608 },
    { name: "MEMORY", type: "INTEGER", integerValue: free ? 2048 : 380_000 },
    { name: "PORTS", type: "STRINGSET", stringSetValue: ["22", "2375", "2376", "51678", "51679"] },
    {
      name: "PORTS_UDP",
      type: "STRINGSET",
      stringSetValue: free ? locks : [],
    },
    {
      name: "GPU",
      type: "STRINGSET",
      stringSetValue: Array.from({ length: gpus }, (_, index) => `GPU-${id}-${index}`),
    },
  ];
  return {
    containerInstanceArn: arn,
    ec2InstanceId: id,
    status: "ACTIVE",
    agentConnected: true,
    versionInfo: { agentVersion: "1.105.1", agentHash: "0", dockerVersion: "DockerVersion: 25.0" },
    registeredAt: 1_790_000_000,
    registeredResources: resources(false),
    remainingResources: resources(true),
    runningTasksCount: tasksPerInstance,
    pendingTasksCount: 0,
    attributes: [
      { name: "ecs.instance-type", value: type },
      { name: "ecs.availability-zone", value: "us-east-1a" },
      { name: "ecs.os-type", value: "linux" },
      // As many as a current agent registers.
      ...Array.from({ length: 60 }, (_, index) => ({ name: `ecs.capability.made-up-for-the-benchmark-${index}` })),
    ],
  };
}

function describeTask({ arn, definition, instance, stopping, stopped = false }) {
  const running = stopping ? "DEACTIVATING" : "RUNNING";
  const lastStatus = stopped ? "STOPPED" : running;
  return {
    taskArn: arn,
    clusterArn: `${prefix}:cluster/${cluster}`,
    taskDefinitionArn: definition,
    containerInstanceArn: instance.arn,
    group: `family:${definition.slice(definition.lastIndexOf("/") + 1, -2)}`,
    lastStatus,
    desiredStatus: stopping ? "STOPPED" : "RUNNING",
    cpu: "1024",
    memory: "4096",
    launchType: "EC2",
    availabilityZone: "us-east-1a",
    connectivity: "CONNECTED",
    connectivityAt: 1_790_000_001,
    createdAt: 1_790_000_000,
    startedAt: 1_790_000_002,
    version: 3,
    attachments: [],
    attributes: [{ name: "ecs.cpu-architecture", value: "x86_64" }],
    containers: ["main", "log-router"].map((name) => ({
      containerArn: `${prefix}:container/${cluster}/${arn.slice(-32)}/${name}`,
      taskArn: arn,
      name,
      image: `${account}.dkr.ecr.us-east-1.amazonaws.com/${name}:1`,
      imageDigest: `sha256:${"0".repeat(64)}`,
      runtimeId: "0".repeat(64),
      lastStatus: "RUNNING",
      networkBindings: [],
      networkInterfaces: [],
      healthStatus: "UNKNOWN",
      cpu: "512",
      memory: "2048",
    })),
    overrides: { containerOverrides: [{ name: "main" }, { name: "log-router" }], inferenceAcceleratorOverrides: [] },
    tags: [{ key: "aiplat:workload", value: "bench" }],
  };
}

function describeDefinition(arn) {
  const family = arn.slice(arn.lastIndexOf("/") + 1, -2);
  const slot = Number(family.slice(family.lastIndexOf("-") + 1));
  const neuron = family.startsWith("inf2") || family.startsWith("trn1");
  const path = `/dev/neuron${slot}`;
  const main = {
    name: "main",
    image: `${account}.dkr.ecr.us-east-1.amazonaws.com/main:1`,
    cpu: 512,
    memory: 2048,
    essential: true,
    ...(neuron
      ? {
          linuxParameters: { devices: [{ hostPath: path, containerPath: path, permissions: ["read", "write"] }] },
          portMappings: [{ containerPort: 28_700 + slot, hostPort: 28_700 + slot, protocol: "udp" }],
        }
      : {}),
  };
  return {
    taskDefinitionArn: arn,
    family,
    revision: 1,
    status: "ACTIVE",
    networkMode: "bridge",
    containerDefinitions: [main, { name: "log-router", image: "fluent-bit", cpu: 64, memory: 64, essential: false }],
  };
}

function hex(number, length) {
  return number.toString(16).padStart(length, "0");
}
