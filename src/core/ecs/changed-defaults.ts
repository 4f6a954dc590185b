import { isRaw, type Raw } from "../base/merge.ts";
import type { ResolvedWorkload } from "../workload/resolved.ts";
import type { Change } from "./diff.ts";

/** A default that earlier versions did not have: it changes what is registered, and nobody changed the file. */
interface ChangedDefault {
  /** The version of aiplat. */
  readonly since: string;
  /** Whether a change of a task definition comes of it, and not of what the file says. */
  readonly makes: (change: Change, workload: ResolvedWorkload) => boolean;
}

/** As CHANGELOG.md has them under "Changes what is registered". */
const changedDefaults: readonly ChangedDefault[] = [
  {
    since: "0.2.0",
    makes: ({ path, kind, after }, { name, sharedMemoryMiB, ecs }) => {
      const field = `containerDefinitions[${name}].linuxParameters`;
      const size =
        path === `${field}.sharedMemorySize` ||
        (path === field && isRaw(after) && Object.keys(after).join() === "sharedMemorySize");
      return (
        kind === "added" &&
        size &&
        sharedMemoryMiB === undefined &&
        !says(name, ecs.taskDefinition ?? {}, ({ linuxParameters }) =>
          isRaw(linuxParameters) ? linuxParameters["sharedMemorySize"] : undefined,
        )
      );
    },
  },
  {
    since: "0.2.0",
    makes: ({ path, before, after }, { name, shapes, ecs }) =>
      path === `containerDefinitions[${name}].resourceRequirements[GPU].value` &&
      after === "ALL" &&
      shapes.some(({ request }) => request.kind === "nvidia" && request.unsaid && String(request.gpus) === before) &&
      !says(name, ecs.taskDefinition ?? {}, ({ resourceRequirements }) => resourceRequirements),
  },
  {
    since: "0.2.0",
    makes: ({ path, kind }, { ecs }) =>
      kind === "added" && path === "runtimePlatform" && ecs.taskDefinition?.["runtimePlatform"] === undefined,
  },
];

/** The changes of a workload's task definition, with a note at those that only a new default makes. */
export function noteDefaults(workload: ResolvedWorkload, changes: readonly Change[]): readonly Change[] {
  return changes.map((change) => {
    const found = changedDefaults.find(({ makes }) => makes(change, workload));
    return found === undefined ? change : { ...change, note: `aiplat's default since ${found.since}` };
  });
}

/** Whether the raw fields of the container say it. */
function says(name: string, { containerDefinitions }: Raw, valueOf: (container: Raw) => unknown): boolean {
  const all: readonly unknown[] = Array.isArray(containerDefinitions) ? containerDefinitions : [];
  return all.filter(isRaw).some((each) => each["name"] === name && valueOf(each) !== undefined);
}
