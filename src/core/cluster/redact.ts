import { own } from "../base/merge.ts";
import type { ClusterSnapshot } from "./snapshot.ts";

/** Account ids become these, one for each different account, so that what belongs together still does. */
const firstAccount = 111_122_223_333;

/** What says which devices a task sees stays: device claims are read from it. */
const keptVariables: ReadonlySet<string> = new Set([
  "AWS_NEURON_VISIBLE_DEVICES",
  "NEURON_RT_VISIBLE_CORES",
  "NEURON_RT_NUM_CORES",
]);

/** An account id; the ids of instances and tasks, which may have twelve digits in a row, are found first and stay. */
const idOrAccount = /\bi-[0-9a-f]{17}\b|\b[0-9a-f]{32}\b|(?<!\d)\d{12}(?!\d)/g;

/**
 * The snapshot without account ids and without whatever can hold a secret, in definitions, services and overrides:
 * the values of environment variables, commands, options of log drivers and volumes, labels, tags of the user's.
 */
export function redactSnapshot(snapshot: ClusterSnapshot): ClusterSnapshot {
  const accounts = new Map<string, string>();
  const redacted = redact(snapshot, (account) => {
    const known = accounts.get(account) ?? String(firstAccount + accounts.size);
    accounts.set(account, known);
    return known;
  });
  return { ...(redacted as ClusterSnapshot), redacted: true };
}

/**
 * What is left of a value where account ids and environment values do not count: a
 * redacted one and its original are equal.
 */
export function withoutRedacted<T>(value: T): T {
  return redact(value, () => "ACCOUNT") as T;
}

function redact(root: unknown, replaceAccount: (account: string) => string): unknown {
  const text = (value: string) =>
    value.replace(idOrAccount, (found) => (found.length === 12 ? replaceAccount(found) : found));
  const walk = (value: unknown): unknown => {
    if (typeof value === "string") return text(value);
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, each]) => [text(name), (own(hiders, name) ?? walk)(each, walk)]),
    );
  };
  return walk(root);
}

type Walk = (value: unknown) => unknown;

const hidden = "REDACTED";

/** What somebody may have written a secret into, by the field's name: a command's words, a log driver's token. */
const hiders: Readonly<Record<string, (value: unknown, walk: Walk) => unknown>> = {
  environment: pairsHidden((name) => keptVariables.has(name)),
  tags: pairsHidden((key) => /^(?:aiplat|aws|ecs):/i.test(key)),
  command: wordsHidden,
  entryPoint: wordsHidden,
  // https://docs.docker.com/engine/logging/drivers/awslogs/: its options name things and hold no secret.
  options: valuesHidden((name) => name.startsWith("awslogs-")),
  driverOpts: valuesHidden(() => false),
  dockerLabels: valuesHidden(() => false),
  labels: valuesHidden(() => false),
};

/** Of a list of `{name, value}`, or of tags, whatever is not kept. */
function pairsHidden(isKept: (name: string) => boolean) {
  return (value: unknown, walk: Walk) =>
    !Array.isArray(value)
      ? walk(value)
      : value.map((item: unknown) => {
          if (typeof item !== "object" || item === null || !("value" in item)) return walk(item);
          const { name, key } = item as { readonly name?: unknown; readonly key?: unknown };
          const walked = walk(item) as object;
          return isKept(String(name ?? key)) ? walked : { ...walked, value: hidden };
        });
}

function wordsHidden(value: unknown, walk: Walk): unknown {
  return Array.isArray(value) ? value.map(() => hidden) : walk(value);
}

function valuesHidden(isKept: (name: string) => boolean) {
  return (value: unknown, walk: Walk) =>
    typeof value !== "object" || value === null || Array.isArray(value)
      ? walk(value)
      : Object.fromEntries(Object.entries(value).map(([name, each]) => [name, isKept(name) ? walk(each) : hidden]));
}
