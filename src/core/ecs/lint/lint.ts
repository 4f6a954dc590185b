import type { Raw } from "../../base/merge.ts";
import { lintSubject } from "./lint-subject.ts";
import { readSubject } from "./read-subject.ts";
import type { Finding, Known } from "./rule.ts";

/**
 * What is wrong with a task definition, whoever wrote it: a RegisterTaskDefinition input or what ECS describes.
 *
 * @param known What is known of where it is to run.
 */
export function lintTaskDefinition(definition: Raw, known: Known = {}): readonly Finding[] {
  return lintSubject(readSubject(definition), known);
}
