/** What RunTask, CreateService and UpdateService refuse of a definition beside what they ask for. */
import type { TaskDefinition } from "../../core/ecs-api/api.ts";
import { networkModeOfDefinition } from "../../core/ecs-api/host-ports.ts";
import { invalidParameter } from "../wire/aws-error.ts";

interface Launch {
  readonly networkConfiguration?: unknown;
  readonly volumeConfigurations?: readonly { readonly name?: string }[] | undefined;
}

/** @throws AwsError for networks and volumes that are not those of the definition. */
export function checkLaunch(definition: TaskDefinition, { networkConfiguration, volumeConfigurations }: Launch): void {
  const { awsvpcConfiguration: { subnets = [] } = {} } = (networkConfiguration ?? {}) as {
    readonly awsvpcConfiguration?: { readonly subnets?: readonly string[] };
  };
  const awsvpc = networkModeOfDefinition(definition) === "awsvpc";
  if (awsvpc && subnets.length === 0)
    throw invalidParameter("Network Configuration must be provided when networkMode 'awsvpc' is specified.");
  if (!awsvpc && networkConfiguration !== undefined)
    throw invalidParameter("Network Configuration is not valid for the given networkMode of this task definition.");
  checkVolumes(definition, volumeConfigurations ?? []);
}

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ebs-volumes.html */
function checkVolumes({ volumes = [] }: TaskDefinition, configured: NonNullable<Launch["volumeConfigurations"]>): void {
  const atLaunch = volumes.filter(({ configuredAtLaunch }) => configuredAtLaunch === true);
  if (atLaunch.length > 0 && configured.length === 0)
    throw invalidParameter(
      "Task definition has configuredAtLaunch volume but no volume configuration provided at runtime",
    );
  if (atLaunch.length === 0 && configured.length > 0)
    throw invalidParameter(
      "Volume configuration provided but no matching configuredAtLaunch volume found in task definition.",
    );
  const other = configured.find(({ name }) => !atLaunch.some((volume) => volume.name === name));
  if (other !== undefined)
    throw invalidParameter(
      `The volume name '${String(other.name)}' in your request does not have a matching volume in your Task Definition`,
    );
}

/**
 * ECS Exec needs a role of the task. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html
 *
 * @param overriding The role that the request gives the task in place of the definition's.
 * @throws AwsError with the sentence that ECS has for the request.
 */
export function checkTaskRole({ taskRoleArn }: TaskDefinition, sentence: string, overriding?: string): void {
  if ((overriding ?? taskRoleArn ?? "") === "") throw invalidParameter(sentence);
}

export const runWithoutRole =
  "The execute command failed because a valid task role is not being used. Specify a valid task role in your task " +
  "definition or as a task override and try again.";

export const serviceWithoutRole = (done: "created" | "updated"): string =>
  `The service couldn't be ${done} because a valid taskRoleArn is not being used. ` +
  "Specify a valid task role in your task definition and try again.";
