// How the generators write TypeScript; the formatter breaks the lines.

/** A value as a TypeScript literal; what is undefined is left out. */
export function literal(value) {
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  return `{ ${entries.map(([name, each]) => `${key(name)}: ${literal(each)}`).join(", ")} }`;
}

/** An object literal with a line an entry, which the formatter keeps. */
export function record(entries) {
  return `{\n${entries.map(([name, value]) => `  ${key(name)}: ${literal(value)},\n`).join("")}}`;
}

/** A name as the key of an object literal. */
export function key(name) {
  return identifier(name) === name && /^[a-zA-Z]/.test(name) ? name : JSON.stringify(name);
}

/** `p6-b200` as `p6B200`. */
export function identifier(name) {
  return name.replace(/[-.](.)/g, (_, letter) => letter.toUpperCase());
}

/** Plain code unit order: the same on every machine. */
export function compare(a, b) {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
