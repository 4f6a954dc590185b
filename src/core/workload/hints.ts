import { nearestNames } from "../base/nearest.ts";
import { present } from "../base/present.ts";
import type { Path } from "../base/problem.ts";
import { capacityWords, instanceTypeRule, nameRule, networkModes, suggestMemory, workloadKinds } from "./fields.ts";
import { isRaw } from "../base/merge.ts";
import { volumeHints } from "./volume-hints.ts";

type Hints = Readonly<Record<string, (value: unknown) => string | undefined>>;

/** Of a container, the workload's own and those beside it. */
const ofContainer: Hints = {
  entryPoint: (value) => wordsOf(value, "[/opt/run.sh]"),
  command: (value) => wordsOf(value, '[serve, --port, "8080"]'),
  environment: () => "Write NAME: value pairs.",
  ports: (value) => (isPort(value) ? write(`[{ container: ${String(value)} }]`) : undefined),
  "ports.*": (value) => {
    if (isPort(value)) return write(`{ container: ${String(value)} }`);
    const mapping = typeof value === "string" ? /^(?:(\d+):)?(\d+)(?:\/(tcp|udp))?$/.exec(value) : null;
    if (mapping === null) return "Write { container: 8080 }.";
    const [, host, container, protocol] = mapping;
    const words = Object.entries(present({ container, host, protocol })).map(([key, word]) => `${key}: ${word}`);
    return write(`{ ${words.join(", ")} }`);
  },
  "resources.memory": size,
  "resources.cpu": (value) => {
    const millicores = typeof value === "string" ? /^(\d+)m$/.exec(value) : null;
    return millicores === null ? undefined : write(String(Number(millicores[1]) / 1000));
  },
};

/** What to write instead of a value that is wrong, by where it stands: an index or a free key is `*`. */
const byPlace: Hints = {
  name: (value) => write(typeof value === "string" ? slug(value) : undefined),
  kind: (value) => write(near(value, workloadKinds)),
  ...ofContainer,
  ...Object.fromEntries(
    ["init", "sidecars"].flatMap((list) =>
      Object.entries(ofContainer).map(([place, hint]) => [`${list}.*.${place}`, hint]),
    ),
  ),
  accelerator: (value) =>
    typeof value === "string" && instanceTypeRule.pattern.test(value)
      ? write(`{ instanceTypes: [${value}] }`)
      : "Write { instanceTypes: [inf2.xlarge] }, or none for a CPU workload.",
  "accelerator.instanceTypes": (value) =>
    typeof value === "string" && value !== "" ? write(`[${value}]`) : "Write a list, e.g. [inf2.xlarge].",
  "accelerator.instanceTypes.*": (value) =>
    typeof value === "string" && instanceTypeRule.pattern.test(value.trim().toLowerCase())
      ? write(value.trim().toLowerCase())
      : undefined,
  "accelerator.mps.memory": size,
  "accelerator.hami.memory": size,
  sharedMemory: (value) => (value === "0" ? write("0, without quotes") : size(value)),
  stop: (value) => (typeof value === "number" ? write(`{ timeoutSeconds: ${value} }`) : undefined),
  ...Object.fromEntries(Object.entries(volumeHints).map(([place, hint]) => [place, (value) => write(hint(value))])),
  logs: (value) => (typeof value === "string" ? write(`{ group: ${value} }`) : undefined),
  "ecs.networkMode": (value) => write(near(value, networkModes)),
  "ecs.capacity": (value) => {
    if (typeof value !== "string") return undefined;
    return write(near(value, capacityWords) ?? (/^[\w-]+$/.test(value) ? `{ provider: ${value} }` : undefined));
  },
};

/** What to write instead of a value, by its place alone: for files and flags. */
export function placedHint(path: Path, value: unknown): string | undefined {
  return byPlace[placeKey(path)]?.(value);
}

/** What to write instead of a value in a file; undefined where nothing better than the message can be said. */
export function hintFor(path: Path, value: unknown, wants: string, written?: string): string | undefined {
  const placed = placedHint(path, value);
  if (placed !== undefined) return placed;
  if (value === null)
    return wants.startsWith("text")
      ? 'Write "" for an empty text, or leave the key out.'
      : "Give it a value, or leave the key out.";
  if (wants.startsWith("text") && (typeof value === "number" || typeof value === "boolean"))
    return write(`"${written ?? String(value)}", in quotes`);
  if (/number|port/.test(wants) && typeof value === "string" && value.trim() !== "" && Number.isFinite(Number(value)))
    return write(`${Number(value)}, without quotes`);
  if (wants === "true or false" && typeof value === "string") {
    const word = value.toLowerCase();
    if (["true", "yes", "on", "y"].includes(word)) return write("true");
    if (["false", "no", "off", "n"].includes(word)) return write("false");
  }
  return undefined;
}

function placeKey(path: Path): string {
  const free = path[0] === "environment" || path[0] === "secrets" || path[0] === "tags";
  return path.map((each, index) => (typeof each === "number" || (free && index === 1) ? "*" : each)).join(".");
}

/** @param example What to write where the words of a line are not clear without a shell. */
function wordsOf(value: unknown, example: string): string {
  return typeof value === "string" && !/["'\\]/.test(value) && value.trim() !== ""
    ? `Write [${value.trim().split(/\s+/).join(", ")}].`
    : `Write a list of words, e.g. ${example}.`;
}

function size(value: unknown): string | undefined {
  return write(typeof value === "string" || typeof value === "number" ? suggestMemory(String(value)) : undefined);
}

function near(value: unknown, words: readonly string[]): string | undefined {
  return typeof value === "string" ? nearestNames(value.replace(/_/g, "-"), words, 1)[0] : undefined;
}

function isPort(value: unknown): boolean {
  return typeof value === "number" && Number.isInteger(value);
}

function slug(text: string): string | undefined {
  const name = text
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, "-")
    .replace(/^[^a-z]+|-+$/g, "")
    .slice(0, 41);
  return nameRule.pattern.test(name) ? name : undefined;
}

function write(what: string | undefined): string | undefined {
  return what === undefined ? undefined : `Write ${what}.`;
}

/** Text that a value is shown as in a message, cut short. */
export function showValue(value: unknown, written?: string): string {
  if (value === null) return "empty";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (isRaw(value)) return "a map";
  if (typeof value === "string") return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value);
  return written ?? String(value);
}
