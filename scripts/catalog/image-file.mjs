// AWS's Deep Learning Containers: accounts, repositories and tags.
import { compare, literal, record } from "./source-text.mjs";

/** The instance families behind the chip generations of an image's list. Trn3 has no public EC2 type name. */
const generations = { inf1: ["inf1"], inf2: ["inf2"], trn1: ["trn1", "trn1n"], trn2: ["trn2", "trn2u"], trn3: [] };

/** The first Neuron SDK release that an image was no longer published for. */
const lastReleases = [
  {
    repository: "pytorch-training-neuronx",
    endedWithSdk: "2.31.0",
    says: "pytorch-training-neuronx no longer published from SDK 2.31.0",
  },
  {
    repository: "pytorch-inference-neuronx",
    endedWithSdk: "2.32.0",
    says: "pytorch-inference-neuronx and vLLM 0.16 images (the last ones for trn1/inf2) no longer published from SDK 2.32.0",
  },
];

export function imageFile({
  asOf,
  completeUpToSdk,
  newestSdk,
  dlcAccountByRegion,
  publicNeuron,
  privateNeuron,
  gpu,
  lifecycle,
}) {
  for (const { says } of lastReleases)
    if (!lifecycle.some((line) => line.startsWith(says)))
      throw new Error(`neuron-images.json no longer says "${says}"`);
  const accounts = Object.entries(dlcAccountByRegion).toSorted(([a], [b]) => compare(a, b));
  const names = new Set([...publicNeuron, ...privateNeuron].map(({ repository }) => lastComponent(repository)));
  const repositories = [...names].toSorted(compare).map((repository) => {
    const published = publicNeuron.find((each) => lastComponent(each.repository) === repository);
    return {
      repository,
      newestTag: published?.newest.tag ?? privateNeuron.find((each) => each.repository === repository).newestTag,
      endedWithSdk: lastReleases.find((each) => each.repository === repository)?.endedWithSdk,
      images: (published?.newestPerFramework ?? []).map(({ tag, instances }) => ({
        tag,
        families: instances.flatMap((each) => generations[each]).toSorted(compare),
      })),
    };
  });
  // SageMaker's images have its own way to start. Of a repository with two lines the first is the one by vLLM's version.
  const gpuImages = gpu
    .filter(({ platform }) => platform === "ec2")
    .filter(({ repository }, index, all) => all.findIndex((each) => each.repository === repository) === index)
    .map(({ repository, newestTag, alsoPublicECR }) => ({ repository, tag: newestTag, isPublic: alsoPublicECR }))
    .toSorted((one, other) => compare(one.repository, other.repository));
  const gpuRepositories = [...new Set(gpu.map((each) => each.repository))].toSorted(compare);
  return `/** The day the lists were read (YYYY-MM-DD). */
export const imagesAsOf = ${literal(asOf)};

/** The last Neuron SDK of which the lists name every image; of later ones they have single tags. */
export const listedUpToSdk = ${literal(completeUpToSdk)};

/** The newest Neuron SDK of which anything is known, and the day on which it was the newest (YYYY-MM-DD). */
export const newestSdk = ${literal({ version: newestSdk.version, asOf: newestSdk.asOf })};

/** The account that holds AWS's Deep Learning Containers in each region. */
export const dlcAccountByRegion: Readonly<Record<string, string>> = ${record(accounts)};

/** A repository of AWS's Neuron images, in public.ecr.aws/neuron or in the Deep Learning Container accounts. */
export interface NeuronRepository {
  readonly repository: string;
  readonly newestTag: string;
  /** The first Neuron SDK release that it has no image of. */
  readonly endedWithSdk?: string;
  /** The newest image of each framework version, and the instance families AWS lists for it. */
  readonly images: readonly { readonly tag: string; readonly families: readonly string[] }[];
}

export const neuronRepositories: readonly NeuronRepository[] = [
${repositories.map((each) => `${record(Object.entries(each).filter(([, value]) => value !== undefined))},\n`).join("")}];

/** The repositories of AWS's GPU images, in the Deep Learning Container accounts; some hold CPU images too. */
export const gpuRepositories: readonly string[] = ${literal(gpuRepositories)};

/** The newest image of each GPU repository for ECS and EKS; those that are in public.ecr.aws/deep-learning-containers too. */
export const gpuImages: readonly GpuImage[] = [
${gpuImages.map((each) => `${record(Object.entries(each))},\n`).join("")}];

export interface GpuImage {
  readonly repository: string;
  readonly tag: string;
  readonly isPublic: boolean;
}
`;
}

function lastComponent(repository) {
  return repository.slice(repository.lastIndexOf("/") + 1);
}
