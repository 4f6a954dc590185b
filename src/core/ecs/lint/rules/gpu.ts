import { counted } from "../../../base/counted.ts";
import type { InstanceType } from "../../../catalog/instance-types/instance-type.ts";
import { listOr } from "../../../base/problem.ts";
import type { Breach, Facts, LintRule } from "../rule.ts";
import { requirementsOf, type Subject, type SubjectRequirement } from "../subject.ts";
import { settledTypes } from "../type-constraint.ts";

/**
 * How a container asks for NVIDIA GPUs.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ResourceRequirement.html
 */
export const gpuRules: readonly LintRule[] = [
  {
    id: "gpu-by-device",
    severity: "error",
    check: ({ containers }) =>
      containers.flatMap((container) =>
        container.devices
          .filter((device) => device.hostPath.startsWith("/dev/nvidia"))
          .slice(0, 1)
          .map(({ path, hostPath }) => ({
            path,
            message:
              `${hostPath} is listed as a device: ` +
              "ECS does not see that the GPU is taken and places other tasks on it",
            fix: 'Use resourceRequirements: [{ "type": "GPU", "value": "1" }].',
          })),
      ),
  },
  {
    id: "gpu-value",
    severity: "error",
    check: (subject) =>
      requirementsOf(subject, "GPU").flatMap(({ path, value, mps }) => {
        const at = [...path, "value"];
        if (mps)
          return value === undefined
            ? []
            : [
                {
                  path: at,
                  message: `value ${value} stands beside sharingStrategy: ECS takes one of them`,
                  fix: "Remove value; the strategy's memory says how much.",
                },
              ];
        const fix = "Write a count such as 1, ALL, or a part below 1 for fractional GPUs.";
        if (value === undefined)
          return [{ path, message: "the GPU requirement has neither value nor sharingStrategy", fix }];
        return isGpuValue(value) ? [] : [{ path: at, message: `${value} is no number of GPUs`, fix }];
      }),
  },
  {
    id: "gpu-options-differ",
    severity: "error",
    check: (subject) => {
      const gpus = requirementsOf(subject, "GPU");
      const other = gpus.find((each) => each.mps !== gpus[0]!.mps);
      if (other === undefined) return [];
      return [
        {
          path: other.path,
          message: "one container shares a GPU by MPS and another takes whole ones: ECS wants one option in a task",
          fix: "Give every GPU container sharingStrategy, or none.",
        },
      ];
    },
  },
  {
    id: "gpu-share-memory",
    severity: "error",
    check: shareMemory,
  },
  {
    id: "gpu-not-on-type",
    severity: "error",
    check: notOnType,
  },
  {
    id: "gpu-fraction-on-whole",
    severity: "error",
    check: fractionOnWhole,
  },
];

function isGpuValue(value: string): boolean {
  if (value === "ALL") return true;
  if (!/^\d+(\.\d+)?$/.test(value)) return false;
  const number = Number(value);
  return number > 0 && (Number.isInteger(number) || number < 1);
}

/** Whole GPUs that the task asks for; parts, shares and ALL fit any type that has a GPU at all. */
function wholeGpus(requirements: readonly SubjectRequirement[]): number {
  return requirements.reduce(
    (sum, { value }) => (value !== undefined && /^\d+$/.test(value) ? sum + Number(value) : sum),
    0,
  );
}

function notOnType(subject: Subject, { constraint }: Facts): readonly Breach[] {
  const requirements = requirementsOf(subject, "GPU");
  if (requirements.length === 0 || constraint === undefined || constraint.open) return [];
  const wanted = wholeGpus(requirements);
  // Every NVIDIA family begins with g or p.
  const foreign = constraint.others.filter((name) => !/^[gp]/.test(name));
  if (
    foreign.length !== constraint.others.length ||
    constraint.types.some((type) => gpusOf(type) > 0 && gpusOf(type) >= wanted)
  )
    return [];
  const names = [
    ...constraint.types.map(
      (type) => `${type.instanceType} has ${gpusOf(type) === 0 ? "no NVIDIA GPU" : gpusOf(type)}`,
    ),
    ...foreign.map((name) => `${name} has no NVIDIA GPU`),
  ];
  if (names.length === 0) return [];
  return [
    {
      path: requirements[0]!.path,
      message:
        `the task asks for ${wanted === 0 ? "GPUs" : counted(wanted, "GPU")}, and no type that the constraints ` +
        `choose has as many: ${names.slice(0, 4).join(", ")}`,
      fix: "Ask for as many as the type has, or constrain to a larger type.",
    },
  ];
}

function fractionOnWhole(subject: Subject, { constraint }: Facts): readonly Breach[] {
  const types = settledTypes(constraint).filter((type) => gpusOf(type) > 0);
  if (types.length === 0) return [];
  const names = listOr(types.slice(0, 4).map((type) => type.instanceType));
  return requirementsOf(subject, "GPU").flatMap((requirement) => {
    const { path, value, mps } = requirement;
    if (mps && types.every((type) => type.accelerator.fraction !== undefined)) {
      return [
        {
          path: [...path, "sharingStrategy"],
          message: `MPS shares whole GPUs, and ${names} has a part of one`,
          fix: "Ask for the part by value, or constrain to a type with whole GPUs.",
        },
      ];
    }
    const part = value !== undefined && isGpuValue(value) && Number(value) < 1;
    if (part && types.every((type) => type.accelerator.fraction === undefined)) {
      return [
        {
          path: [...path, "value"],
          message: `${value} is a part of a GPU, and ${names} has whole ones only`,
          fix: "Constrain to a fractional type (g6f, gr6f), or share a whole GPU with sharingStrategy.",
        },
      ];
    }
    return [];
  });
}

/**
 * "If more than one container in a task uses nvidiaMps, Amazon ECS assigns them the same GPU, which must have enough
 * memory available for all of them."
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_NvidiaMpsAllocation.html
 */
function shareMemory(subject: Subject, { constraint }: Facts): readonly Breach[] {
  const shares = requirementsOf(subject, "GPU").flatMap(({ path, shareMiB }) =>
    shareMiB === undefined ? [] : [{ path: [...path, "sharingStrategy", "nvidiaMps", "memory"], shareMiB }],
  );
  const wrong = shares.filter(({ shareMiB }) => !Number.isInteger(shareMiB) || shareMiB < 1);
  if (wrong.length > 0)
    return wrong.map(({ path, shareMiB }) => ({
      path,
      message: `${shareMiB} is no memory of a GPU in MiB`,
      fix: "Write a whole number of MiB, 1 or more.",
    }));
  const types = settledTypes(constraint).filter((type) => gpusOf(type) > 0 && type.accelerator.fraction === undefined);
  const [largest] = types.toSorted((one, other) => memoryOf(other) - memoryOf(one));
  const sum = shares.reduce((total, { shareMiB }) => total + shareMiB, 0);
  if (largest === undefined || sum <= memoryOf(largest)) return [];
  const { name } = largest.accelerator;
  const what =
    shares.length === 1 ? "the share takes" : `the ${shares.length} shares, which go on one GPU, take together`;
  return [
    {
      path: shares[0]!.path,
      message: `${what} ${mib(sum)}, and one ${name} of ${largest.instanceType} has ${mib(memoryOf(largest))}`,
      fix: "Ask for less, or constrain to a type whose GPU has more memory.",
    },
  ];
}

function memoryOf({ accelerator }: InstanceType): number {
  return accelerator.memoryMiBPerDevice;
}

function mib(count: number): string {
  return `${count.toLocaleString("en-US")} MiB`;
}

function gpusOf(type: InstanceType): number {
  return type.accelerator.kind === "nvidia" ? type.accelerator.count : 0;
}
