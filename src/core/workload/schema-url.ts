/**
 * Where an editor finds the JSON Schema of the workload file, from any folder: that of this very version.
 *
 * @param version aiplat's, e.g. 0.1.0.
 */
export function schemaUrl(version: string): string {
  return `https://raw.githubusercontent.com/aiplat/aiplat/v${version}/schema/workload.json`;
}

/** The line at the top of a workload file that tells it to the editors' YAML language server. */
export function schemaModeline(version: string): string {
  return `# yaml-language-server: $schema=${schemaUrl(version)}`;
}
