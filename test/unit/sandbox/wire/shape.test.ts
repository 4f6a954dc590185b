import { describe, expect, it } from "vitest";
import { registerTaskDefinitionRequest } from "../../../../src/core/ecs-api/model/task-definition.ts";
import { AwsError } from "../../../../src/sandbox/wire/aws-error.ts";
import { checkInput } from "../../../../src/sandbox/wire/shape.ts";

/** What the sandbox answers for an input; undefined where it is of the right kinds. */
function complaintOf(input: unknown): string | undefined {
  try {
    checkInput(registerTaskDefinitionRequest, input);
    return undefined;
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return `${error.code}: ${error.message}`;
  }
}

const container = (fields: object) => ({ family: "f", containerDefinitions: [{ name: "a", ...fields }] });

describe("an input of another kind than the API's", () => {
  it.each<[what: string, input: unknown, complaint: string]>([
    ["a number for a text", container({ image: 1 }), "NUMBER_VALUE cannot be converted to a String"],
    ["a text for an integer", container({ memory: "128" }), "STRING_VALUE cannot be converted to an Integer"],
    ["a part of an integer", container({ cpu: 0.5 }), "NUMBER_VALUE cannot be converted to an Integer"],
    ["a text for a flag", container({ essential: "true" }), "STRING_VALUE cannot be converted to a Boolean"],
    ["a list for a text", container({ image: [] }), "LIST_VALUE cannot be converted to a String"],
    ["nothing in a list of texts", container({ command: [undefined] }), "NULL_VALUE cannot be converted to a String"],
    ["an object for a list", container({ environment: {} }), "Expected list or null"],
    ["a list for an object", container({ healthCheck: [] }), "Start of structure or map found where not expected."],
    ["a text for a map", container({ dockerLabels: "a" }), "Start of structure or map found where not expected."],
    [
      "a field that only newer models have",
      container({ resourceRequirements: [{ sharingStrategy: 1 }] }),
      "Start of structure or map found where not expected.",
    ],
    [
      "the first of several",
      { ...container({ image: 1 }), family: 1, volumes: {} },
      "NUMBER_VALUE cannot be converted to a String",
    ],
  ])("is refused: %s", (_, input, complaint) => {
    expect(complaintOf(input)).toBe(`SerializationException: ${complaint}`);
  });

  it.each<[what: string, input: unknown]>([
    ["everything absent", {}],
    ["a member that the API does not have", container({ comment: 1 })],
    ["a word that the API does not know", { networkMode: "overlay" }],
    ["any label", container({ dockerLabels: { constructor: "x" } })],
  ])("is taken: %s", (_, input) => {
    expect(complaintOf(input)).toBeUndefined();
  });
});
