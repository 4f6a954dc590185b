/**
 * Sends items on in full batches while they still come in, and the rest at the end: as few requests as there can be,
 * and none of them waits for the last item.
 */
export class InBatches<Item, Answer> {
  private readonly size: number;
  private readonly send: (items: readonly Item[]) => Promise<readonly Answer[]>;
  private readonly seen = new Set<Item>();
  private readonly sent: Promise<readonly Answer[]>[] = [];
  private queue: Item[] = [];
  private failure: unknown;

  constructor(size: number, send: (items: readonly Item[]) => Promise<readonly Answer[]>) {
    this.size = size;
    this.send = send;
  }

  /** Takes items in, those that it has had already left out. @throws what a request before this one failed with. */
  add(items: readonly Item[]): void {
    if (this.failure !== undefined) throw this.failure;
    for (const item of items) {
      if (this.seen.has(item)) continue;
      this.seen.add(item);
      this.queue.push(item);
      if (this.queue.length === this.size) this.flush();
    }
  }

  /** Sends the rest; every answer, in the order of the items. */
  async end(): Promise<readonly Answer[]> {
    if (this.queue.length > 0) this.flush();
    return (await Promise.all(this.sent)).flat();
  }

  private flush(): void {
    const answer = this.send(this.queue);
    this.queue = [];
    this.sent.push(answer);
    // Told by the next add, or by the end.
    answer.catch((error: unknown) => (this.failure = error));
  }
}
