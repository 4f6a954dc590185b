import { structure, type Schema } from "../../core/ecs-api/field.ts";
import { wrongKindIn } from "../../core/ecs-api/field-kind.ts";
import { AwsError } from "./aws-error.ts";

export { flag, integer, list, map, text } from "../../core/ecs-api/field.ts";

/** An input of another service than ECS, as far as the sandbox reads it; every member may be absent. */
export function struct<Members extends Readonly<Record<string, Schema>>>(
  members: Members,
): ReturnType<typeof structure<Members>> {
  return structure("", members);
}

/**
 * Holds an input to its schema. A member that AWS's JSON protocol does not know is ignored, a value of the wrong kind
 * is a SerializationException. https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
 *
 * @throws AwsError for the first value of a wrong kind.
 */
export function checkInput(schema: Schema, input: unknown): void {
  const wrong = wrongKindIn(schema, input);
  if (wrong !== undefined) throw new AwsError("SerializationException", complaint(wrong));
}

function complaint({ value, wanted }: NonNullable<ReturnType<typeof wrongKindIn>>): string {
  if (wanted === "list") return "Expected list or null";
  if (wanted === "object" || wanted === "map") return "Start of structure or map found where not expected.";
  const found = value === undefined ? "NULL" : (Array.isArray(value) ? "list" : typeof value).toUpperCase();
  return `${found}_VALUE cannot be converted to ${kinds[wanted]}`;
}

const kinds = { text: "a String", integer: "an Integer", number: "a Double", flag: "a Boolean", any: "a document" };

/**
 * A value of no kind that a schema holds it to, as a text: of a list or an object its JSON, for whoever refuses it.
 * `String` and `Number` throw for an object that has a member of the name `toString`.
 */
export function textOf(value: unknown): string | undefined {
  return value === undefined || typeof value === "string" ? value : JSON.stringify(value);
}
