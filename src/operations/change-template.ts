import { AiplatError } from "../errors.ts";
import type { MachineImagesPort } from "../machine-image-ports.ts";
import type { RollTarget } from "./find-roll-target.ts";
import { halfDone } from "./half-done.ts";
import { templateVersionToken } from "./tokens.ts";

/**
 * Has a group launch its next machines with the image; the version of the launch template that they come from.
 *
 * @throws AiplatError where somebody has changed meanwhile what it launches: that would be undone.
 */
export async function changeTemplate(images: MachineImagesPort, target: RollTarget): Promise<number> {
  const { group, imageId, used, change } = target;
  if (change === undefined) return used.number;
  await requireUnchanged(images, target);
  const { create, version, adopt } = change;
  const made =
    create === undefined
      ? version!
      : await images.createTemplateVersion(used, imageId, templateVersionToken(used.templateId, create.from, imageId));
  try {
    if (adopt === "default") await images.setDefaultVersion(used.templateId, made);
    if (adopt === "group") await images.useTemplateVersion(group, made);
  } catch (error) {
    const standing = `${used.templateName} has version ${made} with ${imageId}; ${group.name} may not launch it yet.`;
    throw halfDone(error, standing, "Nothing is lost: the same command goes on.");
  }
  return made;
}

async function requireUnchanged(images: MachineImagesPort, { group: { name, launchTemplate }, used }: RollTarget) {
  const template = (await images.group(name))?.launchTemplate;
  const [now] = template === undefined ? [] : await images.templateVersions(template.id, [template.version]);
  if (
    template?.version === launchTemplate?.version &&
    now?.templateId === used.templateId &&
    now.number === used.number
  )
    return;
  throw new AiplatError("OperationFailed", `what ${name} launches was changed while this command looked at it`, {
    hint: "Nothing was changed by it: begin again, and see what it shows.",
  });
}
