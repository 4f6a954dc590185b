import { counted } from "../../base/counted.ts";
import type { InstanceType } from "../../catalog/instance-types/instance-type.ts";
import { legalSizes } from "../../catalog/slots.ts";
import { listOr } from "../../base/problem.ts";
import { formatMiB, parseMemoryMiB } from "../fields.ts";
import { sectionOf, typesOf, usable } from "./accelerator.ts";
import { all, at, given, not, onlyOn, runsOn, when } from "./fragments.ts";
import type { Rule } from "./rule.ts";
import { sizeBelowPattern } from "./size-pattern.ts";

const devicesPath = ["accelerator", "devicesPerReplica"];
const isShareable = ({ accelerator: { kind, fraction } }: InstanceType) => kind === "nvidia" && fraction === undefined;

/** How much of the accelerator one replica may ask for on the type. */
function legalDevices(type: InstanceType): readonly number[] {
  const { kind, count, fraction } = type.accelerator;
  if (kind === "neuron") return legalSizes(type);
  return fraction === undefined ? Array.from({ length: count }, (_, index) => index + 1) : [fraction];
}

/** The values that lead to the types they come from: one JSON Schema condition for each. */
export function groupTypes<T>(
  types: readonly InstanceType[],
  valueOf: (type: InstanceType) => T,
): readonly { readonly value: T; readonly names: readonly string[] }[] {
  const groups = new Map<string, { value: T; names: string[] }>();
  for (const type of types) {
    const value = valueOf(type);
    const key = JSON.stringify(value);
    const group = groups.get(key) ?? { value, names: [] };
    group.names.push(type.instanceType);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** Why MPS cannot share a type's accelerators. */
function whyNotShared({ fraction, name }: InstanceType["accelerator"]): string {
  return fraction === undefined ? `MPS shares NVIDIA GPUs, and it carries ${name}` : "its GPU is a part of one already";
}

export const deviceRules: readonly Rule[] = [
  {
    code: "illegal-devices",
    severity: "error",
    reads: ["accelerator.instanceTypes", "accelerator.devicesPerReplica"],
    check: (workload) => {
      const devices = sectionOf(workload)?.devicesPerReplica;
      if (devices === undefined) return [];
      return typesOf(workload).flatMap(({ type }) => {
        const legal = legalDevices(type);
        if (legal.includes(devices)) return [];
        const { count, fraction, name } = type.accelerator;
        const holds =
          fraction === undefined
            ? `it has ${counted(count, `${name} device`)}`
            : `it carries ${fraction} of one ${name}`;
        return [
          {
            path: devicesPath,
            message: `accelerator.devicesPerReplica ${devices} is not legal on ${type.instanceType}: ${holds}`,
            hint: `Write ${listOr(legal)}${legal.includes(count) ? "; left out, a replica has every device" : ""}.`,
          },
        ];
      });
    },
    jsonSchema: () =>
      all(
        ...groupTypes(usable, legalDevices).map(({ value, names }) =>
          when(
            runsOn(names),
            at("accelerator.devicesPerReplica", {
              enum: value,
              errorMessage: `Must be ${listOr(value)} on ${listOr(names)}.`,
            }),
          ),
        ),
      ),
  },
  {
    code: "mps-with-devices",
    severity: "error",
    reads: ["accelerator.mps.memory", "accelerator.devicesPerReplica"],
    check: (workload) => {
      const section = sectionOf(workload);
      if (section?.mps === undefined || section.devicesPerReplica === undefined) return [];
      return [
        {
          path: devicesPath,
          message:
            "accelerator.devicesPerReplica and accelerator.mps exclude each other: " +
            "a replica shares one GPU, or has GPUs of its own",
          hint: "Keep one of them.",
        },
      ];
    },
    jsonSchema: () => not(all(given("accelerator.mps"), given("accelerator.devicesPerReplica"))),
  },
  {
    code: "mps-not-possible",
    severity: "error",
    reads: ["accelerator.instanceTypes", "accelerator.mps.memory"],
    check: (workload) => {
      if (sectionOf(workload)?.mps === undefined) return [];
      return typesOf(workload)
        .filter(({ type }) => !isShareable(type))
        .map(({ type: { instanceType, accelerator } }) => ({
          path: ["accelerator", "mps"],
          message: `accelerator.mps is not possible on ${instanceType}: ${whyNotShared(accelerator)}`,
          hint: "Remove mps, or choose a type with whole NVIDIA GPUs.",
        }));
    },
    jsonSchema: () =>
      when(given("accelerator.mps"), onlyOn(usable.filter(isShareable).map((type) => type.instanceType))),
  },
  {
    code: "mps-memory",
    severity: "error",
    reads: ["accelerator.instanceTypes", "accelerator.mps.memory"],
    check: (workload) => {
      const written = sectionOf(workload)?.mps?.memory;
      const memoryMiB = written === undefined ? undefined : parseMemoryMiB(written);
      if (memoryMiB === undefined) return [];
      return typesOf(workload)
        .filter(({ type }) => isShareable(type) && memoryMiB > type.accelerator.memoryMiBPerDevice)
        .map(({ type: { instanceType, accelerator } }) => ({
          path: ["accelerator", "mps", "memory"],
          message:
            `accelerator.mps.memory ${written} is more than one ${accelerator.name} of ${instanceType} has ` +
            `(${formatMiB(accelerator.memoryMiBPerDevice)})`,
          hint: "The memory must be on a single GPU.",
        }));
    },
    jsonSchema: () =>
      all(
        ...groupTypes(usable.filter(isShareable), (type) => type.accelerator.memoryMiBPerDevice).map(
          ({ value, names }) =>
            when(runsOn(names), at("accelerator.mps.memory", { pattern: sizeBelowPattern(value + 1) })),
        ),
      ),
  },
];
