/** What machines are started with, whoever starts them: their disks, and how far the metadata service answers. */
import type { InstanceType } from "./instance-types/instance-type.ts";

/** AWS's defaults of 20 and 30 GiB hold no two deep learning images: they unpack to 10 to 30 GiB each. */
export const defaultDiskGiB = 200;

/** Containers, one hop further than their machine, reach the instance metadata service, by which SDKs find the region. */
export const defaultImdsHopLimit = 2;

/** As EC2 takes it. */
export const mostImdsHops = 64;

/**
 * Bottlerocket keeps images and containers on its second volume.
 * https://bottlerocket.dev/en/os/latest/#/concepts/storage/
 */
export const imageVolume = { al2023: "/dev/xvda", bottlerocket: "/dev/xvdb" } as const;

/** Whether a type has an instance store; a machine without one starts as it would. */
export function hasInstanceStore(types: readonly InstanceType[]): boolean {
  return types.some(({ localNvmeGB }) => localNvmeGB !== undefined);
}
