import { BatchGetImageCommand, ECRClient } from "@aws-sdk/client-ecr";
import { architecturesOf, manifestTypes } from "../core/doctor/observed-image.ts";
import type { EcrPort } from "../operations/ports.ts";
import { absentAs } from "./absent.ts";
import { createCall } from "./call.ts";
import { clientSettings, type AwsConfig } from "./config.ts";

/** The private registries of ECR in one region, the account's own and others', over the SDK. */
export function createEcr(config: AwsConfig, signal: AbortSignal): EcrPort {
  const client = new ECRClient(clientSettings(config, "ecr"));
  const call = createCall(config, "ecr", signal);
  return {
    findImage: async ({ ecr, repository, tag, digest }) => {
      // A digest decides where both are given, as for docker.
      const imageId = digest === undefined ? { imageTag: tag ?? "latest" } : { imageDigest: digest };
      const command = new BatchGetImageCommand({ registryId: ecr!.account, repositoryName: repository, imageIds: [imageId], acceptedMediaTypes: manifestTypes });
      const answer = await absentAs(/^RepositoryNotFoundException$/, call("BatchGetImage", (options) => client.send(command, options)));
      if (answer === undefined) return { kind: "no-repository" };
      const [image] = answer.images ?? [];
      return image === undefined ? { kind: "no-image" } : { kind: "found", architectures: architecturesOf(image.imageManifest ?? "") };
    },
  };
}
