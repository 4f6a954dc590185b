/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeImages.html: AWS's own machine images. */
import { present } from "../../core/base/present.ts";
import { imagesIn, type SandboxImage } from "../machine-images.ts";
import type { World } from "../model/world.ts";
import { AwsError } from "../wire/aws-error.ts";
import { operation, type Operation } from "../wire/operation.ts";
import { list, struct, text } from "../wire/shape.ts";
import { filtered, filterList } from "./filters.ts";

export const imageOperations: Readonly<Record<string, Operation>> = {
  DescribeImages: operation(
    "ec2",
    struct({ ImageId: list(text), Owner: list(text), Filter: filterList, IncludeDeprecated: text, NextToken: text }),
    ({ ImageId: ids = [], Owner: owners = [], Filter, IncludeDeprecated }, { world, region }) => {
      const there = [...imagesIn(region).values()].filter(({ imageId }) => !world.retiredImages.has(imageId));
      const unknown = ids.filter((id) => !there.some(({ imageId }) => imageId === id));
      if (unknown.some((id) => !/^ami-[0-9a-f]{8,17}$/.test(id)))
        throw new AwsError("InvalidAMIID.Malformed", `Invalid id: "${unknown[0]!.slice(0, 100)}"`);
      if (unknown.length > 0)
        throw new AwsError(
          "InvalidAMIID.NotFound",
          `The image id '[${unknown.join(", ").slice(0, 1000)}]' does not exist`,
        );
      const named = ids.length === 0 ? there : there.filter(({ imageId }) => ids.includes(imageId));
      const shown = named.filter(
        (image) => IncludeDeprecated === "true" || ids.length > 0 || !isDeprecated(world, image),
      );
      const owned = owners.length === 0 || owners.includes("amazon") ? shown : [];
      return { imagesSet: filtered(owned, Filter, filters, () => []).map((image) => described(world, image)) };
    },
  ),
};

const filters: Readonly<Record<string, (image: SandboxImage) => string>> = {
  name: ({ name }) => name,
  "image-id": ({ imageId }) => imageId,
  architecture: ({ architecture }) => architecture,
  "owner-alias": () => "amazon",
  state: () => "available",
};

/** Two years after it came out, as AWS's own images. https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ami-deprecate.html */
function deprecatedAt(world: World, { imageId, createdAt }: SandboxImage): number {
  return world.deprecatedImages.get(imageId) ?? createdAt + 2 * 365 * 86_400_000;
}

function isDeprecated(world: World, image: SandboxImage): boolean {
  return deprecatedAt(world, image) <= world.now();
}

function described(world: World, image: SandboxImage): object {
  const { imageId, name, architecture, createdAt } = image;
  return present({
    imageId,
    name,
    imageState: "available",
    imageOwnerId: "amazon",
    imageOwnerAlias: "amazon",
    isPublic: true,
    imageType: "machine",
    architecture,
    rootDeviceType: "ebs",
    rootDeviceName: "/dev/xvda",
    blockDeviceMapping: volumesOf(image),
    virtualizationType: "hvm",
    creationDate: new Date(createdAt).toISOString(),
    deprecationTime: new Date(deprecatedAt(world, image)).toISOString(),
  });
}

/** As AWS's images have them: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_BlockDeviceMapping.html */
function volumesOf({ imageId, name }: SandboxImage): readonly object[] {
  const volume = (deviceName: string, volumeSize: number) => ({
    deviceName,
    ebs: {
      snapshotId: `snap-${imageId.slice("ami-".length)}`,
      volumeSize,
      volumeType: "gp3",
      deleteOnTermination: true,
      encrypted: false,
    },
  });
  if (name.startsWith("bottlerocket-")) return [volume("/dev/xvda", 2), volume("/dev/xvdb", 20)];
  return [volume("/dev/xvda", name.startsWith("amazon-eks-") ? 20 : 30)];
}
