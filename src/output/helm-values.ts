import type { Context } from "../context.ts";
import { toJson } from "./harmless.ts";

/** Values for `helm -f -`: YAML under comments that say what they are of, or JSON, which Helm reads too and has none. */
export async function helmValuesText(
  context: Context,
  comments: readonly string[],
  values: Readonly<Record<string, unknown>>,
): Promise<string> {
  if (context.options.format === "json") return `${toJson(values, 2)}\n`;
  const { formatManifests } = await import("./yaml.ts");
  return `${comments.map((line) => `# ${line}\n`).join("")}${formatManifests([values])}`;
}
