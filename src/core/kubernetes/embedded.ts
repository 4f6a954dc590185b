import { isRaw, type Raw } from "../base/merge.ts";

/** What a step of a workflow creates: a manifest of its own, which stands in it as a text. */
export function embeddedManifest({ action, manifest }: Raw): Raw | undefined {
  if (action !== "create" || typeof manifest !== "string") return undefined;
  try {
    const value: unknown = JSON.parse(manifest);
    return isRaw(value) ? value : undefined;
  } catch {
    // Somebody's own, in YAML.
    return undefined;
  }
}
