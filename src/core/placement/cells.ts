import type { InstanceState } from "./instance-state.ts";

/** The instances of a list that have the same values of some attributes, by their places in it. */
export interface Cells {
  readonly cells: readonly { readonly values: readonly string[]; readonly members: readonly number[] }[];
  /** By instance: which cell is its own. */
  readonly cellOf: readonly number[];
}

/** An instance's attributes stay as they are while it is in a list, so a plan's dozen placers share its cells. */
const known = new WeakMap<readonly InstanceState[], Map<string, Cells>>();

export function cellsOf(instanceStates: readonly InstanceState[], attributes: readonly string[]): Cells {
  let ofList = known.get(instanceStates);
  if (ofList === undefined) known.set(instanceStates, (ofList = new Map()));
  const name = JSON.stringify(attributes);
  let cells = ofList.get(name);
  if (cells === undefined) ofList.set(name, (cells = makeCells(instanceStates, attributes)));
  return cells;
}

function makeCells(instanceStates: readonly InstanceState[], attributes: readonly string[]): Cells {
  const numbers = new Map<string, number>();
  const cells: { readonly values: readonly string[]; readonly members: number[] }[] = [];
  const cellOf = instanceStates.map((instanceState, index) => {
    const values = attributes.map((attribute) => valueOf(instanceState, attribute));
    const name = values.join("\0");
    let number = numbers.get(name);
    if (number === undefined) numbers.set(name, (number = cells.push({ values, members: [] }) - 1));
    cells[number]!.members.push(index);
    return number;
  });
  return { cells, cellOf };
}

/** Instances without the attribute count together: AWS does not say. */
function valueOf({ instance: { attributes } }: InstanceState, attribute: string): string {
  const value: unknown = attributes[attribute];
  // What every object inherits is no text.
  return typeof value === "string" ? value : "";
}
