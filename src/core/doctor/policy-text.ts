/** How IAM policies write values. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html */

/** One value and a list of one mean the same in a policy. */
export function listOf(value: unknown): readonly unknown[] {
  return value === undefined ? [] : Array.isArray(value) ? (value as readonly unknown[]) : [value];
}

/** IAM's wildcards: `*` for any text, `?` for one character. */
export function globToPattern(glob: string, flags = ""): RegExp {
  return new RegExp(
    `^${glob
      .replace(/[.+^${}()|[\]\\]/g, "\\$&")
      .replace(/\*/g, ".*")
      .replace(/\?/g, ".")}$`,
    flags,
  );
}
