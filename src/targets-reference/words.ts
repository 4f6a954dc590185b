// The words of the workload file, each in a small document of its own, cut from the examples of docs/workload.md.
import { parse } from "yaml";
import { isRaw, type Raw } from "../core/base/merge.ts";
import { descriptions } from "../core/workload/descriptions.ts";
import { examples } from "../core/workload/guide.ts";
import { legalWorkload } from "../core/workload/legal-workload.ts";
import type { Legal } from "../core/workload/take-legal.ts";

/** A word, with documents that say it. */
export interface Word {
  /** As `volumes.*.efs`. */
  readonly path: string;
  /** First with no more than the schema wants beside it, then as the example has it. */
  readonly documents: readonly Raw[];
}

/** What is of no target or of one alone, and what every workload has or implies. */
const left = /^(?:\$schema|apiVersion|name|image|kind|ecs|eks)(?:\.|$)/;

/** Every word that the table has a row for; of `accelerator` the whole example, whose keys belong together. */
export const words: readonly Word[] = Object.keys(descriptions)
  .filter((path) => !path.endsWith("*") && !left.test(path))
  .map((path) => ({ path, documents: documentsOf(path) }));

/**
 * @throws Error where no example has the word: `examples` of src/core/workload/guide.ts is the place.
 */
function documentsOf(path: string): readonly Raw[] {
  const segments = path.split(".");
  const top = segments[0]!;
  for (const example of examplesOf(top)) {
    if (!has(example, segments)) continue;
    const whole: Raw = { [top]: itemWith(example[top], segments.slice(1)) };
    return top === "accelerator" ? [whole] : [cut(example, segments, legalWorkload, false) as Raw, whole];
  }
  throw new Error(`no example of ${path}: write one into src/core/workload/guide.ts`);
}

/** The example of a key at the top, and what its comments offer instead. */
function examplesOf(top: string): readonly Raw[] {
  const text = examples[top]!;
  const others = text.split("\n").flatMap((line) => /^# (\w+: .*)/.exec(line)?.[1] ?? []);
  return [text, ...others].map((each) => parse(each) as Raw);
}

/** Whether a value says something at the path, in which `*` is any key or item. */
export function has(value: unknown, [segment, ...rest]: readonly string[]): boolean {
  if (segment === undefined) return true;
  if (segment === "*") return Object.values(value ?? {}).some((each) => has(each, rest));
  return isRaw(value) && Object.hasOwn(value, segment) && has(value[segment], rest);
}

/** Of a list the one item that has the word. */
function itemWith(value: unknown, [segment, ...rest]: readonly string[]): unknown {
  return Array.isArray(value) && segment === "*" ? value.filter((each) => has(each, rest)).slice(0, 1) : value;
}

/**
 * What of a value the word needs: along its path, what each map cannot be without; at its end the least of it.
 *
 * @param inside Whether the map is below the top, whose own keys the targets bring.
 */
function cut(value: unknown, [segment, ...rest]: readonly string[], legal: Legal, inside = true): unknown {
  if (segment === undefined) return least(value, legal);
  if (Array.isArray(value)) {
    const item: unknown = value.find((each) => has(each, rest));
    return [cut(item, rest, innerOf(legal, segment))];
  }
  const map = value as Raw;
  const key = segment === "*" ? Object.keys(map).find((each) => has(map[each], rest))! : segment;
  const beside = inside ? requiredOf(map, legal, key) : {};
  return { ...beside, [key]: cut(map[key], rest, innerOf(legal, segment === "*" ? "*" : key)) };
}

/** A map with what it cannot be without, as it is where nothing has to be there; of a list of maps one such. */
function least(value: unknown, legal: Legal): unknown {
  if (Array.isArray(value)) return isRaw(value[0]) ? [least(value[0], innerOf(legal, "*"))] : value;
  if (!isRaw(value)) return value;
  const required = requiredOf(value, legal);
  return Object.keys(required).length === 0 ? value : required;
}

function requiredOf(map: Raw, legal: Legal, key?: string): Raw {
  const keys = mapsOf(legal).find((each) => key === undefined || Object.hasOwn(each.keys, key))?.required ?? [];
  return Object.fromEntries(keys.filter((each) => Object.hasOwn(map, each)).map((each) => [each, map[each]]));
}

function innerOf(legal: Legal, segment: string): Legal {
  const any: Legal = { kind: "any" };
  if (legal.kind === "list") return legal.of;
  if (legal.kind === "record") return legal.value;
  if (legal.kind === "either")
    return legal.options.map((each) => innerOf(each, segment)).find(({ kind }) => kind !== "any") ?? any;
  return legal.kind === "map" && Object.hasOwn(legal.keys, segment) ? legal.keys[segment]! : any;
}

function mapsOf(legal: Legal): readonly Extract<Legal, { readonly kind: "map" }>[] {
  if (legal.kind === "map") return [legal];
  return legal.kind === "either" ? legal.options.flatMap(mapsOf) : [];
}
