import { fstatSync, writeSync } from "node:fs";
import type { OutputStream } from "../context.ts";

/** What a pipe holds before a writer must wait for its reader. */
const pipeBytes = 64 * 1024;

/** Who reads the standard streams. */
export interface Reader {
  /** Whether there is no use in writing any more. */
  isGone(): boolean;
  /** Told of what goes wrong in writing, e.g. EPIPE. */
  fail(error: NodeJS.ErrnoException): void;
}

/**
 * Standard output or standard error. Node's own stream costs a tenth of Node's start-up where it is not a terminal, so
 * the first text, mostly the only one, is written without it. More than a pipe holds goes through the stream: while it
 * waits for a slow reader, signals are heard.
 *
 * @param open Node's stream of the same descriptor.
 */
export function standardStream(fd: number, open: () => NodeJS.WriteStream, reader: Reader): OutputStream {
  const mayBeTerminal = fstatSync(fd).isCharacterDevice();
  let isFirst = true;
  let opened: NodeJS.WriteStream | undefined;
  const stream = () => (opened ??= open().on("error", reader.fail));

  function writeFirst(text: string): string | Buffer {
    const bytes = Buffer.from(text);
    if (bytes.length > pipeBytes) return text;
    try {
      return bytes.subarray(writeSync(fd, bytes));
    } catch (error) {
      // Full, and whoever made it wants no waiting.
      if ((error as NodeJS.ErrnoException).code === "EAGAIN") return text;
      reader.fail(error as NodeJS.ErrnoException);
      return "";
    }
  }

  return {
    write: (text) => {
      if (reader.isGone()) return;
      const rest = isFirst && !mayBeTerminal ? writeFirst(text) : text;
      isFirst = false;
      if (rest.length > 0) stream().write(rest);
    },
    get isTTY() {
      return mayBeTerminal && stream().isTTY === true;
    },
    get columns() {
      return (mayBeTerminal ? stream().columns : undefined) ?? 80;
    },
  };
}
