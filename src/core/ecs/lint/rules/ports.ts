import { isLockPort } from "../../../catalog/lock-ports.ts";
import { listOr } from "../../../base/problem.ts";
import { reservedHostPorts } from "../../../workload/rules/ports.ts";
import { hasHostPorts, hostPortOf, lockBasesOf } from "../host-ports.ts";
import type { Breach, Facts, LintRule } from "../rule.ts";
import { neuronDevicesOf, type Subject, type SubjectContainer, type SubjectPort } from "../subject.ts";
import { containerText } from "../container-text.ts";

/**
 * Which ports a task may have. https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html
 */
export const portRules: readonly LintRule[] = [
  {
    id: "ports-without-network",
    severity: "error",
    // "If the network mode of a task definition is set to none, then you can't specify port mappings."
    // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
    check: (subject, facts) => {
      const having = subject.containers.filter(({ ports }) => ports.length > 0);
      if (subject.networkMode !== "none" || having.length === 0) return [];
      const locks = having.some((container) => lockedBy(subject, container, facts).length > 0);
      return [
        {
          path: ["networkMode"],
          message:
            `networkMode is none, and ${containerText(having[0]!.name)} has port mappings` +
            `${locks ? ", which lock its Neuron devices" : ""}: RegisterTaskDefinition refuses it`,
          fix: "Set networkMode to bridge or host, or remove the port mappings.",
        },
      ];
    },
  },
  {
    id: "port-twice",
    severity: "error",
    // "TCP host port '3000' is mapped multiple times in task." (RegisterTaskDefinition)
    check: repeatedPorts,
  },
  {
    id: "port-reserved",
    severity: "error",
    check: (subject) =>
      !hasHostPorts(subject)
        ? []
        : subject.containers.flatMap(({ ports }) =>
            ports.flatMap((port) => {
              const hostPort = hostPortOf(subject, port);
              if (hostPort === undefined || port.protocol === "udp" || !reservedHostPorts.includes(hostPort)) return [];
              return [
                {
                  path: port.path,
                  message: `host port ${hostPort} is taken on every ECS instance: the task is never placed`,
                  fix: `Use another than ${listOr(reservedHostPorts, "and")}.`,
                },
              ];
            }),
          ),
  },
  {
    id: "lock-port-taken",
    severity: "error",
    check: foreignLocks,
  },
  {
    id: "lock-port-tcp",
    severity: "error",
    // "Container port 53 is used in more than one port mapping for container x" (CreateService)
    check: (subject, facts) =>
      subject.containers.flatMap((container) => {
        const bases = lockedBy(subject, container, facts);
        return container.ports
          .filter(({ protocol, containerPort }) => {
            const inRange = bases.some((base) => containerPort !== undefined && isLockPort(containerPort, base));
            return protocol !== "udp" && inRange;
          })
          .map(({ path, containerPort }) => ({
            path: [...path, "containerPort"],
            message:
              `TCP port ${containerPort} of ${containerText(container.name)} is one of those that lock Neuron devices ` +
              "by UDP: a service names a container's port by its number alone",
            fix: "Let the container listen on a port outside the range.",
          }));
      }),
  },
];

/** The lock port bases under which the container locks devices that the task holds. */
function lockedBy(subject: Subject, container: SubjectContainer, facts: Facts): readonly number[] {
  const held = neuronDevicesOf(subject.containers);
  return lockBasesOf(subject, facts).filter((base) =>
    container.ports.some((port) => {
      const hostPort = hostPortOf(subject, port);
      return port.protocol === "udp" && hostPort !== undefined && held.includes(hostPort - base);
    }),
  );
}

/** A port of a container that is mapped twice, or a host port that two mappings of the task would have. */
function repeatedPorts(subject: Subject): readonly Breach[] {
  const seen = new Set<string>();
  const isRepeated = (key: string | undefined) => {
    if (key === undefined || !seen.has(key)) {
      if (key !== undefined) seen.add(key);
      return false;
    }
    return true;
  };
  return subject.containers.flatMap(({ name, ports }, index) =>
    ports.flatMap((port) => {
      const { path, containerPort, protocol } = port;
      const hostPort = subject.networkMode === "none" ? undefined : hostPortOf(subject, port);
      const container = isRepeated(keyOf(`container ${index}`, containerPort, port));
      const host = isRepeated(keyOf("host", hostPort, port));
      if (!container && !host) return [];
      const which = container ? `port ${containerPort}/${protocol}` : `host port ${hostPort}/${protocol}`;
      return [
        {
          path,
          message: `${which} of ${containerText(name)} is mapped already: RegisterTaskDefinition refuses it`,
          fix: "Keep one of the mappings, or change the other.",
        },
      ];
    }),
  );
}

function keyOf(what: string, number: number | undefined, { protocol }: SubjectPort): string | undefined {
  return number === undefined ? undefined : `${what} ${number}/${protocol === "udp" ? "udp" : "tcp"}`;
}

function foreignLocks(subject: Subject, facts: Facts): readonly Breach[] {
  if (!hasHostPorts(subject)) return [];
  const held = neuronDevicesOf(subject.containers);
  const bases = lockBasesOf(subject, facts);
  return subject.containers.flatMap(({ ports }) =>
    ports.flatMap((port) => {
      const hostPort = hostPortOf(subject, port);
      if (hostPort === undefined || port.protocol !== "udp") return [];
      const locked = bases.map((base) => (isLockPort(hostPort, base) ? hostPort - base : undefined));
      const device = locked[0];
      if (device === undefined || locked.some((each) => each === undefined || held.includes(each))) return [];
      return [
        {
          path: port.path,
          message:
            `UDP host port ${hostPort} locks neuron${device}, which the task does not hold: ` +
            "aiplat's tasks on that device will not be placed beside it",
          fix: "Choose a port outside the range, or list the device.",
        },
      ];
    }),
  );
}
