import { Server } from "node:net";
import { tmpdir } from "node:os";
import { afterEach, expect, it, vi } from "vitest";
import { run } from "../../src/run.ts";
import { bareEnv, bufferedSurroundings } from "../support/cli.ts";

afterEach(() => vi.restoreAllMocks());

it.each([
  [0, ["cluster", "devices"]],
  [1, ["task", "logs", "0123456789abcdef0123456789abcdef"]],
])("ends the sandbox of a command that exits with %i, in a process that goes on", async (code, words) => {
  const listening = vi.spyOn(Server.prototype, "listen");
  const { surroundings } = bufferedSurroundings(bareEnv(), tmpdir());
  expect(await run([...words, "--sandbox"], surroundings)).toBe(code);
  const servers = listening.mock.contexts as readonly Server[];
  expect(servers.map((server) => server.listening)).toEqual([false]);
});
