import { priceOf } from "./price.ts";
import type { AcceleratorKind, Architecture, InstanceType, InstanceTypeStatus } from "./instance-type.ts";

/** What an instance type must be; what is left out is not asked. */
export interface InstanceTypeFilter {
  readonly kind?: AcceleratorKind;
  /** Any of these. */
  readonly families?: readonly string[];
  /** A part of the type's or its accelerator's name; with `*` or `?` in it, a pattern for the whole of one. */
  readonly name?: string;
  readonly minDevices?: number;
  readonly minMemoryMiBPerDevice?: number;
  readonly minMemoryMiB?: number;
  readonly architecture?: Architecture;
  /** At least one EFA interface. */
  readonly efa?: boolean;
  /** A type without a list price does not match. */
  readonly maxUsdPerHour?: number;
  readonly status?: InstanceTypeStatus;
}

export const sortKeys = ["name", "price", "devices", "device-memory", "memory", "vcpus"] as const;
export type SortKey = (typeof sortKeys)[number];

/** The types that pass every part of the filter, in the order given. */
export function filterInstanceTypes(
  types: readonly InstanceType[],
  filter: InstanceTypeFilter,
): readonly InstanceType[] {
  const isNamed = filter.name === undefined ? () => true : nameMatcher(filter.name);
  return types.filter(
    (type) =>
      (filter.kind === undefined || type.accelerator.kind === filter.kind) &&
      (filter.families === undefined || filter.families.includes(type.family)) &&
      (isNamed(type.instanceType) || isNamed(type.accelerator.name)) &&
      type.accelerator.count >= (filter.minDevices ?? 0) &&
      type.accelerator.memoryMiBPerDevice >= (filter.minMemoryMiBPerDevice ?? 0) &&
      type.memoryMiB >= (filter.minMemoryMiB ?? 0) &&
      (filter.architecture === undefined || type.architecture === filter.architecture) &&
      // null is a number that no source gives, of a type that has EFA.
      (filter.efa !== true || type.efaInterfaces !== 0) &&
      (filter.maxUsdPerHour === undefined || (priceOf(type)?.usdPerHour ?? Infinity) <= filter.maxUsdPerHour) &&
      (filter.status === undefined || type.status === filter.status),
  );
}

/**
 * The types from the least to the most of something; what is equal stays in the
 * order given, what has no price comes last.
 */
export function sortInstanceTypes(types: readonly InstanceType[], key: SortKey): readonly InstanceType[] {
  if (key === "name") return types.toSorted((a, b) => compare(a.family, b.family));
  return types.toSorted((a, b) => compare(measures[key](a), measures[key](b)));
}

const measures: Readonly<Record<Exclude<SortKey, "name">, (type: InstanceType) => number>> = {
  price: (type) => priceOf(type)?.usdPerHour ?? Infinity,
  devices: (type) => type.accelerator.count * (type.accelerator.fraction ?? 1),
  "device-memory": (type) => type.accelerator.memoryMiBPerDevice,
  memory: (type) => type.memoryMiB,
  vcpus: (type) => type.vcpus,
};

function nameMatcher(text: string): (name: string) => boolean {
  const wanted = text.toLowerCase();
  if (!/[*?]/.test(wanted)) return (name) => name.toLowerCase().includes(wanted);
  const pattern = new RegExp(
    `^${wanted
      .replace(/[.+^${}()|[\]\\]/g, "\\$&")
      .replace(/\*/g, ".*")
      .replace(/\?/g, ".")}$`,
  );
  return (name) => pattern.test(name.toLowerCase());
}

function compare<T extends string | number>(a: T, b: T): number {
  return Number(a > b) - Number(a < b);
}
