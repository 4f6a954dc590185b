/** The longest name of a stack: the other resources take longer ones. */
export const longestStackName = 128;

/**
 * The name of a capacity: of its stack, launch template, Auto Scaling group and capacity provider alike. A stack's name
 * has letters, digits and dashes alone; a cluster's may have underscores besides.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html
 */
export function capacityName(cluster: string, instanceType: string): string {
  return `aiplat-${cluster}-${instanceType}`.replace(/[._]/g, "-");
}
