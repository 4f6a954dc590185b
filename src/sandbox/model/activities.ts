/** What an Auto Scaling group tells of its launches and terminations. */
import type { ActivityRecord, AutoScalingGroupRecord } from "./group-records.ts";
import type { World } from "./world.ts";

/** The sandbox keeps as many of a group: a page of DescribeScalingActivities. */
const mostActivities = 100;

/** An activity that is under way. */
export interface Activity {
  readonly end: (status: Exclude<ActivityRecord["status"], "InProgress">, message?: string) => void;
}

export function logActivity(
  world: World,
  { activities }: AutoScalingGroupRecord,
  description: string,
  cause: string,
): Activity {
  const activity: ActivityRecord = {
    id: world.uuid(),
    description,
    cause,
    startedAt: world.now(),
    endedAt: undefined,
    status: "InProgress",
    message: undefined,
  };
  activities.unshift(activity);
  activities.length = Math.min(activities.length, mostActivities);
  return {
    end: (status, message) => {
      activity.status = status;
      activity.message = message;
      activity.endedAt = world.now();
    },
  };
}

/** The cause of what a caller asks for. https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-verify-scaling-activity.html */
export function userCause(world: World, what: string): string {
  return `At ${atSecond(world.now())} ${what}.`;
}

function atSecond(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}
