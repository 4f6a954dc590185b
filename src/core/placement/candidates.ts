import { Heap } from "../base/heap.ts";
import { cellsOf } from "./cells.ts";
import { tasksIn, type InstanceState } from "./instance-state.ts";
import type { Measures } from "./strategies.ts";

/** Figures to compare one by one; the last is the instance's place in the list, so that no two are equal. */
type Key = readonly number[];

/** An instance, by its place in the list, with its own figures. */
interface Entry {
  readonly index: number;
  readonly key: Key;
}

/** Instances that no shared measure tells apart: whatever is placed elsewhere, their order among each other stays. */
interface Cell {
  readonly values: readonly string[];
  /**
   * In order. From `next` on those that have not moved are unchanged: a plan for a large cluster never comes to most.
   */
  readonly unchanged: readonly number[];
  next: number;
  /** Those that have changed; entries that are out of date stay in until they come first. */
  readonly changed: Heap<Entry>;
  /** Its entry in the queue of cells: any other one is out of date. */
  entry: CellEntry | undefined;
}

interface CellEntry {
  readonly cell: Cell;
  /** None of the cell's instances has a lower one. */
  readonly key: Key;
}

/** Whether another task fits. */
const [unknown, yes, no] = [0, 1, 2];

export interface CandidatesOptions {
  /** The group whose tasks are counted. */
  readonly group: string;
  /** Whether the instance may be chosen, now or once it has changed. */
  readonly isConsidered: (instanceState: InstanceState) => boolean;
  /** Whether one more task fits there now. It is asked of those that come first only, and once until they change. */
  readonly fits: (instanceState: InstanceState) => boolean;
  /** Numbers from 0 up to 1, for the strategy `random`; without it that takes the first as well. */
  readonly random?: () => number;
}

/**
 * The instances that a task may go to, the best by a placement strategy at hand: to choose one, or to change one, takes
 * the logarithm of their number. Of equals the first wins, or with `random` one that the generator picks.
 */
export class Candidates {
  private readonly instanceStates: readonly InstanceState[];
  private readonly strategy: Measures;
  private readonly options: CandidatesOptions;
  private readonly cells: readonly Cell[];
  private readonly queue = new Heap<CellEntry>((one, other) => compare(one.key, other.key));
  /** The group's tasks by value, for each shared measure. */
  private readonly counts: readonly Map<string, number>[];
  /** By instance: the number of its cell, and the group's tasks as they are counted. */
  private readonly cellOf: readonly number[];
  private readonly tasks: Uint32Array;
  /** By instance: its own figures at the beginning, one measure beside the other. */
  private readonly figures: Float64Array;
  /** By instance: whether another task fits, where somebody has asked since it changed. */
  private readonly fits: Uint8Array;
  /** By instance: 1 where it is not, or no longer, among the unchanged of its cell. */
  private readonly hasMoved: Uint8Array;
  /** Of those that have moved the entry that is not out of date; undefined for one that cannot be chosen. */
  private readonly entries = new Map<number, Entry | undefined>();

  /** @param instanceStates All whose tasks count, in the order that decides between equals. */
  constructor(instanceStates: readonly InstanceState[], strategy: Measures, options: CandidatesOptions) {
    this.instanceStates = instanceStates;
    this.strategy = strategy;
    this.options = options;
    this.counts = strategy.shared.map(() => new Map<string, number>());
    this.tasks = new Uint32Array(instanceStates.length);
    this.fits = new Uint8Array(instanceStates.length);
    this.hasMoved = new Uint8Array(instanceStates.length);
    this.figures = new Float64Array(instanceStates.length * strategy.own.length);
    instanceStates.forEach((instanceState, index) => {
      if (!options.isConsidered(instanceState)) this.hasMoved[index] = 1;
      for (let measure = 0; measure < strategy.own.length; measure++)
        this.figures[this.figureAt(index, measure)] = strategy.own[measure]!(instanceState);
    });
    const { cells, cellOf } = cellsOf(instanceStates, strategy.shared);
    this.cellOf = cellOf;
    this.cells = cells.map(({ values, members }) => {
      const changed = new Heap<Entry>((one, other) => compare(one.key, other.key));
      return { values, unchanged: this.inOrder(members), next: 0, changed, entry: undefined };
    });
    instanceStates.forEach((_, index) => this.count(index));
    for (const cell of this.cells) this.advance(cell);
  }

  /**
   * Gives a task to the best instance that has room; undefined where none has.
   *
   * @param occupy Puts the task there.
   * @returns The instance's place in the list.
   */
  take(occupy: (instanceState: InstanceState) => void): number | undefined {
    const best = this.best();
    if (best === undefined) return undefined;
    occupy(this.instanceStates[best]!);
    this.changed(best);
    return best;
  }

  /** Says that the instance with this place in the list has another task, or one less. */
  changed(index: number): void {
    this.fits[index] = unknown;
    this.count(index);
    if (this.staysInOrder(index)) return;
    const entry = this.options.isConsidered(this.instanceStates[index]!) ? this.entryOf(index) : undefined;
    const known = this.entries.get(index);
    if (entry !== undefined && known !== undefined && compare(entry.key, known.key) === 0) return;
    this.move(index, entry);
    if (entry === undefined) return;
    const cell = this.cellWith(index);
    cell.changed.push(entry);
    this.advance(cell);
  }

  private move(index: number, entry: Entry | undefined): void {
    this.hasMoved[index] = 1;
    this.entries.set(index, entry);
  }

  private best(): number | undefined {
    const first = this.first();
    const { random } = this.options;
    if (first === undefined || random === undefined || !this.strategy.random) return first?.index;
    const best = this.keyOf(first);
    const equals = this.instanceStates.flatMap((instanceState, index) =>
      this.options.isConsidered(instanceState) && areEqual(this.keyOf(this.entryOf(index)), best) && this.doesFit(index)
        ? [index]
        : [],
    );
    return equals[Math.floor(random() * equals.length)];
  }

  private cellWith(index: number): Cell {
    return this.cells[this.cellOf[index]!]!;
  }

  private figureAt(index: number, measure: number): number {
    return index * this.strategy.own.length + measure;
  }

  /** Whether the instance is among the unchanged of its cell, and rightly so: what changed is no figure of its own. */
  private staysInOrder(index: number): boolean {
    const instanceState = this.instanceStates[index]!;
    return (
      this.hasMoved[index] === 0 &&
      this.options.isConsidered(instanceState) &&
      this.strategy.own.every((of, measure) => of(instanceState) === this.figures[this.figureAt(index, measure)])
    );
  }

  /** Brings the shared measures up to date with an instance. */
  private count(index: number): void {
    const tasks = tasksIn(this.instanceStates[index]!, this.options.group);
    const difference = tasks - this.tasks[index]!;
    if (difference === 0) return;
    this.tasks[index] = tasks;
    const { values } = this.cellWith(index);
    for (const [measure, counts] of this.counts.entries()) {
      const value = values[measure]!;
      counts.set(value, (counts.get(value) ?? 0) + difference);
      // A higher count is found out when the cell comes first; a lower one brings it forward.
      if (difference < 0) for (const cell of this.cells) if (cell.values[measure] === value) this.advance(cell);
    }
  }

  /** Instances of one cell, by their own figures and by their places. */
  private inOrder(indices: readonly number[]): readonly number[] {
    const order = (one: number, other: number) => {
      for (let measure = 0; measure < this.strategy.own.length; measure++) {
        const difference = this.figures[this.figureAt(one, measure)]! - this.figures[this.figureAt(other, measure)]!;
        if (difference !== 0) return difference;
      }
      return one - other;
    };
    // As they mostly are.
    const isSorted = indices.every((index, at) => at === 0 || order(indices[at - 1]!, index) < 0);
    return isSorted ? indices : indices.toSorted(order);
  }

  /** Sees to it that the cell is in the queue, and not behind the place of its best instance. */
  private advance(cell: Cell): void {
    const first = this.head(cell);
    if (first === undefined) return;
    const key = this.keyOf(first);
    if (cell.entry !== undefined && compare(cell.entry.key, key) <= 0) return;
    cell.entry = { cell, key };
    this.queue.push(cell.entry);
  }

  private first(): Entry | undefined {
    for (let next = this.queue.first; next !== undefined; next = this.queue.first) {
      const { cell } = next;
      const best = cell.entry === next ? this.firstOf(cell) : undefined;
      if (best !== undefined && compare(next.key, this.keyOf(best)) === 0) return best;
      this.queue.pop();
      if (cell.entry !== next) continue;
      cell.entry = undefined;
      this.advance(cell);
    }
    return undefined;
  }

  /** The cell's best instance that has room; those before it are left behind until they change. */
  private firstOf(cell: Cell): Entry | undefined {
    for (let first = this.head(cell); first !== undefined; first = this.head(cell)) {
      if (this.doesFit(first.index)) return first;
      this.move(first.index, undefined);
    }
    return undefined;
  }

  /** What comes first in the cell, whether or not it has room. */
  private head(cell: Cell): Entry | undefined {
    const { unchanged, changed } = cell;
    while (this.hasMoved[unchanged[cell.next]!] === 1) cell.next++;
    while (changed.first !== undefined && this.entries.get(changed.first.index) !== changed.first) changed.pop();
    const index = unchanged[cell.next];
    const { first } = changed;
    if (index === undefined) return first;
    const entry = this.entryOf(index);
    return first !== undefined && compare(first.key, entry.key) < 0 ? first : entry;
  }

  private doesFit(index: number): boolean {
    if (this.fits[index] === unknown) this.fits[index] = this.options.fits(this.instanceStates[index]!) ? yes : no;
    return this.fits[index] === yes;
  }

  private entryOf(index: number): Entry {
    const instanceState = this.instanceStates[index]!;
    const key: number[] = [];
    for (const of of this.strategy.own) key.push(of(instanceState));
    key.push(index);
    return { index, key };
  }

  /** The entry's figures by every measure in turn, with the counts as they are now. */
  private keyOf({ index, key }: Entry): Key {
    const { values } = this.cellWith(index);
    const figures: number[] = [];
    let [own, shared] = [0, 0];
    for (const kind of this.strategy.kinds)
      figures.push(kind === "own" ? key[own++]! : (this.counts[shared]!.get(values[shared++]!) ?? 0));
    figures.push(key[own]!);
    return figures;
  }
}

function compare(one: Key, other: Key): number {
  for (let index = 0; index < one.length; index++) {
    const difference = one[index]! - other[index]!;
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Whether nothing but their places in the list tells them apart. */
function areEqual(one: Key, other: Key): boolean {
  return one.every((figure, index) => index === one.length - 1 || figure === other[index]);
}
