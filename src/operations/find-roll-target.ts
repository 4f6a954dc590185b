import { describeAmiFamily, type AmiFamily } from "../core/catalog/machine-images/ami-families.ts";
import { readAmiName } from "../core/catalog/machine-images/ami-names.ts";
import { planTemplate, resolvedBySsm, type TemplateChange } from "../core/plan/roll-template.ts";
import { AiplatError } from "../errors.ts";
import type { ImagedGroup, MachineImagesPort, TemplateVersion } from "../machine-image-ports.ts";
import { findAmis } from "./find-amis.ts";
import type { ImagePorts } from "./image-facts.ts";
import { requireLaunchTemplate } from "./roll-launches.ts";

/** What a group's machines are to become. */
export interface RollTarget {
  readonly group: ImagedGroup;
  readonly imageId: string;
  /** Whose newest image it is; undefined where the user named the image, or a parameter does. */
  readonly family?: AmiFamily;
  /** The version of the launch template that the group has now. */
  readonly used: TemplateVersion;
  /** Undefined where its next machines have the image already. */
  readonly change?: TemplateChange;
}

/**
 * Which image the group is to have and what has to change for it.
 *
 * @param wanted The image that the user named.
 * @throws AiplatError where the group has none that can be changed, or nobody can say which is the newest.
 */
export async function findRollTarget(
  { images, ssm, region }: ImagePorts,
  group: ImagedGroup,
  wanted: string | undefined,
): Promise<RollTarget> {
  const template = requireLaunchTemplate(group);
  const [used, latest] = await versionsOf(images, group, template);
  const { imageId, family } = await chooseImage({ images, ssm, region }, group, used, wanted);
  const change = planTemplate({ named: template.version, used, latest }, imageId);
  return {
    group,
    imageId,
    ...(family === undefined ? {} : { family }),
    used,
    ...(change === undefined ? {} : { change }),
  };
}

async function versionsOf(
  images: MachineImagesPort,
  { name }: ImagedGroup,
  { id, version }: NonNullable<ImagedGroup["launchTemplate"]>,
): Promise<readonly [used: TemplateVersion, latest: TemplateVersion]> {
  const [[used], [latest]] = await Promise.all([
    images.templateVersions(id, [version]),
    images.templateVersions(id, ["$Latest"]),
  ]);
  if (used !== undefined && latest !== undefined) return [used, latest];
  throw new AiplatError("NotFound", `${name} has version ${version} of launch template ${id}, which is not there`, {
    hint: "Give the group a version that is: it can launch nothing as it is.",
  });
}

async function chooseImage(
  { images, ssm, region }: ImagePorts,
  { name }: ImagedGroup,
  { imageId: now, templateName, number }: TemplateVersion,
  wanted: string | undefined,
): Promise<Pick<RollTarget, "imageId" | "family">> {
  const byHand = "Name the image with --image-id; aiplat ami latest prints the newest of a family.";
  if (now?.startsWith(resolvedBySsm) === true) {
    if (wanted !== undefined)
      throw new AiplatError("Usage", `--image-id ${wanted}: ${name} launches what ${now} holds at the time`, {
        hint: "Leave --image-id out, or give the launch template an image of its own first.",
      });
    const parameter = now.slice(resolvedBySsm.length);
    const held = (await (await ssm()).getParameters([parameter])).values.get(parameter);
    if (held !== undefined && isImageId(held)) return { imageId: held };
    throw new AiplatError("NotFound", `${name} launches the image of ${parameter}, which holds none`, {
      hint: "The group can launch nothing as it is: name a parameter that holds an image id.",
    });
  }
  const known = new Map((await images.images([now, wanted].flatMap((id) => id ?? []))).map((each) => [each.id, each]));
  const image = now === undefined ? undefined : known.get(now);
  if (wanted !== undefined) {
    const found = known.get(wanted);
    if (found === undefined)
      throw new AiplatError("NotFound", `EC2 shows this account no image ${wanted} in ${region}`, {
        hint: "aiplat ami latest prints the newest of a family in this region.",
      });
    if (image?.architecture !== undefined && image.architecture !== found.architecture)
      throw new AiplatError(
        "Usage",
        `${wanted} is ${found.architecture}, and ${name} has ${image.architecture} machines`,
        {
          hint: "Name an image of that architecture.",
        },
      );
    return { imageId: wanted };
  }
  if (now === undefined)
    throw new AiplatError("Usage", `version ${number} of ${templateName} names no image`, { hint: byHand });
  const families = readAmiName(image?.name ?? "")?.families.filter((each) => each.orchestrator === "ecs") ?? [];
  const [family] = families;
  if (family === undefined)
    throw new AiplatError(
      "Usage",
      image === undefined
        ? `${name} launches ${now}, which EC2 does not show to this account: it may be deregistered`
        : `${name} launches ${image.name}, which is no image that AWS keeps current for ECS`,
      { hint: byHand },
    );
  const { amis } = await findAmis(ssm, { regions: [region], families: [family], everywhere: false });
  const [newest] = amis;
  if (newest === undefined)
    throw new AiplatError("NotFound", `${region} has no ${describeAmiFamily(family)} AMI any more`, { hint: byHand });
  return { imageId: newest.imageId, family };
}

function isImageId(text: string): boolean {
  return /^ami-[0-9a-f]+$/.test(text);
}
