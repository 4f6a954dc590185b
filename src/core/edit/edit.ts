import type { Path } from "../base/problem.ts";

/** One change of a document, as data. */
export type Edit =
  /** The value at a place, be there one or not; maps on the way that are missing are made. */
  | { readonly kind: "set"; readonly path: Path; readonly value: unknown }
  /** More items for the list at a place, which is made where it is missing. */
  | { readonly kind: "append"; readonly path: Path; readonly values: readonly unknown[] }
  /** A key, which becomes another and keeps its value and its place. */
  | { readonly kind: "rename"; readonly path: Path; readonly key: string }
  /** A key or an item; the list or map that it leaves empty goes with it. */
  | { readonly kind: "remove"; readonly path: Path }
  /** The list at a place has the items of these indices, in this order; the others go. */
  | { readonly kind: "arrange"; readonly path: Path; readonly order: readonly number[] };

/** The place that an edit changes: nothing outside of it looks different afterwards. */
export function touchedBy({ kind, path }: Edit): Path {
  return kind === "remove" || kind === "rename" ? path.slice(0, -1) : path;
}

/** Changes plain data as the edit says. @throws Error where the data has another shape than the edit takes it for. */
export function applyEdit(root: object, edit: Edit): void {
  switch (edit.kind) {
    case "set":
      return put(root, edit.path, edit.value);
    case "append":
      return put(root, edit.path, [...(listAt(root, edit.path) ?? []), ...edit.values]);
    case "arrange": {
      const items = listAt(root, edit.path) ?? [];
      return put(
        root,
        edit.path,
        edit.order.map((index) => items[index]),
      );
    }
    case "rename":
      return rename(root, edit.path, edit.key);
    case "remove":
      return remove(root, edit.path);
  }
}

/**
 * The path of what a removal takes: the key or item itself, or the outermost
 * collection that would be left with nothing.
 */
export function removedBy(path: Path, sizeOf: (collection: Path) => number): Path {
  const parent = path.slice(0, -1);
  return parent.length > 0 && sizeOf(parent) === 1 ? removedBy(parent, sizeOf) : path;
}

type Holder = Record<string | number, unknown>;

function put(root: object, path: Path, value: unknown): void {
  let holder = root as Holder;
  for (const key of path.slice(0, -1)) {
    const next = holder[key] ?? (holder[key] = {});
    if (typeof next !== "object") throw new Error(`${String(key)} is no collection`);
    holder = next as Holder;
  }
  holder[path[path.length - 1]!] = value;
}

function remove(root: object, path: Path): void {
  const gone = removedBy(path, (collection) => Object.keys(valueAt(root, collection) ?? {}).length);
  const holder = valueAt(root, gone.slice(0, -1));
  const key = gone[gone.length - 1]!;
  if (Array.isArray(holder)) holder.splice(Number(key), 1);
  else delete (holder as Holder)[key];
}

/** The keys after it are made anew, so that they stay after it. */
function rename(root: object, path: Path, key: string): void {
  const holder = valueAt(root, path.slice(0, -1)) as Holder;
  const old = String(path[path.length - 1]);
  for (const [name, value] of Object.entries(holder)) {
    delete holder[name];
    holder[name === old ? key : name] = value;
  }
}

function listAt(root: object, path: Path): readonly unknown[] | undefined {
  const value = valueAt(root, path);
  return Array.isArray(value) ? value : undefined;
}

function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === "object" && value !== null ? (value as Holder)[key] : undefined),
    root,
  );
}
