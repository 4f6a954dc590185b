import { applyEdit, touchedBy, type Edit } from "../../edit/edit.ts";
import { editText, replaceText, type TextReplacement } from "../../edit/edit-text.ts";
import { styleOfText, type TextStyle } from "../../edit/text-style.ts";
import { pathsMeet, Refusal, type Path } from "../../base/problem.ts";
import type { Raw } from "../../base/merge.ts";
import { lintTaskDefinition } from "./lint.ts";
import type { Finding } from "./rule.ts";
import { readTaskDefinitions, type DefinitionSource } from "./source.ts";

/** A finding that was fixed, and the task definition it was in. */
export type FixedFinding = Finding & {
  readonly source: DefinitionSource;
};

/** A text, and the task definitions in it. */
interface Read {
  readonly text: string;
  readonly sources: readonly DefinitionSource[];
}

/** A file after its fixes. */
export interface FixedText extends Read {
  readonly fixed: readonly FixedFinding[];
}

/** One fix: what it changes in the text, and in its definition. */
interface Fix {
  readonly finding: Finding;
  /** The index of its definition in the file. */
  readonly at: number;
  readonly replacements: readonly TextReplacement[];
}

/** A fix can show what another mistake hid. It is made if what it shows can be fixed as well, or not at all. */
type Guard = (finding: Finding, before: readonly Finding[], after: readonly Finding[]) => boolean;

/** Fixes can hide and show one another in turn; nobody's file needs so many rounds. */
const mostRounds = 100;

/**
 * Carries out every fix that has one right answer, in the text itself, so that what it does not touch stays as it is
 * written. Fixes that meet are made one after the other. No definition has more findings of any rule than before.
 *
 * @throws Refusal when the text holds no task definitions.
 */
export function fixText(text: string, file: string): FixedText {
  const before: Read = { text, sources: readTaskDefinitions(text, file) };
  const bold = fixWith(before, file, showsOnlyFixable);
  const findingsIn = ({ sources }: Read, at: number) => lintTaskDefinition(sources[at]!.definition);
  const worse =
    bold.fixed.length > 0 &&
    before.sources.some((_, at) => risen(findingsIn(before, at), findingsIn(bold, at)).length > 0);
  return worse ? fixWith(before, file, showsNothing) : bold;
}

function fixWith(before: Read, file: string, accepts: Guard): FixedText {
  const fixed: FixedFinding[] = [];
  let current = before;
  for (let round = 0; round < mostRounds; round++) {
    const { fixes, after } = fixOnce(current, file, accepts);
    if (fixes.length === 0) break;
    const { sources } = current;
    fixed.push(...fixes.map(({ finding, at }) => ({ ...finding, source: sources[at]! })));
    current = after;
  }
  return { ...current, fixed };
}

function showsOnlyFixable({ rule }: Finding, before: readonly Finding[], after: readonly Finding[]): boolean {
  return count(after, rule) < count(before, rule) && risen(before, after).every(({ edits }) => edits !== undefined);
}

function showsNothing(_: Finding, before: readonly Finding[], after: readonly Finding[]): boolean {
  return after.length < before.length && risen(before, after).length === 0;
}

/** The findings of the rules that are broken more often than before. */
function risen(before: readonly Finding[], after: readonly Finding[]): readonly Finding[] {
  return after.filter(({ rule }) => count(after, rule) > count(before, rule));
}

function count(findings: readonly Finding[], rule: string): number {
  return findings.filter((each) => each.rule === rule).length;
}

/** Makes the fixes that can be made at once, none of which meets another. */
function fixOnce(before: Read, file: string, accepts: Guard): { readonly fixes: readonly Fix[]; readonly after: Read } {
  const { text, sources } = before;
  const style = styleOfText(text);
  const wanted = sources.map(({ definition }) => definition);
  const fixes = sources.flatMap((source, at) => {
    const { fixes: own, definition } = fixesIn(source, at, text, style, accepts);
    wanted[at] = definition;
    return own;
  });
  const all = fixes.length === 0 ? before : make(fixes, text, file, wanted);
  if (all !== undefined) return { fixes, after: all };
  // One of them comes out otherwise than it was meant to: each is tried alone, and
  // the first made that does what it says.
  for (const fix of fixes) {
    const alone = make(
      [fix],
      text,
      file,
      sources.map(({ definition }, at) => (at === fix.at ? edited(definition, fix.finding.edits!) : definition)),
    );
    if (alone !== undefined) return { fixes: [fix], after: alone };
  }
  return { fixes: [], after: before };
}

function fixesIn(
  source: DefinitionSource,
  at: number,
  text: string,
  style: TextStyle,
  accepts: Guard,
): { readonly fixes: readonly Fix[]; readonly definition: Raw } {
  const fixes: Fix[] = [];
  const touched: Path[] = [];
  let definition = source.definition;
  let findings = lintTaskDefinition(definition);
  for (const finding of findings) {
    const edits = finding.edits ?? [];
    const replacements = edits.flatMap(
      (edit) => editText(source.document, text, style, { ...edit, path: [...source.prefix, ...edit.path] }) ?? [],
    );
    if (edits.length === 0 || replacements.length < edits.length) continue;
    if (
      edits.some((edit) => touched.some((path) => pathsMeet(path, touchedBy(edit)))) ||
      meet([...fixes.flatMap((fix) => fix.replacements), ...replacements])
    )
      continue;
    const after = edited(definition, edits);
    const left = lintTaskDefinition(after);
    if (!accepts(finding, findings, left)) continue;
    fixes.push({ finding, at, replacements });
    touched.push(...edits.map(touchedBy));
    definition = after;
    findings = left;
  }
  return { fixes, definition };
}

function edited(definition: Raw, edits: readonly Edit[]): Raw {
  const copy = structuredClone(definition);
  for (const edit of edits) applyEdit(copy, edit);
  return copy;
}

/** Whether any two replacements have a place in common. */
function meet(replacements: readonly TextReplacement[]): boolean {
  const inOrder = replacements.toSorted((one, other) => one.start - other.start);
  return inOrder.some(({ start }, index) => index > 0 && start <= inOrder[index - 1]!.end);
}

/** The text after the fixes; undefined where it does not hold these definitions then. */
function make(fixes: readonly Fix[], text: string, file: string, definitions: readonly Raw[]): Read | undefined {
  const after = replaceText(
    text,
    fixes.flatMap(({ replacements }) => replacements),
  );
  try {
    const sources = readTaskDefinitions(after, file);
    return JSON.stringify(sources.map(({ definition }) => definition)) === JSON.stringify(definitions)
      ? { text: after, sources }
      : undefined;
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}
