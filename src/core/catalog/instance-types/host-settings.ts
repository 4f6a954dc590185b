/** A kernel parameter that the machines of a type need, and that AWS's images leave to whoever starts them. */
export interface HostSetting {
  readonly name: string;
  readonly value: string;
}

/** aws/amazon-ecs-ami @a2532d3 README.md. */
const settings: Readonly<Record<string, HostSetting>> = {
  "g6f.large": { name: "vm.overcommit_memory", value: "1" },
};

/** What the machines of the type must have set; undefined for nearly all types. */
export function hostSettingOf(instanceType: string): HostSetting | undefined {
  return settings[instanceType];
}
