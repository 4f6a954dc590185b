import type { Path } from "../../base/problem.ts";

/** The items of a list that could be read, each with its place. */
export function itemsOf<Each>(
  list: readonly (Each | undefined)[] | undefined,
  path: Path,
): readonly { readonly item: Each; readonly path: Path }[] {
  return (list ?? []).flatMap((item, index) => (item === undefined ? [] : [{ item, path: [...path, index] }]));
}
