import { redactSnapshot } from "../core/cluster/redact.ts";
import { formatSnapshot } from "../core/cluster/snapshot-file.ts";
import { writeNewFile } from "../files/write.ts";
import { note } from "../output/note.ts";
import { clusterOption } from "./cluster-state.ts";
import type { Command } from "./command.ts";
import { readClusterState } from "./read-cluster.ts";

interface Options {
  readonly cluster?: string;
  readonly file?: string;
  readonly redact?: boolean;
}

export const clusterSnapshot: Command<Options> = {
  description:
    "Writes the state of a cluster (instances, tasks that are not stopped, their task definitions) as a file that --cluster-state takes, so that a pull request is checked without credentials.",
  options: [
    clusterOption,
    { flags: "--file <path>", description: "write to this file, overwriting it", defaultText: "standard output" },
    { flags: "--redact", description: "leave account ids and the values of environment variables out" },
  ],
  examples: [["aiplat cluster snapshot --cluster prod --redact --file prod.json", "for a pull request's checks"]],
  // The same document: a person at the terminal sees the progress and the note too.
  formats: ["text", "json"],
  run: async (context, { options }) => {
    const snapshot = await readClusterState(context, await context.aws.ecs(), options.cluster ?? "default");
    const text = formatSnapshot(options.redact === true ? redactSnapshot(snapshot) : snapshot);
    if (options.file === undefined) {
      context.stdout.write(text);
      return;
    }
    await writeNewFile(context, options.file, text, true);
    note(context, `wrote ${options.file}: ${snapshot.instances.length} instances, ${snapshot.tasks.length} tasks`);
  },
};
