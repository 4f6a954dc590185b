/** A list of texts whose items have a name of their own. */
export class Items {
  readonly name: string;
  readonly items: readonly string[];

  constructor(name: string, items: readonly string[]) {
    this.name = name;
    this.items = items;
  }
}
