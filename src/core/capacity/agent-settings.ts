/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-agent-config.html */
import { present } from "../base/present.ts";
import type { CapacityMachines } from "./machines.ts";
import type { CapacitySettings } from "./settings.ts";

/** What the agent is told, whatever the operating system. */
export interface AgentSettings {
  readonly cluster: string;
  readonly attributes: Readonly<Record<string, string>>;
  /**
   * Layers that the machine has are never pulled again. `once` does not even ask the registry, which is right where an
   * image is named by its digest; of a tag it would keep an old image.
   */
  readonly imagePullBehavior: "default" | "once";
  readonly spotDraining: boolean;
  readonly reservedMemoryMiB?: number;
}

export function agentSettings(machines: CapacityMachines, settings: CapacitySettings): AgentSettings {
  const { cluster, attributes, spot, reservedMemoryMiB } = settings;
  return {
    cluster,
    attributes: { ...machines.attributes, ...attributes },
    imagePullBehavior: machines.imagesPinned ? "once" : "default",
    spotDraining: spot,
    ...present({ reservedMemoryMiB }),
  };
}
