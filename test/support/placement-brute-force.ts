/**
 * A second opinion on placement, written from AWS's pages alone: it imports nothing of aiplat's. It looks at one
 * instance at a time, in the plainest way, and gives the codes of everything that stands in a task's way.
 */

export interface BruteInstance {
  readonly arn: string;
  readonly ec2InstanceId: string;
  readonly status: string;
  readonly agentConnected: boolean;
  readonly agentVersion: string;
  readonly registeredAt: number;
  readonly capacityProvider?: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly healthStatus?: {
    readonly overallStatus: string;
    readonly details: readonly { type: string; status: string }[];
  };
  readonly remaining: {
    readonly cpu: number;
    readonly memoryMiB: number;
    readonly tcpPorts: readonly number[];
    readonly udpPorts: readonly number[];
    readonly gpus: readonly string[];
  };
  readonly runningTasksCount: number;
}

export interface BruteContainer {
  readonly image: string;
  readonly name: string;
  readonly cpu?: number;
  readonly memory?: number;
  readonly memoryReservation?: number;
  readonly privileged?: boolean;
  readonly environment?: readonly { readonly name: string; readonly value: string }[];
  readonly portMappings?: readonly {
    readonly containerPort: number;
    readonly hostPort?: number;
    readonly protocol?: string;
  }[];
  readonly resourceRequirements?: readonly {
    readonly type: string;
    readonly value?: string;
    readonly sharingStrategy?: { readonly nvidiaMps: { readonly memory: number } };
  }[];
  readonly linuxParameters?: { readonly devices?: readonly { readonly hostPath: string }[] };
}

export interface BruteDefinition {
  readonly family: string;
  readonly networkMode?: string;
  readonly cpu?: string;
  readonly memory?: string;
  readonly requiresCompatibilities?: readonly string[];
  readonly requiresAttributes?: readonly { readonly name: string; readonly value?: string }[];
  readonly containerDefinitions: readonly BruteContainer[];
}

export interface BruteTask {
  readonly containerInstanceArn?: string;
  readonly group?: string;
  readonly lastStatus: string;
  readonly desiredStatus: string;
  readonly definition: BruteDefinition;
  /** The GPU of a task that shares one. */
  readonly gpu?: string;
}

/** An expression as a tree, with the text that the test gives to aiplat beside it. */
export type BruteExpression =
  | { readonly op: "and" | "or"; readonly left: BruteExpression; readonly right: BruteExpression }
  | { readonly op: "not"; readonly left: BruteExpression }
  | {
      readonly op: "attribute";
      readonly name: string;
      readonly how: "==" | "!=" | "in" | "!in" | "exists" | "!exists" | "starts";
      readonly values: readonly string[];
    }
  | { readonly op: "group"; readonly value: string }
  | { readonly op: "running" | "version" | "registered"; readonly how: "<" | ">=" | "=="; readonly value: string };

export interface BruteCase {
  readonly instances: readonly BruteInstance[];
  readonly tasks: readonly BruteTask[];
  readonly definition: BruteDefinition;
  readonly constraint?: BruteExpression;
  readonly distinctInstance: boolean;
  readonly group: string;
  readonly capacityProviders?: readonly string[];
  readonly availabilityZones?: readonly string[];
}

const neuronDevices: Readonly<Record<string, number>> = {
  "inf2.xlarge": 1,
  "inf2.24xlarge": 6,
  "inf2.48xlarge": 12,
  "trn1.32xlarge": 16,
};

/** EC2's maximum of network interfaces, the instance's own included. */
const mostInterfaces: Readonly<Record<string, number>> = {
  "inf2.xlarge": 4,
  "inf2.24xlarge": 15,
  "trn1.32xlarge": 40,
  "g5.12xlarge": 15,
  "vt1.3xlarge": 4,
};

/** What EC2 says of one A10G. */
const gpuMiB = 22_888;

export function writeExpression(tree: BruteExpression): string {
  switch (tree.op) {
    case "and":
    case "or":
      return `(${writeExpression(tree.left)}) ${tree.op} (${writeExpression(tree.right)})`;
    case "not":
      return `not(${writeExpression(tree.left)})`;
    case "attribute":
      if (tree.how === "exists" || tree.how === "!exists") return `attribute:${tree.name} ${tree.how}`;
      if (tree.how === "starts") return `attribute:${tree.name} =~ ${tree.values[0]}.*`;
      return `attribute:${tree.name} ${tree.how} ${tree.how.endsWith("in") ? `[${tree.values.join(",")}]` : tree.values[0]}`;
    case "group":
      return `task:group == ${tree.value}`;
    default:
      return `${{ running: "runningTasksCount", version: "agentVersion", registered: "registeredAt" }[tree.op]} ${tree.how} ${tree.value}`;
  }
}

/** The codes of everything that stands in the way of one task on the instance, in the order of the alphabet. */
export function bruteReasons(it: BruteCase, instance: BruteInstance, placedBefore = 0): readonly string[] {
  const found = new Set<string>();
  const there = it.tasks.filter((task) => task.containerInstanceArn === instance.arn && task.lastStatus !== "STOPPED");
  const wanted = it.definition;
  const mode = wanted.networkMode ?? "bridge";

  if (instance.status !== "ACTIVE") found.add("STATUS");
  if (!instance.agentConnected) found.add("AGENT");
  if (instance.healthStatus?.overallStatus === "IMPAIRED") found.add("HEALTH");
  if (bruteShare(wanted) > 0 && !("ecs.capability.gpu-sharing-mps" in instance.attributes)) found.add("ATTRIBUTE");
  for (const { name, value } of wanted.requiresAttributes ?? []) {
    if (!(name in instance.attributes) || (value !== undefined && instance.attributes[name] !== value))
      found.add("ATTRIBUTE");
  }
  const groups = there.filter((task) => task.desiredStatus !== "STOPPED").map((task) => task.group!);
  if (placedBefore > 0) groups.push(it.group);
  if (it.constraint !== undefined && !bruteSelects(it.constraint, instance, groups)) found.add("CONSTRAINT");
  if (it.distinctInstance && groups.includes(it.group)) found.add("CONSTRAINT");
  if (
    mode === "awsvpc" &&
    it.availabilityZones !== undefined &&
    !it.availabilityZones.includes(instance.attributes["ecs.availability-zone"]!)
  )
    found.add("LOCATION");

  const cpu =
    wanted.cpu === undefined ? total(wanted.containerDefinitions.map((each) => each.cpu ?? 0)) : Number(wanted.cpu);
  if (cpu > instance.remaining.cpu - cpu * placedBefore) found.add("CPU");
  const memory =
    wanted.memory === undefined
      ? total(
          wanted.containerDefinitions.map((each) =>
            each.memoryReservation === undefined ? (each.memory ?? 0) : each.memoryReservation,
          ),
        )
      : Number(wanted.memory);
  if (memory > instance.remaining.memoryMiB - memory * placedBefore) found.add("MEMORY");

  const lock = (port: string) => /^287(?:0\d|1[0-5])\/udp$/.test(port);
  const used = new Set([
    ...instance.remaining.tcpPorts.map((port) => `${port}/tcp`),
    ...instance.remaining.udpPorts.map((port) => `${port}/udp`),
    ...(placedBefore > 0 ? brutePorts(wanted) : []),
  ]);
  if (brutePorts(wanted).some((port) => !lock(port) && used.has(port))) found.add("PORTS");
  if (mode === "awsvpc" && !("ecs.capability.task-eni" in instance.attributes)) found.add("ENI");
  const most = mostInterfaces[instance.attributes["ecs.instance-type"]!];
  if (mode === "awsvpc" && most !== undefined && !("ecs.awsvpc-trunk-id" in instance.attributes)) {
    const interfaces = there.filter((task) => task.definition.networkMode === "awsvpc").length;
    if (1 + interfaces + placedBefore + 1 > most) found.add("ENI");
  }
  if (bruteGpus(wanted, instance, there, placedBefore)) found.add("GPU");

  const count = neuronDevices[instance.attributes["ecs.instance-type"]!] ?? 0;
  const devices = bruteDevices(wanted);
  const mine = devices === "all" ? upTo(count) : devices;
  if (mine.some((device) => device >= count)) found.add("DEVICES");
  if (brutePorts(wanted).some((port) => lock(port) && used.has(port))) found.add("DEVICES");
  if (placedBefore > 0 && mine.length > 0) found.add("DEVICES");
  for (const task of there) {
    // What is privileged could open every device, whatever it says.
    const reaches = task.definition.containerDefinitions.some(({ privileged }) => privileged === true);
    const theirs = reaches ? "all" : bruteDevices(task.definition);
    const overlap = (theirs === "all" ? upTo(count) : theirs).filter(
      (device) => device < count && mine.includes(device),
    );
    // The agent holds a successor back for host ports only, from 1.74.1 on, whoever has them. aiplat asks for that of
    // each device by itself.
    const waits = (device: number) => {
      const port = `${28_700 + device}/udp`;
      return (
        task.desiredStatus === "STOPPED" &&
        bruteNewer(instance.agentVersion, "1.74.1") &&
        brutePorts(task.definition).includes(port) &&
        brutePorts(wanted).includes(port)
      );
    };
    if (!overlap.every(waits)) found.add("DEVICES");
  }

  const kinds = wanted.requiresCompatibilities ?? [];
  if (it.capacityProviders !== undefined && !it.capacityProviders.includes(instance.capacityProvider ?? "none"))
    found.add("CAPACITY_PROVIDER");
  if (
    kinds.length > 0 &&
    !kinds.includes("EC2") &&
    !(kinds.includes("MANAGED_INSTANCES") && instance.capacityProvider !== undefined)
  )
    found.add("CAPACITY_PROVIDER");
  return [...found].sort();
}

function bruteWholeGpus(definition: BruteDefinition): number {
  return total(
    definition.containerDefinitions.flatMap((each) =>
      (each.resourceRequirements ?? []).map(({ value }) => (value === undefined ? 0 : Number(value))),
    ),
  );
}

function bruteShare(definition: BruteDefinition): number {
  if (bruteWholeGpus(definition) > 0) return 0;
  return total(
    definition.containerDefinitions.flatMap((each) =>
      (each.resourceRequirements ?? []).map(({ sharingStrategy }) => sharingStrategy?.nvidiaMps.memory ?? 0),
    ),
  );
}

/**
 * Whether too little of the GPUs is left. Equal shares fit in one way only: each GPU takes as many as its memory has
 * room for.
 */
function bruteGpus(
  wanted: BruteDefinition,
  instance: BruteInstance,
  there: readonly BruteTask[],
  placedBefore: number,
): boolean {
  const sharers = there.filter((task) => task.desiredStatus !== "STOPPED" && bruteShare(task.definition) > 0);
  const shared = (gpu: string) =>
    total(sharers.filter((task) => task.gpu === gpu).map((task) => bruteShare(task.definition)));
  const idle = instance.remaining.gpus.filter((gpu) => shared(gpu) === 0);
  const whole = bruteWholeGpus(wanted);
  if (whole > 0) return whole * (placedBefore + 1) > idle.length;
  const share = bruteShare(wanted);
  if (share === 0) return false;
  const usable = ["gpu-0", "gpu-1"].filter((gpu) => idle.includes(gpu) || shared(gpu) > 0);
  const room = total(usable.map((gpu) => Math.max(0, Math.floor((memoryOf(instance) - shared(gpu)) / share))));
  return placedBefore + 1 > room;
}

function memoryOf(instance: BruteInstance): number {
  return instance.attributes["ecs.instance-type"] === "g5.12xlarge" ? gpuMiB : Number.POSITIVE_INFINITY;
}

/** How many tasks of the definition the cluster takes, one instance after the other until each is full. */
export function brutePossible(it: BruteCase, most: number): number {
  let placed = 0;
  for (const instance of it.instances) {
    for (let here = 0; placed < most && bruteReasons(it, instance, here).length === 0; here++) placed++;
  }
  return placed;
}

function bruteSelects(tree: BruteExpression, instance: BruteInstance, groups: readonly string[]): boolean {
  switch (tree.op) {
    case "and":
      return bruteSelects(tree.left, instance, groups) && bruteSelects(tree.right, instance, groups);
    case "or":
      return bruteSelects(tree.left, instance, groups) || bruteSelects(tree.right, instance, groups);
    case "not":
      return !bruteSelects(tree.left, instance, groups);
    case "group":
      return groups.includes(tree.value);
    case "attribute": {
      const has = tree.name in instance.attributes;
      const value = instance.attributes[tree.name];
      if (tree.how === "exists") return has;
      if (tree.how === "!exists") return !has;
      if (!has) return false;
      if (tree.how === "starts") return value!.startsWith(tree.values[0]!);
      return tree.values.includes(value!) === (tree.how === "==" || tree.how === "in");
    }
    case "running":
      return bruteCompare(instance.runningTasksCount - Number(tree.value), tree.how);
    case "registered":
      return bruteCompare(
        Math.floor(instance.registeredAt / 1000) - Date.parse(`${tree.value}T00:00:00Z`) / 1000,
        tree.how,
      );
    case "version":
      return bruteCompare(
        instance.agentVersion === tree.value ? 0 : bruteNewer(instance.agentVersion, tree.value) ? 1 : -1,
        tree.how,
      );
  }
}

function bruteCompare(difference: number, how: "<" | ">=" | "=="): boolean {
  return how === "<" ? difference < 0 : how === ">=" ? difference >= 0 : difference === 0;
}

/** Whether the first of two versions of three parts is the second or a later one. */
function bruteNewer(one: string, other: string): boolean {
  const padded = (version: string) =>
    version
      .split(".")
      .map((part) => part.padStart(6, "0"))
      .join("");
  return padded(one) >= padded(other);
}

function brutePorts(definition: BruteDefinition): readonly string[] {
  if (definition.networkMode === "awsvpc" || definition.networkMode === "none") return [];
  return definition.containerDefinitions.flatMap((container) =>
    (container.portMappings ?? []).flatMap(({ containerPort, hostPort, protocol }) => {
      if (definition.networkMode === "host") return [`${containerPort}/${protocol ?? "tcp"}`];
      return hostPort === undefined || hostPort === 0 ? [] : [`${hostPort}/${protocol ?? "tcp"}`];
    }),
  );
}

function bruteDevices(definition: BruteDefinition): readonly number[] | "all" {
  const devices: number[] = [];
  for (const container of definition.containerDefinitions) {
    for (const { hostPath } of container.linuxParameters?.devices ?? [])
      devices.push(Number(hostPath.slice("/dev/neuron".length)));
    for (const { name, value } of container.environment ?? [])
      if (name === "AWS_NEURON_VISIBLE_DEVICES") devices.push(...value.split(",").map(Number));
  }
  for (const port of brutePorts(definition))
    if (/^287(?:0\d|1[0-5])\/udp$/.test(port)) devices.push(Number(port.slice(3, 5)));
  return devices;
}

function upTo(count: number): readonly number[] {
  return [...Array(count).keys()];
}

function total(numbers: readonly number[]): number {
  let sum = 0;
  for (const number of numbers) sum += number;
  return sum;
}
