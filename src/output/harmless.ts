import type { Output, OutputStream } from "../context.ts";

/**
 * What a terminal acts upon or does not show: control characters but tab and line feed, marks that turn the direction of
 * text around (https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters), line separators of Unicode, tags.
 */
const unseen =
  "[\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069\\ufeff]|\\u{e0001}|[\\u{e0020}-\\u{e007f}]";

/** The marks of our own styles: bold, dim, underlined, a foreground, and the end of each. They hide nothing. */
const ownColour = "\\u001b\\[(?:1|2|4|22|24|3[0-7]|39|9[0-7])m";

const harmful = new RegExp(unseen, "u");
const unseenOrOwn = new RegExp(`(${ownColour})|${unseen}`, "gu");
const everyUnseen = new RegExp(unseen, "gu");

/**
 * What GitHub's runner takes for a command of a step: `::error::` at the start of a line, `##[group]` anywhere.
 * https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
 */
const workflowCommand = /^([^\S\n]*):(?=:[a-z-]+(?: [^\n]*?)?::)|#(?=#\[[a-z-]+)/gim;

/**
 * The text with nothing in it that a terminal, a log or a page acts upon: `\x1b` and `\u202e` stand for what they name,
 * and no line is a command of GitHub Actions. Colours of our own styles stay.
 */
export function harmless(text: string): string {
  const shown = harmful.test(text) ? text.replace(unseenOrOwn, (found, own?: string) => own ?? nameOf(found)) : text;
  return shown.includes("::") || shown.includes("##[")
    ? shown.replace(workflowCommand, (_, indent?: string) => (indent === undefined ? "\\x23" : `${indent}\\x3a`))
    : shown;
}

/** `harmless` on one line: for a cell, a spinner, a question. */
export function harmlessLine(text: string): string {
  return harmless(text.replace(/\s*\n\s*/g, " "));
}

/** A value as JSON in which every such character is written as its escape: it reads back as it was. */
export function toJson(value: unknown, indent?: number): string {
  return escapeInJson(JSON.stringify(value, null, indent));
}

/** The same of text that is JSON already: outside of strings there are no such characters. */
export function escapeInJson(json: string): string {
  return harmful.test(json)
    ? json.replace(everyUnseen, (found) => (found === "\r" ? found : escapeUnits(found)))
    : json;
}

/** Whether it holds what has to be escaped. */
export function isHarmful(text: string): boolean {
  return harmful.test(text);
}

/** The stream with all that is written to it made harmless, but for what is asked to go out as it is. */
export function harmlessOutput(stream: OutputStream): Output {
  return {
    write: (text) => stream.write(harmless(text)),
    writeAsIs: (text) => stream.write(text),
    get isTTY() {
      return stream.isTTY;
    },
    get columns() {
      return stream.columns;
    },
  };
}

function nameOf(character: string): string {
  const code = character.codePointAt(0)!;
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, "0")}`;
  return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16)}`;
}

function escapeUnits(character: string): string {
  return character
    .split("")
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .join("");
}
