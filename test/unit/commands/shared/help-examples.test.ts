import { describe, expect, it } from "vitest";
import { registry } from "../../../../src/commands/registry.ts";
import { examplesText } from "../../../../src/commands/shared/help-examples.ts";
import { runCli } from "../../../support/cli.ts";

describe("examples in the help", () => {
  it("go on after a backslash where they are longer than the terminal, and never within quotes", () => {
    expect(examplesText([["aiplat run --flag 'two words' -- x", "what it does, in words"]], 24)).toBe(
      `Examples:
  # what it does, in
  # words
  $ aiplat run \\
      --flag 'two words' \\
      -- x`,
    );
    expect(examplesText([["aiplat x --wait --image-id ami-1 --yes", "y"]], 36)).toBe(
      "Examples:\n  # y\n  $ aiplat x --wait \\\n      --image-id ami-1 --yes",
    );
    expect(examplesText([["aiplat x | jq '.a | .b'", "y"]], 80)).toBe("Examples:\n  # y\n  $ aiplat x | jq '.a | .b'");
  });
});

describe("the help at 80 columns", () => {
  it.each(registry.map(({ words }) => words))("of %s has no line that a terminal would break", async (words) => {
    const { stdout } = await runCli([...words.split(" "), "--help"]);
    expect(stdout).toContain("Usage: aiplat");
    expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
  });
});
