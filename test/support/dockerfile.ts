/** An instruction of a Dockerfile. https://docs.docker.com/reference/dockerfile/ */
export interface Instruction {
  /** In capitals. */
  readonly name: string;
  /** What follows the name, its lines joined. */
  readonly said: string;
  readonly words: readonly string[];
}

/** The instructions of a Dockerfile without heredocs, in order; comments and empty lines left out. */
export function instructionsOf(text: string): readonly Instruction[] {
  return text
    .split("\n")
    .filter((line) => !/^\s*(?:#|$)/.test(line))
    .join("\n")
    .replaceAll(/\\\n/g, " ")
    .split("\n")
    .map((line) => {
      const [, name, said] = /^\s*([A-Za-z]+)\s+(\S.*)$/.exec(line) ?? [];
      if (name === undefined || said === undefined || said.includes("<<")) throw new Error(`no instruction: ${line}`);
      return { name: name.toUpperCase(), said, words: said.trim().split(/\s+/) };
    });
}
