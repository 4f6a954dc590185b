/** What the schemas of the workload file's parts are made of. */
import * as z from "zod/mini";
import { memoryRule, numberWants, type FieldRule } from "./fields.ts";

/** A message of ours is a predicate: issues.ts puts the key before it and the value after it. */
export const must = (wants: string) => ({ error: `must be ${wants}` });
export const text = (rule: FieldRule) => z.string(must(rule.wants)).check(z.regex(rule.pattern, must(rule.wants)));
export const free = z.string(must("text"));
export const nonEmpty = z.string(must("text")).check(z.minLength(1, must("text of at least one character")));
export const flag = z.boolean(must("true or false"));
export const whole = (minimum: number, maximum?: number) => {
  const error = must(
    maximum === undefined ? numberWants.wholeFrom(minimum) : numberWants.wholeBetween(minimum, maximum),
  );
  return z.int(error).check(z.minimum(minimum, error), ...(maximum === undefined ? [] : [z.maximum(maximum, error)]));
};
export const memory = text(memoryRule);
export const above0 = z.number(must(numberWants.above0)).check(z.positive(must(numberWants.above0)));
