/**
 * Where a text stops being JSON, and what should stand there. Node's own words differ from version to version, quote
 * the text over several lines, and mostly name no place.
 */
export function jsonMistake(text: string): string {
  const open: ("list" | "map")[] = [];
  const word = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.+-])|(?:true|false|null)(?!\w)/y;
  const space = /[ \t\r\n]*/y;
  let wanted: Wanted = "a value";
  let at = 0;
  for (;;) {
    space.lastIndex = at;
    at += space.exec(text)![0].length;
    if (at === text.length) return text.trim() === "" ? "it is empty" : `it ends where ${wanted} should stand`;
    const sign = text[at]!;
    const isEmpty = wanted === "a value or ]" || wanted === "a key in quotes or }";
    const mayClose = (isEmpty || wanted.startsWith(",")) && open.at(-1) === (sign === "]" ? "list" : "map");
    if ((sign === "]" || sign === "}") && mayClose) {
      open.pop();
      wanted = afterValue(open);
      at++;
    } else if (sign === "," && wanted.startsWith(",")) {
      wanted = open.at(-1) === "list" ? "a value" : "a key in quotes";
      at++;
    } else if (sign === ":" && wanted === ":") {
      wanted = "a value";
      at++;
    } else if (sign === '"' && /^a (?:value|key)/.test(wanted)) {
      const end = endOfText(text, at);
      if (end === text.length) return `${placeIn(text, at)}: the text that begins there is not closed`;
      if (!isJson(text.slice(at, end + 1)))
        return `${placeIn(text, at)}: a text may have no line break and no other escape than JSON's`;
      wanted = wanted.startsWith("a key") ? ":" : afterValue(open);
      at = end + 1;
    } else if ((sign === "[" || sign === "{") && wanted.startsWith("a value")) {
      open.push(sign === "[" ? "list" : "map");
      wanted = sign === "[" ? "a value or ]" : "a key in quotes or }";
      at++;
    } else {
      word.lastIndex = at;
      const found = wanted.startsWith("a value") ? word.exec(text)?.[0] : undefined;
      if (found === undefined) return `${placeIn(text, at)}: ${shown(text, at)} stands where ${wanted} should`;
      wanted = afterValue(open);
      at += found.length;
    }
  }
}

type Wanted =
  | "a value"
  | "a value or ]"
  | "a key in quotes"
  | "a key in quotes or }"
  | ":"
  | ", or ]"
  | ", or }"
  | "the end";

function afterValue(open: readonly ("list" | "map")[]): Wanted {
  const [kind] = open.slice(-1);
  if (kind === undefined) return "the end";
  return kind === "list" ? ", or ]" : ", or }";
}

/**
 * Where the text that begins at a quote has its other one; the document's end where it has none. Most of a document is
 * texts, which are searched and not walked.
 */
export function endOfText(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let backslashes = 0;
    while (text[at - 1 - backslashes] === "\\") backslashes++;
    if (backslashes % 2 === 0) return at;
  }
  return text.length;
}

/** Whether the text is JSON. */
export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function placeIn(text: string, at: number): string {
  const before = text.slice(0, at);
  const line = before.split("\n").length;
  return `line ${line}, column ${at - before.lastIndexOf("\n")}`;
}

/** The word at the place, or its one sign. */
function shown(text: string, at: number): string {
  const word = /^[\w.+-]{1,40}/.exec(text.slice(at, at + 40));
  return word?.[0] ?? String.fromCodePoint(text.codePointAt(at)!);
}
