import { listOr, type Path } from "../../../base/problem.ts";
import { formatMiB } from "../../../workload/fields.ts";
import type { Breach, LintRule } from "../rule.ts";
import type { Subject } from "../subject.ts";
import { containerText } from "../container-text.ts";

/**
 * The task's own CPU and memory.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html
 */
export const taskSizeRules: readonly LintRule[] = [
  { id: "task-size", severity: "error", check: (subject) => [...outsideRange(subject), ...beyondTask(subject)] },
  { id: "fargate-network", severity: "error", check: fargateNetwork },
  { id: "fargate-size", severity: "error", check: fargateSize },
];

/** "Supported values are between 128 CPU units (0.125 vCPUs) and 196608 CPU units (192 vCPUs)." */
const [leastUnits, mostUnits] = [128, 196_608];

function outsideRange({ cpu, compatibilities }: Subject): readonly Breach[] {
  return cpu === undefined || compatibilities.includes("FARGATE") || (cpu >= leastUnits && cpu <= mostUnits)
    ? []
    : [
        {
          path: ["cpu"],
          message: `the task has ${cpu} CPU units, and ECS takes ${leastUnits} to ${mostUnits}`,
          fix: "Set cpu within these bounds, or leave it out: the containers' own cpu counts then.",
        },
      ];
}

/**
 * "The total amount of CPU reserved for all the containers within a task must be lower than the task-level cpu value",
 * and of memory too; "if you specify memory, the container can't use more than the task".
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
 */
function beyondTask({ cpu, memoryMiB, containers }: Subject): readonly Breach[] {
  const units = containers.reduce((sum, each) => sum + (each.cpu ?? 0), 0);
  const reserved = containers.reduce((sum, each) => sum + (each.memoryReservation ?? each.memory ?? 0), 0);
  const larger = containers.find(({ memory = 0 }) => memoryMiB !== undefined && memory > memoryMiB);
  const breach = (path: Path, message: string): Breach => ({
    path,
    message: `${message}: RegisterTaskDefinition refuses it`,
    fix: "Give the task more, or the containers less.",
  });
  const found: Breach[] = [];
  if (cpu !== undefined && units > cpu)
    found.push(breach(["cpu"], `the containers have ${units} CPU units, and the task has ${cpu}`));
  if (larger !== undefined) {
    const { name, memory, path } = larger;
    found.push(
      breach([...path, "memory"], `${containerText(name)} may use ${memory} MiB, and the task has ${memoryMiB}`),
    );
  } else if (memoryMiB !== undefined && reserved > memoryMiB)
    found.push(breach(["memory"], `the containers have ${reserved} MiB, and the task has ${memoryMiB}`));
  return found;
}

/** "Fargate only supports network mode 'awsvpc'." (RegisterTaskDefinition) */
function fargateNetwork({ compatibilities, networkMode }: Subject): readonly Breach[] {
  return !compatibilities.includes("FARGATE") || networkMode === "awsvpc"
    ? []
    : [
        {
          path: ["networkMode"],
          message: `networkMode is ${networkMode}, and requiresCompatibilities has FARGATE, which is in awsvpc`,
          fix: "Set networkMode to awsvpc, or leave FARGATE out.",
        },
      ];
}

/** The memory of each size of CPU, in GiB: from, to, and the step. */
const fargateSizes: Readonly<Record<number, readonly [from: number, to: number, step: number]>> = {
  512: [1, 4, 1],
  1024: [2, 8, 1],
  2048: [4, 16, 1],
  4096: [8, 30, 1],
  8192: [16, 60, 4],
  16_384: [32, 120, 8],
};

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html#fargate-tasks-size */
function fargateSize({ compatibilities, cpu, memoryMiB }: Subject): readonly Breach[] {
  if (!compatibilities.includes("FARGATE")) return [];
  const missing = [...(cpu === undefined ? ["cpu"] : []), ...(memoryMiB === undefined ? ["memory"] : [])];
  if (cpu === undefined || memoryMiB === undefined)
    return [
      {
        path: [],
        message: `a task on Fargate has a size of its own, and ${listOr(missing, "and")} ${missing.length === 1 ? "is" : "are"} missing`,
        fix: `Set ${listOr(missing, "and")} of the task.`,
      },
    ];
  const sizes = [256, ...Object.keys(fargateSizes).map(Number)];
  // Larger ones than these may come.
  if (cpu > Math.max(...sizes)) return [];
  if (!sizes.includes(cpu))
    return [{ path: ["cpu"], message: `Fargate has no ${cpu} CPU units`, fix: `Use ${listOr(sizes)}.` }];
  const [from, to, step] = fargateSizes[cpu] ?? [0.5, 2, 0.5];
  const gib = memoryMiB / 1024;
  const fits = cpu === 256 ? [0.5, 1, 2].includes(gib) : gib >= from && gib <= to && (gib - from) % step === 0;
  return fits
    ? []
    : [
        {
          path: ["memory"],
          message: `Fargate has no ${formatMiB(memoryMiB)} with ${cpu} CPU units`,
          fix:
            cpu === 256
              ? "Use 512, 1024 or 2048."
              : `Use ${from * 1024} to ${to * 1024} in steps of ${step * 1024}, in MiB.`,
        },
      ];
}
