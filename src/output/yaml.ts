import { Document, isScalar, visit, type Scalar } from "yaml";
import { escapeInJson, isHarmful } from "./harmless.ts";

/** A value as one YAML document. Imported only where YAML is asked for: the library is large. */
export function formatYaml(value: unknown): string {
  const document = new Document(value);
  visit(document, { Scalar: quoteHarmful });
  return escapeInJson(document.toString({ lineWidth: 0 }));
}

/** In double quotes every character can be written as its escape, and reads back as it was. */
function quoteHarmful(_: unknown, scalar: Scalar): void {
  if (typeof scalar.value === "string" && isHarmful(scalar.value)) scalar.type = "QUOTE_DOUBLE";
}

/**
 * Documents for kubectl, whose parser is of YAML 1.1: `yes`, `0777` and `1:30` are text only in quotes, and `0o14`,
 * which 1.1 has no meaning for, is a number to it all the same.
 */
export function formatManifests(manifests: readonly unknown[]): string {
  return manifests.map((manifest) => formatYaml11(manifest)).join("---\n");
}

/** A document for CloudFormation, whose parser is of YAML 1.1 too, with comments behind the values of some keys. */
export function formatTemplate(
  template: unknown,
  comments: readonly { readonly key: string; readonly text: string }[],
): string {
  return formatYaml11(template, comments);
}

function formatYaml11(
  value: unknown,
  comments: readonly { readonly key: string; readonly text: string }[] = [],
): string {
  const document = new Document(value, { version: "1.1", aliasDuplicateObjects: false });
  visit(document, {
    Pair: (_, pair) => {
      const text = comments.find(({ key }) => isScalar(pair.key) && pair.key.value === key)?.text;
      if (text !== undefined && isScalar(pair.value)) pair.value.comment = ` ${text}`;
    },
    Scalar: (key, scalar) => {
      quoteHarmful(key, scalar);
      if (typeof scalar.value === "string" && /^[-+]?0o|^(?:=|<<)$/i.test(scalar.value)) scalar.type = "QUOTE_DOUBLE";
    },
  });
  return escapeInJson(document.toString({ lineWidth: 0 }));
}
