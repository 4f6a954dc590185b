import { present } from "../../base/present.ts";
import { Refusal, type Path, type Problem } from "../../base/problem.ts";

/** A problem inside an expression. */
export interface ExpressionProblem extends Problem {
  /** Characters before the place it is about, from 0. */
  readonly offset: number;
}

/** Reads an expression from left to right and reports what is wrong with it, pointing at the place. */
export class Scanner {
  readonly text: string;
  readonly path: Path;
  readonly problems: ExpressionProblem[] = [];
  readonly doubts: ExpressionProblem[] = [];
  position = 0;

  constructor(text: string, path: Path) {
    this.text = text;
    this.path = path;
  }

  skipSpace(): void {
    while (/\s/.test(this.text[this.position] ?? "")) this.position++;
  }

  get atEnd(): boolean {
    return this.position >= this.text.length;
  }

  /** The character at the position; empty at the end. */
  get character(): string {
    return this.atEnd ? "" : String.fromCodePoint(this.text.codePointAt(this.position)!);
  }

  /** Whether the text goes on with the sign; takes it if so. */
  take(sign: string): boolean {
    if (!this.text.startsWith(sign, this.position)) return false;
    this.position += sign.length;
    return true;
  }

  /** Takes what the sticky pattern matches here; undefined when it matches nothing. */
  match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.position;
    const found = pattern.exec(this.text)?.[0];
    if (found === undefined || found === "") return undefined;
    this.position += found.length;
    return found;
  }

  /** Notes a problem and reads on: the text around it can still be understood. */
  note(offset: number, what: string, hint?: string): void {
    this.problems.push(this.problemAt("error", offset, what, hint));
  }

  /** Notes where AWS does not say how it reads what is written. */
  doubt(offset: number, what: string, hint: string): void {
    this.doubts.push(this.problemAt("warning", offset, what, hint));
  }

  /** Notes a problem that makes the rest of the text meaningless, and refuses. */
  fail(offset: number, what: string, hint?: string): never {
    this.note(offset, what, hint);
    throw new Refusal(this.problems);
  }

  private problemAt(
    severity: Problem["severity"],
    offset: number,
    what: string,
    hint: string | undefined,
  ): ExpressionProblem {
    const message = `${what}\n${pointAt(this.text, offset)}`;
    return {
      severity,
      code: "placement-expression",
      message,
      path: this.path,
      offset,
      ...present({ hint }),
    };
  }
}

const shown = 76;

/** The expression, or the part of it around the offset, with a caret beneath the place. */
function pointAt(text: string, offset: number): string {
  const start = text.length <= shown || offset < shown / 2 ? 0 : Math.min(offset - shown / 2, text.length - shown + 4);
  const end = start + shown < text.length ? start + shown : text.length;
  const before = start === 0 ? "" : "... ";
  const line = text.slice(start, end).replace(/[\s\p{Cc}]/gu, " ");
  return `  ${before}${line}${end < text.length ? " ..." : ""}\n  ${" ".repeat(before.length + offset - start)}^`;
}
