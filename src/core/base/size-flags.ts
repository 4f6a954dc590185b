import { settingProblem, type Problem } from "./problem.ts";

/** How many machines a group has, as flags say it. */
export interface SizeFlags {
  readonly minSize?: number;
  readonly desiredSize?: number;
  readonly maxSize?: number;
}

/** Flags that contradict each other, whatever else the group is of. */
export function sizeFlagProblems({ minSize, desiredSize, maxSize }: SizeFlags): readonly Problem[] {
  const pairs = [
    ["--min-size", minSize, "--max-size", maxSize],
    ["--min-size", minSize, "--desired-size", desiredSize],
    ["--desired-size", desiredSize, "--max-size", maxSize],
  ] as const;
  return pairs.flatMap(([flag, size, bound, most]) =>
    size !== undefined && most !== undefined && size > most
      ? [
          settingProblem(
            "bad-sizes",
            `${flag} ${size} is more than ${bound} ${most}`,
            `Lower ${flag}, or raise ${bound}.`,
          ),
        ]
      : [],
  );
}
