/**
 * Which images cannot work where they are put. Pure judgement: every function returns problems without a path, and the
 * caller adds where in its own document the image stands.
 */
import type { RefusalCode } from "../../base/codes/problem-codes.ts";
import { listOr, type Problem } from "../../base/problem.ts";
import { dlcAccountByRegion, imagesAsOf, listedUpToSdk, neuronRepositories, newestSdk } from "./image-data.ts";
import { compareVersions } from "../../base/version.ts";
import { parseImageReference, type ImageReference } from "./image-reference.ts";
import {
  builtFor,
  familiesServedBy,
  firstTorchNeuronSdk,
  firstTrn2Sdk,
  imageName,
  isAwsImage,
  isBeyondLists,
  isKnownNeuronFamily,
  isTorchNeuronImage,
  isVllmImage,
  lastVllmForAll,
  majorMinor,
  neuronFlavourOf,
  neuronRepositoryOf,
  neuronTagOf,
} from "./images.ts";
import type { InstanceType } from "../instance-types/instance-type.ts";

/**
 * From this Neuron SDK on, images need a driver newer than `lastOldDriver`
 * (aws-neuron/deep-learning-containers README.md @2be9ed1).
 */
export const firstNewDriverSdk = "2.30";
const lastOldDriver = "2.26";
/** https://awsdocs-neuron.readthedocs-hosted.com, "announce-correction-neuron-driver-support-inf1". */
const lastInf1Driver = "2.24";

/** What an image is built for, as messages say it. */
export const hardware = { neuron: "AWS Neuron", nvidia: "NVIDIA GPUs", cpu: "CPU" } as const;

/** Why an image cannot use the accelerators of an instance type, or will not; empty where nothing speaks against it. */
export function checkImageOnType(image: ImageReference, type: InstanceType): readonly Problem[] {
  const { instanceType, accelerator, architecture, family } = type;
  const built = builtFor(image);
  const problems: Problem[] = [];
  if (isAwsImage(image) && imageName(image).endsWith("-arm64") && architecture !== "arm64") {
    problems.push(
      error(
        "image-architecture",
        `${image.text} is built for arm64; ${instanceType} is ${architecture}`,
        "Use the repository of the same name without -arm64.",
      ),
    );
  }
  if (built === "cpu") {
    const message = `${image.text} is built for CPU: it leaves the ${accelerator.name} of ${instanceType} idle`;
    problems.push({
      severity: "warning",
      code: "image-cpu-only",
      message,
      hint: `Use an image built for ${accelerator.kind}.`,
    });
  } else if (built !== "unknown" && built !== accelerator.kind) {
    const message =
      `${image.text} is built for ${hardware[built]}; ${instanceType} carries ${accelerator.manufacturer} ` +
      `${accelerator.name}`;
    problems.push(
      error("image-hardware", message, `Use an image built for ${accelerator.kind}, or another instance type.`),
    );
  } else if (built === "neuron") {
    const served = familiesServedBy(image)!;
    if (!isKnownNeuronFamily(family) || (served.includes(family) && isBeyondLists(image)))
      problems.push(notKnown(image, family));
    else if (!served.includes(family))
      problems.push(
        error(
          "image-family",
          `${image.text} does not run on ${family}: ${whyNot(image, family)}`,
          `It runs on ${listOr(served, "and")}.${betterImage(image, family)}`,
        ),
      );
  }
  return problems;
}

/** What is known of AWS's images ends with the day on which it was read: beyond it nothing is claimed, as is said. */
function notKnown(image: ImageReference, family: string): Problem {
  const { sdk } = neuronTagOf(image) ?? {};
  const what = isKnownNeuronFamily(family)
    ? `${image.text} is of Neuron SDK ${sdk}`
    : `${family} is newer than what is known of AWS's Neuron images`;
  const newest =
    sdk !== undefined && compareVersions(sdk, newestSdk.version) > 0
      ? `; the newest SDK on ${newestSdk.asOf} was ${newestSdk.version}`
      : "";
  return {
    severity: "warning",
    code: "image-not-known",
    message:
      `${what}: AWS's lists of images are known up to SDK ${listedUpToSdk} (${imagesAsOf})${newest}. ` +
      `Whether ${image.text} runs on ${family} is not checked`,
    hint: "See the release notes of the Neuron SDK, or take a newer aiplat.",
  };
}

/** Why an image cannot be pulled: it names another region's account, or was never published. */
export function checkImageExists(image: ImageReference): readonly Problem[] {
  return [...checkRegistry(image), ...checkPublished(image)];
}

/** Whether an image runs only on a Neuron driver newer than some hosts have. */
export function needsNewDriver(image: ImageReference): boolean {
  const sdk = neuronTagOf(image)?.sdk;
  return sdk !== undefined && compareVersions(sdk, firstNewDriverSdk) >= 0;
}

/** Whether images of `firstNewDriverSdk` and later do not run on a driver. */
export function isOldDriver(driver: string): boolean {
  return compareVersions(majorMinor(driver), lastOldDriver) <= 0;
}

/**
 * Why an image does not start with this Neuron driver.
 *
 * @param host Names the machine, e.g. `the ECS AL2 inf AMI`.
 * @param family The family of the machine's type.
 */
export function checkImageDriver(
  image: ImageReference,
  driver: string,
  host: string,
  family: string,
): readonly Problem[] {
  if (!needsNewDriver(image) || !isOldDriver(driver)) return [];
  const message =
    `${image.text} is of Neuron SDK ${neuronTagOf(image)!.sdk} and needs a host driver newer than ` +
    `${lastOldDriver}; ${host} has ${driver}`;
  const hint =
    family === "inf1"
      ? `No driver after ${lastInf1Driver} drives Inf1: use an image of an SDK before ${firstNewDriverSdk}.`
      : `Use an AL2023 Neuron AMI, or an image of an SDK before ${firstNewDriverSdk}.`;
  return [error("image-driver", message, hint)];
}

function checkRegistry(image: ImageReference): readonly Problem[] {
  const { ecr, registry } = image;
  if (ecr === undefined || !isAwsImage(image)) return [];
  const account = dlcAccountByRegion[ecr.region];
  if (account === undefined) {
    return [
      error(
        "dlc-region",
        `AWS has no Deep Learning Containers in ${ecr.region}`,
        `It has them in ${listOr(Object.keys(dlcAccountByRegion), "and")}.`,
      ),
    ];
  }
  const domain = ecr.region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  if (account === ecr.account && registry!.endsWith(`.${domain}`)) return [];
  return [
    error(
      "dlc-account",
      `${registry} does not hold AWS's Deep Learning Containers in ${ecr.region}`,
      `Use ${account}.dkr.ecr.${ecr.region}.${domain}.`,
    ),
  ];
}

function checkPublished(image: ImageReference): readonly Problem[] {
  const sdk = neuronTagOf(image)?.sdk;
  const known = neuronRepositoryOf(image);
  if (sdk === undefined || known?.endedWithSdk === undefined || compareVersions(sdk, known.endedWithSdk) < 0) return [];
  const isListed = compareVersions(sdk, listedUpToSdk) <= 0;
  const { repository, endedWithSdk } = known;
  const message = isListed
    ? `${repository} has no image of Neuron SDK ${sdk}: AWS published none from SDK ${endedWithSdk} to ${listedUpToSdk}`
    : `whether ${repository} has an image of Neuron SDK ${sdk} is not known: AWS published none from SDK ` +
      `${endedWithSdk} to ${listedUpToSdk}, and its lists are known up to there (${imagesAsOf})`;
  // In a registry of one's own the image may be a build of one's own.
  return [
    {
      severity: isListed && isAwsImage(image) ? "error" : "warning",
      code: "image-not-published",
      message,
      hint: `The last one${isListed ? "" : " known"} is ${known.repository}:${known.newestTag}.`,
    },
  ];
}

function whyNot(image: ImageReference, family: string): string {
  if (neuronFlavourOf(image) === "neuron") return "neuron images are built for Inf1 only";
  if (family === "inf1") return "neuronx images are built for the chips after Inf1";
  if (isTorchNeuronImage(image) && !isVllmImage(image))
    return `from Neuron SDK ${firstTorchNeuronSdk} on PyTorch images are TorchNeuron's, for Trainium2 and later`;
  if (isVllmImage(image) && !family.startsWith("trn2")) return `the last vLLM image for it is ${lastVllmForAll}`;
  return `its Neuron SDK ${neuronTagOf(image)!.sdk} is older than ${firstTrn2Sdk}, the first for Trainium2`;
}

/** AWS's image of the same purpose for the family, where there is one. */
function betterImage(image: ImageReference, family: string): string {
  const purpose = imageName(image).replace(/-neuronx?$/, "");
  for (const { repository, newestTag, images } of neuronRepositories) {
    if (repository !== `${purpose}-neuron` && repository !== `${purpose}-neuronx`) continue;
    const tags = [newestTag, ...images.map(({ tag }) => tag)];
    const fitting = tags.find((tag) => familiesServedBy(parseImageReference(`${repository}:${tag}`))?.includes(family));
    if (fitting !== undefined) return ` For ${family} there is ${repository}:${fitting}.`;
  }
  return "";
}

function error(code: RefusalCode, message: string, hint: string): Problem {
  return { severity: "error", code, message, hint };
}
