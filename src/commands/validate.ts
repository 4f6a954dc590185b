import { exitCodes, InvalidInput, type ExitCode } from "../errors.ts";
import { githubAnnotations } from "../output/annotations.ts";
import { note, warn } from "../output/note.ts";
import { defineCommand } from "./command.ts";
import {
  inOrder,
  loadWorkload,
  workloadArgument,
  workloadOptions,
  type LoadedWorkload,
} from "./shared/load-workload.ts";

export const validate = defineCommand({
  description:
    "Checks a workload file, flags, or flags over a file, and reports every problem at once on stderr, " +
    "with line and column and what to write instead. Prints nothing on stdout. Exits 2 on errors; " +
    "warnings alone exit 0.",
  arguments: [workloadArgument],
  options: workloadOptions,
  takesCommand: true,
  examples: [
    ["aiplat validate", "./aiplat.yaml"],
    ["aiplat validate deploy/bert.yaml -o github", "as annotations in a GitHub workflow"],
    ["aiplat validate --name bert --image bert:1 --instance-type trn1.32xlarge --devices 3", "flags alone"],
  ],
  formats: ["text", "json", "github"],
  run: async (context, invocation): Promise<ExitCode> => {
    const annotate = context.options.format === "github";
    try {
      const loaded = await loadWorkload(context, invocation);
      const { file, warnings } = loaded;
      await checkForEcs(loaded);
      if (annotate) context.stderr.writeAsIs(githubAnnotations(warnings));
      else {
        await warn(context, ...warnings);
        note(context, `${file ?? "the workload"} ${file?.includes(", ") === true ? "are" : "is"} valid`);
      }
      return exitCodes.success;
    } catch (error) {
      if (!annotate || !(error instanceof InvalidInput)) throw error;
      context.stderr.writeAsIs(githubAnnotations(error.problems));
      return error.exitCode;
    }
  },
});

/**
 * A workload with a section of ECS's comes to task definitions, and is judged by them. Without one it may be for EKS
 * alone.
 *
 * @throws InvalidInput with what is wrong, and with the warnings, which would be lost.
 */
async function checkForEcs({ workload, warnings, locating }: LoadedWorkload): Promise<void> {
  if (workload.ecs === undefined) return;
  const [{ anyRegion, loadJudge }, { resolveForEcs }, { resolveWorkload }] = await Promise.all([
    import("./shared/load-ecs-workload.ts"),
    import("../core/ecs/resolve-for-ecs.ts"),
    import("../core/workload/resolve.ts"),
  ]);
  const judge = (await loadJudge(workload))();
  try {
    locating(() => resolveForEcs(resolveWorkload(workload), { region: anyRegion }, judge));
  } catch (error) {
    throw error instanceof InvalidInput ? new InvalidInput(inOrder([...warnings, ...error.problems])) : error;
  }
}
