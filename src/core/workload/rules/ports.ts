import { isLockPort, lockPortBase, lockPortCount } from "../../catalog/lock-ports.ts";
import { listOr, pathText, type Path } from "../../base/problem.ts";
import type { Workload } from "../schema.ts";
import { all, any, at, given, not, when, type JsonSchema } from "./fragments.ts";
import type { RuleFinding, Rule } from "./rule.ts";

type Port = NonNullable<Workload["ports"]>[number];

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html: SSH, Docker and the ECS agent. */
export const reservedHostPorts: readonly number[] = [22, 2375, 2376, 51_678, 51_679, 51_680];

export const protocolOf = ({ protocol }: Port) => protocol ?? "tcp";

/** A port of one of the containers, with its place. */
interface WrittenPort {
  readonly port: Port;
  readonly path: Path;
  /** Which container's it is, as messages name it. */
  readonly of: string;
}

/** The ports of the workload's own container and of its sidecars. */
export function portsIn({ ports = [], sidecars = [] }: Pick<Workload, "ports" | "sidecars">): readonly WrittenPort[] {
  return [
    ...ports.map((port, index) => ({ port, path: ["ports", index], of: "the workload's container" })),
    ...sidecars.flatMap(({ name, ports: own = [] }, at) =>
      own.map((port, index) => ({ port, path: ["sidecars", at, "ports", index], of: `sidecar ${name}` })),
    ),
  ];
}

/** The ports after the first that say the same; `keyOf` undefined says nothing. */
function repeated(
  workload: Workload,
  key: keyof Port,
  keyOf: (port: Port, of: string) => string | undefined,
  message: (port: Port) => string,
): readonly RuleFinding[] {
  const seen = new Set<string>();
  return portsIn(workload).flatMap(({ port, path, of }) => {
    const value = keyOf(port, of);
    if (value === undefined || !seen.has(value)) {
      if (value !== undefined) seen.add(value);
      return [];
    }
    return [{ path: [...path, key], message: message(port), hint: "Keep one of them, or change the other." }];
  });
}

/** Ports on which two containers with one network listen: in a pod, and on ECS in host and awsvpc mode. */
export function sharedPorts(workload: Pick<Workload, "ports" | "sidecars">): readonly RuleFinding[] {
  const holders = new Map<string, string>();
  return portsIn(workload).flatMap(({ port, path, of }) => {
    const key = `${port.container}/${protocolOf(port)}`;
    const holder = holders.get(key);
    if (holder === undefined || holder === of) {
      holders.set(key, of);
      return [];
    }
    return [
      {
        path: [...path, "container"],
        message: `${of} listens on port ${key}, and so does ${holder}: they have one network`,
        hint: "Have one of them listen on another port.",
      },
    ];
  });
}

/** The fragment for the ports of all containers. */
function atPorts(schema: JsonSchema): JsonSchema {
  return all(at("ports", schema), at("sidecars", { items: at("ports", schema) }));
}

function healthPort(ports: readonly Port[] = [], health: Workload["health"], of: Path): readonly RuleFinding[] {
  const tcp = ports.filter((port) => protocolOf(port) === "tcp").map(({ container }) => container);
  if (health === undefined || ports.length === 0 || tcp.includes(health.port)) return [];
  const path = [...of, "health", "port"];
  return [
    {
      path,
      message: `${pathText(path)} ${health.port} is none of the TCP ports`,
      ...(tcp.length === 0 ? {} : { hint: `The container has ${listOr(tcp, "and")}.` }),
    },
  ];
}

const comparesItems = "two items that differ in another key: JSON Schema compares whole items only";

export const portRules: readonly Rule[] = [
  {
    code: "duplicate-port",
    severity: "error",
    reads: ["ports", "sidecars"],
    check: (workload) =>
      repeated(
        workload,
        "container",
        (port, of) => `${of} ${port.container}/${protocolOf(port)}`,
        (port) => `container port ${port.container}/${protocolOf(port)} is listed twice`,
      ),
    jsonSchema: () => atPorts({ uniqueItems: true }),
    beyondJsonSchema: comparesItems,
  },
  {
    code: "duplicate-host-port",
    severity: "error",
    reads: ["ports", "sidecars"],
    check: (workload) =>
      repeated(
        workload,
        "host",
        (port) => (port.host === undefined ? undefined : `${port.host}/${protocolOf(port)}`),
        (port) => `host port ${port.host}/${protocolOf(port)} is given to two container ports`,
      ),
    jsonSchema: () => atPorts({ uniqueItems: true }),
    beyondJsonSchema: comparesItems,
  },
  {
    code: "duplicate-port-name",
    severity: "error",
    reads: ["ports", "sidecars"],
    check: (workload) =>
      repeated(
        workload,
        "name",
        (port) => port.name,
        (port) => `the port name ${port.name} is given to two ports`,
      ),
    jsonSchema: () => atPorts({ uniqueItems: true }),
    beyondJsonSchema: comparesItems,
  },
  {
    code: "lock-port",
    severity: "error",
    reads: ["ports", "sidecars"],
    check: (workload) =>
      portsIn(workload).flatMap(({ port, path }) => {
        const key = port.host !== undefined && isLockPort(port.host) ? "host" : "container";
        if (protocolOf(port) !== "udp" || !isLockPort(port[key]!)) return [];
        return [
          {
            path: [...path, key],
            message:
              `UDP port ${port[key]} is in the range ${lockPortBase} to ${lockPortBase + lockPortCount - 1}, ` +
              "by which aiplat keeps two tasks off one device",
            hint: "Use a port outside of that range.",
          },
        ];
      }),
    jsonSchema: () => {
      const inRange = { minimum: lockPortBase, maximum: lockPortBase + lockPortCount - 1 };
      return atPorts({
        items: not(all(given("protocol", { const: "udp" }), any(given("container", inRange), given("host", inRange)))),
      });
    },
  },
  {
    code: "reserved-host-port",
    severity: "error",
    reads: ["ports", "sidecars"],
    check: (workload) =>
      portsIn(workload).flatMap(({ port, path }) =>
        port.host !== undefined && protocolOf(port) === "tcp" && reservedHostPorts.includes(port.host)
          ? [
              {
                path: [...path, "host"],
                message: `host port ${port.host} is taken on every ECS instance`,
                hint: `Use another than ${listOr(reservedHostPorts, "and")}, or leave host out for a free one.`,
              },
            ]
          : [],
      ),
    jsonSchema: () =>
      atPorts({
        items: not(all(given("host", { enum: reservedHostPorts }), not(given("protocol", { const: "udp" })))),
      }),
  },
  {
    code: "health-port",
    severity: "warning",
    reads: ["ports", "health.port", "sidecars"],
    check: ({ ports, health, sidecars = [] }) => [
      ...healthPort(ports, health, []),
      ...sidecars.flatMap((each, index) => healthPort(each.ports, each.health, ["sidecars", index])),
    ],
  },
  {
    code: "load-balancer-port",
    severity: "error",
    reads: ["ports", "ecs.loadBalancer.port", "sidecars"],
    check: ({ ports = [], ecs, sidecars = [] }) => {
      const port = ecs?.loadBalancer?.port;
      const containers = [...new Set(ports.map(({ container }) => container))];
      if (port === undefined) return [];
      if (ports.filter(({ container }) => container === port).length > 1)
        return [
          {
            path: ["ecs", "loadBalancer", "port"],
            message: `ecs.loadBalancer.port ${port} is mapped for two protocols, and ECS creates no service with a load balancer on such a port`,
            hint: "Keep one of the two in ports, or let the container listen on another port for the other.",
          },
        ];
      if (containers.includes(port)) return [];
      const sidecar = sidecars.find((each) => each.ports?.some(({ container }) => container === port));
      if (sidecar !== undefined)
        return [
          {
            path: ["ecs", "loadBalancer", "port"],
            message: `ecs.loadBalancer.port ${port} is of the sidecar ${sidecar.name}, and a load balancer is for the workload's own container`,
            hint:
              "In place of ecs.loadBalancer write ecs.service: { loadBalancers: [{ targetGroupArn: ARN, containerName: " +
              `${sidecar.name}, containerPort: ${port} }] }.`,
          },
        ];
      return [
        {
          path: ["ecs", "loadBalancer", "port"],
          message: `ecs.loadBalancer.port ${port} is none of the container's ports`,
          hint:
            containers.length === 0
              ? `Add ports: [{ container: ${port} }].`
              : `Write ${listOr(containers)}, or add ports: [{ container: ${port} }].`,
        },
      ];
    },
    jsonSchema: () => when(given("ecs.loadBalancer"), given("ports", { minItems: 1 })),
    beyondJsonSchema:
      "a port that is not one of several, or is there for two protocols: JSON Schema compares no two values",
  },
];
