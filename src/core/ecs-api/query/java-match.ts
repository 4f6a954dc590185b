import type { Anchor, JavaPattern, Step } from "./java-pattern.ts";

/**
 * Compiles a pattern to a test of whole values, in time linear in the value, so that no pattern, however it is written,
 * can hold aiplat up. AWS does not say whether the whole value must match or a part of it: its example `g2.*` and the
 * word `matches`, Java's own for whole values, say the whole.
 */
export function compileJavaPattern(pattern: JavaPattern): (value: string) => boolean {
  const byLength = new Map<number, readonly (readonly State[])[]>();
  const answers = new Map<string, boolean>();
  return (value) => {
    const known = answers.get(value);
    if (known !== undefined) return known;
    const characters = [...value];
    const { length } = characters;
    const sequences = byLength.get(length) ?? pattern.flatMap((steps) => statesFor(steps, length));
    byLength.set(length, sequences);
    const answer = sequences.some((states) => accepts(states, characters));
    answers.set(value, answer);
    return answer;
  };
}

/** One step of an automaton: `skips` may be passed over, `loops` may be taken again. */
interface State {
  readonly test: Step["test"];
  readonly skips: boolean;
  readonly loops: boolean;
}

/**
 * The automaton for values of so many characters; none where they are too few. To them a repetition that may be as long
 * as they are has no end: `.{0,1000}` is one state, not a thousand.
 */
function statesFor(steps: readonly Step[], length: number): readonly (readonly State[])[] {
  const least = steps.reduce((sum, { test, min }) => sum + (typeof test === "string" ? 0 : min), 0);
  if (least > length) return [];
  return [steps.flatMap((step) => unroll(step.max >= length && step.max > 1 ? { ...step, max: Infinity } : step))];
}

function unroll({ test, min, max }: Step): readonly State[] {
  const states: State[] = Array.from({ length: min }, () => ({ test, skips: false, loops: false }));
  if (max === Infinity) states.push({ test, skips: true, loops: true });
  else for (let count = min; count < max; count++) states.push({ test, skips: true, loops: false });
  return states;
}

function accepts(states: readonly State[], characters: readonly string[]): boolean {
  let [current, following] = [new Uint8Array(states.length + 1), new Uint8Array(states.length + 1)];
  reach(states, characters, 0, 0, current);
  for (const [index, character] of characters.entries()) {
    following.fill(0);
    let isAlive = false;
    for (const [at, state] of states.entries()) {
      if (current[at] === 0 || typeof state.test === "string" || !state.test(character)) continue;
      reach(states, characters, index + 1, state.loops ? at : at + 1, following);
      isAlive = true;
    }
    if (!isAlive) return false;
    [current, following] = [following, current];
  }
  return current[states.length] === 1;
}

/** Marks the state and every state that can be reached from it without consuming a character. */
function reach(
  states: readonly State[],
  characters: readonly string[],
  index: number,
  from: number,
  reached: Uint8Array,
): void {
  for (let at = from; reached[at] === 0; at++) {
    reached[at] = 1;
    const state = states[at];
    if (state === undefined) return;
    const passes = typeof state.test === "string" ? isAt(state.test, characters, index) : state.skips;
    if (!passes) return;
  }
}

function isAt(anchor: Anchor, characters: readonly string[], index: number): boolean {
  if (anchor === "start") return index === 0;
  if (anchor === "end") return index === characters.length;
  const boundary = isWord(characters[index - 1]) !== isWord(characters[index]);
  return boundary === (anchor === "boundary");
}

function isWord(character: string | undefined): boolean {
  return character !== undefined && /[A-Za-z0-9_]/.test(character);
}
