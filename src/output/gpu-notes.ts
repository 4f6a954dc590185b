import type { ClusterDevices, MappedTask } from "../core/devices/device-map.ts";
import { idOf } from "./device-summary.ts";
import { wrapAfter } from "./wrap.ts";

/** How many shared GPUs are told; the other forms tell them all. */
const told = 10;

/** GPUs that tasks share, with what each has and what is left. */
export function describeShares(
  { instances }: ClusterDevices,
  tasks: ReadonlyMap<string, MappedTask>,
  columns: number,
): string {
  const lines = instances.flatMap(({ ec2InstanceId, devices }) =>
    devices.flatMap(({ path, sharing }) => {
      if (sharing === undefined) return [];
      const { memoryMiB, freeMiB, shares } = sharing;
      const whose = shares.map(
        ({ taskArn, memoryMiB: share }) => `${tasks.get(taskArn)?.definition ?? idOf(taskArn)} ${mib(share)}`,
      );
      const left = memoryMiB === undefined ? "" : `, ${mib(freeMiB!)} of ${mib(memoryMiB)} left`;
      const who = whose.join(", ") || "by tasks unknown";
      return [`${wrapAfter(2, `${ec2InstanceId}, ${path} is shared by MPS: ${who}${left}`, columns)}\n`];
    }),
  );
  return lines.slice(0, told).join("") + (lines.length > told ? `and ${lines.length - told} more: -o json\n` : "");
}

/** GPUs that agents did not register, by what is wrong. */
export function describeMissing({ instances }: ClusterDevices, columns: number): string {
  const places = new Map<string, string[]>();
  for (const { ec2InstanceId, missing } of instances) {
    if (missing === undefined) continue;
    const known = places.get(missing.message);
    if (known === undefined) places.set(missing.message, [ec2InstanceId]);
    else known.push(ec2InstanceId);
  }
  return [...places]
    .map(([message, ids]) => {
      const which = ids.length === 1 ? ids[0] : `${ids.length} instances, such as ${ids[0]}`;
      return `${wrapAfter(2, `${which}: ${message}.`, columns)}\n`;
    })
    .join("");
}

function mib(count: number): string {
  return `${count.toLocaleString("en-US")} MiB`;
}
