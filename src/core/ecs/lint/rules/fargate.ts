import type { Path } from "../../../base/problem.ts";
import type { Breach, LintRule } from "../rule.ts";
import { itemsOf, type Subject, type SubjectContainer } from "../subject.ts";

/** What a task on Fargate cannot have. */
export const fargateRules: readonly LintRule[] = [
  {
    id: "fargate-field",
    severity: "error",
    // "Fargate compatible task definitions do not support devices" (RegisterTaskDefinition), and so on.
    // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html
    check: (subject) =>
      subject.compatibilities.includes("FARGATE")
        ? [...ofTask(subject), ...subject.containers.flatMap(ofContainer)].map(breach)
        : [],
  },
];

interface Refused {
  readonly path: Path;
  readonly what: string;
}

function breach({ path, what }: Refused): Breach {
  return {
    path,
    message: `requiresCompatibilities has FARGATE, which has no ${what}: RegisterTaskDefinition refuses it`,
    fix: 'Leave it out, or set requiresCompatibilities to ["EC2"].',
  };
}

function ofTask({ given, constraints }: Subject): readonly Refused[] {
  const { ipcMode, pidMode } = given;
  return [
    ...(constraints.length === 0 ? [] : [{ path: ["placementConstraints"], what: "placement constraints" }]),
    ...(ipcMode === undefined ? [] : [{ path: ["ipcMode"], what: "ipcMode" }]),
    ...(pidMode === "host" ? [{ path: ["pidMode"], what: "pidMode of the host" }] : []),
    ...itemsOf(given.volumes, ["volumes"]).flatMap(({ item, path }) => [
      ...(item.host?.sourcePath === undefined
        ? []
        : [{ path: [...path, "host", "sourcePath"], what: "folders of the host" }]),
      ...(item.dockerVolumeConfiguration === undefined
        ? []
        : [{ path: [...path, "dockerVolumeConfiguration"], what: "Docker volumes" }]),
    ]),
  ];
}

/** "For tasks that use Fargate, you can add only the SYS_PTRACE kernel capability." (API_KernelCapabilities) */
const capabilityOfFargate = "SYS_PTRACE";

function ofContainer({ given, path, privileged }: SubjectContainer): readonly Refused[] {
  const { linuxParameters = {}, dockerSecurityOptions = [] } = given;
  const at = [...path, "linuxParameters"];
  return [
    ...(privileged ? [{ path: [...path, "privileged"], what: "privileged containers" }] : []),
    ...(dockerSecurityOptions.length === 0
      ? []
      : [{ path: [...path, "dockerSecurityOptions"], what: "dockerSecurityOptions" }]),
    ...(["sharedMemorySize", "maxSwap", "swappiness"] as const)
      .filter((field) => linuxParameters[field] !== undefined)
      .map((field) => ({ path: [...at, field], what: field })),
    ...itemsOf(linuxParameters.capabilities?.add, [...at, "capabilities", "add"])
      .filter(({ item }) => item !== capabilityOfFargate)
      .map((each) => ({ path: each.path, what: `capability ${each.item}` })),
  ];
}
