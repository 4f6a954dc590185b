import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { sortTemplates, templateOf, type Template } from "../core/workload/template.ts";
import { packageRoot } from "./package-root.ts";

/** Every template, in the order in which they are listed: a folder more is a template more. */
export function readTemplates(folder = join(packageRoot(), "templates")): readonly Template[] {
  const names = readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? [entry.name] : [],
  );
  return sortTemplates(names.map((name) => readTemplate(name, folder)));
}

/** The template of that name, which is there. */
export function readTemplate(name: string, folder = join(packageRoot(), "templates")): Template {
  const files = readdirSync(join(folder, name)).toSorted();
  return templateOf(name, new Map(files.map((file) => [file, readFileSync(join(folder, name, file), "utf8")])));
}
