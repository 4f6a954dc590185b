import type { LintRuleWith } from "../../core/base/codes/lint-rules.ts";
import type { Path } from "../../core/base/problem.ts";
import type { Field } from "../../core/ecs-api/field.ts";
import type { ContainerDefinition, TaskDefinition } from "../../core/ecs-api/api.ts";

/** Where a definition breaks a rule of the linter. */
export interface RefusedPlace {
  readonly rule: LintRuleWith<"error">;
  readonly path: Path;
  readonly message: string;
  readonly value: unknown;
  readonly container?: ContainerDefinition;
  readonly definition: TaskDefinition;
  /** What the API says of the value, where it is that which is not kept. */
  readonly field?: Field;
}

/**
 * What ECS answers where a rule of the linter is broken. Only an error of the linter's can be refused, so that nothing
 * that is refused passes lint.
 */
export interface DefinitionRefusal {
  readonly breach: LintRuleWith<"error">;
  /** The last keys of the place, without the indices of lists; any place unless given. */
  readonly at?: string;
  readonly when?: (place: RefusedPlace) => boolean;
  /**
   * ECS's sentence. `{value}` is what stands at the place, `{member}` its key, `{container}` the container's name,
   * `{mode}`, `{cpu}` and `{memory}` are the task's.
   */
  readonly words: string;
  /** What other braces stand for. */
  readonly fill?: (place: RefusedPlace) => Readonly<Record<string, string>>;
  /** Where the sentence was seen; `not verified` where the sandbox had to choose it. */
  readonly source: string;
}

/** The place's keys without the indices of lists. */
export function keysOf(path: Path): string {
  return path.filter((key) => typeof key === "string").join(".");
}
