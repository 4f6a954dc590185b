import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { templateList } from "../../../src/core/workload/template-list.ts";
import { summariseTemplate } from "../../../src/core/workload/template-summary.ts";
import { readTemplates } from "../../../src/files/templates.ts";

describe("the templates of a folder", () => {
  const folder = mkdtempSync(join(tmpdir(), "aiplat-templates-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  const make = (name: string, files: Readonly<Record<string, string>>) => {
    mkdirSync(join(folder, name), { recursive: true });
    for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, name, file), text);
  };

  it("are its folders with their files, or a sentence about what one lacks", () => {
    make("echo", { "aiplat.yaml": "name: echo\n" });
    expect(() => readTemplates(folder)).toThrow(
      "templates/echo has no README.md: a template is a folder with aiplat.yaml and README.md",
    );
    make("echo", { "README.md": "# An echo\n\nMore.\n" });
    expect(() => readTemplates(folder)).toThrow(
      'templates/echo/README.md does not begin with "# GROUP: SUMMARY" (Serving, Training, Batch, Platform, Data)',
    );
    const readme = "# Batch: An echo\n\n## On EKS\n\nMore.\n";
    make("echo", { "README.md": readme, "values.yaml": "a: 1\n" });
    const echo = { name: "echo", group: "Batch", summary: "An echo", targets: ["eks"] };
    expect(readTemplates(folder)).toEqual([
      { ...echo, workload: "name: echo\n", readme, files: new Map([["values.yaml", "a: 1\n"]]) },
    ]);
    make("sing", { "aiplat.yaml": "name: sing\n", "README.md": "# Serving: A song\n\n## On ECS\n\n## On EKS\n" });
    make("answer", { "aiplat.yaml": "name: answer\n", "README.md": "# Batch: An answer\n\n## On ECS\n" });
    expect(readTemplates(folder).map(({ name, targets }) => [name, ...targets])).toEqual([
      ["sing", "ecs", "eks"],
      ["answer", "ecs"],
      ["echo", "eks"],
    ]);
  });

  it("are listed as they stand: npm run generate", () => {
    expect(templateList).toEqual(readTemplates().map(summariseTemplate));
  });
});
