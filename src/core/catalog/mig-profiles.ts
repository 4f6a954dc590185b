/**
 * The parts that MIG divides GPUs into, and how many of each one GPU has (facts/mig-profiles.json: NVIDIA/mig-parted
 * @bd7160f4, deployments/systemd/config-default.yaml).
 */
import type { InstanceType } from "./instance-types/instance-type.ts";

/** By the GPU's name and its MiB. */
export const migProfiles: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  "A100 40960": { "1g.5gb": 7, "1g.5gb+me": 1, "1g.10gb": 4, "2g.10gb": 3, "3g.20gb": 2, "4g.20gb": 1, "7g.40gb": 1 },
  "A100 81920": { "1g.10gb": 7, "1g.10gb+me": 1, "1g.20gb": 4, "2g.20gb": 3, "3g.40gb": 2, "4g.40gb": 1, "7g.80gb": 1 },
  "H100 81920": { "1g.10gb": 7, "1g.10gb+me": 1, "1g.20gb": 4, "2g.20gb": 3, "3g.40gb": 2, "4g.40gb": 1, "7g.80gb": 1 },
  "H200 144384": {
    "1g.18gb": 7,
    "1g.18gb+me": 1,
    "1g.35gb": 4,
    "2g.35gb": 3,
    "3g.71gb": 2,
    "4g.71gb": 1,
    "7g.141gb": 1,
  },
  "B200 183359": {
    "1g.23gb": 7,
    "1g.23gb+me": 1,
    "1g.45gb": 4,
    "2g.45gb": 3,
    "3g.90gb": 2,
    "4g.90gb": 1,
    "7g.180gb": 1,
  },
  "B200 189440": {
    "1g.23gb": 7,
    "1g.23gb+me": 1,
    "1g.47gb": 4,
    "2g.47gb": 3,
    "3g.93gb": 2,
    "4g.93gb": 1,
    "7g.186gb": 1,
  },
  "B300 275040": {
    "1g.34gb": 7,
    "1g.34gb+me": 1,
    "1g.67gb": 4,
    "2g.67gb": 3,
    "3g.135gb": 2,
    "4g.135gb": 1,
    "7g.269gb": 1,
  },
  "RTX PRO Server 6000 98304": { "1g.24gb": 4, "2g.48gb": 2, "4g.96gb": 1 },
};

/** The profiles of a type's GPUs, each with how many of it one GPU has; none where MIG does not divide them. */
export function migProfilesOf({ accelerator }: InstanceType): Readonly<Record<string, number>> {
  const { kind, name, memoryMiBPerDevice, fraction } = accelerator;
  return kind === "nvidia" && fraction === undefined ? (migProfiles[`${name} ${memoryMiBPerDevice}`] ?? {}) : {};
}
