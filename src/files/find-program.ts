import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { Context } from "../context.ts";

/** The path of a program of the PATH; undefined where there is none that may be run. */
export function findProgram({ env }: Pick<Context, "env">, name: string): string | undefined {
  // Those of Windows, where there are such files.
  const endings = ["", ".exe", ".cmd"];
  return (env["PATH"] ?? "")
    .split(delimiter)
    .filter((folder) => folder !== "")
    .flatMap((folder) => endings.map((ending) => join(folder, name + ending)))
    .find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
