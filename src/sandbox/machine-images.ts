/** The machine images of AWS that the sandbox has: of each family and region a few, the newest of which is current. */
import type { InstanceType } from "../core/catalog/instance-types/instance-type.ts";
import { amiFamilies, amiParameters, type AmiFamily } from "../core/catalog/machine-images/ami-families.ts";
import { serves } from "../core/catalog/machine-images/amis.ts";

export interface SandboxImage {
  readonly imageId: string;
  /** As AWS names it, e.g. `al2023-ami-ecs-neuron-hvm-2023.0.20260115-kernel-6.1-x86_64`. */
  readonly name: string;
  readonly architecture: AmiFamily["architecture"];
  /** As the family's parameters give it. */
  readonly version: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** Whether the family's parameter holds it. */
  readonly current: boolean;
}

/** The minor versions of Kubernetes whose EKS images the sandbox has. */
const kubernetesMinors = [29, 30, 31, 32, 33, 34];

/** When images came out, and Bottlerocket's releases of then. */
const builds = [
  { day: "20250918", bottlerocket: "1.49.0" },
  { day: "20251120", bottlerocket: "1.52.0" },
  { day: "20260115", bottlerocket: "1.55.0" },
] as const;

/** The versions of Kubernetes that a family has images of; one that is undefined where it is for ECS. */
export function kubernetesVersionsOf({
  orchestrator,
  lastKubernetesMinor = Number.MAX_SAFE_INTEGER,
}: AmiFamily): readonly (string | undefined)[] {
  return orchestrator === "ecs"
    ? [undefined]
    : kubernetesMinors.filter((minor) => minor <= lastKubernetesMinor).map((minor) => `1.${minor}`);
}

/** A family's images in a region, different in each and always the same, the newest last. */
export function imagesOf(
  family: AmiFamily,
  region: string,
  kubernetesVersion: string | undefined,
): readonly SandboxImage[] {
  const { image } = amiParameters(family, kubernetesVersion);
  return builds.map((build, index) => {
    const current = index === builds.length - 1;
    const key = current ? image : `${image} ${build.day}`;
    return {
      imageId: `ami-${fingerprint(`${region} ${key}`)}`,
      ...namedAs(family, kubernetesVersion, build, fingerprint(key).slice(0, 8)),
      architecture: family.architecture,
      createdAt: Date.parse(build.day.replace(/^(\d{4})(\d\d)(\d\d)$/, "$1-$2-$3T00:00:00Z")),
      current,
    };
  });
}

const regions = new Map<string, ReadonlyMap<string, SandboxImage>>();

/** Every image of a region by its id. */
export function imagesIn(region: string): ReadonlyMap<string, SandboxImage> {
  const known = regions.get(region);
  if (known !== undefined) return known;
  const images = new Map(
    amiFamilies
      .flatMap((family) => kubernetesVersionsOf(family).flatMap((version) => imagesOf(family, region, version)))
      .map((image) => [image.imageId, image]),
  );
  // More regions than AWS has are asked for by nobody but a fuzzer.
  if (regions.size < 100) regions.set(region, images);
  return images;
}

const currentImages = new Map<string, string | undefined>();

/** The current image for container instances of a type, Amazon Linux 2023's before others; undefined where there is none. */
export function currentImageFor(region: string, type: InstanceType): string | undefined {
  const key = `${region} ${type.instanceType}`;
  if (currentImages.has(key)) return currentImages.get(key);
  const usual = ({ orchestrator, kernel, fips }: AmiFamily) =>
    orchestrator === "ecs" && kernel === undefined && fips === undefined;
  const serving = amiFamilies.filter((family) => usual(family) && serves(family, type));
  const family = serving.find(({ os }) => os === "al2023") ?? serving[0];
  const imageId =
    family === undefined ? undefined : imagesOf(family, region, undefined).find(({ current }) => current)?.imageId;
  if (regions.size < 100) currentImages.set(key, imageId);
  return imageId;
}

/** What AWS calls the build, by the path of its parameter: two families may have one image. */
function namedAs(
  { orchestrator, os, accelerator, architecture, kernel, parameter }: AmiFamily,
  kubernetesVersion: string | undefined,
  { day, bottlerocket }: (typeof builds)[number],
  commit: string,
): Pick<SandboxImage, "name" | "version"> {
  const folders = parameter.replace("{kubernetes}", kubernetesVersion ?? "").split("/");
  if (os === "bottlerocket") {
    const version = `${bottlerocket}-${commit}`;
    const arch = architecture === "arm64" ? "aarch64" : architecture;
    return { name: `bottlerocket-${folders[4]}-${arch}-v${version}`, version };
  }
  if (orchestrator === "eks") {
    const variant = { "amazon-linux-2": "", "amazon-linux-2-gpu": "gpu-", "amazon-linux-2-arm64": "arm64-" };
    const build =
      os === "al2023"
        ? `node-al2023-${architecture}-${folders[8]}`
        : `${variant[folders[6] as keyof typeof variant]}node`;
    return { name: `amazon-eks-${build}-${kubernetesVersion}-v${day}`, version: `${kubernetesVersion}.0-${day}` };
  }
  if (os === "al2023") {
    const driver = { none: "", neuron: "neuron-", nvidia: "gpu-" }[accelerator];
    const version = `2023.0.${day}`;
    const suffix = accelerator === "nvidia" ? "-ebs" : "";
    return { name: `al2023-ami-ecs-${driver}hvm-${version}-kernel-6.1-${architecture}${suffix}`, version };
  }
  const driver = { none: "", neuron: "inf-", nvidia: "gpu-" }[accelerator];
  const version = `2.0.${day}`;
  const ofKernel = kernel === undefined ? "" : `kernel-${kernel}-`;
  return { name: `amzn2-ami-ecs-${ofKernel}${driver}hvm-${version}-${architecture}-ebs`, version };
}

/** 17 hexadecimal digits of a text (FNV-1a, twice). */
function fingerprint(text: string): string {
  const hash = (start: number) => {
    let value = start;
    for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 16_777_619);
    return (value >>> 0).toString(16).padStart(8, "0");
  };
  return `0${hash(2_166_136_261)}${hash(84_696_351)}`;
}
