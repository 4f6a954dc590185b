import { isCollection, isPair, isScalar, stringify, type Node, type Pair, type YAMLMap, type YAMLSeq } from "yaml";
import { isJson } from "../base/json-mistake.ts";

export type Collection = YAMLMap | YAMLSeq;

/** How a file is written, for what is added to it. */
export interface TextStyle {
  readonly json: boolean;
  readonly lineEnd: string;
  /** One step of indentation. */
  readonly step: string;
  /** Between a key and its value in flow style. */
  readonly colon: string;
  /** Between two items on one line. */
  readonly comma: string;
  /** Within braces and brackets on one line. */
  readonly mapPadding: string;
  readonly listPadding: string;
  /** Whether lists of plain values stand on one line even where everything else is spread over several. */
  readonly shortLists: boolean;
}

/** Reads the style off the text. What it cannot tell is as most people write it. */
export function styleOfText(text: string): TextStyle {
  const json = isJson(text);
  const colon = json ? (/"([ \t]*:[ \t]*)["\d[{tfn-]/.exec(text)?.[1] ?? ": ") : ": ";
  const oneLine = !text.trim().includes("\n");
  return {
    json,
    lineEnd: text.includes("\r\n") ? "\r\n" : "\n",
    step: /\n([ \t]+)\S/.exec(text)?.[1] ?? "  ",
    colon,
    comma: json && oneLine && colon === ":" ? "," : ", ",
    mapPadding: padsMaps(text, json) ? " " : "",
    listPadding: /\[ [\w"']/.test(text) ? " " : "",
    shortLists: !json || oneLine || /\[ ?["\d]/.test(text),
  };
}

/** Whether the braces of the text's maps have a space within. */
function padsMaps(text: string, json: boolean): boolean {
  return json ? /\{ "/.test(text) : !/\{[\w"']/.test(text);
}

/** A value on one line. */
export function inline(value: unknown, style: TextStyle): string {
  if (Array.isArray(value))
    return bracket("[", value.map((each) => inline(each, style)).join(style.comma), "]", style.listPadding);
  if (typeof value !== "object" || value === null) return scalar(value, style, true);
  return bracket(
    "{",
    Object.entries(value)
      .map(([key, each]) => `${scalar(key, style, true)}${style.colon}${inline(each, style)}`)
      .join(style.comma),
    "}",
    style.mapPadding,
  );
}

function bracket(open: string, content: string, close: string, padding: string): string {
  return content === "" ? `${open}${close}` : `${open}${padding}${content}${padding}${close}`;
}

/** A value in flow style over several lines, its last line at `indent`. */
export function spread(value: unknown, indent: string, style: TextStyle): string {
  if (typeof value !== "object" || value === null) return scalar(value, style, true);
  const entries: readonly (readonly [string, unknown])[] = Array.isArray(value)
    ? value.map((each) => ["", each])
    : Object.entries(value).map(([key, each]) => [`${scalar(key, style, true)}${style.colon}`, each]);
  const plain = Array.isArray(value) && value.every((each) => typeof each !== "object" || each === null);
  if (entries.length === 0 || (plain && style.shortLists)) return inline(value, style);
  const deeper = indent + style.step;
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  const lines = entries.map(([key, each]) => `${deeper}${key}${spread(each, deeper, style)}`);
  return [open, lines.join(`,${style.lineEnd}`), `${indent}${close}`].join(style.lineEnd);
}

/** The lines of a value in block style, to stand below a key or after a dash; a plain value is one line. */
export function blockLines(value: unknown, style: TextStyle, indentLists: boolean): readonly string[] {
  if (typeof value !== "object" || value === null) return [scalar(value, style, false)];
  if (Array.isArray(value)) return value.flatMap((each) => dashed(blockLines(each, style, indentLists), "- "));
  return Object.entries(value).flatMap(([key, each]) => keyed(key, each, style, indentLists));
}

/** The lines of a key with its value in block style. */
export function keyed(key: string, value: unknown, style: TextStyle, indentLists: boolean): readonly string[] {
  const name = scalar(key, style, false);
  if (typeof value !== "object" || value === null) return [`${name}: ${scalar(value, style, false)}`];
  const lines = blockLines(value, style, indentLists);
  const deeper = Array.isArray(value) && !indentLists ? "" : style.step;
  return lines.length === 0
    ? [`${name}: ${inline(value, style)}`]
    : [`${name}:`, ...lines.map((line) => deeper + line)];
}

/** The lines of a list's item. */
export function dashed(lines: readonly string[], dash: string): readonly string[] {
  return lines.map((line, index) => (index === 0 ? dash : " ".repeat(dash.length)) + line);
}

/** A single value, plain where that is what it reads back as. */
export function scalar(value: unknown, style: TextStyle, flow: boolean): string {
  if (style.json || typeof value !== "string") return JSON.stringify(value);
  const plain = stringify(value, { lineWidth: 0 }).trimEnd();
  return plain === value && !(flow && /[,[\]{}]/.test(value)) ? value : JSON.stringify(value);
}

/** A single value in the quotes of the one it stands for. */
export function scalarLike(before: Node, value: unknown, style: TextStyle, flow: boolean): string {
  if (typeof value !== "string" || !isScalar(before) || value.includes("\n")) return scalar(value, style, flow);
  if (before.type === "QUOTE_SINGLE") return `'${value.replaceAll("'", "''")}'`;
  return before.type === "QUOTE_DOUBLE" ? JSON.stringify(value) : scalar(value, style, flow);
}

/** Where an item of a collection begins: a pair at its key. */
export function startOf(item: unknown): number {
  return rangeOf(isPair(item) ? item.key : item)[0];
}

/** Where the last character of an item is over, comments after it left out. */
export function endOf(item: unknown): number {
  if (isPair(item)) return Math.max(endOf(item.key), item.value === null ? 0 : endOf(item.value));
  if (isCollection(item) && item.flow !== true && item.items.length > 0) return endOf(item.items.at(-1));
  return rangeOf(item)[1];
}

function rangeOf(node: unknown): readonly [number, number] {
  const range = (node as Node | Pair | null | undefined as { range?: readonly number[] | null } | undefined)?.range;
  if (range === undefined || range === null) throw new Error("a node of a parsed document has no range");
  return [range[0]!, range[1]!];
}
