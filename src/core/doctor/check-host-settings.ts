import { warn, type CheckItem } from "../base/check-report.ts";
import { hostSettingOf } from "../catalog/instance-types/host-settings.ts";
import { instanceTypeOf, type ContainerInstance } from "../cluster/snapshot.ts";

/** What the machines of some types need of their kernel: no API tells whether they have it. */
export function checkHostSettings(candidates: readonly ContainerInstance[]): readonly CheckItem[] {
  const types = new Set(candidates.flatMap((instance) => instanceTypeOf(instance) ?? []));
  return [...types].flatMap((type) => {
    const setting = hostSettingOf(type);
    if (setting === undefined) return [];
    const { name, value } = setting;
    return warn(
      "host-setting",
      `${type} needs ${name} = ${value}, and whether its instances have it cannot be seen from here`,
      `In their user data: echo ${name}=${value} > /etc/sysctl.d/90-aiplat.conf && sysctl --system. ` +
        `On Bottlerocket: settings.kernel.sysctl."${name}" = "${value}".`,
    );
  });
}
