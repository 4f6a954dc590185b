import type { Context } from "../context.ts";
import { isRaw, type Raw } from "../core/base/merge.ts";
import { present } from "../core/base/present.ts";
import { withoutRefused, type LocatedProblem, type Problem } from "../core/base/problem.ts";
import { runRules, type TargetRule } from "../core/workload/rules/rule.ts";
import { exitCodes, InvalidInput, type ExitCode } from "../errors.ts";
import { githubAnnotations } from "../output/annotations.ts";
import { note, warn } from "../output/note.ts";
import { defineCommand } from "./command.ts";
import { aloneOn, joinTargets, judgeForTarget, targetRules, targets, type Target } from "./shared/judge-target.ts";
import { inOrder, loadWorkload, workloadArgument, workloadOptions } from "./shared/load-workload.ts";

export const validate = defineCommand({
  description:
    "Checks a workload file, flags, or flags over a file, and reports every problem at once on stderr, " +
    "with line and column and what to write instead: what taskdef generate or eks generate would refuse, too. Of a file " +
    "with sections of both, what one target alone refuses is a warning with its name. Prints nothing on stdout. Exits 2 " +
    "on errors; warnings alone exit 0.",
  arguments: [workloadArgument],
  options: [
    ...workloadOptions,
    {
      flags: "--for <target>",
      description: "say all that this target would refuse without looking at a cluster",
      choices: targets,
      defaultText: "the one that the file names (accelerator.resource is eks's), else ecs; both where it names both",
    },
  ],
  takesCommand: true,
  examples: [
    ["aiplat validate", "./aiplat.yaml"],
    ["aiplat validate --for eks", "for Kubernetes, whatever sections the file has"],
    ["aiplat validate deploy/bert.yaml -o github", "as annotations in a GitHub workflow"],
    ["aiplat validate --name bert --image bert:1 --instance-type trn1.32xlarge --devices 3", "flags alone"],
  ],
  formats: ["text", "json", "github"],
  run: async (context, invocation): Promise<ExitCode> => {
    const annotate = context.options.format === "github";
    try {
      const { file, warnings } = await judge(context, invocation, invocation.options.for);
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

function targetsOf(written: Raw): readonly Target[] {
  const named = targets.filter((target) => written[target] !== undefined);
  if (named.length > 0) return named;
  const { accelerator } = written;
  // A resource of nodes is Kubernetes' alone.
  return isRaw(accelerator) && accelerator["resource"] !== undefined ? ["eks"] : ["ecs"];
}

/**
 * Reads the workload with the rules of the one target that it is for; where it is for both, what they say of it is told
 * apart.
 *
 * @throws InvalidInput with what is wrong, and with the warnings, which would be lost.
 */
async function judge(
  context: Context,
  invocation: Parameters<typeof loadWorkload>[1],
  asked: Target | undefined,
): Promise<{ readonly file?: string; readonly warnings: readonly LocatedProblem[] }> {
  let rules: ReadonlyMap<Target, readonly TargetRule[]> = new Map();
  let chosen: readonly Target[] = [];
  const { workload, file, warnings, locate } = await loadWorkload(context, invocation, async (written) => {
    chosen = asked === undefined ? targetsOf(written) : [asked];
    rules = new Map(await Promise.all(chosen.map(async (each) => [each, await targetRules(each)] as const)));
    return chosen.length === 1 ? rules.get(chosen[0]!)! : chosen.flatMap((each) => rules.get(each)!.map(aloneOn(each)));
  });
  const found = new Map<Target, readonly Problem[]>();
  for (const target of chosen) {
    const refused = runRules(rules.get(target)!, workload, []).some(({ severity }) => severity === "error");
    found.set(target, refused ? [] : await judgeForTarget(target, workload));
  }
  const more = chosen.length === 1 ? found.get(chosen[0]!)! : joinTargets(found);
  const placed = more.map((each) => (each.path === undefined ? each : locate(each)));
  const problems = inOrder([...withoutRefused(warnings, placed), ...placed]);
  if (problems.some(({ severity }) => severity === "error")) throw new InvalidInput(problems);
  return { ...present({ file }), warnings: problems };
}
