import { imageOperations } from "./ec2/images.ts";
import { instanceOperations } from "./ec2/instances.ts";
import { launchTemplateOperations } from "./ec2/launch-templates.ts";
import { networkOperations } from "./ec2/networks.ts";
import type { Operation } from "./wire/operation.ts";

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Operations.html */
export const ec2Operations: Readonly<Record<string, Operation>> = {
  ...imageOperations,
  ...instanceOperations,
  ...launchTemplateOperations,
  ...networkOperations,
};
