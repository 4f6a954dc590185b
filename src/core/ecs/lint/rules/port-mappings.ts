import { hasHostPorts } from "../host-ports.ts";
import type { Breach, LintRule } from "../rule.ts";
import { type Subject, type SubjectContainer, itemsOf } from "../subject.ts";
import { containerText } from "../container-text.ts";

/** How a container maps its ports. https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html */
export const portMappingRules: readonly LintRule[] = [
  { id: "port-count", severity: "error", check: tooMany },
  { id: "port-range", severity: "error", check: ({ containers }) => containers.flatMap(wrongRanges) },
  { id: "port-protocols", severity: "warning", check: ({ containers }) => containers.flatMap(severalProtocols) },
];

/** "A container instance can have up to 100 reserved ports at a time." */
const mostPorts = 100;

function tooMany(subject: Subject): readonly Breach[] {
  const { containers } = subject;
  const largest = containers.toSorted((one, other) => other.ports.length - one.ports.length)[0];
  const together = containers.reduce((sum, { ports }) => sum + ports.length, 0);
  const count = hasHostPorts(subject) ? together : (largest?.ports.length ?? 0);
  return largest === undefined || count <= mostPorts
    ? []
    : [
        {
          path: [...largest.path, "portMappings"],
          message: `${count === together ? "the task" : `${containerText(largest.name)}`} maps ${count} ports, and ECS takes ${mostPorts}`,
          fix: "Map a range of ports (containerPortRange), or fewer.",
        },
      ];
}

function wrongRanges({ given, path }: SubjectContainer): readonly Breach[] {
  return itemsOf(given.portMappings, [...path, "portMappings"]).flatMap(({ item, path: at }): readonly Breach[] => {
    const { containerPortRange: range, containerPort, hostPort } = item;
    const [first, last] = (range ?? "").split("-").map(Number);
    if (range === undefined || first === undefined || last === undefined) return [];
    if (first < 1 || last > 65_535 || first > last)
      return [
        {
          path: [...at, "containerPortRange"],
          message: `${range} is no range of ports`,
          fix: "Write the lower port first, both from 1 to 65535.",
        },
      ];
    // "Do not specify a hostPortRange", and no single port beside it: ECS chooses the host's.
    const single = containerPort === undefined ? hostPort : containerPort;
    return single === undefined
      ? []
      : [
          {
            path: at,
            message: `the mapping of ports ${range} has ${containerPort === undefined ? "hostPort" : "containerPort"} ${single} too`,
            fix: "Keep one of the two.",
          },
        ];
  });
}

/**
 * API_PortMapping says "You can't expose the same container port for multiple protocols. If you attempt this, an error is
 * returned", and not by which call. What is reported is CreateService's InvalidParameterException for a service with a
 * load balancer, of a definition that was registered: https://github.com/aws/amazon-ecs-agent/issues/3428 and
 * https://github.com/terraform-aws-modules/terraform-aws-ecs/issues/89. That ECS and Fargate register and run it AWS says
 * itself: https://github.com/awsdocs/amazon-ecs-developer-guide/pull/128. So it is a warning, and an error behind a load
 * balancer (`load-balancer-port`).
 */
function severalProtocols({ name, ports }: SubjectContainer): readonly Breach[] {
  return ports
    .filter(({ containerPort, protocol }, index) =>
      ports
        .slice(0, index)
        .some(
          (before) =>
            containerPort !== undefined && before.containerPort === containerPort && before.protocol !== protocol,
        ),
    )
    .map(({ path, containerPort }) => ({
      path,
      message: `port ${containerPort} of ${containerText(name)} is mapped for two protocols: ECS creates no service with a load balancer on it`,
      fix: "Keep one of them, or let the container listen on another port for the other.",
    }));
}
