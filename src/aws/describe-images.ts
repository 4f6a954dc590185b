import { DescribeImagesCommand, type EC2Client, type Image } from "@aws-sdk/client-ec2";
import { present } from "../core/base/present.ts";
import type { DescribedImage } from "../machine-image-ports.ts";
import type { createCall } from "./call.ts";
import { absentAs } from "./failure.ts";

/** The images of these ids that EC2 shows, deprecated ones too. */
export async function describeImages(
  client: EC2Client,
  call: ReturnType<typeof createCall>,
  ids: readonly string[],
): Promise<readonly DescribedImage[]> {
  // One at a time: EC2 refuses a list that has one it does not know.
  const answers = await Promise.all(
    ids.map((id) => {
      const command = new DescribeImagesCommand({ ImageIds: [id], IncludeDeprecated: true });
      return absentAs(
        /^InvalidAMIID\./,
        call("DescribeImages", (options) => client.send(command, options)),
      );
    }),
  );
  return answers.flatMap((answer) => answer?.Images ?? []).map(toImage);
}

function toImage(image: Image): DescribedImage {
  const { ImageId, Name, Architecture, CreationDate, DeprecationTime, BlockDeviceMappings = [] } = image;
  return {
    id: ImageId ?? "",
    name: Name ?? "",
    ...present({
      architecture: Architecture,
      createdAt: timeOf(CreationDate),
      deprecatedAt: timeOf(DeprecationTime),
    }),
    volumeGiB: new Map(
      BlockDeviceMappings.flatMap(({ DeviceName, Ebs }) =>
        DeviceName === undefined || Ebs?.VolumeSize === undefined ? [] : [[DeviceName, Ebs.VolumeSize] as const],
      ),
    ),
  };
}

function timeOf(text: string | undefined): number | undefined {
  const milliseconds = Date.parse(text ?? "");
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}
