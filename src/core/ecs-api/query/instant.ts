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
  const written = [
    date.getUTCFullYear(),
    date.getUTCMonth(),
    date.getUTCDate(),
    date.getUTCHours(),
    date.getUTCMinutes(),
    date.getUTCSeconds(),
  ];
  if (!fields.every((field, index) => field === written[index])) return undefined;
  if (Number(zoneHour) > 18 || Number(zoneMinute) > 59) return undefined;
  const zone = (Number(zoneHour) * 60 + Number(zoneMinute)) * 60;
  return date.getTime() / 1000 - (sign === "-" ? -zone : zone);
}
