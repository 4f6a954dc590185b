/** What a group launches in place of the machines that a roll ends. */
import { listOr } from "../core/base/problem.ts";
import { resolvedBySsm } from "../core/plan/roll-template.ts";
import { AiplatError } from "../errors.ts";
import type { ImagedGroup } from "../machine-image-ports.ts";
import { resolveImages, type ImagePorts } from "./image-facts.ts";

/** @throws AiplatError where its machines would not be replaced by ones of a launch template. */
export function requireLaunchTemplate(group: ImagedGroup): NonNullable<ImagedGroup["launchTemplate"]> {
  const { name, launchConfiguration, launchTemplate, suspendedProcesses, status, mixedInstancesPolicy } = group;
  const refuse = (why: string, hint: string) => new AiplatError("OperationFailed", `${name} ${why}`, { hint });
  if (status !== undefined) throw refuse(`is being deleted (${status})`, "There is nothing to roll.");
  if (launchConfiguration !== undefined)
    throw refuse(
      `has the launch configuration ${launchConfiguration}, which cannot be changed`,
      "Give the group a launch template: https://docs.aws.amazon.com/autoscaling/ec2/userguide/migrate-to-launch-templates.html",
    );
  const suspended = suspendedProcesses.filter((each) => each === "Launch" || each === "Terminate");
  if (suspended.length > 0)
    throw refuse(
      `has suspended ${listOr(suspended, "and")}: no machine would be replaced`,
      `Resume it first: aws autoscaling resume-processes --auto-scaling-group-name ${name}`,
    );
  if (hasOwnTemplates(mixedInstancesPolicy))
    throw refuse(
      "has launch templates of their own for some instance types",
      "Change their images yourself; aiplat rolls groups with one launch template.",
    );
  if (launchTemplate === undefined)
    throw refuse("has no launch template that EC2 Auto Scaling shows", "Give the group a launch template.");
  return launchTemplate;
}

function hasOwnTemplates(policy: ImagedGroup["mixedInstancesPolicy"]): boolean {
  const { LaunchTemplate } = (policy ?? {}) as {
    readonly LaunchTemplate?: { readonly Overrides?: readonly { readonly LaunchTemplateSpecification?: unknown }[] };
  };
  return (LaunchTemplate?.Overrides ?? []).some((each) => each.LaunchTemplateSpecification !== undefined);
}

/**
 * Why the group would not replace a machine by one with the image, as it stands now; undefined where it would. Whoever
 * ends machines all the same, ends them without an end.
 */
export async function findLaunchProblem(
  ports: Pick<ImagePorts, "images" | "ssm">,
  group: ImagedGroup,
  imageId: string,
): Promise<AiplatError | undefined> {
  const { id, version } = requireLaunchTemplate(group);
  const [used] = await ports.images.templateVersions(id, [version]);
  const named = used?.imageId;
  const launched = named === undefined ? undefined : ((await resolveImages(ports, [named])).get(named) ?? named);
  if (launched === imageId) return undefined;
  const why =
    named?.startsWith(resolvedBySsm) === true
      ? `${named.slice(resolvedBySsm.length)} has another image by now`
      : "somebody else changed its launch template";
  return new AiplatError(
    "OperationFailed",
    `${group.name} launches ${launched ?? "no image that can be told"}, not ${imageId}: ${why}`,
    { hint: `See what ${group.name} is to launch before you go on.` },
  );
}
