import { present } from "../core/base/present.ts";
import { readAmiName } from "../core/catalog/machine-images/ami-names.ts";
import { resolvedBySsm } from "../core/plan/roll-template.ts";
import { familyKey, type ImageFacts } from "../core/doctor/check-machine-images.ts";
import type { MachineImagesPort } from "../machine-image-ports.ts";
import type { SsmPort } from "../ports.ts";
import { findAmis } from "./find-amis.ts";

export interface ImagePorts {
  readonly images: MachineImagesPort;
  readonly ssm: () => Promise<SsmPort>;
  readonly region: string;
}

/** The images and the newest of each of their families. */
export async function readImageFacts(
  { images, ssm, region }: ImagePorts,
  ids: readonly string[],
): Promise<Pick<ImageFacts, "images" | "newest">> {
  const found = await images.images([...new Set(ids)]);
  const wanted = new Map(
    found.flatMap(({ name }) => {
      const { families: [family] = [], kubernetesVersion } = readAmiName(name) ?? {};
      return family === undefined
        ? []
        : [[familyKey(family, kubernetesVersion), { family, kubernetesVersion }] as const];
    }),
  );
  const newest = await Promise.all(
    [...wanted].map(async ([key, { family, kubernetesVersion }]) => {
      const search = { regions: [region], families: [family], everywhere: false, ...present({ kubernetesVersion }) };
      const { amis, failures } = await findAmis(ssm, search);
      if (failures[0] !== undefined) throw failures[0].error;
      return amis.map((ami) => [key, ami] as const);
    }),
  );
  return { images: new Map(found.map((each) => [each.id, each])), newest: new Map(newest.flat()) };
}

/** The images that Systems Manager's parameters hold, where a launch template leaves the choice to one. */
export async function resolveImages(
  { ssm }: Pick<ImagePorts, "ssm">,
  imageIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const named = [...new Set(imageIds.filter((each) => each.startsWith(resolvedBySsm)))];
  if (named.length === 0) return new Map();
  const { values } = await (await ssm()).getParameters(named.map((each) => each.slice(resolvedBySsm.length)));
  return new Map(
    named.flatMap((each) => {
      const held = values.get(each.slice(resolvedBySsm.length));
      return held === undefined ? [] : [[each, held]];
    }),
  );
}
