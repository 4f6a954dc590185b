import type { TaskDefinition } from "./api.ts";

export interface HostPort {
  readonly port: number;
  readonly protocol: "tcp" | "udp";
}

/** What the definition says, or ECS's default on Linux. */
export function networkModeOfDefinition({ networkMode }: Pick<TaskDefinition, "networkMode">): string {
  return networkMode ?? "bridge";
}

/**
 * The host ports that a task reserves on its instance. ECS counts them in bridge and host mode only; in bridge mode a
 * mapping without a host port gets a free one when the task starts.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html
 */
export function hostPortsOf(definition: TaskDefinition): readonly HostPort[] {
  const mode = networkModeOfDefinition(definition);
  if (mode !== "bridge" && mode !== "host") return [];
  const ports = new Map<string, HostPort>();
  for (const container of definition.containerDefinitions) {
    for (const mapping of container.portMappings ?? []) {
      const port = mode === "host" ? (mapping.hostPort ?? 0) || mapping.containerPort : mapping.hostPort;
      const protocol = mapping.protocol === "udp" ? "udp" : "tcp";
      if (port !== undefined && port !== 0) ports.set(`${port}/${protocol}`, { port, protocol });
    }
  }
  return [...ports.values()];
}
