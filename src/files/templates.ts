import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Template } from "../core/workload/template.ts";
import { packageRoot } from "./package-root.ts";

/** Every template, by name: a folder more is a template more. */
export async function readTemplates(folder = join(packageRoot(), "templates")): Promise<readonly Template[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  return Promise.all(names.toSorted().map((name) => readTemplate(folder, name)));
}

async function readTemplate(folder: string, name: string): Promise<Template> {
  const [workload, readme] = await Promise.all(["aiplat.yaml", "README.md"].map((file) => readFile(join(folder, name, file), "utf8")));
  return { name, workload: workload!, readme: readme!, summary: readme!.split("\n", 1)[0]!.replace(/^#\s*/, "") };
}
