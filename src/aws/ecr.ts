import {
  BatchGetImageCommand,
  DescribeImagesCommand,
  DescribePullThroughCacheRulesCommand,
  ECRClient,
  type ImageIdentifier,
} from "@aws-sdk/client-ecr";
import type { ImageReference } from "../core/catalog/container-images/image-reference.ts";
import { isAwsImage } from "../core/catalog/container-images/images.ts";
import { architecturesOf, isIndex, manifestTypes, type ImageState } from "../core/doctor/observed-image.ts";
import { AiplatError } from "../errors.ts";
import type { EcrPort } from "../ports.ts";
import { absentAs } from "./failure.ts";
import { createCall } from "./call.ts";
import { clientSettings, type AwsConfig } from "./config.ts";

/**
 * The private registries of ECR in one region, the account's own and others', over the SDK.
 *
 * BatchGetImage by tag is a pull: behind a pull-through cache it imports the image. So images are found by
 * DescribeImages; AWS's own registries, which cache nothing, let other accounts call BatchGetImage only.
 * https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html
 */
export function createEcr(config: AwsConfig, signal: AbortSignal): EcrPort {
  const client = new ECRClient(clientSettings(config, "ecr"));
  const call = createCall(config, "ecr", signal);
  const noRepository = /^RepositoryNotFoundException$/;

  const pull = async ({ ecr, repository }: ImageReference, imageId: ImageIdentifier): Promise<ImageState> => {
    const command = new BatchGetImageCommand({
      registryId: ecr!.account,
      repositoryName: repository,
      imageIds: [imageId],
      acceptedMediaTypes: manifestTypes,
    });
    const answer = await absentAs(
      noRepository,
      call("BatchGetImage", (options) => client.send(command, options)),
    );
    if (answer === undefined) return { kind: "no-repository" };
    const manifest = answer.images?.[0]?.imageManifest;
    return manifest === undefined ? { kind: "no-image" } : { kind: "found", architectures: architecturesOf(manifest) };
  };

  /** What is not there may come with the first pull; where the rules may not be read, nothing says so. */
  const absent = async ({ ecr, repository }: ImageReference, state: ImageState): Promise<ImageState> => {
    const command = new DescribePullThroughCacheRulesCommand({ registryId: ecr!.account });
    const rules = await call("DescribePullThroughCacheRules", (options) => client.send(command, options)).catch(
      (error: unknown) => {
        if (!(error instanceof AiplatError) || error.code === "Interrupted") throw error;
        return { pullThroughCacheRules: [] };
      },
    );
    // The prefix ROOT stands for every repository without another rule.
    const rule = rules.pullThroughCacheRules?.find(
      ({ ecrRepositoryPrefix: prefix }) => prefix === "ROOT" || repository.startsWith(`${prefix}/`),
    );
    return rule === undefined
      ? state
      : { kind: "cached-on-pull", upstream: rule.upstreamRegistryUrl ?? "another registry" };
  };

  return {
    findImage: async (image) => {
      const { ecr, repository, tag, digest } = image;
      // A digest decides where both are given, as for docker.
      const imageId = digest === undefined ? { imageTag: tag ?? "latest" } : { imageDigest: digest };
      if (isAwsImage(image)) return pull(image, imageId);
      const command = new DescribeImagesCommand({
        registryId: ecr!.account,
        repositoryName: repository,
        imageIds: [imageId],
      });
      const asked = call("DescribeImages", (options) => client.send(command, options)).then(
        ({ imageDetails = [] }) => imageDetails,
      );
      const details = await absentAs(
        noRepository,
        absentAs(/^ImageNotFoundException$/, asked).then((each) => each ?? []),
      );
      if (details === undefined) return absent(image, { kind: "no-repository" });
      const [found] = details;
      if (found === undefined) return absent(image, { kind: "no-image" });
      // By its digest it is pulled from nowhere else.
      return isIndex(found.imageManifestMediaType ?? "") && found.imageDigest !== undefined
        ? pull(image, { imageDigest: found.imageDigest })
        : { kind: "found", architectures: [] };
    },
  };
}
