import { AiplatError } from "../../errors.ts";

/** A whole number of at least `least` for a flag. */
export function wholeNumber(flag: string, least = 1): (text: string) => number {
  return (text) => {
    if (!/^\d+$/.test(text) || Number(text) < least)
      throw new AiplatError("Usage", `${flag} ${text}: must be a whole number of at least ${least}`);
    return Number(text);
  };
}

const milliseconds = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Milliseconds of a duration such as `90s`, `30m` or `2h`. */
export function duration(flag: string): (text: string) => number {
  return (text) => {
    const match = /^(\d+)(s|m|h|d)$/.exec(text);
    if (match === null) throw new AiplatError("Usage", `${flag} ${text}: must be a duration such as 90s, 30m or 2h`);
    return Number(match[1]) * milliseconds[match[2] as keyof typeof milliseconds];
  };
}

/** A number above 0 for a flag, with or without decimals. */
export function positiveAmount(flag: string): (text: string) => number {
  return (text) => {
    if (!/^\d+(?:\.\d+)?$/.test(text) || Number(text) === 0)
      throw new AiplatError("Usage", `${flag} ${text}: must be a number above 0`);
    return Number(text);
  };
}
