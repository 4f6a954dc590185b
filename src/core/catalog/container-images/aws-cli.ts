/**
 * AWS's public image of its CLI, for both architectures; a row of facts/container-images.json. Its tags are versions.
 * https://docs.aws.amazon.com/cli/latest/userguide/getting-started-docker.html
 */
export const awsCliImage = "public.ecr.aws/aws-cli/aws-cli:2.36.44";
