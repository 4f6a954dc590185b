import { Document, stringify, visit } from "yaml";

/** A value as one YAML document. Imported only where YAML is asked for: the library is large. */
export function formatYaml(value: unknown): string {
  return stringify(value, { lineWidth: 0 });
}

/**
 * Documents for kubectl, whose parser is of YAML 1.1: `yes`, `0777` and `1:30` are text only in quotes, and `0o14`,
 * which 1.1 has no meaning for, is a number to it all the same.
 */
export function formatManifests(manifests: readonly unknown[]): string {
  return manifests.map((manifest) => formatYaml11(manifest)).join("---\n");
}

function formatYaml11(value: unknown): string {
  const document = new Document(value, { version: "1.1", aliasDuplicateObjects: false });
  visit(document, {
    Scalar: (_, scalar) => {
      if (typeof scalar.value === "string" && /^[-+]?0o|^(?:=|<<)$/i.test(scalar.value)) scalar.type = "QUOTE_DOUBLE";
    },
  });
  return document.toString({ lineWidth: 0 });
}
