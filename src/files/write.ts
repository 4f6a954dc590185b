// Not node:fs/promises: commands that write no file would pay for loading it.
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Context } from "../context.ts";
import { AiplatError } from "../errors.ts";

/** Writes a new file; one that is there already is overwritten only where `force` says so. */
export function writeNewFile(context: Pick<Context, "cwd">, path: string, text: string, force: boolean): void {
  try {
    writeFileSync(resolve(context.cwd, path), text, { flag: force ? "w" : "wx" });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") throw new AiplatError("Usage", `${path} exists already`, { hint: "Use --force to overwrite it, or --file for another path." });
    if (code === "EISDIR") throw new AiplatError("Usage", `${path} is a directory`, { hint: "Name a file with --file." });
    if (code === "ENOENT" || code === "ENOTDIR") throw new AiplatError("Usage", `${path}: there is no such folder`, { hint: "Make the folder first." });
    throw new AiplatError("OperationFailed", `${path} cannot be written: ${message}`, { cause: error });
  }
}

/** Writes generated files below a folder, making it where it is missing; answers their paths as the user would type them. */
export function writeFiles(context: Pick<Context, "cwd">, folder: string, files: ReadonlyMap<string, string>): readonly string[] {
  const paths: string[] = [];
  for (const [name, text] of files) {
    const path = join(folder, name);
    try {
      mkdirSync(resolve(context.cwd, folder), { recursive: true });
      writeFileSync(resolve(context.cwd, path), text);
    } catch (error) {
      throw new AiplatError("OperationFailed", `cannot write ${path}: ${(error as Error).message}`, { cause: error });
    }
    paths.push(path);
  }
  return paths;
}
