/** The shell blocks of a page of Markdown, in order. */
export function shellBlocks(text: string): readonly string[] {
  return [...text.matchAll(/^```sh\n(.*?)^```/gms)].map(([, block]) => block!);
}

/** On stderr after each block that went through. */
const doneMark = (index: number) => `@@ block ${index} is done @@`;

/**
 * The blocks as what somebody types: for `bash` to read on its standard input, so that a block that opens a shell has
 * the following ones typed into it.
 */
export function asTyped(blocks: readonly string[]): string {
  return blocks.map((block, index) => `${block}echo '${doneMark(index)}' >&2\n`).join("");
}

/** The first block that stopped it, with what stands on stderr since; undefined where all went through. */
export function stoppedAt(
  blocks: readonly string[],
  stderr: string,
): { readonly block: string; readonly said: string } | undefined {
  const index = blocks.findIndex((_, each) => !stderr.includes(doneMark(each)));
  if (index < 0) return undefined;
  const since = index === 0 ? 0 : stderr.indexOf(doneMark(index - 1)) + doneMark(index - 1).length;
  return { block: blocks[index]!, said: stderr.slice(since) };
}
