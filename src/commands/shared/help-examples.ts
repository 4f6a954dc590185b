/**
 * Examples as the help shows them. No line is longer than the terminal, which would break it within a word: a command
 * goes on after a backslash, and can be pasted as it stands.
 *
 * @param columns Of the terminal.
 */
export function examplesText(examples: readonly (readonly [line: string, what: string])[], columns: number): string {
  const blocks = examples.map(([line, what]) => {
    const comment = lines(what.split(" "), columns - "  # ".length).map((text) => `  # ${text}`);
    const command = lines(shellWords(line), columns - "      ".length - " \\".length).join(" \\\n      ");
    return [...comment, `  $ ${command}`].join("\n");
  });
  return `Examples:\n${blocks.join("\n\n")}`;
}

/** The words of a command line, with their quotes. */
function shellWords(line: string): readonly string[] {
  return line.match(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g) ?? [];
}

function lines(words: readonly string[], width: number): readonly string[] {
  const found: string[] = [];
  for (const word of words) {
    const last = found.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) found[found.length - 1] = `${last} ${word}`;
    else found.push(word);
  }
  return found;
}
