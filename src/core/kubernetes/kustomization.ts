import { typeOf } from "./kind-definition.ts";
import { definitionOf, kinds, type Kind } from "./kinds.ts";
import type { Manifest } from "./manifest.ts";

/** A manifest's file. */
export function fileNameOf({ kind, metadata }: Manifest, extension: FileExtension): string {
  return `${kind.toLowerCase()}-${metadata.name}.${extension}`;
}

export type FileExtension = "yaml" | "json";

/**
 * The manifests as files of a folder that `kubectl apply -k` takes: one each, named by kind and name, and a
 * kustomization, in an order that the API server takes. https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/
 */
export function kustomizationFiles(
  manifests: readonly Manifest[],
  extension: FileExtension,
): ReadonlyMap<string, Readonly<Record<string, unknown>>> {
  const files = manifests.map((manifest) => [fileNameOf(manifest, extension), manifest] as const);
  const kustomization = {
    apiVersion: "kustomize.config.k8s.io/v1beta1",
    kind: "Kustomization",
    // `kubectl apply -k` sorts by itself, and warns of another order: it is told one only where its own would fail.
    ...(orderedKind(manifests) === undefined ? {} : { sortOptions: { order: "fifo" } }),
    resources: files.map(([name]) => name),
  };
  return new Map<string, Readonly<Record<string, unknown>>>([["kustomization.yaml", kustomization], ...files]);
}

/**
 * The kind for which the kustomization has an order of its own, where there is one: kubectl then warns that two are set,
 * and its own would have the API server refuse the resource (kustomize sorts kinds it does not know by their names, and
 * no name makes a TrainingRuntime come before a TrainJob).
 */
export function orderedKind(manifests: readonly Manifest[]): Kind | undefined {
  const found = kinds.filter((each) => definitionOf(each).companionsFirst === true);
  return found.find((each) => {
    const type = typeOf(definitionOf(each));
    return manifests.some(({ apiVersion, kind }) => apiVersion === type.apiVersion && kind === type.kind);
  });
}
