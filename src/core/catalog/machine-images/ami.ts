import { parseJson } from "../../base/json.ts";
import { present } from "../../base/present.ts";
import { amiParameters, type AmiFamily } from "./ami-families.ts";

/** The image of a family in one region: an item of the AmiList document, whose names scripts rely on. */
export interface Ami extends Pick<
  AmiFamily,
  "orchestrator" | "os" | "accelerator" | "architecture" | "kernel" | "fips" | "preview" | "retiredOn"
> {
  readonly region: string;
  readonly kubernetesVersion?: string;
  readonly imageId: string;
  readonly imageName?: string;
  readonly imageVersion?: string;
  readonly agentVersion?: string;
  readonly runtimeVersion?: string;
  /** EKS's name for a version of its Amazon Linux images. */
  readonly releaseVersion?: string;
  /** The SSM parameter it was read from. */
  readonly parameter: string;
}

/**
 * Reads a family's image from a region's parameters; undefined where the region does not have it.
 *
 * @throws Error where a parameter holds what it should not: neither a document nor an image id.
 */
export function readAmi(
  family: AmiFamily,
  region: string,
  kubernetesVersion: string | undefined,
  values: ReadonlyMap<string, string>,
): Ami | undefined {
  const { orchestrator, os, accelerator, architecture, kernel, fips, preview, retiredOn } = family;
  const { image, version } = amiParameters(family, kubernetesVersion);
  const value = values.get(image);
  if (value === undefined) return undefined;
  const facts =
    family.shape === "document"
      ? readDocument(value, image)
      : readLeaves(family, value, version === undefined ? undefined : values.get(version));
  if (!/^ami-[0-9a-f]+$/.test(facts.imageId))
    throw new Error(`${image} in ${region} holds no image id: ${facts.imageId}`);
  return {
    region,
    orchestrator,
    os,
    accelerator,
    architecture,
    ...present({ kernel, fips, preview }),
    ...(orchestrator === "ecs" || kubernetesVersion === undefined ? {} : { kubernetesVersion }),
    ...facts,
    parameter: image,
    ...present({ retiredOn }),
  };
}

/** What one image says of itself. */
export type AmiFacts = Pick<
  Ami,
  "imageId" | "imageName" | "imageVersion" | "agentVersion" | "runtimeVersion" | "releaseVersion"
>;

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/retrieve-ecs-optimized_AMI.html shows the document. */
export function readDocument(text: string, parameter: string): AmiFacts {
  let document: Readonly<Record<string, unknown>>;
  try {
    document = parseJson(text) as Readonly<Record<string, unknown>>;
  } catch (error) {
    throw new Error(`${parameter} holds no JSON document`, { cause: error });
  }
  const field = <Name extends keyof AmiFacts>(name: Name, key: string) =>
    typeof document[key] === "string" ? ({ [name]: document[key] } as Record<Name, string>) : {};
  return {
    imageId: String(document["image_id"]),
    ...field("imageName", "image_name"),
    ...field("imageVersion", "image_version"),
    ...field("agentVersion", "ecs_agent_version"),
    ...field("runtimeVersion", "ecs_runtime_version"),
  };
}

function readLeaves({ shape }: AmiFamily, imageId: string, version: string | undefined): AmiFacts {
  if (version === undefined) return { imageId };
  return shape === "release-leaves" ? { imageId, releaseVersion: version } : { imageId, imageVersion: version };
}
