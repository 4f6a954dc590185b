import {
  Composer,
  Lexer,
  LineCounter,
  Parser,
  YAMLParseError,
  isScalar,
  visit,
  type Document,
  type DocumentOptions,
  type ParseOptions,
  type SchemaOptions,
  type YAMLMap,
} from "yaml";
import { maxDepth } from "./json.ts";
import { Refusal, type LocatedProblem, type Place } from "./problem.ts";

/** A text of YAML, and so of JSON. */
export interface YamlText {
  /** One at the least: of a text without any its contents are null. */
  readonly documents: readonly [Document.Parsed, ...Document.Parsed[]];
  /** Where in the text an offset is. */
  placeAt(offset: number): Place;
}

/**
 * Reads a text once, in time with its length: the parser compares each key with every other of its map, and
 * reads depths that it has no stack for.
 *
 * @param file How messages call the text.
 * @throws Refusal where it is nested too deep.
 */
export function readYaml(
  text: string,
  file: string,
  options: ParseOptions & DocumentOptions & SchemaOptions,
): YamlText {
  const lines = new LineCounter();
  const parser = new Parser(lines.addNewLine);
  const composer = new Composer({ ...options, prettyErrors: false, uniqueKeys: false });
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
  const documents: Document.Parsed[] = [];
  lines.addNewLine(0);
  for (const lexeme of new Lexer().lex(text)) {
    const { offset } = parser;
    for (const token of parser.next(lexeme)) documents.push(...composer.next(token));
    // It composes a document recursively once that is at its end, and V8 aborts the process when a regular expression is
    // compiled near the end of the stack: the depth is known before.
    if (parser.stack.length > maxDepth) throw new Refusal([tooDeep(placeAt(offset))]);
  }
  for (const token of parser.end()) documents.push(...composer.next(token));
  documents.push(...composer.end(true, text.length));
  for (const document of documents) reportDuplicates(document);
  return { documents: documents as [Document.Parsed, ...Document.Parsed[]], placeAt };
}

/**
 * What is wrong with a document that reads and has no plain value (`toJS`): aliases without end or without an anchor, by
 * the parser's ReferenceError, or a merge of what is no map.
 */
export function problemOfPlain(thrown: unknown): {
  readonly severity: "error";
  readonly code: "aliases" | "merge-key";
  readonly message: string;
  readonly hint: string;
} {
  return thrown instanceof ReferenceError
    ? {
        severity: "error",
        code: "aliases",
        message: "the file's anchors cannot be resolved",
        hint: "Write the values out.",
      }
    : {
        severity: "error",
        code: "merge-key",
        message: "<< merges maps only",
        hint: "Write <<: *name of an anchored map, or a list of them.",
      };
}

function tooDeep(place: Place): LocatedProblem {
  return { severity: "error", code: "depth", message: "the file is nested too deep", ...place };
}

/** Adds an error for each key that its map has already, as the parser words it. */
function reportDuplicates(document: Document.Parsed): void {
  const found: YAMLParseError[] = [];
  visit(document, { Map: (_, map) => void found.push(...duplicatesIn(map)) });
  if (found.length === 0) return;
  document.errors.push(...found);
  document.errors.sort((one, other) => one.pos[0] - other.pos[0]);
}

function duplicatesIn({ items }: YAMLMap): readonly YAMLParseError[] {
  const known = new Set<unknown>();
  return items.flatMap(({ key }) => {
    if (!isScalar(key)) return [];
    const [start = 0] = key.range ?? [];
    if (known.has(key.value))
      return [new YAMLParseError([start, start + 1], "DUPLICATE_KEY", "Map keys must be unique")];
    known.add(key.value);
    return [];
  });
}
