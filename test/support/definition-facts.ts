import type { TaskDefinition } from "../../src/core/ecs-api/api.ts";
import type { Facts } from "./manifest-facts.ts";

/** What a task definition says of its first container, a line a field. As factsOf, of ECS. */
export function factsOfDefinition(definition: TaskDefinition): Facts {
  const [container] = definition.containerDefinitions;
  const { devices = [], capabilities, sharedMemorySize } = container!.linuxParameters ?? {};
  const sources = new Map((definition.volumes ?? []).map((each) => [each.name, sourceText(each)]));
  const facts: readonly (readonly [string, unknown])[] = [
    ["network mode", definition.networkMode],
    ["compatibilities", definition.requiresCompatibilities?.join(",")],
    ["task cpu", definition.cpu],
    ["task memory", definition.memory],
    ["container cpu", container!.cpu],
    ["container memory", container!.memory],
    ["container memoryReservation", container!.memoryReservation],
    ["shared memory", sharedMemorySize],
    ["user", container!.user],
    ["log driver", container!.logConfiguration?.logDriver],
    ...(container!.resourceRequirements ?? []).map(({ type, value }) => [type!.toLowerCase(), value] as const),
    ...devices.map(({ hostPath, permissions = [] }) => [`device ${hostPath}`, permissions.join(",")] as const),
    ...(capabilities?.add ?? []).map((capability) => [`capability ${capability}`, ""] as const),
    ...(container!.ulimits ?? []).map(
      ({ name, softLimit, hardLimit }) => [`ulimit ${name}`, `${softLimit} to ${hardLimit}`] as const,
    ),
    ...(container!.mountPoints ?? []).map(
      ({ containerPath, sourceVolume = "" }) => [`mount ${containerPath}`, sources.get(sourceVolume)] as const,
    ),
    ...(container!.portMappings ?? []).map(
      ({ containerPort, hostPort, protocol = "tcp" }) =>
        // In awsvpc mode the host's port is the container's.
        [
          `port ${containerPort}`,
          hostPort === undefined || hostPort === 0 || definition.networkMode === "awsvpc"
            ? protocol
            : `${protocol} ${hostPort}`,
        ] as const,
    ),
    ...(definition.placementConstraints ?? []).map(
      ({ type, expression }) => [`constraint ${expression ?? ""}`, type] as const,
    ),
    ...(container!.environment ?? [])
      .filter(({ name = "" }) => /^(FI_|NCCL_|NEURON_RT_)/.test(name))
      .map(({ name, value }) => [`env ${name}`, value] as const),
  ];
  return new Map(facts.flatMap(([field, value]) => (value === undefined ? [] : [[field, String(value)] as const])));
}

function sourceText(volume: object): string {
  if ("dockerVolumeConfiguration" in volume) return "docker task";
  const { host } = volume as { readonly host?: { readonly sourcePath?: string } };
  return host?.sourcePath === undefined ? "another" : `host ${host.sourcePath}`;
}
