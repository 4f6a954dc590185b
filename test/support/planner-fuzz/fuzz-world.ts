/** A drawn cluster twice: as it truly is, for the referee, and as aiplat reads it. */
import type { ClusterSnapshot, ContainerInstance } from "../../../src/core/cluster/snapshot.ts";
import type {
  ContainerDefinition,
  PortMapping,
  RegisteredTaskDefinition,
  Tag,
  Task,
  TaskDefinition,
} from "../../../src/core/ecs-api/api.ts";
import type { Service } from "../../../src/core/ecs-api/service.ts";
import { aDefinition, anInstance, aSnapshot } from "../cluster.ts";
import { types, type Drawn, type DrawnDaemon, type DrawnHolder, type DrawnMachine } from "./drawn.ts";
import { gpuMiB, needsOf, Referee, sum, type RefereeMachine, type RefereeTask } from "./ecs-referee.ts";

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);
export const usualBase = 28_700;
export const provider = "asg";

/** What ECS answers of a task beside what the referee knows. */
interface Described {
  readonly definition: RegisteredTaskDefinition;
  /** Whether the snapshot has its definition. */
  readonly known: boolean;
  readonly tags: readonly Tag[];
  readonly lastStatus: string;
}

export class FuzzWorld {
  readonly referee: Referee;
  readonly base: number;
  readonly #drawn: Drawn;
  readonly #described = new Map<string, Described>();
  readonly #services: Service[] = [];
  #added = 0;

  constructor(drawn: Drawn) {
    this.#drawn = drawn;
    this.base = drawn.base;
    this.referee = new Referee(
      drawn.machines.map((each, index) => this.#machine(String(index), each)),
      [],
    );
    for (const machine of this.referee.machines) this.#startDaemons(machine);
    for (const [index, each] of drawn.holders.entries()) this.#startHolder(String(index), each);
    for (const [index, { leaves }] of drawn.machines.entries())
      if (leaves !== undefined) this.#fill(this.referee.machines[index]!, leaves);
  }

  /** A machine as the capacity provider or a person would add it: with the cluster's daemons and nobody else. */
  addMachine(type: string): RefereeMachine {
    const plain = { zone: "us-east-1a", active: true, connected: true, stacked: true, inProvider: true };
    const not = { oldAgent: false, bottlerocket: false, impaired: false, leaves: undefined };
    const machine = this.#machine(`new-${this.#added++}`, { ...plain, ...not, type });
    this.referee.machines.push(machine);
    this.#startDaemons(machine);
    return machine;
  }

  /** Tells what ECS would say of a task that the referee has started. */
  describe({ id }: RefereeTask, definition: RegisteredTaskDefinition, tags: readonly Tag[] = []): void {
    this.#described.set(id, { definition, known: true, tags, lastStatus: "RUNNING" });
  }

  /** The cluster as aiplat reads it now. */
  snapshot(services: readonly Service[] = []): ClusterSnapshot {
    const instances = this.referee.machines.map((machine) => this.#instance(machine));
    const live = this.referee.tasks.filter(({ state }) => state !== "stopped");
    const definitions = [...this.#described.values()].filter(({ known }) => known).map(({ definition }) => definition);
    return aSnapshot(
      instances,
      live.map((task) => this.#task(task)),
      definitions,
      {
        tags: this.base === usualBase ? {} : { "aiplat:lock-port-base": String(this.base) },
        capacityProviders: [provider],
        services: [...this.#services, ...services],
      },
    );
  }

  #machine(id: string, drawn: DrawnMachine): RefereeMachine {
    const type = drawn.type === "wanted" ? this.#wanted(Number(id)) : drawn.type;
    const { neuron, gpus, cpu, memoryMiB, interfaces } = types[type]!;
    return {
      id,
      type,
      ...(drawn.inProvider ? { provider } : {}),
      attributes: {
        "ecs.instance-type": type,
        "ecs.availability-zone": drawn.zone,
        "ecs.capability.task-eni": "",
        ...(drawn.bottlerocket ? { "bottlerocket.variant": "aws-ecs-2" } : {}),
        ...(drawn.stacked ? { stack: "prod" } : {}),
        ...(gpus === 0 || drawn.oldAgent ? {} : { "ecs.capability.gpu-sharing-mps": "" }),
      },
      active: drawn.active,
      connected: drawn.connected,
      holdsBack: !drawn.oldAgent,
      cpu,
      memoryMiB,
      gpus,
      neuronDevices: neuron,
      interfaces,
    };
  }

  #wanted(index: number): string {
    const { types: names } = this.#drawn.wish;
    return names[index % names.length]!;
  }

  #startDaemons(machine: RefereeMachine): void {
    for (const [index, each] of this.#drawn.daemons.entries()) {
      const name = `daemon-${index}`;
      const definition = daemonDefinition(name, each);
      if (this.#services.length <= index) this.#services.push(daemonService(name, definition));
      this.#start(`${name}-${machine.id}`, machine, definition, { holds: [], group: `service:${name}` });
    }
  }

  /** What ECS could not have placed there is left out. */
  #startHolder(id: string, drawn: DrawnHolder): void {
    const machine = this.referee.machines[drawn.on % this.referee.machines.length]!;
    const count = machine.neuronDevices;
    const first = count === 0 ? 0 : drawn.first % count;
    const devices = upTo(Math.min(drawn.length, count - first)).map((index) => first + index);
    const all = upTo(count);
    const range = `${devices[0]}-${devices.at(-1)}`;
    const family = `held-${id}`;
    const lists = (mode: string, locks: readonly number[], more: Partial<ContainerDefinition> = {}) =>
      aDefinition(
        family,
        {
          ...(devices.length === 0 ? {} : { linuxParameters: { devices: devices.map(device) } }),
          ...(locks.length === 0 ? {} : { portMappings: locks.map((port) => lock(port, mode)) }),
          ...more,
        },
        { networkMode: mode },
      );
    const locks = devices.map((each) => this.base + each);
    const start = (definition: RegisteredTaskDefinition, holds: readonly number[], more: Partial<Started> = {}) =>
      this.#start(family, machine, definition, { holds, ...more, stopping: drawn.stopping, pending: drawn.pending });
    const tag = (value: string): readonly Tag[] => [{ key: "aiplat:devices", value }];
    const privileged = aDefinition(family, { privileged: true });
    if (machine.gpus > 0) return this.#startOnGpu(family, machine, drawn);
    if (count === 0) {
      start(aDefinition(family), []);
      return;
    }
    switch (drawn.way) {
      case "locked":
        start(lists("bridge", locks), devices);
        return;
      case "host-locked":
        start(lists("host", locks), devices);
        return;
      case "half-locked":
        start(lists("bridge", locks.slice(0, 1)), devices);
        return;
      case "unlocked":
        start(lists("bridge", []), devices);
        return;
      case "awsvpc":
        start(lists("awsvpc", []), devices);
        return;
      case "other-base":
        start(
          lists(
            "bridge",
            devices.map((each) => 31_000 + each),
          ),
          devices,
        );
        return;
      case "lock-only":
        start(aDefinition(family, { portMappings: locks.map((port) => lock(port, "bridge")) }), devices);
        return;
      case "tag-of-task":
        start(privileged, devices, { tags: tag(range) });
        return;
      case "tag-of-service":
        this.#services.push({ ...daemonService(family, privileged), schedulingStrategy: "REPLICA", tags: tag(range) });
        start(privileged, devices, { group: `service:${family}` });
        return;
      case "tag-of-definition":
        start({ ...lists("bridge", []), tags: tag("all") }, all);
        return;
      case "tag-none":
        start(lists("bridge", []), [], { tags: tag("none") });
        return;
      case "visible-devices": {
        const definition = aDefinition(family, { environment: [{ name: "AWS_NEURON_VISIBLE_DEVICES", value: range }] });
        start(definition, "bottlerocket.variant" in machine.attributes ? [] : devices);
        return;
      }
      case "privileged":
        start(privileged, all);
        return;
      case "unknown":
        // Of one that is stopping nobody knows that it locks.
        start(lists("bridge", drawn.pending && !drawn.stopping ? locks : []), all, { known: false });
        return;
      case "web":
        start(
          aDefinition(family, { cpu: 256, memory: 512, portMappings: [{ containerPort: 8080, hostPort: 8080 }] }),
          [],
        );
        return;
      case "cpu":
        start(aDefinition(family, { cpu: 512, memory: 1024 }), [], { group: "own" });
        return;
      case "cpu-awsvpc":
        start(aDefinition(family, { cpu: 128, memory: 128 }, { networkMode: "awsvpc" }), []);
    }
  }

  #startOnGpu(family: string, machine: RefereeMachine, { way, length, stopping, pending }: DrawnHolder): void {
    const whole = ["locked", "host-locked", "half-locked", "privileged"].includes(way);
    const requirement = whole
      ? { type: "GPU", value: String(Math.min(length, machine.gpus)) }
      : { type: "GPU", sharingStrategy: { nvidiaMps: { memory: 4_000 } } };
    const plain = ["cpu", "web", "cpu-awsvpc", "tag-none"].includes(way);
    const definition = aDefinition(
      family,
      plain ? { cpu: 512, memory: 1024 } : { resourceRequirements: [requirement] },
    );
    this.#start(family, machine, definition, { holds: [], stopping, pending });
  }

  /** Takes CPU and memory so that little is left: in steps of a small replica. */
  #fill(machine: RefereeMachine, { cpu, memory, interfaces }: NonNullable<DrawnMachine["leaves"]>): void {
    const network = aDefinition(`network-${machine.id}`, { memory: 4 }, { networkMode: "awsvpc" });
    for (let left = machine.interfaces; left > interfaces && machine.interfaces < 20; left--)
      this.#start(`network-${machine.id}-${left}`, machine, network, { holds: [] });
    const there = this.referee.on(machine).filter(({ state }) => state === "running");
    const left = {
      cpu: machine.cpu - sum(there.map((task) => task.cpu)) - cpu * 512 - 100,
      memory: machine.memoryMiB - sum(there.map((task) => task.memoryMiB)) - memory * 1024 - 200,
    };
    if (left.cpu <= 0 || left.memory <= 4) return;
    this.#start(`filler-${machine.id}`, machine, aDefinition(`filler-${machine.id}`, left), { holds: [] });
  }

  #start(id: string, machine: RefereeMachine, definition: RegisteredTaskDefinition, started: Started): void {
    const {
      holds,
      group = `family:${definition.family}`,
      stopping = false,
      pending = false,
      known = true,
      tags = [],
    } = started;
    const alone = { ...machine, active: true, connected: true };
    const request = { definition, constraints: [], group };
    const trial = new Referee([alone], this.referee.tasks);
    if (trial.candidates(request).length === 0) return;
    const { task } = trial.start(request, alone);
    const { devices: _, gpu: __, ...requirements } = needsOf(definition);
    this.referee.tasks.push({ ...task, ...requirements, id, holds, state: stopping ? "stopping" : "running" });
    this.#described.set(id, { definition, known, tags, lastStatus: pending ? "PENDING" : "RUNNING" });
  }

  #task(task: RefereeTask): Task {
    const { definition, tags, lastStatus } = this.#described.get(task.id)!;
    return {
      taskArn: `arn:aws:ecs:us-east-1:111122223333:task/prod/${task.id}`,
      taskDefinitionArn: definition.taskDefinitionArn,
      containerInstanceArn: `arn:aws:ecs:us-east-1:111122223333:container-instance/prod/${task.machine}`,
      group: task.group,
      lastStatus,
      desiredStatus: task.state === "stopping" ? "STOPPED" : "RUNNING",
      containers: [{ name: "main", gpuIds: Object.keys(task.gpus).map((gpu) => `GPU-${task.machine}-${gpu}`) }],
      ...(tags.length === 0 ? {} : { tags }),
    };
  }

  #instance(machine: RefereeMachine): ContainerInstance {
    const running = this.referee.on(machine).filter(({ state }) => state === "running");
    const gpus = upTo(machine.gpus).map((gpu) => ({
      id: `GPU-${machine.id}-${gpu}`,
      used: sum(running.map((task) => task.gpus[gpu] ?? 0)),
    }));
    const registered = {
      cpu: machine.cpu,
      memoryMiB: machine.memoryMiB,
      tcpPorts: [22],
      udpPorts: [],
      gpus: gpus.map(({ id }) => id),
    };
    const drawn = this.#drawn.machines[Number(machine.id)];
    return anInstance(machine.id, machine.type, {
      status: machine.active ? "ACTIVE" : "DRAINING",
      agentConnected: machine.connected,
      agentVersion: machine.holdsBack ? "1.105.1" : "1.74.0",
      attributes: machine.attributes,
      ...(machine.provider === undefined ? {} : { capacityProvider: machine.provider }),
      ...(drawn?.impaired === true
        ? { healthStatus: { overallStatus: "IMPAIRED", details: [{ type: "AGENT_CONNECTIVITY", status: "IMPAIRED" }] } }
        : {}),
      registered,
      remaining: {
        cpu: machine.cpu - sum(running.map(({ cpu }) => cpu)),
        memoryMiB: machine.memoryMiB - sum(running.map(({ memoryMiB }) => memoryMiB)),
        tcpPorts: [22, ...running.flatMap(({ tcp }) => tcp)],
        udpPorts: running.flatMap(({ udp }) => udp),
        gpus: gpus.filter(({ used }) => used === 0).map(({ id }) => id),
      },
      ...(machine.gpus > 0 && machine.attributes["ecs.capability.gpu-sharing-mps"] !== undefined
        ? {
            gpuDevices: gpus.map(({ id, used }) => ({
              gpuId: id,
              sharingMode: used === 0 ? "IDLE" : used === Infinity ? "DEDICATED" : "NVIDIA_MPS",
              totalMemoryInMiB: gpuMiB,
              remainingMemoryInMiB: Math.max(0, gpuMiB - used),
            })),
          }
        : {}),
    });
  }
}

interface Started {
  readonly holds: readonly number[];
  readonly group?: string;
  readonly stopping?: boolean;
  readonly pending?: boolean;
  readonly known?: boolean;
  readonly tags?: readonly Tag[];
}

/** The definition once it is registered. */
export function registered(definition: TaskDefinition, revision = 1): RegisteredTaskDefinition {
  const taskDefinitionArn = `arn:aws:ecs:us-east-1:111122223333:task-definition/${definition.family}:${revision}`;
  return { ...definition, taskDefinitionArn, revision, status: "ACTIVE" };
}

function device(number: number): { readonly hostPath: string } {
  return { hostPath: `/dev/neuron${number}` };
}

/** In host mode a mapping may leave out the host port. */
function lock(port: number, mode: string): PortMapping {
  return mode === "host"
    ? { containerPort: port, protocol: "udp" }
    : { containerPort: port, hostPort: port, protocol: "udp" };
}

function daemonDefinition(
  name: string,
  { privileged, awsvpc, cpu, memory, web }: DrawnDaemon,
): RegisteredTaskDefinition {
  return aDefinition(
    name,
    {
      ...(privileged ? { privileged } : {}),
      cpu,
      memory,
      ...(web && !awsvpc ? { portMappings: [{ containerPort: 8080, hostPort: 8080 }] } : {}),
    },
    awsvpc ? { networkMode: "awsvpc" } : {},
  );
}

function daemonService(serviceName: string, { taskDefinitionArn }: RegisteredTaskDefinition): Service {
  return {
    serviceName,
    serviceArn: `arn:aws:ecs:us-east-1:111122223333:service/prod/${serviceName}`,
    status: "ACTIVE",
    taskDefinition: taskDefinitionArn,
    schedulingStrategy: "DAEMON",
    desiredCount: 0,
    runningCount: 0,
    pendingCount: 0,
    deployments: [],
    events: [],
  };
}
