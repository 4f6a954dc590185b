import { endOfText, jsonMistake } from "./json-mistake.ts";

/** Far deeper than any document of AWS's or Kubernetes', and far from where recursion runs out of stack. */
export const maxDepth = 200;

/**
 * JSON as a value. What walks a document does so by recursion, and a document that is nested without end would end the
 * process: its depth is known first.
 *
 * @throws SyntaxError where it is no JSON, or nested deeper than `maxDepth`.
 */
export function parseJson(text: string, reviver?: (this: unknown, key: string, value: unknown) => unknown): unknown {
  if (isDeep(text)) throw new SyntaxError(`it is nested deeper than ${maxDepth} levels`);
  try {
    return JSON.parse(text, reviver);
  } catch (error) {
    throw error instanceof SyntaxError ? new SyntaxError(jsonMistake(text), { cause: error }) : error;
  }
}

const [quote, openList, openMap, closeList, closeMap] = [...'"[{]}'].map((each) => each.charCodeAt(0));

function isDeep(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) at = endOfText(text, at);
    else if (code === openList || code === openMap) {
      if (++depth > maxDepth) return true;
    } else if (code === closeList || code === closeMap) depth--;
  }
  return false;
}
