import type { Context, Output } from "../context.ts";
import type { LogStream } from "../core/ecs/log-streams.ts";
import { harmless, toJson } from "./harmless.ts";
import { styleFor } from "./style.ts";

interface LogLine {
  readonly stream: LogStream;
  readonly timestamp: number;
  readonly message: string;
}

/**
 * Prints log lines as they come: the bare text where there is one stream, `TASK/CONTAINER | text` where there are
 * several, and one LogEvent document a line with `json`. Nothing in them moves the cursor or is acted upon, unless they
 * are asked for `raw`.
 */
export async function createLogPrinter(
  context: Context,
  to: Output,
  form: { readonly prefixOf?: (stream: LogStream) => string; readonly json: boolean; readonly raw?: boolean },
): Promise<(lines: readonly LogLine[]) => void> {
  const style = await styleFor(context.options.color, context.env, to);
  const format = ({ stream, timestamp, message }: LogLine): string => {
    if (form.json) {
      const { taskArn, container } = stream;
      const time = new Date(timestamp).toISOString();
      const event = { apiVersion: "aiplat/v1", kind: "LogEvent", taskArn, container, timestamp: time, message };
      return `${toJson(event)}\n`;
    }
    const lines = form.raw === true ? [message.replace(/\r?\n$/, "")] : linesOf(message);
    if (form.prefixOf === undefined) return lines.map((line) => `${line}\n`).join("");
    const prefix = style.cyan(`${form.prefixOf(stream)} |`);
    return lines.map((line) => `${prefix} ${line}\n`).join("");
  };
  return (lines) => to.writeAsIs(lines.map(format).join(""));
}

const colour = "\u001b\\[[0-9;]*m";
const colours = new RegExp(`(${colour})`);

/**
 * The lines of a message without anything harmful; colours stay, which programs write for people, but not the eighth,
 * which hides, and none beyond the end of its line.
 */
function linesOf(message: string): readonly string[] {
  return (
    message
      .replace(/[\r\n]+$/, "")
      // A bar of progress is written over and over on one line: each state of it is a line here.
      .split(/\r?\n|\r+/)
      .map((line) => {
        const safe = line
          .split(colours)
          .map((part, index) => (index % 2 === 1 && !/[[;]0*8[;m]/.test(part) ? part : harmless(part)))
          .join("");
        return safe.includes("\u001b") ? `${safe}\u001b[0m` : safe;
      })
  );
}
