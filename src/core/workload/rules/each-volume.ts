import type { Workload } from "../schema.ts";
import type { Rule, RuleFinding } from "./rule.ts";

/** A volume as the file has it. */
export type WrittenVolume = NonNullable<Workload["volumes"]>[number];

/** The check of a rule that looks at each volume, and at the workload around it. */
export function ofEachVolume(
  check: (volume: WrittenVolume, index: number, workload: Workload) => readonly RuleFinding[],
): Rule["check"] {
  return (workload) => (workload.volumes ?? []).flatMap((volume, index) => check(volume, index, workload));
}
