import type { MachineImagesPort } from "../machine-image-ports.ts";
import type { RollTarget } from "./find-roll-target.ts";
import { templateVersionToken } from "./tokens.ts";

/** Has a group launch its next machines with the image; the version of the launch template that they come from. */
export async function changeTemplate(
  images: MachineImagesPort,
  { group, imageId, used, change }: RollTarget,
): Promise<number> {
  if (change === undefined) return used.number;
  const { create, version, adopt } = change;
  const made =
    create === undefined
      ? version!
      : await images.createTemplateVersion(used, imageId, templateVersionToken(used.templateId, create.from, imageId));
  if (adopt === "default") await images.setDefaultVersion(used.templateId, made);
  if (adopt === "group") await images.useTemplateVersion(group, made);
  return made;
}
