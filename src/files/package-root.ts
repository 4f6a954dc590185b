import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the installed package: the first one above this file with both a package.json and the templates. */
export function packageRoot(): string {
  // The bundle is CommonJS: there import.meta.url is the file's path and no URL.
  const here = import.meta.url;
  let folder = dirname(here.startsWith("file:") ? fileURLToPath(here) : here);
  while (!(existsSync(join(folder, "package.json")) && existsSync(join(folder, "templates")))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error("the package has no templates folder");
    folder = parent;
  }
  return folder;
}
