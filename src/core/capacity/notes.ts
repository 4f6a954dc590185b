import { hasInstanceStore } from "../catalog/machine-settings.ts";
import { diskGiBOf } from "./launch-template.ts";
import type { CapacityMachines } from "./machines.ts";
import type { CapacitySettings } from "./settings.ts";

/** What somebody who makes a capacity should know, in sentences. */
export function capacityNotes(machines: CapacityMachines, settings: CapacitySettings): readonly string[] {
  const { kind, capacityBlock, spot, images } = settings;
  const { type, mounts, efaInterfaces } = machines;
  const name = type.instanceType;
  if (kind === "managed-instances") return [];
  const { id, volumeGiB = 0, isSnapshotAsLarge = false } = images.get(name) ?? {};
  const gib = diskGiBOf(machines, settings);
  return [
    ...(gib < volumeGiB && !isSnapshotAsLarge
      ? [
          `The volume of ${gib}GiB is smaller than ${id} has it (${volumeGiB}GiB): where its snapshot is larger too, no machine of ${name} starts.`,
        ]
      : []),
    ...(mounts.some(({ source }) => source.kind === "lustre")
      ? ["The security group of the Lustre file system must let the machines in: TCP 988 and 1018 to 1023."]
      : []),
    ...(efaInterfaces > 0
      ? [`Machines of ${name} with EFA have several interfaces and no public address: their subnet needs a way out.`]
      : []),
    ...(capacityBlock === undefined
      ? []
      : [
          `EC2 ends the machines of ${capacityBlock} 30 minutes before the block ends: scale the group to 0 before that.`,
        ]),
    ...(spot && hasInstanceStore([type])
      ? ["What lies on the instance store of a Spot machine goes with it, two minutes after EC2 says so."]
      : []),
  ];
}
