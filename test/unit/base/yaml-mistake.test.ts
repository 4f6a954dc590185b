import { describe, expect, it } from "vitest";
import { readManifests } from "../../../src/core/kubernetes/apply/read-manifests.ts";
import { readTaskDefinitions } from "../../../src/core/ecs/lint/source.ts";
import { parseWorkloadText } from "../../../src/core/workload/parse.ts";
import { Refusal, type Problem } from "../../../src/core/base/problem.ts";

/** What a reader of the text says of it. */
function told(read: () => { readonly problems?: readonly Problem[] } | readonly unknown[]): Problem | undefined {
  try {
    const answer = read();
    return "problems" in answer ? answer.problems?.[0] : undefined;
  } catch (error) {
    if (error instanceof Refusal) return error.problems[0];
    throw error;
  }
}

describe("a mistake in YAML", () => {
  it.each([
    ["name: a\n\timage: b\n", "tabs are not allowed as indentation", "Indent with spaces."],
    ['name: "a\nimage: b\n', 'missing closing "quote', "Close the quote, list or map that was opened before."],
    ["name: a\nname: b\n", "name is written twice in one map", "Keep one of them."],
  ])("has the same words and the same way out in every file: %j", (text, message, hint) => {
    const problems = [
      told(() => parseWorkloadText(text, "f")),
      told(() => readTaskDefinitions(text, "f")),
      told(() => readManifests(text, "f")),
    ];
    for (const each of problems) expect(each).toMatchObject({ message: expect.stringContaining(message), hint });
  });
});
