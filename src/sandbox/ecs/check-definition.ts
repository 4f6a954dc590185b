/**
 * What RegisterTaskDefinition refuses.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html
 */
import { present } from "../../core/base/present.ts";
import { Refusal, valueAt } from "../../core/base/problem.ts";
import type { TaskDefinition } from "../../core/ecs-api/api.ts";
import type { Field } from "../../core/ecs-api/field.ts";
import { networkModeOfDefinition } from "../../core/ecs-api/host-ports.ts";
import { parseExpression } from "../../core/ecs-api/query/parse.ts";
import type { Deviation } from "../../core/ecs-api/read-written.ts";
import { lintSubject } from "../../core/ecs/lint/lint-subject.ts";
import { readSubject } from "../../core/ecs/lint/read-subject.ts";
import { parseTaskCpu, parseTaskMemory } from "../../core/ecs/task-size.ts";
import { keysOf, type DefinitionRefusal, type RefusedPlace } from "../rules/definition-refusal.ts";
import { definitionRefusals } from "../rules/registration.ts";
import { clientError, invalidParameter } from "../wire/aws-error.ts";

/**
 * The definition, once it is one that ECS takes: what the linter calls an error and ECS is known to refuse, it does
 * not. Fields that the API does not have are ignored.
 *
 * @throws AwsError with ECS's sentence.
 */
export function checkDefinition(definition: TaskDefinition): TaskDefinition {
  const places = placesOf(definition);
  for (const refusal of definitionRefusals) {
    const place = places.find((each) => isFor(refusal, each));
    if (place !== undefined) throw clientError(sentence(refusal, place));
  }
  return definition;
}

/** Where the definition breaks a rule of the linter. */
function placesOf(definition: TaskDefinition): readonly RefusedPlace[] {
  const subject = readSubject(definition);
  const fields = subject.deviations.flatMap(fieldPlace);
  const findings = lintSubject(subject).flatMap(({ rule, severity, path, message }) =>
    severity === "error" && !ofFields.has(rule) ? [{ rule, path, message }] : [],
  );
  return [...fields, ...findings].map((each) => {
    const [list, index] = each.path;
    const container =
      list === "containerDefinitions" && typeof index === "number" ? definition.containerDefinitions[index] : undefined;
    return { ...each, value: valueAt(definition, each.path), definition, ...present({ container }) };
  });
}

type FieldPlace = Pick<RefusedPlace, "rule" | "path" | "message" | "field">;

const ofFields: ReadonlySet<string> = new Set<RefusedPlace["rule"]>(["missing-field", "unknown-word", "out-of-bounds"]);

/** A wrong type is a SerializationException before, and unknown keys are ignored. */
function fieldPlace(deviation: Deviation): readonly FieldPlace[] {
  const { path } = deviation;
  switch (deviation.kind) {
    case "missing":
      return [{ rule: "missing-field", path: [...path, deviation.member], message: "" }];
    case "choice":
      return [{ rule: "missing-field", path: [...path, deviation.members.join(" or ")], message: "" }];
    case "word":
      return [{ rule: "unknown-word", path, message: "", field: { words: deviation.words } }];
    case "bounds":
      return [{ rule: "out-of-bounds", path, message: "", field: deviation.field }];
    default:
      return [];
  }
}

function isFor({ breach, at, when }: DefinitionRefusal, place: RefusedPlace): boolean {
  if (breach !== place.rule) return false;
  return (at === undefined || `.${keysOf(place.path)}`.endsWith(`.${at}`)) && (when === undefined || when(place));
}

function sentence({ words, fill }: DefinitionRefusal, place: RefusedPlace): string {
  const { definition, container, field = {}, path } = place;
  const all: Readonly<Record<string, unknown>> = {
    value: nameIn(place.value),
    member: path.findLast((key) => typeof key === "string"),
    container: container?.name,
    mode: networkModeOfDefinition(definition),
    cpu: parseTaskCpu(definition.cpu ?? ""),
    memory: parseTaskMemory(definition.memory ?? ""),
    known: field.words?.join(","),
    bounds: boundsOf(field),
    ...fill?.(place),
  };
  return words.replace(/\{(\w+)\}/g, (_, name: string) => String(all[name] ?? ""));
}

/** The value, or the name that it says. */
function nameIn(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const named = value as { readonly containerName?: unknown; readonly type?: unknown };
  return named.containerName ?? named.type;
}

function boundsOf({ min, max }: Field): string {
  if (min !== undefined && max !== undefined) return `between ${min} and ${max}`;
  if (min !== undefined) return `at least ${min}`;
  return max === undefined ? "valid" : `at most ${max}`;
}

/** @throws AwsError for an expression that is not in the cluster query language; the sentence is the sandbox's own. */
export function checkExpression(expression: string | undefined): void {
  try {
    parseExpression(expression ?? "");
  } catch (error) {
    if (error instanceof Refusal) throw invalidParameter(`Invalid placement constraint expression: ${error.message}.`);
    throw error;
  }
}
