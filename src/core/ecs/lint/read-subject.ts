import type { Raw } from "../../base/merge.ts";
import { readWritten } from "../../ecs-api/read-written.ts";
import { writtenTaskDefinition } from "../../ecs-api/schema/task-definition.ts";
import type { Subject } from "./subject.ts";
import { subjectOf } from "./subject-of.ts";

/**
 * Reads a task definition of any origin. What is otherwise than the API has it is left out and listed in `deviations`.
 */
export function readSubject(raw: Raw): Subject {
  const { value, deviations } = readWritten(writtenTaskDefinition, raw);
  return subjectOf(value ?? {}, deviations);
}
