import type { YAMLError } from "yaml";
import { present } from "./present.ts";

/** What is wrong with a text that the parser cannot read, and what to write. */
export interface YamlMistake {
  readonly code: "syntax" | "duplicate-key";
  readonly message: string;
  readonly hint?: string;
}

/** What to write, for the mistakes that people make in YAML. */
const hints: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: "Indent with spaces.",
  BLOCK_AS_IMPLICIT_KEY: 'A value with ": " in it needs quotes; a list or map begins on a line of its own.',
  BAD_SCALAR_START: "Put the value in quotes.",
  BAD_ALIAS: 'A value that begins with "*" needs quotes.',
  MULTIPLE_DOCS: "Keep one workload a file: remove the second --- and what follows it.",
  BAD_INDENT: "Keys of one map start in the same column.",
  MISSING_CHAR: "Close the quote, list or map that was opened before.",
};

/**
 * The parser's error in the words of every message about YAML.
 *
 * @param language What the text was to be.
 */
export function yamlMistake(error: YAMLError, text: string, language = "YAML"): YamlMistake {
  const { code, message, pos } = error;
  if (code === "DUPLICATE_KEY") {
    const key = /^(?:"[^"]*"|'[^']*'|[^\s:,}]+)/.exec(text.slice(pos[0]))?.[0] ?? "a key";
    return { code: "duplicate-key", message: `${key} is written twice in one map`, hint: "Keep one of them." };
  }
  const sentence = /^[A-Z][a-z]/.test(message) ? message[0]!.toLowerCase() + message.slice(1) : message;
  const said = `not valid ${language}: ${sentence}`;
  return { code: "syntax", message: said, ...present({ hint: hints[mistakeOf(error, text)] }) };
}

/** The code of the mistake that was made, where the parser names what it led to. */
function mistakeOf({ code, message, pos }: YAMLError, text: string): string {
  const [start] = pos;
  const written = text.slice(...pos).trimStart();
  if (text[start] === "*" || written.startsWith("*")) return "BAD_ALIAS";
  return code === "BAD_INDENT" && message.startsWith("Flow") ? "MISSING_CHAR" : code;
}
