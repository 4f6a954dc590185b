import { AiplatError } from "../../errors.ts";

/** Whole numbers of at least `least` as values of a flag. */
export function wholeFrom(least: number): (text: string, flag: string) => number {
  return (text, flag) => {
    if (!/^\d+$/.test(text) || Number(text) < least)
      throw new AiplatError("Usage", `${flag} ${text}: must be a whole number of at least ${least}`);
    return Number(text);
  };
}

const milliseconds = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Milliseconds of a duration such as `90s`, `30m` or `2h`. */
export function duration(text: string, flag: string): number {
  const match = /^(\d+)(s|m|h|d)$/.exec(text);
  if (match === null) throw new AiplatError("Usage", `${flag} ${text}: must be a duration such as 90s, 30m or 2h`);
  return Number(match[1]) * milliseconds[match[2] as keyof typeof milliseconds];
}

/** A number above 0, with or without decimals. */
export function positiveAmount(text: string, flag: string): number {
  if (!/^\d+(?:\.\d+)?$/.test(text) || Number(text) === 0)
    throw new AiplatError("Usage", `${flag} ${text}: must be a number above 0`);
  return Number(text);
}
