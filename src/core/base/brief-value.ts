/** As much of a value as a message has room for, as JSON; numbers that JSON has no form for as they are. */
export function briefValue(value: unknown): string {
  const text = typeof value === "number" ? String(value) : JSON.stringify(value);
  return text.length <= 40 ? text : `${text.slice(0, 37)}...`;
}

/** The same of what should be a name: without quotes where it could be one. */
export function briefName(value: unknown): string {
  return typeof value === "string" && /^[\w.*-]{1,80}$/.test(value) ? value : briefValue(value);
}
