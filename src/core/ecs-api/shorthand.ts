/**
 * Values of parameters as the AWS CLI takes them: JSON, or its shorthand.
 * https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-shorthand.html
 */
import { parseJson } from "../base/json.ts";
import { isRaw } from "../base/merge.ts";
import type { Schema } from "./field.ts";
import { kindOf, memberOf } from "./field-kind.ts";

/** Why a text is neither, in a sentence without its subject. */
export class Unreadable extends Error {}

/**
 * Reads the text of a parameter: JSON where it begins as JSON does, else shorthand, whose values become what the
 * schema has there. What the schema does not have is left as it is written, for those who check the value.
 *
 * @throws Unreadable
 */
export function readParameter(schema: Schema, text: string): unknown {
  if (/^\s*[[{]/.test(text)) return readJson(schema, text);
  return toKind(schema, parseShorthand(text));
}

/**
 * Reads the words of a parameter that is a list: each an item, or one a list of all in JSON.
 *
 * @throws Unreadable
 */
export function readListParameter(item: Schema, words: readonly string[]): readonly unknown[] {
  return words.flatMap((word) => readParameter(item, word));
}

/**
 * Null is nothing as a member, and so is an empty text where none belongs, of which the skeletons of the AWS CLI are
 * full. As an item of a list both stay, to be refused.
 */
function withoutNothing(schema: Schema | undefined, value: unknown): unknown {
  const memberOfThis = (key: string | number) => (schema === undefined ? undefined : memberOf(schema, key));
  if (Array.isArray(value)) return value.map((item: unknown, index) => withoutNothing(memberOfThis(index), item));
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).flatMap(([key, member]: [string, unknown]) => {
    const its = memberOfThis(key);
    const isNothing = member === null || (member === "" && its !== undefined && kindOf(its).kind !== "text");
    return isNothing ? [] : [[key, withoutNothing(its, member)] as const];
  });
  return Object.fromEntries(members);
}

function readJson(schema: Schema, text: string): unknown {
  try {
    return withoutNothing(schema, parseJson(text));
  } catch (error) {
    throw new Unreadable(`is no JSON: ${(error as Error).message}`);
  }
}

/**
 * Shorthand as it is written: texts, lists and maps.
 *
 * @throws Unreadable
 */
export function parseShorthand(text: string): Readonly<Record<string, unknown>> {
  return new Shorthand(text).pairs();
}

/** What shorthand means where the schema has a number, a flag or a list: shorthand itself has texts only. */
function toKind(schema: Schema, value: unknown): unknown {
  const { kind } = kindOf(schema);
  if (kind === "list") {
    const item = memberOf(schema, 0)!;
    return (Array.isArray(value) ? value : [value]).map((each: unknown) => toKind(item, each));
  }
  // A comma in a text: `expression=attribute:stack in [a, b]`.
  if (kind === "text") return Array.isArray(value) ? value.join(",") : value;
  if (kind === "integer" || kind === "number")
    return typeof value === "string" && /^-?\d+(?:\.\d+)?$/.test(value) ? Number(value) : value;
  if (kind === "flag") return value === "true" || value === "false" ? value === "true" : value;
  if (!isRaw(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => {
      const member = memberOf(schema, key);
      return [key, member === undefined ? each : toKind(member, each)];
    }),
  );
}

/** A key and its equals sign; `==` is an operator in a value. */
const keyPattern = /\s*([A-Za-z0-9_.#/-]+)\s*=(?!=)/y;

/** A value without quotes, in which a backslash takes a comma into the text; nested, up to a closing bracket too. */
const bareItem = /(?:\\,|[^,])*/y;
const nestedItem = /(?:\\,|[^,\]}])*/y;

class Shorthand {
  private readonly text: string;
  private at = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** `key=value,key=value` to the end. */
  pairs(): Readonly<Record<string, unknown>> {
    const pairs: Record<string, unknown> = {};
    do {
      const key = this.key();
      pairs[key] = this.values(key);
    } while (this.take(","));
    if (this.at < this.text.length) this.fail("a comma or the end");
    return pairs;
  }

  private key(): string {
    const key = this.match(keyPattern);
    if (key === undefined) this.fail("KEY=VALUE");
    return key;
  }

  /** A value, or several with commas between them up to the next key. */
  private values(key: string): unknown {
    if (key === "expression") return this.expression();
    const first = this.value(bareItem);
    const values = [first];
    while (this.text[this.at] === "," && !this.sees(keyPattern, this.at + 1)) {
      this.at++;
      const next = this.value(bareItem);
      if (next === "") this.fail("a value");
      values.push(next);
    }
    return values.length === 1 ? first : values;
  }

  /** All up to the constraint's other key, with the commas and quotes of its own: `stack in [a, 'b c']`. */
  private expression(): string {
    const text = this.match(/((?:(?!,\s*type\s*=(?!=)).)*)/sy)!.trim();
    return text.replace(/^(["'])((?:(?!\1).)*)\1$/s, "$2");
  }

  private value(bare: RegExp): unknown {
    this.skipSpace();
    if (this.take("[")) return this.list();
    if (this.take("{")) return this.hash();
    const quote = this.match(/(["'])/y);
    return quote === undefined ? this.bare(bare) : this.quoted(quote);
  }

  private list(): readonly unknown[] {
    const items: unknown[] = [];
    this.skipSpace();
    if (this.take("]")) return items;
    do items.push(this.value(nestedItem));
    while (this.take(","));
    this.close("]");
    return items;
  }

  private hash(): Readonly<Record<string, unknown>> {
    const pairs: Record<string, unknown> = {};
    this.skipSpace();
    if (this.take("}")) return pairs;
    do pairs[this.key()] = this.value(nestedItem);
    while (this.take(","));
    this.close("}");
    return pairs;
  }

  private bare(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const [text] = pattern.exec(this.text)!;
    this.at += text.length;
    return text.trim().replaceAll("\\,", ",");
  }

  /** Up to the same quote again; a backslash takes a quote into the text. */
  private quoted(quote: string): string {
    const rest = new RegExp(`((?:\\\\${quote}|[^${quote}])*)${quote}\\s*`, "sy");
    const text = this.match(rest);
    if (text === undefined) this.fail(`the closing ${quote}`);
    return text.replaceAll(`\\${quote}`, quote);
  }

  private close(mark: string): void {
    this.skipSpace();
    if (!this.take(mark)) this.fail(mark);
    this.skipSpace();
  }

  private take(mark: string): boolean {
    if (this.text[this.at] !== mark) return false;
    this.at++;
    return true;
  }

  private skipSpace(): void {
    this.match(/(\s*)/y);
  }

  /** The pattern's group, where it stands here. */
  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const [whole, group] = pattern.exec(this.text) ?? [];
    if (whole === undefined) return undefined;
    this.at += whole.length;
    return group;
  }

  private sees(pattern: RegExp, at: number): boolean {
    pattern.lastIndex = at;
    return pattern.test(this.text);
  }

  private fail(wanted: string): never {
    const rest = this.text.slice(this.at);
    throw new Unreadable(`has ${rest === "" ? "its end" : JSON.stringify(clipped(rest))} where ${wanted} should stand`);
  }
}

/** What a message may quote of a text that can be a whole file. */
export function clipped(text: string): string {
  const [line = ""] = text.split("\n", 1);
  return line.length === text.length && text.length <= 60 ? text : `${line.slice(0, 60)}...`;
}
