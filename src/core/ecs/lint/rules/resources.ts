import { formatMiB } from "../../../workload/fields.ts";
import type { InstanceType } from "../../../catalog/instance-types/instance-type.ts";
import type { Edit } from "../../../edit/edit.ts";
import { listOr, type Path } from "../../../base/problem.ts";
import type { Breach, Facts, LintRule } from "../rule.ts";
import type { Subject, SubjectContainer } from "../subject.ts";
import { settledTypes } from "../type-constraint.ts";
import { containerText } from "../container-text.ts";

/** CPU and memory against what the chosen instance type registers with ECS. */
export const resourceRules: readonly LintRule[] = [
  {
    id: "memory-not-set",
    severity: "error",
    // "At least one of 'memory' or 'memoryReservation' must be specified." (RegisterTaskDefinition)
    check: ({ memoryMiB, containers }) =>
      memoryMiB !== undefined
        ? []
        : containers
            .filter(({ memory, memoryReservation }) => memory === undefined && memoryReservation === undefined)
            .map(({ path, name }) => ({
              path,
              message:
                `${containerText(name)} has neither memory nor memoryReservation, and the task has no memory: ` +
                "RegisterTaskDefinition refuses it",
              fix: "Set memory, in MiB, to the container's share of the instance.",
            })),
  },
  {
    id: "memory-below-reservation",
    severity: "error",
    // "If you specify both, memory must be greater than memoryReservation."
    // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
    check: ({ containers }) =>
      containers.flatMap(({ name, path, memory, memoryReservation }) =>
        memory === undefined || memoryReservation === undefined || memory >= memoryReservation
          ? []
          : [
              {
                path: [...path, "memoryReservation"],
                message: `${containerText(name)} reserves ${memoryReservation} MiB and may use ${memory}: RegisterTaskDefinition refuses it`,
                fix: `Set memoryReservation to at most ${memory}, or raise memory.`,
              },
            ],
      ),
  },
  {
    id: "memory-over-type",
    severity: "error",
    check: (subject, facts) => {
      const { amount, path } = reservedMemory(subject);
      return unlessFits(
        facts,
        amount,
        (type) => type.memoryMiB,
        (types, largest) => ({
          path,
          message:
            `the task reserves ${formatMiB(amount)} and ${typeNames(types)} ${formatMiB(largest.memoryMiB)}: ` +
            "it is never placed",
          fix: `Reserve at most ${usableMiB(largest)} MiB, or choose a larger type.`,
        }),
      );
    },
  },
  {
    id: "memory-over-registered",
    severity: "warning",
    // An instance registers MemTotal less ECS_RESERVED_MEMORY, 93 to 97.5 % of its memory in the samples found.
    // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/memory-management.html
    check: (subject, facts) => {
      const { amount, path } = reservedMemory(subject);
      // More than the type has is an error of its own.
      if (settledTypes(facts.constraint).every((type) => amount > type.memoryMiB)) return [];
      return unlessFits(facts, amount, usableMiB, (types, largest) => ({
        path,
        message:
          `the task reserves ${formatMiB(amount)} of the ${formatMiB(largest.memoryMiB)} that ${typeNames(types)}: ` +
          "an instance registers less than it has, and the task may never be placed",
        fix: `Reserve at most ${usableMiB(largest)} MiB.`,
        // All that the machine has says that all of it was meant; another figure may
        // fit a machine that keeps less back.
        ...(amount === largest.memoryMiB && subject.containers.length === 1 && subject.memoryMiB === undefined
          ? { edits: wholeMachine(subject.containers[0]!, amount, usableMiB(largest)) }
          : {}),
      }));
    },
  },
  {
    id: "cpu-over-type",
    severity: "error",
    check: (subject, facts) => {
      const { amount, path } = reservedCpu(subject);
      return unlessFits(
        facts,
        amount,
        (type) => type.vcpus * 1024,
        (types, largest) => ({
          path,
          message:
            `the task reserves ${amount} CPU units and ${typeNames(types)} ${largest.vcpus * 1024}: ` +
            "it is never placed",
          fix: `Reserve at most ${largest.vcpus * 1024} units, or choose a larger type.`,
        }),
      );
    },
  },
];

interface Reserved {
  readonly amount: number;
  readonly path: Path;
}

/** What the scheduler subtracts: the task's memory, else each container's memoryReservation, else its memory. */
function reservedMemory({ memoryMiB, containers }: Subject): Reserved {
  if (memoryMiB !== undefined) return { amount: memoryMiB, path: ["memory"] };
  const parts = containers.map(({ path, memory, memoryReservation }) => ({
    amount: memoryReservation ?? memory ?? 0,
    path: [...path, memoryReservation === undefined ? "memory" : "memoryReservation"],
  }));
  return sumOf(parts);
}

function reservedCpu({ cpu, containers }: Subject): Reserved {
  if (cpu !== undefined) return { amount: cpu, path: ["cpu"] };
  return sumOf(containers.map(({ path, cpu }) => ({ amount: cpu ?? 0, path: [...path, "cpu"] })));
}

/** The sum, at the place of the largest part. */
function sumOf(parts: readonly Reserved[]): Reserved {
  const amount = parts.reduce((sum, each) => sum + each.amount, 0);
  const largest = [...parts].sort((one, other) => other.amount - one.amount)[0];
  return { amount, path: largest?.path ?? [] };
}

/** A breach where no chosen type fits. */
function unlessFits(
  { constraint }: Facts,
  amount: number,
  limitOf: (type: InstanceType) => number,
  breach: (types: readonly InstanceType[], largest: InstanceType) => Breach,
): readonly Breach[] {
  const types = settledTypes(constraint);
  if (types.length === 0) return [];
  const largest = types.toSorted((one, other) => limitOf(other) - limitOf(one))[0]!;
  return amount <= limitOf(largest) ? [] : [breach(types, largest)];
}

/** The container's share of a machine: no more than can be reserved, as its reservation and as its limit. */
function wholeMachine(
  { path, memory, memoryReservation }: SubjectContainer,
  amount: number,
  usable: number,
): readonly Edit[] {
  const written = { memory, memoryReservation };
  return (["memory", "memoryReservation"] as const).flatMap((name) =>
    written[name] === amount ? [{ kind: "set" as const, path: [...path, name], value: usable }] : [],
  );
}

/** Offline, an instance is taken to register 90 % of its memory: what aiplat's own fair share leaves. */
function usableMiB(type: InstanceType): number {
  return Math.floor(type.memoryMiB * 0.9);
}

function typeNames(types: readonly InstanceType[]): string {
  return types.length === 1
    ? `${types[0]!.instanceType} has`
    : `${listOr(types.slice(0, 3).map((type) => type.instanceType))} has at most`;
}
