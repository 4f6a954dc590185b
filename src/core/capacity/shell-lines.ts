/** The lines of a shell that add lines to a file, as they are. */
export function appending(file: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`cat >> ${file} <<'EOF'`, ...lines, "EOF"];
}
