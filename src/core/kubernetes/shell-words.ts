/** A word as a shell reads it back. */
export function shellWord(word: string): string {
  return /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replace(/'/g, "'\\''")}'`;
}

/** A command as one line of a shell. */
export function shellLine(command: readonly string[]): string {
  return command.map(shellWord).join(" ");
}
