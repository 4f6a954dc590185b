import { DescribeImagesCommand, type EC2Client, type Image } from "@aws-sdk/client-ec2";
import type { createCall } from "./call.ts";
import { absentAs } from "./failure.ts";

/** The images of these ids that EC2 shows, deprecated ones too. */
export async function describeImages(
  client: EC2Client,
  call: ReturnType<typeof createCall>,
  ids: readonly string[],
): Promise<readonly Image[]> {
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
  return answers.flatMap((answer) => answer?.Images ?? []);
}
