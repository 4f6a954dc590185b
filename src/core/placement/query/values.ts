/** The numbers of an agent version such as `1.105.1`; undefined for anything else. */
export function parseVersion(text: string): readonly number[] | undefined {
  return /^\d{1,9}(?:\.\d{1,9}){0,3}$/.test(text) ? text.split(".").map(Number) : undefined;
}

/** Below 0, 0 or above 0, as `one` is older than, the same as or newer than `other`: 1.9 is older than 1.14. */
export function compareVersions(one: readonly number[], other: readonly number[]): number {
  for (let index = 0; index < Math.max(one.length, other.length); index++) {
    const difference = (one[index] ?? 0) - (other[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

const instant = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d):(\d\d)(Z|([+-])(\d\d):(\d\d))?)?$/;

/**
 * Seconds since the epoch of a date in one of the four forms that AWS names; undefined for anything else, and for days
 * that no calendar has. Without a zone it is UTC: AWS does not say, and its own times are UTC.
 */
export function parseInstant(text: string): number | undefined {
  const found = instant.exec(text);
  if (found === null) return undefined;
  const [, year, month, day, hour = "0", minute = "0", second = "0", , sign, zoneHour = "0", zoneMinute = "0"] = found;
  const fields = [Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second)] as const;
  const date = new Date(Date.UTC(...fields));
  // Date.UTC takes 30 February for 1 or 2 March, and a year below 100 for one in the 1900s.
  const written = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate(), date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()];
  if (!fields.every((field, index) => field === written[index])) return undefined;
  if (Number(zoneHour) > 18 || Number(zoneMinute) > 59) return undefined;
  const zone = (Number(zoneHour) * 60 + Number(zoneMinute)) * 60;
  return date.getTime() / 1000 - (sign === "-" ? -zone : zone);
}
