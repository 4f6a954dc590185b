// Not node:fs/promises: commands that read no file would pay for loading it.
import { existsSync, readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import type { Context } from "../context.ts";
import { AiplatError } from "../errors.ts";

/** How messages name standard input. */
export const stdinName = "<stdin>";

/** How messages name a file, or standard input for `-`. */
export function nameOfFile(path: string): string {
  return path === "-" ? stdinName : path;
}

/** Far more than any workload or task definition; a file beyond it is another file given by mistake. */
const usualMiB = 4;

/** The text of a file, or of standard input for `-`. */
export async function readText(
  context: Pick<Context, "cwd" | "readStdin">,
  path: string,
  mostMiB = usualMiB,
): Promise<string> {
  const text =
    path === "-" ? await context.readStdin() : decode(readBytes(resolve(context.cwd, path), path, mostMiB), path);
  const name = path === "-" ? stdinName : path;
  if (text.length > mostMiB * bytesPerMiB) throw tooBig(name, mostMiB);
  // Standard input arrives decoded: what was no UTF-8 is there as U+FFFD.
  if (text.includes("\0") || (path === "-" && text.includes("\uFFFD"))) throw notText(name);
  return text;
}

/** Whether there is something at the path. */
export function fileExists(context: Pick<Context, "cwd">, path: string): boolean {
  return existsSync(resolve(context.cwd, path));
}

const bytesPerMiB = 1024 * 1024;

function readBytes(path: string, name: string, mostMiB: number): Buffer {
  try {
    if (statSync(path).size > mostMiB * bytesPerMiB) throw tooBig(name, mostMiB);
    return readFileSync(path);
  } catch (error) {
    throw error instanceof AiplatError ? error : cannotRead(name, error as NodeJS.ErrnoException);
  }
}

function cannotRead(name: string, error: NodeJS.ErrnoException): AiplatError {
  switch (error.code) {
    case "ENOENT":
      return new AiplatError("Usage", `${name}: no such file`);
    case "EISDIR":
      return new AiplatError("Usage", `${name} is a directory, not a file`);
    case "EACCES":
    case "EPERM":
      return new AiplatError("Usage", `${name}: permission denied`);
    default:
      return new AiplatError("Usage", `${name} cannot be read: ${error.message}`, { cause: error });
  }
}

function decode(bytes: Buffer, name: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw notText(name);
  }
}

function tooBig(name: string, mostMiB: number): AiplatError {
  return new AiplatError("Usage", `${name} is larger than ${mostMiB} MiB: it is no file for aiplat`);
}

function notText(name: string): AiplatError {
  return new AiplatError("Usage", `${name} is not UTF-8 text`);
}
