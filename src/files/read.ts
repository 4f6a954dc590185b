// Not node:fs/promises: commands that read no file would pay for loading it.
import { isUtf8 } from "node:buffer";
import { constants, createReadStream, existsSync, openSync, readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import type { Readable } from "node:stream";
import type { Context } from "../context.ts";
import { systemSays } from "../core/base/system-error.ts";
import { AiplatError, allTogether, Interrupted } from "../errors.ts";

/** How messages name standard input. */
export const stdinName = "<stdin>";

/** How messages name a file, or standard input for `-`. */
export function nameOfFile(path: string): string {
  return path === "-" ? stdinName : path;
}

/** Far more than any workload or task definition; a file beyond it is another file given by mistake. */
const usualMiB = 4;

/** What reading takes of everything outside a command. */
export type ReadContext = Pick<Context, "cwd" | "readStdin" | "signal">;

/**
 * The text of a file, or of standard input for `-`. Of a pipe or a device, which may have no end, no more is read than
 * a file may hold.
 *
 * @throws AiplatError Usage where it is no text or larger than `mostMiB`; Interrupted.
 */
export async function readText(context: ReadContext, path: string, mostMiB = usualMiB): Promise<string> {
  const name = path === "-" ? stdinName : path;
  const text =
    path === "-"
      ? await context.readStdin(mostMiB * bytesPerMiB)
      : decode(await readBytes(context, path, mostMiB), path);
  if (text === undefined) throw tooBig(name, mostMiB);
  // Standard input arrives decoded: what was no UTF-8 is there as U+FFFD.
  if (text.includes("\0") || (path === "-" && text.includes("\uFFFD"))) throw notText(name);
  // Without the mark of its encoding, where it has one.
  return text.replace(/^\uFEFF/, "");
}

/**
 * The texts of several files, as `readText` reads each.
 *
 * @throws AiplatError with every file that cannot be read.
 */
export async function readTexts(context: ReadContext, paths: readonly string[]): Promise<readonly string[]> {
  return allTogether(paths.map((path) => readText(context, path)));
}

/** Whether there is something at the path. */
export function fileExists(context: Pick<Context, "cwd">, path: string): boolean {
  return existsSync(resolve(context.cwd, path));
}

const bytesPerMiB = 1024 * 1024;

interface Bounds {
  readonly mostMiB: number;
  readonly signal: AbortSignal;
}

async function readBytes(context: ReadContext, name: string, mostMiB: number): Promise<Buffer> {
  const path = resolve(context.cwd, name);
  try {
    const status = statSync(path);
    // The signal is made when it is first asked for: only what may have no end has use for it.
    if (!status.isFile() && !status.isDirectory())
      return await readStream(path, name, { mostMiB, signal: context.signal });
    if (status.size > mostMiB * bytesPerMiB) throw tooBig(name, mostMiB);
    return readFileSync(path);
  } catch (error) {
    throw error instanceof AiplatError ? error : cannotRead(name, error as NodeJS.ErrnoException);
  }
}

/**
 * A pipe or a device: `<(command)`, /dev/zero, a terminal. Neither its opening nor its reading may block a thread of
 * Node's: a process with such a thread cannot end.
 */
async function openStream(path: string): Promise<Readable> {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const [{ Socket }, { isatty, ReadStream }] = await Promise.all([import("node:net"), import("node:tty")]);
  if (isatty(fd)) return new ReadStream(fd);
  return statSync(path).isCharacterDevice() ? createReadStream(path, { fd }) : new Socket({ fd, writable: false });
}

async function readStream(path: string, name: string, { mostMiB, signal }: Bounds): Promise<Buffer> {
  const stream = await openStream(path);
  return new Promise((settle, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const give = (answer: () => void) => {
      signal.removeEventListener("abort", interrupt);
      stream.destroy();
      answer();
    };
    const interrupt = () => give(() => reject(new Interrupted()));
    signal.addEventListener("abort", interrupt);
    stream
      .on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        chunks.push(chunk);
        if (bytes > mostMiB * bytesPerMiB) give(() => reject(tooBig(name, mostMiB)));
      })
      .on("end", () => give(() => settle(Buffer.concat(chunks))))
      .on("error", (error: Error) => give(() => reject(error)));
  });
}

function cannotRead(name: string, error: NodeJS.ErrnoException): AiplatError {
  switch (error.code) {
    case "ENOENT":
      return new AiplatError("Usage", `${name}: no such file`);
    case "EISDIR":
      return new AiplatError("Usage", `${name} is a directory, not a file`);
    default:
      return new AiplatError("Usage", `${name} cannot be read: ${systemSays(error)}`, { cause: error });
  }
}

function decode(bytes: Buffer, name: string): string {
  if (!isUtf8(bytes)) throw notText(name);
  return bytes.toString("utf8");
}

function tooBig(name: string, mostMiB: number): AiplatError {
  return new AiplatError("Usage", `${name} is larger than ${mostMiB} MiB: it is no file for aiplat`);
}

function notText(name: string): AiplatError {
  return new AiplatError("Usage", `${name} is not UTF-8 text`, { hint: "Save it as UTF-8, if it is the right file." });
}
