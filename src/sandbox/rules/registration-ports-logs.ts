import type { PortMapping, TaskDefinition } from "../../core/ecs-api/api.ts";
import { networkModeOfDefinition } from "../../core/ecs-api/host-ports.ts";
import { missingLogOptions } from "../../core/ecs/lint/rules/logging.ts";
import type { DefinitionRefusal } from "./definition-refusal.ts";
import { api, guide, issue, preflight, unverified } from "./rule.ts";

export const logRefusals: readonly DefinitionRefusal[] = [
  {
    breach: "log-options",
    at: "awslogs-create-group",
    words: "Log driver awslogs option 'awslogs-create-group' should only be set to 'true', else omit option.",
    source: issue("terraform-linters/tflint-ruleset-aws", 348),
  },
  {
    breach: "log-options",
    words: "Log driver awslogs requires options: {missing}",
    fill: ({ container, definition }) => ({
      missing: missingLogOptions(container?.logConfiguration, definition.requiresCompatibilities ?? []).join(", "),
    }),
    source: issue("klothoplatform/klotho", 892),
  },
  {
    breach: "log-router",
    at: "logDriver",
    words:
      "When awsfirelens log driver is specified in log configuration, a firelens configuration object must be specified",
    source: preflight("awsfirelens-without-router"),
  },
  {
    breach: "log-router",
    when: ({ definition }) => routers(definition) === 1,
    words:
      "When a firelensConfiguration object is specified, at least one container has to be configured with the " +
      "awsfirelens log driver",
    source: "was seen in public deployment guides",
  },
  {
    breach: "log-router",
    words: "Only one container of a task definition can have a firelensConfiguration object.",
    source: `the words: ${unverified}; ${guide}/using_firelens.html`,
  },
];

function routers({ containerDefinitions }: TaskDefinition): number {
  return containerDefinitions.filter(({ firelensConfiguration }) => firelensConfiguration !== undefined).length;
}

export const portRefusals: readonly DefinitionRefusal[] = [
  {
    breach: "port-twice",
    // A port of a container that is mapped to two ports of the host is seen in no report.
    when: ({ value, definition }) => usesOf(hostPortOf(value as PortMapping, definition), definition) > 1,
    words: "{protocol} host port '{port}' is mapped multiple times in task.",
    fill: ({ value, definition }) => {
      const [port = "", protocol = ""] = hostPortOf(value as PortMapping, definition).split("/");
      return { port, protocol: protocol.toUpperCase() };
    },
    source: issue("aws/amazon-ecs-agent", 1220),
  },
  {
    breach: "port-count",
    words: "Too many port mappings: at most 100.",
    source: `${unverified}: the quota is of ${api}/API_PortMapping.html; older reports have such a task refused by RunTask`,
  },
  {
    breach: "port-range",
    at: "containerPortRange",
    words: "Invalid 'containerPortRange' setting",
    source: preflight("port-range-reversed"),
  },
  {
    breach: "port-range",
    words: "cannot specify both single port and port range",
    source: preflight("port-range-with-host-port"),
  },
  {
    breach: "ports-without-network",
    words: "Port mappings are not supported when networkMode=none.",
    source: `the words: ${unverified}; ${api}/API_ContainerDefinition.html`,
  },
  {
    breach: "host-port-differs",
    words: "When networkMode={mode}, the host ports and container ports in port mappings must match.",
    source: issue("klothoplatform/klotho", 892),
  },
  ofMode("links", "Links are not supported when networkMode={mode}.", "fargate-links"),
  ofMode("hostname", "hostname is not supported on container when networkMode={mode}", "awsvpc-hostname"),
  ofMode("extraHosts", "Extra hosts are not supported on container when networkMode={mode}", "awsvpc-extra-hosts"),
  ofMode("dnsServers", "DNS servers are not supported on container when networkMode={mode}", "fargate-dns-servers"),
  ofMode(
    "disableNetworking",
    "Disable Networking is not supported on container when networkMode={mode}",
    "fargate-disable-networking",
  ),
  ofMode(
    "proxyConfiguration",
    "APPMESH proxy configuration is only supported in networkMode=awsvpc",
    "proxy-configuration-awsvpc-required",
  ),
];

function ofMode(field: string, words: string, rule: string): DefinitionRefusal {
  return { breach: "field-of-mode", at: field, words, source: preflight(rule) };
}

/** `80/tcp`, or nothing for a port of ECS's choice. */
function hostPortOf(
  { containerPort, hostPort = 0, protocol = "tcp" }: PortMapping,
  definition: TaskDefinition,
): string {
  const own = ["host", "awsvpc"].includes(networkModeOfDefinition(definition)) ? containerPort : hostPort;
  return own === undefined || own === 0 ? "" : `${own}/${protocol}`;
}

function usesOf(port: string, definition: TaskDefinition): number {
  const mappings = definition.containerDefinitions.flatMap(({ portMappings = [] }) => portMappings);
  return port === "" ? 0 : mappings.filter((mapping) => hostPortOf(mapping, definition) === port).length;
}
