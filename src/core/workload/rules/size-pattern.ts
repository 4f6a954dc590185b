/**
 * A regular expression for the sizes (`24GiB`) whose MiB, rounded down, are less than a bound: how the published JSON
 * Schema compares sizes, which are text.
 */
export function sizeBelowPattern(mib: number): string {
  // Rounding down changes nothing: a size is below a whole number of MiB when its exact value is.
  const units = [
    ["MiB", 1],
    ["GiB", 1024],
    ["TiB", 1024 * 1024],
  ] as const;
  return `^(?:${units.map(([unit, size]) => `(?:${numberBelow(mib / size)}) ?${unit}`).join("|")})$`;
}

/** Decimal numbers, with any zeros before and after, less than the bound; the bound has a finite number of decimals. */
function numberBelow(bound: number): string {
  const [whole = "0", decimals = ""] = bound
    .toFixed(20)
    .replace(/\.?0+$/, "")
    .split(".");
  const parts = integersBelow(whole).map((integer) => `0*${integer}(?:\\.\\d+)?`);
  if (decimals !== "") {
    parts.push(`0*${whole}`);
    for (let index = 0; index < decimals.length; index++) {
      const digit = Number(decimals[index]);
      const prefix = `0*${whole}\\.${decimals.slice(0, index)}`;
      if (digit > 0) parts.push(`${prefix}${digitRange(0, digit - 1)}\\d*`);
      // As far as the bound's own digits, and no further.
      if (index > 0) parts.push(prefix);
    }
  }
  return parts.length === 0 ? "(?!)" : parts.join("|");
}

/** Patterns of the integers below a decimal integer: fewer digits, or the same first digits and then a smaller one. */
function integersBelow(whole: string): readonly string[] {
  if (whole === "0") return [];
  const patterns: string[] = whole.length > 1 ? [`\\d{1,${whole.length - 1}}`] : [];
  for (let index = 0; index < whole.length; index++) {
    const least = index === 0 && whole.length > 1 ? 1 : 0;
    const most = Number(whole[index]) - 1;
    if (most < least) continue;
    const rest = whole.length - index - 1;
    patterns.push(`${whole.slice(0, index)}${digitRange(least, most)}${rest === 0 ? "" : `\\d{${rest}}`}`);
  }
  return patterns;
}

function digitRange(least: number, most: number): string {
  return least === most ? String(least) : `[${least}-${most}]`;
}
