import { counted } from "../base/counted.ts";
import type { WantedLogGroup } from "../ecs/log-groups.ts";

/** A log group that is made before the first task starts, or of which nobody knows whether it is there. */
export interface LogGroupStep extends WantedLogGroup {
  readonly action: "create" | "unknown";
  readonly why: string;
}

/** Whether a log group is there, or why that is not known: the start of a sentence. */
export type LogGroupState = boolean | { readonly unknown: string };

/** What making a group takes of the caller's rights: CreateLogGroup alone takes no tags. */
export const creatingActions = ["logs:CreateLogGroup", "logs:TagResource", "logs:PutRetentionPolicy"] as const;

/** Plans the groups, with what is known of each. One that is there is left as it is. */
export function planLogGroups(
  wanted: readonly WantedLogGroup[],
  states: readonly LogGroupState[],
): readonly LogGroupStep[] {
  return wanted.flatMap((each, index): readonly LogGroupStep[] => {
    const { group, region, retentionDays, tags, maker } = each;
    const own: WantedLogGroup = {
      group,
      region,
      ...(retentionDays === undefined ? {} : { retentionDays }),
      tags,
      ...(maker === undefined ? {} : { maker }),
    };
    const state = states[index]!;
    if (state === true) return [];
    return state === false
      ? [{ ...own, action: "create", why: whyCreate(own) }]
      : [{ ...own, action: "unknown", why: `${state.unknown}: where it is not, ${withoutAiplat(own)}` }];
  });
}

/** What plans say of groups of which nobody knows. */
export function unknownLogGroups(steps: readonly LogGroupStep[]): readonly string[] {
  return steps.filter(({ action }) => action === "unknown").map(({ why }) => why);
}

/** Who makes the group where aiplat does not, and what that takes. */
export function withoutAiplat({ retentionDays, maker }: WantedLogGroup): string {
  if (maker === undefined) return "nothing makes it (awslogs-create-group is not on), and no task starts without it";
  const lacks =
    retentionDays === undefined ? "without tags" : `without its ${counted(retentionDays, "day")} and its tags`;
  return `the first task makes it, ${lacks}, and for that the ${maker} needs logs:CreateLogGroup`;
}

function whyCreate({ region, retentionDays, maker }: WantedLogGroup): string {
  const kept =
    retentionDays === undefined ? "events are kept for ever" : `events are kept for ${counted(retentionDays, "day")}`;
  const rights = creatingActions.slice(0, retentionDays === undefined ? 2 : 3).join(", ");
  const otherwise = maker === undefined ? "" : `; without them the first task, if the ${maker} has logs:CreateLogGroup`;
  return `it is not there in ${region}, ${kept}; made with your rights (${rights})${otherwise}`;
}
