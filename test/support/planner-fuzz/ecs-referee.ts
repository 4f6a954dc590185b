/**
 * ECS and its agent as the planner fuzz plays them, from AWS's pages alone: it imports nothing of aiplat's, so that a
 * wrong rule there is not wrong here too. It places a task wherever its constraints leave a place, and says when a task
 * starts on a device that somebody holds.
 */

/** What it reads of a task definition. */
export interface EmittedDefinition {
  readonly family: string;
  readonly networkMode?: string;
  readonly placementConstraints?: readonly EmittedConstraint[];
  readonly containerDefinitions: readonly {
    readonly cpu?: number;
    readonly memory?: number;
    readonly portMappings?: readonly {
      readonly containerPort?: number;
      readonly hostPort?: number;
      readonly protocol?: string;
    }[];
    readonly resourceRequirements?: readonly {
      readonly type?: string;
      readonly value?: string;
      readonly sharingStrategy?: { readonly nvidiaMps?: { readonly memory?: number } };
    }[];
    readonly linuxParameters?: { readonly devices?: readonly { readonly hostPath: string }[] };
  }[];
}

export interface EmittedConstraint {
  readonly type: string;
  readonly expression?: string;
}

/** What RunTask or a service asks for. */
export interface Request {
  readonly definition: EmittedDefinition;
  readonly constraints: readonly EmittedConstraint[];
  readonly group: string;
  readonly provider?: string;
}

export interface RefereeMachine {
  readonly id: string;
  readonly type: string;
  readonly provider?: string;
  readonly attributes: Readonly<Record<string, string>>;
  active: boolean;
  connected: boolean;
  /** Whether the agent (1.74.1 or later) holds a task back until the host ports that it wants are free. */
  readonly holdsBack: boolean;
  readonly cpu: number;
  readonly memoryMiB: number;
  readonly gpus: number;
  readonly neuronDevices: number;
  /** Tasks in awsvpc mode that it has network interfaces for. */
  readonly interfaces: number;
}

export interface RefereeTask {
  readonly id: string;
  readonly machine: string;
  readonly group: string;
  readonly cpu: number;
  readonly memoryMiB: number;
  readonly mode: string;
  readonly tcp: readonly number[];
  readonly udp: readonly number[];
  /** The Neuron devices that nobody else may use beside it. */
  readonly holds: readonly number[];
  /** Of each GPU that it has, how much; Infinity for the whole of it. */
  readonly gpus: Readonly<Record<number, number>>;
  state: "running" | "stopping" | "stopped";
}

/** What EC2 says of one A10G. */
export const gpuMiB = 22_888;

export class Referee {
  readonly machines: RefereeMachine[];
  readonly tasks: RefereeTask[];
  #next = 0;

  constructor(machines: readonly RefereeMachine[], tasks: readonly RefereeTask[]) {
    this.machines = machines.map((each) => ({ ...each }));
    this.tasks = tasks.map((each) => ({ ...each }));
  }

  copy(): Referee {
    const copy = new Referee(this.machines, this.tasks);
    copy.#next = this.#next;
    return copy;
  }

  machine(id: string): RefereeMachine {
    return this.machines.find((each) => each.id === id)!;
  }

  /** The machines that ECS may choose for one more such task. */
  candidates(request: Request): readonly RefereeMachine[] {
    return this.machines.filter((machine) => this.#admits(machine, request));
  }

  /** Whether ECS may place the task there: resources, ports, constraints; it knows no Neuron devices. */
  #admits(machine: RefereeMachine, { definition, constraints, group, provider }: Request): boolean {
    if (!machine.active || !machine.connected) return false;
    if (provider !== undefined && machine.provider !== provider) return false;
    const wants = needsOf(definition);
    const there = this.on(machine).filter(({ state }) => state === "running");
    if (wants.cpu > machine.cpu - sum(there.map(({ cpu }) => cpu))) return false;
    if (wants.memoryMiB > machine.memoryMiB - sum(there.map(({ memoryMiB }) => memoryMiB))) return false;
    if (wants.udp.some((port) => there.some(({ udp }) => udp.includes(port)))) return false;
    if (wants.tcp.some((port) => port === 22 || there.some(({ tcp }) => tcp.includes(port)))) return false;
    // An interface is free again once its task is STOPPED.
    const interfaces = this.on(machine).filter(({ mode }) => mode === "awsvpc").length;
    if (wants.mode === "awsvpc" && interfaces >= machine.interfaces) return false;
    if (this.#gpusFor(machine, wants.gpu) === undefined) return false;
    return [...(definition.placementConstraints ?? []), ...constraints].every(({ type, expression = "" }) =>
      type === "distinctInstance" ? there.every((task) => task.group !== group) : selects(expression, machine),
    );
  }

  /** Every task on the machine that is not STOPPED. */
  on({ id }: Pick<RefereeMachine, "id">): readonly RefereeTask[] {
    return this.tasks.filter(({ machine, state }) => machine === id && state !== "stopped");
  }

  /** Starts the task there; says what it does harm to, undefined for nothing. */
  start(
    { definition, group }: Request,
    machine: RefereeMachine,
  ): { readonly task: RefereeTask; readonly harm?: string } {
    const { gpu, devices, ...wants } = needsOf(definition);
    const before = this.on(machine);
    const task: RefereeTask = {
      ...wants,
      id: `started-${this.#next++}`,
      machine: machine.id,
      group,
      holds: devices,
      gpus: this.#gpusFor(machine, gpu)!,
      state: "running",
    };
    this.tasks.push(task);
    const harmed = devices.flatMap((device) =>
      before
        .filter((other) => other.holds.includes(device) && !waitsFor(task, other, machine))
        .map(
          (other) =>
            `${definition.family} started on ${machine.id} where ${other.id} (${other.state}) holds neuron${device}`,
        ),
    );
    const absent = devices.filter((device) => device >= machine.neuronDevices);
    const missing = absent.map(
      (device) => `${definition.family} started on ${machine.id}, which has no neuron${device}`,
    );
    const [harm] = [...harmed, ...missing];
    return harm === undefined ? { task } : { task, harm };
  }

  /** The GPUs that such a task would get; undefined where there are none to get. */
  #gpusFor(machine: RefereeMachine, need: GpuNeed): Readonly<Record<number, number>> | undefined {
    const used = (gpu: number) =>
      sum(this.on(machine).map((task) => (task.state === "running" ? (task.gpus[gpu] ?? 0) : 0)));
    const all = Array.from({ length: machine.gpus }, (_, gpu) => gpu);
    if (typeof need === "number") {
      const idle = all.filter((gpu) => used(gpu) === 0);
      return idle.length < need ? undefined : Object.fromEntries(idle.slice(0, need).map((gpu) => [gpu, Infinity]));
    }
    if (machine.attributes["ecs.capability.gpu-sharing-mps"] === undefined) return undefined;
    const [best] = all
      .filter((gpu) => gpuMiB - used(gpu) >= need.shareMiB)
      .toSorted((one, other) => used(one) - used(other));
    return best === undefined ? undefined : { [best]: need.shareMiB };
  }
}

/**
 * The agent counts host ports in bridge and host mode: with one in common the newcomer waits for the end of the other.
 * It counts CPU and memory too: of one service's tasks, of which two do not fit at once, the successor waits.
 */
function waitsFor(newcomer: RefereeTask, other: RefereeTask, { holdsBack, cpu, memoryMiB }: RefereeMachine): boolean {
  if (!holdsBack || other.state !== "stopping") return false;
  const both = newcomer.cpu + other.cpu > cpu || newcomer.memoryMiB + other.memoryMiB > memoryMiB;
  return newcomer.udp.some((port) => other.udp.includes(port)) || (newcomer.group === other.group && both);
}

/** So many whole ones, or memory of one. */
type GpuNeed = number | { readonly shareMiB: number };

interface Needs extends Pick<RefereeTask, "cpu" | "memoryMiB" | "mode" | "tcp" | "udp"> {
  readonly devices: readonly number[];
  readonly gpu: GpuNeed;
}

/** What a task of the definition takes. */
export function needsOf({ networkMode: mode = "bridge", containerDefinitions }: EmittedDefinition): Needs {
  const mappings = mode === "awsvpc" ? [] : containerDefinitions.flatMap(({ portMappings = [] }) => portMappings);
  const ports = (protocol: string) =>
    mappings
      .filter((each) => (each.protocol ?? "tcp") === protocol)
      .map(({ hostPort = 0, containerPort = 0 }) => (mode === "host" ? hostPort || containerPort : hostPort))
      .filter((port) => port !== 0);
  const gpus = containerDefinitions.flatMap(({ resourceRequirements = [] }) => resourceRequirements);
  const shareMiB = sum(gpus.map(({ sharingStrategy }) => sharingStrategy?.nvidiaMps?.memory ?? 0));
  return {
    mode,
    cpu: sum(containerDefinitions.map(({ cpu = 0 }) => cpu)),
    memoryMiB: sum(containerDefinitions.map(({ memory = 0 }) => memory)),
    tcp: ports("tcp"),
    udp: ports("udp"),
    devices: containerDefinitions.flatMap(({ linuxParameters }) =>
      (linuxParameters?.devices ?? []).flatMap(({ hostPath }) => {
        const found = /^\/dev\/neuron(\d+)$/.exec(hostPath);
        return found === null ? [] : [Number(found[1])];
      }),
    ),
    gpu: shareMiB > 0 ? { shareMiB } : sum(gpus.map(({ value = "0" }) => Number(value))),
  };
}

/** The few forms of the query language that plans emit and the fuzz's users write. */
export function selects(expression: string, machine: RefereeMachine): boolean {
  const found = /^(ec2InstanceId|attribute:[\w.-]+) (==|in|not_in) (?:\[(.*)\]|(\S+))$/.exec(expression);
  if (found === null) throw new Error(`the referee cannot read ${JSON.stringify(expression)}`);
  const [, subject, operator, list, one] = found;
  const value =
    subject === "ec2InstanceId" ? `i-${machine.id}` : machine.attributes[subject!.slice("attribute:".length)];
  const among = value !== undefined && (one === undefined ? list!.split(", ") : [one]).includes(value);
  return operator === "not_in" ? value !== undefined && !among : among;
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
