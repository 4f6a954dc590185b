/** https://bottlerocket.dev/en/os/latest/#/api/settings/ecs/ */
import { hostSettingOf } from "../catalog/instance-types/host-settings.ts";
import { hasInstanceStore } from "../catalog/machine-settings.ts";
import type { AgentSettings } from "./agent-settings.ts";
import type { CapacityMachines } from "./machines.ts";

/**
 * What of the machine lies on its instance store
 * (bottlerocket-os/bottlerocket-core-kit sources/api/apiserver/src/server/ephemeral_storage.rs, allowed_bind_dirs).
 */
const instanceStore = `
[settings.bootstrap-commands.000-mount-instance-storage]
commands = [["apiclient", "ephemeral-storage", "init"], ["apiclient", "ephemeral-storage", "bind", "--dirs", "/var/lib/containerd", "/var/lib/docker", "/var/log/ecs"]]
mode = "always"
essential = true
`;

/** The user data of Bottlerocket, in TOML, of which a text in double quotes is one of JSON. */
export function bottlerocketSettings({ type, privileged }: CapacityMachines, agent: AgentSettings): string {
  const setting = hostSettingOf(type.instanceType);
  const table = (name: string, entries: Readonly<Record<string, string>>) =>
    Object.keys(entries).length === 0
      ? []
      : [
          "",
          `[${name}]`,
          ...Object.entries(entries).map(([key, value]) => `${JSON.stringify(key)} = ${JSON.stringify(value)}`),
        ];
  const lines = [
    "[settings.ecs]",
    `cluster = ${JSON.stringify(agent.cluster)}`,
    `image-pull-behavior = "${agent.imagePullBehavior}"`,
    ...(agent.spotDraining ? ["enable-spot-instance-draining = true"] : []),
    ...(agent.reservedMemoryMiB === undefined ? [] : [`reserved-memory = ${agent.reservedMemoryMiB}`]),
    ...(privileged ? ["allow-privileged-containers = true"] : []),
    ...table("settings.ecs.instance-attributes", agent.attributes),
    ...table("settings.kernel.sysctl", setting === undefined ? {} : { [setting.name]: setting.value }),
    "",
  ];
  return lines.join("\n") + (hasInstanceStore([type]) ? instanceStore : "");
}
