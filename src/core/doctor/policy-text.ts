/** How IAM policies write values. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html */

/** One value and a list of one mean the same in a policy. */
export function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value as readonly unknown[];
  return value === undefined ? [] : [value];
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
