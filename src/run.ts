import { connect, type Connection, type Surroundings } from "./connect.ts";
import { toAiplatError, type ExitCode } from "./errors.ts";
import { reportError } from "./output/error.ts";
import { harmlessOutput } from "./output/harmless.ts";
import { note } from "./output/note.ts";
import { runProgram } from "./program.ts";

/**
 * Runs a command line, without node and script, in its surroundings: the command, what --sandbox says at the end, and
 * the one report of an error. It never throws.
 */
export async function run(argv: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  let connection: Connection | undefined;
  try {
    const exitCode = await runProgram(argv, surroundings, (options) => {
      connection = connect(options, surroundings);
      return connection.context;
    });
    noteSandbox(connection);
    return exitCode;
  } catch (thrown) {
    noteSandbox(connection);
    const error = toAiplatError(thrown);
    await reportError(error, { argv, env: surroundings.env, stderr: harmlessOutput(surroundings.stderr) });
    return error.exitCode;
  } finally {
    await connection?.close();
  }
}

/** What --sandbox says at the end. */
function noteSandbox(connection: Connection | undefined): void {
  if (connection?.sandboxUsed() === true)
    note(
      connection.context,
      "This was a sandbox: AWS was not called and nothing is kept. aiplat sandbox starts one that stays.",
    );
}
