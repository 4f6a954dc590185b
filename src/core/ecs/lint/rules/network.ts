import { lockPortBase, lockPortMappings } from "../../../catalog/lock-ports.ts";
import { listOr } from "../../../base/problem.ts";
import type { Breach, LintRule } from "../rule.ts";
import { hasHostPorts, udpHostPorts } from "../host-ports.ts";
import { neuronDevicesOf, type Subject } from "../subject.ts";
import { isPartial } from "./neuron-types.ts";

/**
 * Network mode, ports and the lock ports of devices.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html
 */
export const networkRules: readonly LintRule[] = [
  {
    id: "host-port-differs",
    severity: "error",
    // "When networkMode=host, the host ports and container ports in port mappings must match." (RegisterTaskDefinition)
    check: ({ networkMode, containers }) =>
      networkMode !== "host" && networkMode !== "awsvpc"
        ? []
        : containers.flatMap(({ ports }) =>
            ports
              .filter(
                ({ hostPort, containerPort }) => hostPort !== undefined && hostPort !== 0 && hostPort !== containerPort,
              )
              .map(({ path, hostPort, containerPort }) => ({
                path: [...path, "hostPort"],
                message:
                  `host port ${hostPort} is not container port ${containerPort}: ` +
                  `in ${networkMode} mode RegisterTaskDefinition refuses it`,
                fix: "Leave hostPort out.",
                edits: [{ kind: "remove" as const, path: [...path, "hostPort"] }],
              })),
          ),
  },
  {
    id: "lock-ports-missing",
    severity: "warning",
    check: (subject, facts) => {
      if (!hasHostPorts(subject) || !isPartial(subject, facts)) return [];
      const devices = neuronDevicesOf(subject.containers);
      const ports = new Set(udpHostPorts(subject));
      const lackUnder = (base: number) => devices.filter((device) => !ports.has(base + device));
      const open = lackUnder(lockPortBase);
      // A cluster can have a lock base of its own: ports in the same distance to their devices are locks there.
      if ([...ports].some((port) => lackUnder(port - devices[0]!).length === 0)) return [];
      const holder = subject.containers.findIndex((container) =>
        container.devices.some((device) => device.neuron === open[0]),
      );
      return [
        {
          path: ["containerDefinitions", holder],
          message: `no lock port keeps other tasks off ${listOr(
            open.map((device) => `neuron${device}`),
            "and",
          )}: ECS can place a second task on the same devices`,
          fix: `Add the UDP port mappings ${listOr(
            open.map((device) => lockPortBase + device),
            "and",
          )} (hostPort and containerPort alike), or generate the task definition: aiplat taskdef generate`,
          ...lockEdits(subject, open),
        },
      ];
    },
  },
  {
    id: "awsvpc-partial-devices",
    severity: "warning",
    check: (subject, facts) =>
      subject.networkMode !== "awsvpc" || !isPartial(subject, facts)
        ? []
        : [
            {
              path: ["networkMode"],
              message:
                "in awsvpc mode no host port can lock the devices: " +
                "ECS can place a second task on them, and a service will",
              fix: "Use bridge or host mode with lock ports, or take every device of the instance.",
            },
          ],
  },
  {
    id: "efa-network-mode",
    severity: "error",
    check: ({ networkMode, networkModeGiven, containers }) => {
      const efa = containers
        .flatMap((container) => container.devices)
        .find((device) => device.hostPath.startsWith("/dev/infiniband/"));
      if (efa === undefined || networkMode === "host") return [];
      return [
        {
          path: [...efa.path, "hostPath"],
          message: `${efa.hostPath} is an EFA device of the instance's own network, and networkMode is ${networkMode}`,
          fix: "Set networkMode to host.",
          ...(networkModeGiven ? {} : { edits: [{ kind: "set" as const, path: ["networkMode"], value: "host" }] }),
        },
      ];
    },
  },
];

/**
 * Locks for the devices, each on a container that lists it; none where another mapping has one of the ports already.
 */
function lockEdits({ containers }: Subject, open: readonly number[]): Pick<Breach, "edits"> {
  const taken = containers.some(({ ports }) =>
    ports.some(
      ({ containerPort, protocol }) =>
        protocol === "udp" && containerPort !== undefined && open.includes(containerPort - lockPortBase),
    ),
  );
  if (taken) return {};
  const holderOf = (device: number) =>
    containers.find((container) => container.devices.some((each) => each.neuron === device));
  const edits = containers.flatMap((container) => {
    const devices = open.filter((device) => holderOf(device) === container);
    return devices.length === 0
      ? []
      : [{ kind: "append" as const, path: [...container.path, "portMappings"], values: lockPortMappings(devices) }];
  });
  return { edits };
}
