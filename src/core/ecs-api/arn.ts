/** The name, or the id, that an ARN ends in; one without a slash is its own. */
export function nameOfArn(arn: string): string {
  return arn.slice(arn.lastIndexOf("/") + 1);
}

/** The id of a task from its ARN; an id is its own. */
export function taskIdOf(task: string): string {
  return nameOfArn(task);
}

/**
 * The cluster's name in a task's ARN; undefined for an id and for the short ARNs of before 2021, which have none.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-account-settings.html#ecs-resource-ids
 */
export function clusterOfTask(task: string): string | undefined {
  return /^arn:[^:]+:ecs:[^:]*:\d*:task\/([^/]+)\/[^/]+$/.exec(task)?.[1];
}

/** `family:revision` of a task definition's ARN, or the text itself. */
export function definitionNameOf(arn: string): string {
  return nameOfArn(arn);
}

/** What a task's id, or a container instance's, is known by: less of one is not looked up. */
export const shortIdLength = 8;

/** Whether it is the beginning of a task's id, which has 32 hexadecimal digits, or 36 characters in the older form. */
export function isShortTaskId(task: string): boolean {
  return /^[0-9a-f-]{8,31}$/.test(task);
}

/** Whether it is so little of an id that it is not looked up. */
export function isTooShortAnId(text: string): boolean {
  return text.length < shortIdLength && /^[0-9a-f]+$/.test(text);
}

/** The name of a role in its ARN, without the path; a name is its own. */
export function roleNameOf(role: string): string {
  return nameOfArn(role);
}

/** The account in a role's ARN; undefined for a name. */
export function roleAccountOf(role: string): string | undefined {
  return /^arn:[^:]+:iam::(\d{12}):role\//.exec(role)?.[1];
}
