/** Device numbers in ascending order, or every device of the instance. */
export type DeviceSet = readonly number[] | "all";

/** The numbers of the devices on an instance that has `count` of them. */
export function devicesIn(devices: DeviceSet, count: number): readonly number[] {
  return devices === "all"
    ? Array.from({ length: count }, (_, device) => device)
    : devices.filter((device) => device < count);
}

/**
 * `none`, `all`, or numbers and ranges as `0-3` and `0,2`: what the tag `aiplat:devices` says. Undefined for anything
 * else.
 */
export function parseDeviceSet(text: string): DeviceSet | undefined {
  const word = text.trim().toLowerCase();
  if (word === "none") return [];
  if (word === "all") return "all";
  const ranges = word.split(",").map((part) => /^\s*(\d{1,3})\s*(?:-\s*(\d{1,3})\s*)?$/.exec(part));
  const numbers = new Set<number>();
  for (const range of ranges) {
    if (range === null) return undefined;
    const first = Number(range[1]);
    for (let device = first; device <= Number(range[2] ?? first); device++) numbers.add(device);
  }
  return [...numbers].sort((one, other) => one - other);
}

/** The devices of several sets together. */
export function joinDeviceSets(sets: readonly DeviceSet[]): DeviceSet {
  if (sets.includes("all")) return "all";
  return [...new Set((sets as readonly (readonly number[])[]).flat())].sort((one, other) => one - other);
}

/** What parseDeviceSet understands, for schemas. */
export const deviceSetPattern = "^(none|all|\\d{1,3}(-\\d{1,3})?(,\\d{1,3}(-\\d{1,3})?)*)$";

/**
 * By this tag of a task, a service or a definition somebody says which Neuron devices it uses: it overrules all that is
 * read.
 */
export const devicesTag = "aiplat:devices";

/** What the tag says among some tags; undefined where it is not there, or says nothing that is understood. */
export function taggedDevices(
  tags: readonly { readonly key: string; readonly value: string }[] = [],
): DeviceSet | undefined {
  const tag = tags.find(({ key }) => key === devicesTag);
  return tag === undefined ? undefined : parseDeviceSet(tag.value);
}
