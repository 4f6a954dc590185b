import type { Context, Output } from "../context.ts";
import type { LogStream } from "../core/ecs/log-streams.ts";
import { styleFor } from "./style.ts";

interface LogLine {
  readonly stream: LogStream;
  readonly timestamp: number;
  readonly message: string;
}

/**
 * Prints log lines as they come: the bare text where there is one stream, `TASK/CONTAINER | text` where there are
 * several, and one LogEvent document a line with `json`.
 */
export async function createLogPrinter(
  context: Context,
  to: Output,
  form: { readonly prefixOf?: (stream: LogStream) => string; readonly json: boolean },
): Promise<(lines: readonly LogLine[]) => void> {
  const style = await styleFor(context.options.color, context.env, to);
  const format = ({ stream, timestamp, message }: LogLine): string => {
    if (form.json) {
      const { taskArn, container } = stream;
      const time = new Date(timestamp).toISOString();
      const event = { apiVersion: "aiplat/v1", kind: "LogEvent", taskArn, container, timestamp: time, message };
      return `${JSON.stringify(event)}\n`;
    }
    const text = message.replace(/\r?\n$/, "");
    if (form.prefixOf === undefined) return `${text}\n`;
    const prefix = style.cyan(`${form.prefixOf(stream)} |`);
    return text
      .split("\n")
      .map((line) => `${prefix} ${line}\n`)
      .join("");
  };
  return (lines) => to.write(lines.map(format).join(""));
}
