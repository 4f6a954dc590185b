import { stringify } from "yaml";

/** A value as one YAML document. Imported only where YAML is asked for: the library is large. */
export function formatYaml(value: unknown): string {
  return stringify(value, { lineWidth: 0 });
}
