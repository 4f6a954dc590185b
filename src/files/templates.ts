import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Template } from "../core/workload/template.ts";
import { packageRoot } from "./package-root.ts";

/** Every template, by name: a folder more is a template more. */
export function readTemplates(folder = join(packageRoot(), "templates")): readonly Template[] {
  const names = readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? [entry.name] : [],
  );
  return names.toSorted().map((name) => {
    const files = readdirSync(join(folder, name));
    const read = (file: string) => {
      if (!files.includes(file))
        throw new Error(`templates/${name} has no ${file}: a template is a folder with aiplat.yaml and README.md`);
      return readFileSync(join(folder, name, file), "utf8");
    };
    const readme = read("README.md");
    return { name, summary: readme.split("\n", 1)[0]!.replace(/^#\s*/, ""), workload: read("aiplat.yaml"), readme };
  });
}
