/** Volumes that are root's at first, where the workload's user is another. */
import type { Workload } from "../schema.ts";
import { isWithin } from "../volumes.ts";
import { besideIn } from "./containers.ts";
import type { TargetRule } from "./rule.ts";

const whose = {
  scratch: "a new volume is root's where the image has no folder there",
  host: "the machine's folder is root's where the platform makes it",
} as const;

/**
 * A warning of each volume that the user may not write to. What a container of `init`, or the model's, fills before is
 * theirs to see to.
 *
 * @param kinds The kinds of volumes that the target makes as root's.
 */
export function rootVolumeRule(kinds: readonly (keyof typeof whose)[]): TargetRule {
  return {
    code: "volume-of-root",
    severity: "warning",
    reads: ["user", "volumes", "init", "model"],
    check: (workload) => {
      const { user = 0, volumes = [] } = workload;
      return volumes.flatMap((volume, index) => {
        if (user === 0 || volume.readOnly === true || isFilled(workload, volume.path)) return [];
        return kinds
          .filter((kind) => volume[kind] !== undefined)
          .map((kind) => ({
            path: ["volumes", index, kind],
            message: `user ${user} may not write to ${kind} at ${volume.path}: ${whose[kind]}`,
            hint: `Give it to the user in a container of init: command: [chown, "${user}", ${volume.path}], mounts: [${volume.path}].`,
          }));
      });
    },
  };
}

function isFilled(workload: Pick<Workload, "init" | "model">, path: string): boolean {
  const { model, init } = workload;
  return (
    (model?.path !== undefined && isWithin(model.path, path)) ||
    besideIn({ init }).some(({ container: { mounts = [] } }) => mounts.includes(path))
  );
}
