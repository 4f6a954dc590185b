import { parseJson } from "../base/json.ts";

/** What a registry says of an image. */
export type ImageState =
  /** `architectures` are Docker's words (`amd64`), and empty where the manifest does not tell. */
  | { readonly kind: "found"; readonly architectures: readonly string[] }
  | { readonly kind: "no-repository" }
  | { readonly kind: "no-image" }
  /** Not there, but the first pull gets it from the registry that ECR caches. */
  | { readonly kind: "cached-on-pull"; readonly upstream: string }
  /** Nothing to be had without signing in. */
  | { readonly kind: "private" };

/**
 * What clients accept as a manifest: an image's, and the index or list of several architectures.
 * https://github.com/opencontainers/image-spec/blob/main/media-types.md
 */
export const manifestTypes = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
];

/** Whether a manifest of the type lists those of several architectures. */
export function isIndex(mediaType: string): boolean {
  return /index|list/.test(mediaType);
}

/** The architectures of an index or a list; empty for the manifest of one image, which does not say. */
export function architecturesOf(manifest: string): readonly string[] {
  let document: unknown;
  try {
    document = parseJson(manifest);
  } catch {
    return [];
  }
  const { manifests } = document as {
    readonly manifests?: readonly { readonly platform?: { readonly architecture?: string } }[];
  };
  const named = (Array.isArray(manifests) ? (manifests as NonNullable<typeof manifests>) : []).map(
    ({ platform }) => platform?.architecture,
  );
  // Attestations stand beside the images, as of architecture unknown.
  // https://docs.docker.com/build/metadata/attestations/attestation-storage/
  return [...new Set(named.filter((each) => each !== undefined && each !== "unknown"))] as readonly string[];
}
