import { least } from "../beside-containers.ts";
import { formatMiB, parseMemoryMiB } from "../fields.ts";
import type { Workload } from "../schema.ts";
import { typesOf, usable } from "./accelerator.ts";
import { groupTypes } from "./devices.ts";
import { all, at, not, runsOn, when } from "./fragments.ts";
import type { Rule } from "./rule.ts";
import { sizeBelowPattern } from "./size-pattern.ts";

const memoryPath = ["resources", "memory"];
const cpuPath = ["resources", "cpu"];
const instanceReads = ["accelerator.instanceTypes", "resources.memory"];

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html: Docker takes no less. */
const leastMemoryMiB = least.memoryMiB;
const leastSharedMemoryMiB = 1;
/** One CPU unit. */
const leastVcpu = least.vcpu;

const memoryOf = ({ resources }: Workload) =>
  resources?.memory === undefined ? undefined : parseMemoryMiB(resources.memory);

/** What an instance registers of its memory, as far as can be said offline. */
function registeredMiB(memoryMiB: number): number {
  return Math.floor(memoryMiB * 0.9);
}

function registeredVcpu(vcpus: number): number {
  return (vcpus * 9) / 10;
}

export const resourceRules: readonly Rule[] = [
  {
    code: "memory-above-instance",
    severity: "error",
    reads: instanceReads,
    check: (workload) => {
      const memoryMiB = memoryOf(workload) ?? 0;
      return typesOf(workload)
        .filter(({ type }) => memoryMiB > type.memoryMiB)
        .map(({ type }) => ({
          path: memoryPath,
          message:
            `resources.memory ${workload.resources!.memory!} is more than ${type.instanceType} has ` +
            `(${formatMiB(type.memoryMiB)})`,
          hint:
            `Write at most ${formatMiB(registeredMiB(type.memoryMiB))}: ` +
            "an instance registers about 90 % of its memory.",
        }));
    },
    jsonSchema: () =>
      all(
        ...groupTypes(usable, (type) => type.memoryMiB).map(({ value, names }) =>
          when(runsOn(names), at("resources.memory", { pattern: sizeBelowPattern(value + 1) })),
        ),
      ),
  },
  {
    code: "reserve-above-instance",
    severity: "error",
    reads: ["accelerator.instanceTypes", "resources.reserve"],
    check: (workload) => {
      const { cpu = 0, memory } = workload.resources?.reserve ?? {};
      const memoryMiB = memory === undefined ? 0 : parseMemoryMiB(memory)!;
      return typesOf(workload).flatMap(({ type }) => [
        ...(memoryMiB >= registeredMiB(type.memoryMiB)
          ? [
              {
                path: ["resources", "reserve", "memory"],
                message: `resources.reserve.memory ${memory!} leaves nothing of ${type.instanceType}`,
                hint: `Write less than ${formatMiB(registeredMiB(type.memoryMiB))}.`,
              },
            ]
          : []),
        ...(cpu >= registeredVcpu(type.vcpus)
          ? [
              {
                path: ["resources", "reserve", "cpu"],
                message: `resources.reserve.cpu ${cpu} leaves nothing of ${type.instanceType}`,
                hint: `Write less than ${registeredVcpu(type.vcpus)}.`,
              },
            ]
          : []),
      ]);
    },
    jsonSchema: () =>
      all(
        ...groupTypes(usable, (type) => registeredMiB(type.memoryMiB)).map(({ value, names }) =>
          when(runsOn(names), at("resources.reserve.memory", { pattern: sizeBelowPattern(value) })),
        ),
        ...groupTypes(usable, (type) => registeredVcpu(type.vcpus)).map(({ value, names }) =>
          when(runsOn(names), at("resources.reserve.cpu", { exclusiveMaximum: value })),
        ),
      ),
  },
  {
    code: "memory-near-instance",
    severity: "warning",
    reads: instanceReads,
    check: (workload) => {
      const memoryMiB = memoryOf(workload) ?? 0;
      return typesOf(workload)
        .filter(({ type }) => memoryMiB > registeredMiB(type.memoryMiB) && memoryMiB <= type.memoryMiB)
        .map(({ type }) => ({
          path: memoryPath,
          message:
            `resources.memory ${workload.resources!.memory!} is more than 90 % of what ${type.instanceType} has ` +
            `(${formatMiB(type.memoryMiB)}): the instance registers less than it has, ` +
            "so the replica may never be placed",
          hint: `Write at most ${formatMiB(registeredMiB(type.memoryMiB))}.`,
        }));
    },
  },
  {
    code: "cpu-above-instance",
    severity: "error",
    reads: ["accelerator.instanceTypes", "resources.cpu"],
    check: (workload) => {
      const cpu = workload.resources?.cpu ?? 0;
      return typesOf(workload)
        .filter(({ type }) => cpu > type.vcpus)
        .map(({ type }) => ({
          path: cpuPath,
          message: `resources.cpu ${cpu} is more than ${type.instanceType} has (${type.vcpus} vCPU)`,
          hint: `Write at most ${type.vcpus}; in CPU units ${cpu} would be ${Number((cpu / 1024).toFixed(3))} vCPU.`,
        }));
    },
    jsonSchema: () =>
      all(
        ...groupTypes(usable, (type) => type.vcpus).map(({ value, names }) =>
          when(runsOn(names), at("resources.cpu", { maximum: value })),
        ),
      ),
  },
  {
    code: "cpu-too-small",
    severity: "error",
    reads: ["resources.cpu"],
    check: ({ resources }) =>
      resources?.cpu !== undefined && resources.cpu < leastVcpu
        ? [
            {
              path: cpuPath,
              message: `resources.cpu ${resources.cpu} is less than one CPU unit (1/1024 vCPU)`,
              hint: "Write at least 0.001.",
            },
          ]
        : [],
    jsonSchema: () => at("resources.cpu", { minimum: leastVcpu }),
  },
  {
    code: "memory-too-small",
    severity: "error",
    reads: ["resources.memory"],
    check: (workload) => {
      const memoryMiB = memoryOf(workload);
      return memoryMiB !== undefined && memoryMiB < leastMemoryMiB
        ? [
            {
              path: memoryPath,
              message: `resources.memory ${workload.resources!.memory!} is less than a container can have`,
              hint: `Write at least ${leastMemoryMiB}MiB.`,
            },
          ]
        : [];
    },
    jsonSchema: () => at("resources.memory", not({ type: "string", pattern: sizeBelowPattern(leastMemoryMiB) })),
  },
  {
    code: "size-zero",
    severity: "error",
    reads: ["sharedMemory", "accelerator.mps.memory"],
    check: ({ sharedMemory, accelerator }) => {
      const sizes = [
        {
          path: ["sharedMemory"],
          written: sharedMemory === 0 ? undefined : sharedMemory,
          hint: "Write at least 1MiB, or 0 for the platform's.",
        },
        {
          path: ["accelerator", "mps", "memory"],
          written: typeof accelerator === "object" ? accelerator.mps?.memory : undefined,
          hint: "Write at least 1MiB, or leave the key out.",
        },
      ];
      return sizes.flatMap(({ path, written, hint }) =>
        written !== undefined && parseMemoryMiB(written)! < leastSharedMemoryMiB
          ? [{ path, message: `${path.join(".")} ${written} is less than one MiB`, hint }]
          : [],
      );
    },
    jsonSchema: () => {
      const schema = not({ type: "string", pattern: sizeBelowPattern(leastSharedMemoryMiB) });
      return all(at("sharedMemory", schema), at("accelerator.mps.memory", schema));
    },
  },
  {
    // Docker takes it: /dev/shm is a limit, and what is in it counts as the container's memory.
    code: "shared-memory-above-memory",
    severity: "warning",
    reads: ["sharedMemory", "resources.memory", "accelerator.instanceTypes"],
    check: (workload) => {
      const shared = parseMemoryMiB(String(workload.sharedMemory ?? 0)) ?? 0;
      const limits = [
        ...(workload.resources?.memory === undefined
          ? []
          : [{ what: `resources.memory ${workload.resources.memory}`, memoryMiB: memoryOf(workload)! }]),
        ...typesOf(workload).map(({ type }) => ({
          what: `the memory of ${type.instanceType} (${formatMiB(type.memoryMiB)})`,
          memoryMiB: type.memoryMiB,
        })),
      ];
      const exceeded = limits.find(({ memoryMiB }) => shared > memoryMiB);
      return exceeded === undefined
        ? []
        : [
            {
              path: ["sharedMemory"],
              message:
                `sharedMemory ${workload.sharedMemory!} is more than ${exceeded.what}: ` +
                "what is in /dev/shm counts as the container's memory, so it can never be full",
            },
          ];
    },
  },
];
