import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readTemplates } from "../../../src/files/templates.ts";

describe("the templates of a folder", () => {
  const folder = mkdtempSync(join(tmpdir(), "aiplat-templates-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  it("are its folders with their two files, or a sentence about what one lacks", () => {
    mkdirSync(join(folder, "echo"));
    writeFileSync(join(folder, "echo/aiplat.yaml"), "name: echo\n");
    expect(() => readTemplates(folder)).toThrow(
      "templates/echo has no README.md: a template is a folder with aiplat.yaml and README.md",
    );
    writeFileSync(join(folder, "echo/README.md"), "# An echo\n\nMore.\n");
    expect(readTemplates(folder)).toEqual([
      { name: "echo", summary: "An echo", workload: "name: echo\n", readme: "# An echo\n\nMore.\n" },
    ]);
  });
});
