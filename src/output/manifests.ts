import type { Context } from "../context.ts";
import { toJson } from "./harmless.ts";

/** Kubernetes manifests as kubectl takes them from a pipe: YAML documents, or a JSON list of several. */
export async function manifestsText(context: Context, manifests: readonly object[]): Promise<string> {
  if (context.options.format === "json")
    return jsonText(manifests.length === 1 ? manifests[0] : { apiVersion: "v1", kind: "List", items: manifests });
  return yamlText(manifests);
}

/** One manifest as the text of a file. */
export async function manifestText(manifest: object, extension: "yaml" | "json"): Promise<string> {
  return extension === "json" ? jsonText(manifest) : yamlText([manifest]);
}

async function yamlText(manifests: readonly object[]): Promise<string> {
  const { formatManifests } = await import("./yaml.ts");
  return formatManifests(manifests);
}

function jsonText(value: unknown): string {
  return `${toJson(value, 2)}\n`;
}
