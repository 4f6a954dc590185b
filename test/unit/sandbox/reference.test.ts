import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { sandboxReference } from "../../../src/sandbox/reference.ts";
import { sandboxRules } from "../../../src/sandbox/rules.ts";

describe("docs/sandbox.md", () => {
  it("holds what the code says (npm run generate)", async () => {
    const text = await readFile(join(import.meta.dirname, "../../../docs/sandbox.md"), "utf8");
    expect(text).toContain(sandboxReference());
  });

  it("gives each rule a source, or says that it is not verified", () => {
    for (const { rule, source } of Object.values(sandboxRules).flat())
      expect(`${rule} ${source}`).toMatch(/https:\/\/|not verified|the sandbox's own|was seen|seen in public issues/);
  });
});
