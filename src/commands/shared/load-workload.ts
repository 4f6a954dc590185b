import { present } from "../../core/base/present.ts";
import type { Context } from "../../context.ts";
import { Refusal, type LocatedProblem, type Path, type Problem } from "../../core/base/problem.ts";
import type { SourceDocument } from "../../core/workload/parse.ts";
import { flagFor, missingFlags, overlayFlags, type FlagTexts, type Overlaid } from "../../core/workload/overlay.ts";
import { runRules, type TargetRule } from "../../core/workload/rules/rule.ts";
import { workloadRules } from "../../core/workload/rules.ts";
import type { Workload } from "../../core/workload/schema.ts";
import { AiplatError, InvalidInput } from "../../errors.ts";
import { fileExists, readText, stdinName } from "../../files/read.ts";
import type { Invocation } from "../command.ts";
import { clusterOfEnvironment, defaultFile } from "./named-cluster.ts";
import { flagTexts, type WorkloadOptions } from "./workload-options.ts";

export { workloadArgument, workloadOptions, type WorkloadOptions } from "./workload-options.ts";

/** A workload that is legal, with what the user should know and where its keys were written. */
export interface LoadedWorkload {
  readonly workload: Workload;
  /** The file it was read from; undefined where flags alone made it. */
  readonly file?: string;
  readonly warnings: readonly LocatedProblem[];
  /** Adds where the user wrote what a problem is about: file, line and column, or the flag. */
  locate(problem: Problem): LocatedProblem;
  /** Runs what may refuse the workload (resolve, generate): the refusal says where in the file or the flags. */
  locating<T>(work: () => T): T;
}

/**
 * The workload of a command: the file it names, `./aiplat.yaml`, flags alone, or flags over a file; checked in full.
 *
 * @param target The rules of the target that the command acts on; `validate` has none.
 * @throws InvalidInput with every problem at once, each with its place.
 */
export async function loadWorkload(
  context: Context,
  { args, options, passthrough }: Invocation<WorkloadOptions>,
  target: readonly TargetRule[] = [],
): Promise<LoadedWorkload> {
  const flags = flagTexts(options, passthrough);
  const path = args[0] ?? (fileExists(context, defaultFile) ? defaultFile : undefined);
  if (path === undefined && !describesWorkload(flags)) {
    throw new AiplatError("Usage", `no workload: there is no ${defaultFile} here, and no file or flags were given`, {
      hint: "Write one with aiplat init, name a file, or give --name, --image and --instance-type.",
    });
  }
  const found = path === undefined ? fromFlags(flags, target) : await fromFile(context, path, flags, target);
  return { ...found, workload: onCluster(found.workload, clusterOfEnvironment(context)) };
}

/** Where neither the file nor a flag names a cluster, the environment's. */
function onCluster(workload: Workload, cluster: string | undefined): Workload {
  return cluster === undefined || workload.ecs?.cluster !== undefined
    ? workload
    : { ...workload, ecs: { ...workload.ecs, cluster } };
}

/** Whether there is a workload to load: a file is named or lies here, or flags describe one. */
export function namesWorkload(
  context: Pick<Context, "cwd">,
  { args, options, passthrough }: Invocation<WorkloadOptions>,
): boolean {
  return args.length > 0 || fileExists(context, defaultFile) || describesWorkload(flagTexts(options, passthrough));
}

/** `--cluster` alone says where, not what. */
function describesWorkload({ texts, command }: FlagTexts): boolean {
  return command !== undefined || [...texts.keys()].some((flag) => flag !== "--cluster");
}

/** Without the schema library: the flags' own rules have read every value. */
function fromFlags(flags: FlagTexts, target: readonly TargetRule[]): LoadedWorkload {
  const overlaid = overlayFlags({}, flags);
  const missing = missingFlags(overlaid.document, overlaid.broken);
  const broken = [...overlaid.broken, ...missing.map((each) => each.path!)];
  const workload = overlaid.document as unknown as Workload;
  const locate = (problem: Problem): LocatedProblem => {
    const flag = overlaid.flagOf(problem.path ?? []) ?? flagFor(problem.path ?? []);
    return { ...problem, ...present({ flag }) };
  };
  const problems = [
    ...overlaid.problems,
    ...missing,
    ...runRules([...workloadRules, ...target], workload, broken).map(locate),
  ];
  return loaded(workload, undefined, problems, locate);
}

async function fromFile(
  context: Context,
  path: string,
  flags: FlagTexts,
  target: readonly TargetRule[],
): Promise<LoadedWorkload> {
  const text = await readText(context, path);
  const [{ parseWorkloadText }, { checkDocument }] = await Promise.all([
    import("../../core/workload/parse.ts"),
    import("../../core/workload/check.ts"),
  ]);
  const file = path === "-" ? stdinName : path;
  const source = parsed(() => parseWorkloadText(text, file));
  const overlaid = overlayFlags(source.value, flags);
  const checked = checkDocument(overlaid.document, (at: Path) =>
    overlaid.flagOf(at) === undefined ? source.writtenAt(at) : undefined,
  );
  const locate = locatorOf(source, overlaid);
  // What a wrong flag would have set is not missing.
  const own = checked.problems.filter(
    (each) => each.code !== "missing-key" || !overlaid.broken.some((one) => one.join("\0") === each.path!.join("\0")),
  );
  const problems = [
    ...source.problems,
    ...[
      ...own,
      ...runRules([...workloadRules, ...target], checked.workload, [...checked.broken, ...overlaid.broken]),
    ].map(locate),
    ...overlaid.problems,
  ];
  return loaded(checked.workload, file, problems, locate);
}

function locatorOf(source: SourceDocument, overlaid: Overlaid): LoadedWorkload["locate"] {
  return ({ about, ...problem }) => {
    const path = problem.path ?? [];
    const flag = overlaid.flagOf(path);
    return {
      ...problem,
      ...(flag === undefined ? source.placeOf({ path, ...present({ about }) }) : { flag }),
    };
  };
}

function loaded(
  workload: Workload,
  file: string | undefined,
  problems: readonly LocatedProblem[],
  locate: LoadedWorkload["locate"],
): LoadedWorkload {
  if (problems.some((each) => each.severity === "error")) throw new InvalidInput(inOrder(problems));
  // What is about no key of the workload has no place in it.
  const place = (each: Problem) => (each.path === undefined ? each : locate(each));
  return {
    workload,
    ...present({ file }),
    warnings: problems,
    locate: place,
    locating: (work) => parsed(work, place),
  };
}

/** As the user reads the file, then the flags. */
export function inOrder(problems: readonly LocatedProblem[]): readonly LocatedProblem[] {
  const line = (each: LocatedProblem) => each.line ?? Number.MAX_SAFE_INTEGER;
  return problems.toSorted((one, other) => line(one) - line(other) || (one.column ?? 0) - (other.column ?? 0));
}

/** A refusal of the core as invalid input with places. */
function parsed<T>(work: () => T, locate: (problem: Problem) => LocatedProblem = (problem) => problem): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof Refusal ? new InvalidInput(inOrder(error.problems.map(locate))) : error;
  }
}
