import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { standardStream } from "../../../src/output/standard-stream.ts";

let folder: string;
let fd: number;
let written: string[];
let failures: (string | undefined)[];
let gone: boolean;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "aiplat-stream-"));
  fd = openSync(join(folder, "out"), "w");
  written = [];
  failures = [];
  gone = false;
});
afterEach(() => rmSync(folder, { recursive: true }));

const file = () => readFileSync(join(folder, "out"), "utf8");
const reader = {
  isGone: () => gone,
  fail: ({ code }: NodeJS.ErrnoException) => {
    failures.push(code);
    gone = true;
  },
};

/** Node's stream, which keeps what it gets. */
function open(): NodeJS.WriteStream {
  const stream = new Writable({
    write: (chunk: Buffer, _, done) => {
      written.push(chunk.toString());
      done();
    },
  });
  return stream as unknown as NodeJS.WriteStream;
}

describe("a standard stream that is no terminal", () => {
  test("writes what a pipe holds without Node's stream", () => {
    const stream = standardStream(fd, () => expect.unreachable("no stream is needed"), reader);
    stream.write("größer\n");
    stream.write("second\n");
    stream.write("x".repeat(64 * 1024 - 16));
    expect(file()).toBe(`größer\nsecond\n${"x".repeat(64 * 1024 - 16)}`);
  });

  test("writes with Node's stream what is more than a pipe holds, and all that follows it", () => {
    const stream = standardStream(fd, open, reader);
    const most = "x".repeat(64 * 1024 - 1);
    stream.write(most);
    stream.write("ß");
    stream.write("y");
    expect([file(), written]).toEqual([most, ["ß", "y"]]);
  });

  test("leaves more than a pipe holds to Node's stream", () => {
    const text = "ß".repeat(33 * 1024);
    standardStream(fd, open, reader).write(text);
    expect([file(), written]).toEqual(["", [text]]);
  });

  test("tells of a first text that cannot be written, and writes nothing more", () => {
    const stream = standardStream(fd, open, reader);
    closeSync(fd);
    stream.write("first\n");
    stream.write("second\n");
    expect([failures, written]).toEqual([["EBADF"], []]);
  });

  test("is no terminal and has no width of its own, without Node's stream", () => {
    const stream = standardStream(fd, () => expect.unreachable("no stream is needed"), reader);
    expect([stream.isTTY, stream.columns]).toEqual([false, 80]);
  });
});

test("asks Node's stream whether a device is a terminal", () => {
  const device = openSync("/dev/null", "w");
  const stream = standardStream(device, () => Object.assign(open(), { isTTY: true, columns: 132 }), reader);
  expect([stream.isTTY, stream.columns]).toEqual([true, 132]);
  stream.write("first\n");
  expect(written).toEqual(["first\n"]);
});
