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
 * The snapshot without account ids and without the values of environment variables, in definitions and in overrides.
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
  const walk = (value: unknown, key = ""): unknown => {
    if (typeof value === "string") return text(value);
    if (Array.isArray(value))
      return value.map((item) => (key === "environment" ? redactVariable(item, walk) : walk(item, key)));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [text(name), walk(each, name)]));
  };
  return walk(root);
}

function redactVariable(item: unknown, walk: (value: unknown) => unknown): unknown {
  const { name, value } = item as { readonly name?: string; readonly value?: string };
  return { name, value: name !== undefined && keptVariables.has(name) ? walk(value) : "REDACTED" };
}
