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
 * as much as a pipe holds, mostly all there is, is written without it. What is more goes through the stream: while it
 * waits for a slow reader, signals are heard.
 *
 * @param open Node's stream of the same descriptor.
 */
export function standardStream(fd: number, open: () => NodeJS.WriteStream, reader: Reader): OutputStream {
  const mayBeTerminal = fstatSync(fd).isCharacterDevice();
  let room = mayBeTerminal ? 0 : pipeBytes;
  let opened: NodeJS.WriteStream | undefined;
  const stream = () => (opened ??= open().on("error", reader.fail));

  /** What is left of the text for Node's stream. */
  function writeAtOnce(text: string): string | Buffer {
    const bytes = Buffer.from(text);
    // What follows a text that went through the stream does so too.
    if (bytes.length > room) room = 0;
    if (room === 0) return text;
    room -= bytes.length;
    try {
      const rest = bytes.subarray(writeSync(fd, bytes));
      if (rest.length > 0) room = 0;
      return rest;
    } catch (error) {
      room = 0;
      // Full, and whoever made it wants no waiting.
      if ((error as NodeJS.ErrnoException).code === "EAGAIN") return text;
      reader.fail(error as NodeJS.ErrnoException);
      return "";
    }
  }

  return {
    write: (text) => {
      if (reader.isGone()) return;
      const rest = room > 0 ? writeAtOnce(text) : text;
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
