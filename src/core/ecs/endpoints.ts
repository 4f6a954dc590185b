import { present } from "../base/present.ts";
import { deviceNumber } from "../catalog/slots.ts";
import type { RegisteredTaskDefinition, Task } from "../ecs-api/api.ts";
import { networkModeOfDefinition } from "../ecs-api/host-ports.ts";
import { devicesOf } from "./merged.ts";

/** Where a port of a running task can be reached. */
export interface Endpoint {
  readonly container: string;
  /** The port that the container listens on. */
  readonly containerPort: number;
  readonly protocol: "tcp" | "udp";
  /** The private address of the task's interface, or of its machine; left out where nobody could say. */
  readonly address?: string;
  /** The machine whose address it is: in bridge and host mode. */
  readonly ec2InstanceId?: string;
  /** The port at the address: in bridge mode the host's. */
  readonly port: number;
}

/** The machine that a task runs on. */
export interface TaskHost {
  readonly ec2InstanceId: string;
  /** Its private address. */
  readonly address?: string;
}

/**
 * Where a task answers: in awsvpc mode at its own address and the container's port, in host mode at its machine's and
 * the container's, in bridge mode at its machine's and the host port that Docker publishes. Lock ports are none.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_NetworkBinding.html
 */
export function endpointsOf(
  task: Task,
  definition: RegisteredTaskDefinition | undefined,
  host: TaskHost | undefined,
): readonly Endpoint[] {
  if (task.lastStatus !== "RUNNING") return [];
  const mode = definition === undefined ? undefined : networkModeOfDefinition(definition);
  const locks = definition === undefined ? noLocks : lockPortsIn(definition);
  return workloadFirst(task.containers, definition).flatMap(
    ({ name, networkBindings = [], networkInterfaces = [] }) => {
      const [own] = networkInterfaces;
      const at = own === undefined ? host : { address: own.privateIpv4Address ?? own.ipv6Address };
      const mappings =
        definition?.containerDefinitions.find((container) => container.name === name)?.portMappings ?? [];
      const published =
        own !== undefined || mode === "host"
          ? mappings.map(({ containerPort, protocol }) => ({ containerPort, hostPort: containerPort, protocol }))
          : networkBindings;
      return published.flatMap(({ containerPort, hostPort = containerPort, protocol }): readonly Endpoint[] =>
        containerPort === undefined || hostPort === undefined || (protocol === "udp" && locks.has(hostPort))
          ? []
          : [
              {
                container: name,
                containerPort,
                protocol: protocol === "udp" ? "udp" : "tcp",
                ...present({ ...at }),
                port: hostPort,
              },
            ],
      );
    },
  );
}

/** Whose end ends the task is asked before its sidecars: who wants the service's address wants its own. */
function workloadFirst(
  containers: Task["containers"],
  definition: RegisteredTaskDefinition | undefined,
): Task["containers"] {
  const beside = new Set(
    (definition?.containerDefinitions ?? []).filter(({ essential }) => essential === false).map(({ name }) => name),
  );
  const isBeside = ({ name }: Task["containers"][number]) => Number(beside.has(name));
  return containers.toSorted((one, other) => isBeside(one) - isBeside(other));
}

/** Whether the answer depends on the machine's address. */
export function answersAtHost(task: Task): boolean {
  return (
    task.lastStatus === "RUNNING" &&
    task.containerInstanceArn !== undefined &&
    !task.containers.some(({ networkInterfaces = [] }) => networkInterfaces.length > 0)
  );
}

/** `10.0.3.7:32768`, `i-0a1b2c3d:32768` where the machine's address is not known, `32768` where nothing is. */
export function endpointText({ address, ec2InstanceId, port, protocol }: Endpoint): string {
  const host = address ?? ec2InstanceId;
  const bracketed = host?.includes(":") === true ? `[${host}]` : host;
  return `${bracketed === undefined ? "" : `${bracketed}:`}${port}${protocol === "udp" ? "/udp" : ""}`;
}

const noLocks: ReadonlySet<number> = new Set();

/**
 * The lock ports of a definition, whatever its cluster's base is: one UDP port for each Neuron device that it lists, at
 * one distance from the device's number.
 */
function lockPortsIn({ containerDefinitions }: RegisteredTaskDefinition): ReadonlySet<number> {
  const devices = containerDefinitions.flatMap((container) =>
    devicesOf(container).flatMap(({ hostPath }) => deviceNumber(hostPath) ?? []),
  );
  const ports = new Set(
    containerDefinitions.flatMap(({ portMappings = [] }) =>
      portMappings
        .filter(({ protocol, containerPort, hostPort }) => protocol === "udp" && hostPort === containerPort)
        .flatMap(({ containerPort }) => containerPort ?? []),
    ),
  );
  if (devices.length === 0) return noLocks;
  const base = [...ports]
    .map((port) => port - Math.min(...devices))
    .find((candidate) => devices.every((device) => ports.has(candidate + device)));
  return base === undefined ? noLocks : new Set(devices.map((device) => base + device));
}
