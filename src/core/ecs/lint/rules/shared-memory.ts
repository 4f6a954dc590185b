import { listOr } from "../../../base/problem.ts";
import type { Facts, LintRule } from "../rule.ts";
import type { Subject, SubjectContainer } from "../subject.ts";
import { settledTypes } from "../type-constraint.ts";
import { sorted, numbersOf } from "../device-numbers.ts";
import { containerText } from "../container-text.ts";

/** What /dev/shm is. https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LinuxParameters.html */
export const sharedMemoryRules: readonly LintRule[] = [
  {
    id: "shared-memory-missing",
    severity: "warning",
    // https://docs.nvidia.com/deeplearning/nccl/user-guide/docs/troubleshooting.html#shared-memory
    check: (subject, facts) =>
      ownsSharedMemory(subject)
        ? []
        : subject.containers
            .filter(({ sharedMemory }) => !sharedMemory)
            .flatMap((container) => {
              const why = sharersOf(container, facts);
              return why === undefined
                ? []
                : [
                    {
                      path: [...container.path, "linuxParameters"],
                      message:
                        `${containerText(container.name)} has ${why} and Docker's 64 MiB of /dev/shm, ` +
                        "by which its processes hand data to each other",
                      fix:
                        "Set linuxParameters.sharedMemorySize, in MiB: aiplat's default is a quarter of the " +
                        "container's memory, 65536 at most.",
                    },
                  ];
            }),
  },
];

/** Where it is the host's, and on Managed Instances, where AWS's guide offers no size. */
function ownsSharedMemory({ hostIpc, compatibilities }: Subject): boolean {
  return hostIpc || (compatibilities.length > 0 && compatibilities.every((each) => each === "MANAGED_INSTANCES"));
}

/** The devices between which data goes by shared memory; undefined for one alone. */
function sharersOf(container: SubjectContainer, facts: Facts): string | undefined {
  const efa = container.devices.some(({ hostPath }) => hostPath.startsWith("/dev/infiniband/"));
  const neuron = sorted(numbersOf(container)).length;
  const gpus = gpusOf(container, facts);
  const parts = [
    ...(neuron > 1 ? [`${neuron} Neuron devices`] : []),
    ...(gpus > 1 ? [`${gpus} GPUs`] : []),
    ...(efa ? ["EFA"] : []),
  ];
  return parts.length === 0 ? undefined : listOr(parts, "and");
}

/** The GPUs that the container is sure to have. */
function gpusOf({ requirements }: SubjectContainer, { constraint }: Facts): number {
  const value = requirements.find(({ type }) => type === "GPU")?.value ?? "";
  if (/^\d+$/.test(value)) return Number(value);
  const counts = settledTypes(constraint).map(({ accelerator }) => accelerator.count);
  return value === "ALL" && counts.length > 0 ? Math.min(...counts) : 0;
}
