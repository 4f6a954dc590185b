import { counted } from "../base/counted.ts";
import { isRaw } from "../base/merge.ts";
import { pathText, problem, Refusal, valueAt, type LocatedProblem, type Path } from "../base/problem.ts";
import { harvest, layerOf, setIn, type Layer, type LayerReading, type Writer } from "./layers.ts";
import { parseWorkloadText } from "./parse.ts";

/** One `--set PATH=VALUE`. */
export interface SetValue {
  readonly path: Path;
  readonly value: unknown;
  /** Whether the value is a word without quotes: text, or what it reads as. */
  readonly plain: boolean;
}

export const setFlag = "--set";

/**
 * Reads `PATH=VALUE`: `resources.memory=24GiB`, `ports[0].container=8080`, `environment["A.B"]=x`. The value is YAML;
 * null deletes.
 *
 * @throws Refusal where there is no path, or the value is no YAML.
 */
export function readSetText(text: string): SetValue {
  const [written] = /^[^=["']*(?:\[(?:\d+|"[^"]*")\][^=["']*)*/.exec(text) ?? [""];
  if (text[written.length] !== "=") throw refusal(`${text} is no PATH=VALUE`);
  const path = readPath(written);
  if (path === undefined) throw refusal(`${written} is no path of a workload`);
  const value = text.slice(written.length + 1);
  return { path, ...readValue(written, value) };
}

const step = /^(?:\.?([^.[\]"]+)|\[(\d+)\]|\["([^"]*)"\])/;

function readPath(written: string): Path | undefined {
  const path: (string | number)[] = [];
  for (let rest = written; rest !== "";) {
    const [whole, word, index, quoted] = step.exec(rest) ?? [];
    if (whole === undefined || (path.length === 0 && (whole.startsWith(".") || index !== undefined))) return undefined;
    const key = word ?? quoted;
    if (key === "__proto__") return undefined;
    path.push(index === undefined ? key! : Number(index));
    rest = rest.slice(whole.length);
  }
  return path.length === 0 ? undefined : path;
}

function readValue(written: string, text: string): Pick<SetValue, "value" | "plain"> {
  if (text === "" || text.trim() !== text) return { value: text, plain: false };
  try {
    // The reader of files takes maps only.
    const { value: document, writtenAt } = parseWorkloadText(`value: ${text}`, setFlag);
    const { value } = document;
    const plain = value !== null && writtenAt(["value"]) !== undefined;
    return { value: plain ? text : value, plain };
  } catch (error) {
    // `a: b`, `*x`, `{env}` and the like are text.
    if (error instanceof Refusal && !/^[[{"']/.test(text)) return { value: text, plain: true };
    throw refusal(`the value of ${written} is not valid YAML: ${text}`);
  }
}

function refusal(
  message: string,
  hint = "Write --set resources.memory=24GiB, or --set 'ports[0].container=8080'.",
): Refusal {
  const found: LocatedProblem = {
    ...problem("set", [], message, hint),
    flag: setFlag,
  };
  return new Refusal([found]);
}

/**
 * Sets one value of a workload; null deletes.
 *
 * @throws Refusal where the path leads to an item that its list does not have, or names one by a word.
 */
export function setValue(layer: Layer, { path, value, plain }: SetValue, reading: LayerReading): Layer {
  requireItems(harvest(layer).value, path);
  const writer: Writer = {
    placeOf: () => ({ flag: setFlag }),
    writtenAt: () => (plain ? String(value) : undefined),
    isLoose: plain,
  };
  return setIn(layer, path, layerOf(writer, value, { ...reading, at: path }));
}

function requireItems(document: unknown, path: Path): void {
  for (const [index, segment] of path.entries()) {
    const list = valueAt(document, path.slice(0, index));
    if (typeof segment !== "number") {
      if (Array.isArray(list)) throw nameInList(path.slice(0, index), list, segment);
      continue;
    }
    const length = Array.isArray(list) ? list.length : 0;
    if (segment < length) continue;
    const name = pathText(path.slice(0, index));
    throw refusal(
      `${name} has ${length === 0 ? "no item" : counted(length, "item")}, and --set is to change ${name}[${segment}]`,
      `Write the whole list: --set '${name}=[...]'.`,
    );
  }
}

/** A word where a list has numbers: the item's name or path, or the number as other tools have it. */
function nameInList(path: Path, list: readonly unknown[], word: string): Refusal {
  const at = /^\d+$/.test(word)
    ? Number(word)
    : list.findIndex((item) => isRaw(item) && (item["name"] === word || item["path"] === word));
  const name = pathText(path);
  return refusal(
    `${name} is a list, and --set is to change ${word} of it`,
    at < 0 ? `Say the item by its number: ${name}[0] is the first.` : `Say the item by its number: ${name}[${at}].`,
  );
}
