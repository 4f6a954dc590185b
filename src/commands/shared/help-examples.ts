import { wrap, wrapWords } from "../../output/wrap.ts";

/**
 * Examples as the help shows them. No line is longer than the terminal, which would break it within a word: a command
 * goes on after a backslash, and can be pasted as it stands.
 *
 * @param columns Of the terminal.
 */
export function examplesText(examples: readonly (readonly [line: string, what: string])[], columns: number): string {
  const blocks = examples.map(([line, what]) => {
    const comment = wrap(what, columns - "  # ".length).map((text) => `  # ${text}`);
    const command = wrapWords(shellWords(line), columns - "      ".length - " \\".length).join(" \\\n      ");
    return [...comment, `  $ ${command}`].join("\n");
  });
  return `Examples:\n${blocks.join("\n\n")}`;
}

/** The words of a command line, with their quotes; an option and its value are one. */
function shellWords(line: string): readonly string[] {
  return line.match(/(?:--\S+ (?!-))?(?:'[^']*'|"[^"]*"|[^\s'"])+/g) ?? [];
}
