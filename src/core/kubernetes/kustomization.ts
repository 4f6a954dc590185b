import { definitionOf, kinds } from "./kinds.ts";
import type { Manifest } from "./manifest.ts";

/**
 * The manifests as files of a folder that `kubectl apply -k` takes: one each, named by kind and name, and a
 * kustomization, in an order that the API server takes. https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/
 */
export function kustomizationFiles(
  manifests: readonly Manifest[],
  extension: "yaml" | "json",
): ReadonlyMap<string, Readonly<Record<string, unknown>>> {
  const files = manifests.map(
    (manifest) => [`${manifest.kind.toLowerCase()}-${manifest.metadata.name}.${extension}`, manifest] as const,
  );
  const kustomization = {
    apiVersion: "kustomize.config.k8s.io/v1beta1",
    kind: "Kustomization",
    // `kubectl apply -k` sorts by itself, and warns of another order: it is told one only where its own would fail.
    ...(manifests.some(comesLast) ? { sortOptions: { order: "fifo" } } : {}),
    resources: files.map(([name]) => name),
  };
  return new Map<string, Readonly<Record<string, unknown>>>([["kustomization.yaml", kustomization], ...files]);
}

function comesLast({ kind }: Manifest): boolean {
  const known = kinds.find((each) => each === kind);
  return known !== undefined && definitionOf(known).companionsFirst === true;
}
