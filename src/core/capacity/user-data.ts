/** What a container instance is told at its first start. */
import { hasInstanceStore } from "../catalog/machine-settings.ts";
import { hostSettingOf } from "../catalog/instance-types/host-settings.ts";
import { agentSettings, type AgentSettings } from "./agent-settings.ts";
import { bottlerocketSettings } from "./bottlerocket-settings.ts";
import { instanceStoreScript } from "./instance-store.ts";
import type { CapacityMachines } from "./machines.ts";
import { mountScript } from "./mounts.ts";
import { appending } from "./shell-lines.ts";
import type { CapacityImage, CapacitySettings } from "./settings.ts";

/** As it is before it is encoded: a template shows it to whoever reviews it. */
export function userDataOf(machines: CapacityMachines, { os }: CapacityImage, settings: CapacitySettings): string {
  const agent = agentSettings(machines, settings);
  if (os === "bottlerocket") return bottlerocketSettings(machines, agent);
  const script = startScript(machines, agent);
  return hasInstanceStore([machines.type]) ? inParts(script) : script;
}

/**
 * The agent starts once the script has ended. It adds to the agent's file, in which the image has settings of its own
 * (ECS_ENABLE_GPU_SUPPORT: aws/amazon-ecs-ami @a2532d3 scripts/al2023/gpu).
 */
function startScript(machines: CapacityMachines, { attributes, ...agent }: AgentSettings): string {
  const setting = hostSettingOf(machines.type.instanceType);
  const withAttributes = (all: Readonly<Record<string, string>>): readonly string[] =>
    Object.keys(all).length === 0 ? [] : [`ECS_INSTANCE_ATTRIBUTES=${JSON.stringify(all)}`];
  const mounting = machines.mounts.length > 0;
  const lines = [
    `ECS_CLUSTER=${agent.cluster}`,
    `ECS_IMAGE_PULL_BEHAVIOR=${agent.imagePullBehavior}`,
    ...(agent.spotDraining ? ["ECS_ENABLE_SPOT_INSTANCE_DRAINING=true"] : []),
    ...(agent.reservedMemoryMiB === undefined ? [] : [`ECS_RESERVED_MEMORY=${agent.reservedMemoryMiB}`]),
    ...(mounting ? [] : withAttributes(attributes)),
  ];
  return [
    "#!/bin/bash",
    "set -euo pipefail",
    ...appending("/etc/ecs/ecs.config", lines),
    ...(setting === undefined
      ? []
      : [
          `echo '${setting.name} = ${setting.value}' > /etc/sysctl.d/90-aiplat.conf`,
          "sysctl -p /etc/sysctl.d/90-aiplat.conf",
        ]),
    ...(mounting
      ? mountScript(machines, (mounted) =>
          appending("/etc/ecs/ecs.config", withAttributes({ ...attributes, ...mounted })),
        )
      : []),
    "",
  ].join("\n");
}

/**
 * The instance store is set up before Docker starts, at each start; the rest once.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/bootstrap_container_instance.html
 */
function inParts(script: string): string {
  return `MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="BOUNDARY"

--BOUNDARY
Content-Type: text/cloud-boothook; charset="us-ascii"

${instanceStoreScript}
--BOUNDARY
Content-Type: text/x-shellscript; charset="us-ascii"

${script}
--BOUNDARY--
`;
}
