import { expect, it } from "vitest";
import type { Context } from "../../../src/context.ts";
import { note } from "../../../src/output/note.ts";

/** What a note is on a stream. */
function noted(text: string, stream: { readonly isTTY: boolean; readonly columns: number }): string {
  let written = "";
  const stderr = { ...stream, write: (more: string) => void (written += more) };
  note({ options: { quiet: false, format: "text" }, stderr } as unknown as Context, text);
  return written;
}

const event = "bert-inf2-24xlarge-n0-1  has started 1 tasks: (task afc9365831a08c871eb77c3f4336ff52).";

it("goes on below itself on a terminal, indented so that no other note seems to begin there", () => {
  expect(noted(event, { isTTY: true, columns: 60 })).toBe(
    `bert-inf2-24xlarge-n0-1  has started 1 tasks: (task\n${" ".repeat(25)}afc9365831a08c871eb77c3f4336ff52).\n`,
  );
});

it("keeps the second column of a list below its own beginning, where it has room", () => {
  const list = "The templates are:\nvllm-inf2  vLLM with NxD Inference, by its last image\nshort      A server";
  expect(noted(list, { isTTY: true, columns: 50 })).toBe(
    "The templates are:\nvllm-inf2  vLLM with NxD Inference, by its last\n           image\nshort      A server\n",
  );
});

it("gives a command that has no room a line of its own, whole", () => {
  const command = "aiplat task wait --run t-b0b3277f --cluster default";
  expect(noted(`The tasks go on. To wait on:  ${command}`, { isTTY: true, columns: 60 })).toBe(
    `The tasks go on. To wait on:\n    ${command}\n`,
  );
  expect(noted(`Then:  ${command}`, { isTTY: true, columns: 60 })).toBe(`Then:  ${command}\n`);
});

it("is one line in a pipe", () => {
  expect(noted(event, { isTTY: false, columns: 60 })).toBe(`${event}\n`);
});
