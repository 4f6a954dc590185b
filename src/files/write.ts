// Not node:fs/promises: commands that write no file would pay for loading it.
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, join, resolve } from "node:path";
import type { Context } from "../context.ts";
import { listOr } from "../core/base/problem.ts";
import { systemSays } from "../core/base/system-error.ts";
import { AiplatError } from "../errors.ts";

/**
 * Writes a new file; one that is there already is overwritten only where `force` says so.
 *
 * @param mode The permissions; 0o600 for what can hold a secret, which a file that is there already gets too.
 */
export function writeNewFile(
  context: Pick<Context, "cwd">,
  path: string,
  text: string,
  { force, mode = 0o666 }: { readonly force: boolean; readonly mode?: number },
): void {
  const target = resolve(context.cwd, path);
  try {
    // Before there is anything to read in it.
    if (force && mode === 0o600 && existsSync(target) && statSync(target).isFile()) chmodSync(target, mode);
    writeFileSync(target, text, { flag: force ? "w" : "wx", mode });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EISDIR" || code === "EEXIST") throw existing(context, [path]);
    if (code === "ENOENT")
      throw new AiplatError("Usage", `${path}: there is no such folder`, { hint: "Make the folder first." });
    throw unwritable(path, error);
  }
}

/**
 * Writes several new files, as `writeNewFile` does; where one is there already, none.
 *
 * @param files Their texts by their paths.
 */
export function writeNewFiles(
  context: Pick<Context, "cwd">,
  files: ReadonlyMap<string, string>,
  { force }: { readonly force: boolean },
): void {
  const there = force ? [] : [...files.keys()].filter((path) => existsSync(resolve(context.cwd, path)));
  if (there.length > 0) throw existing(context, there);
  for (const [path, text] of files) writeNewFile(context, path, text, { force });
}

function unwritable(path: string, error: unknown): AiplatError {
  const says = systemSays(error as NodeJS.ErrnoException);
  return new AiplatError("OperationFailed", `${path} cannot be written: ${says}`, { cause: error });
}

function existing(context: Pick<Context, "cwd">, paths: readonly string[]): AiplatError {
  const folder = paths.find((path) => statSync(resolve(context.cwd, path), { throwIfNoEntry: false })?.isDirectory());
  if (folder !== undefined)
    return new AiplatError("Usage", `${folder} is a directory`, { hint: "Name a file with --file." });
  const [subject, object] = paths.length === 1 ? ["exists", "it"] : ["exist", "them"];
  return new AiplatError("Usage", `${listOr(paths, "and")} ${subject} already`, {
    hint: `Use --force to overwrite ${object}, or --file for another path.`,
  });
}

/** Gives a file that is there another text, all at once: whoever reads it sees the old one or the new one. */
export function replaceFile(context: Pick<Context, "cwd">, path: string, text: string): void {
  let temporary: string | undefined;
  try {
    // Through a link, the file that it leads to.
    const target = realpathSync(resolve(context.cwd, path));
    // Renaming asks for the folder's permission only.
    accessSync(target, constants.W_OK);
    const hasMark = readFileSync(target).subarray(0, 3).equals(byteOrderMark);
    temporary = `${target}.${Math.random().toString(36).slice(2)}.tmp`;
    writeFileSync(temporary, hasMark ? Buffer.concat([byteOrderMark, Buffer.from(text)]) : text, {
      flag: "wx",
      mode: statSync(target).mode,
    });
    renameSync(temporary, target);
  } catch (error) {
    if (temporary !== undefined) rmSync(temporary, { force: true });
    throw unwritable(path, error);
  }
}

/** Reading takes it away: it is no part of the text. */
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Writes generated files into a folder, making it where it is missing; answers their paths as the user would type them.
 *
 * @throws AiplatError Usage, before anything is written, where a name would lead out of the folder.
 */
export function writeFiles(
  context: Pick<Context, "cwd">,
  folder: string,
  files: ReadonlyMap<string, string>,
): readonly string[] {
  const leaving = [...files.keys()].find((name) => name !== basename(name) || name === "..");
  if (leaving !== undefined)
    throw new AiplatError("Usage", `${leaving} is no name for a file in ${folder}`, {
      hint: "Files are named by the family or by the resource: write a name without / and \\.",
    });
  const paths: string[] = [];
  for (const [name, text] of files) {
    const path = join(folder, name);
    try {
      mkdirSync(resolve(context.cwd, folder), { recursive: true });
      writeFileSync(resolve(context.cwd, path), text);
    } catch (error) {
      throw unwritable(path, error);
    }
    paths.push(path);
  }
  return paths;
}
