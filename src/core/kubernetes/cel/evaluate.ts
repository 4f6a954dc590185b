import { Environment } from "@marcbachmann/cel-js";

/**
 * CEL as the API server evaluates it, with what it adds to the language.
 * https://kubernetes.io/docs/reference/using-api/cel/#cel-options-language-features-and-libraries
 */
function makeEnvironment(): Environment {
  return new Environment({ homogeneousAggregateLiterals: false })
    .registerVariable("self", "dyn")
    .registerFunction("string.find(string): string", (text: string, pattern: string) => firstMatch(text, pattern));
}

/** Made for the first rule: most resources publish none, and the library is set up when it is first used. */
let made: Environment | undefined;
const environment = (): Environment => (made ??= makeEnvironment());

const compiled = new Map<string, ReturnType<Environment["parse"]>>();

/** Whether a value passes a rule. As in the API server, a rule that ends in an error is broken. */
export function holds(rule: string, self: unknown): boolean {
  const test = compiled.get(rule) ?? environment().parse(asLibrary(rule));
  compiled.set(rule, test);
  try {
    return test({ self: asCel(self) }) === true;
  } catch {
    return false;
  }
}

/** What keeps a rule from being evaluated at all: its syntax, or a function that is not known. */
export function checkRule(rule: string): string | undefined {
  const text = asLibrary(rule);
  const escaped = /__[a-z]+__/.exec(text);
  return escaped === null ? environment().check(text).error?.message : `${escaped[0]} stands for another name`;
}

/**
 * The library asks `has` of a field of a field only, and not of an item's: `in` asks the same of a map. And it takes by
 * its own name what rules call `__namespace__`, a word that CEL reserves.
 */
function asLibrary(rule: string): string {
  return rule.replace(/has\(([\w.]+\[\d+\])\.(\w+)\)/g, '("$2" in $1)').replaceAll(".__namespace__", ".namespace");
}

function firstMatch(text: string, pattern: string): string {
  return new RegExp(pattern).exec(text)?.[0] ?? "";
}

/** Whole numbers are of CEL's type int, which the library has as bigint. */
function asCel(value: unknown): unknown {
  if (typeof value === "number") return Number.isInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(asCel);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, asCel(each)]));
}
