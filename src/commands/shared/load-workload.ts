import type { Raw } from "../../core/base/merge.ts";
import { present } from "../../core/base/present.ts";
import type { Context } from "../../context.ts";
import {
  listOr,
  pathText,
  Refusal,
  samePath,
  type LocatedProblem,
  type Path,
  type Problem,
} from "../../core/base/problem.ts";
import type { Checked } from "../../core/workload/check.ts";
import type { SourceDocument } from "../../core/workload/parse.ts";
import { flagFor, missingFlags, overlayFlags, type FlagTexts, type Overlaid } from "../../core/workload/overlay.ts";
import { runRules, type TargetRule } from "../../core/workload/rules/rule.ts";
import { workloadRules } from "../../core/workload/rules.ts";
import type { Workload } from "../../core/workload/schema.ts";
import { takeLegal } from "../../core/workload/take-legal.ts";
import { AiplatError, InvalidInput } from "../../errors.ts";
import { fileExists, nameOfFile } from "../../files/read.ts";
import { note } from "../../output/note.ts";
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

/** The rules of the target that a command acts on, or what loads those that the workload asks for. */
type TargetRules = readonly TargetRule[] | ((written: Raw) => Promise<readonly TargetRule[]>);

async function rulesOf(target: TargetRules, written: Raw): Promise<readonly TargetRule[]> {
  return typeof target === "function" ? target(written) : target;
}

/**
 * The workload of a command: the file it names, `./aiplat.yaml`, flags alone, or flags over a file; checked in full.
 *
 * @param target The rules of the target that the command acts on.
 * @throws InvalidInput with every problem at once, each with its place.
 */
export async function loadWorkload(
  context: Context,
  { args, options, passthrough }: Invocation<WorkloadOptions>,
  target: TargetRules = [],
): Promise<LoadedWorkload> {
  const sources = await sourcesOf(context, { args, options, ...present({ passthrough }) });
  const { paths, sets, flags } = sources;
  if (paths.length === 0 && !describesWorkload(sources)) {
    const absent = !options.file
      ? `--no-file leaves out ${defaultFile}, and no flags were given`
      : `there is no ${defaultFile} here, and no file or flags were given`;
    throw new AiplatError("Usage", `no workload: ${absent}`, {
      hint: "Write one with aiplat init, name a file, or give --name, --image and --instance-type.",
    });
  }
  const byFlagsAlone = paths.length === 0 && sets.length === 0;
  const found = byFlagsAlone ? await fromFlags(flags, target) : await fromFiles(context, sources, flags, target);
  return { ...found, workload: onCluster(found.workload, clusterOfEnvironment(context)) };
}

/** Where neither the file nor a flag names a cluster, the environment's. */
function onCluster(workload: Workload, cluster: string | undefined): Workload {
  return cluster === undefined || workload.ecs?.cluster !== undefined
    ? workload
    : { ...workload, ecs: { ...workload.ecs, cluster } };
}

/** What a workload is made of: each over what stands before it. */
interface Sources {
  /** Files, `-` for standard input. */
  readonly paths: readonly string[];
  /** The texts of `--set`. */
  readonly sets: readonly string[];
  readonly flags: FlagTexts;
}

/** The file of the folder counts where none is named, and where nothing says that another workload is meant. */
async function sourcesOf(
  context: Context,
  { args, options, passthrough }: Invocation<WorkloadOptions>,
): Promise<Sources> {
  const named = { paths: args, sets: options.set ?? [], flags: flagTexts(options, passthrough) };
  if (args.length > 0 && !options.file) throw new AiplatError("Usage", "give a workload file or --no-file, not both");
  if (args.length > 0 || !options.file || !fileExists(context, defaultFile)) return named;
  const [name] = named.flags.texts.get("--name") ?? [];
  if (name !== undefined && name !== (await nameInDefaultFile(context))) return named;
  const unsaid = new Set(["--cluster", ...(options.kindIsImplied === true ? ["--kind"] : [])]);
  const beside = [...named.flags.texts.keys()].filter((flag) => !unsaid.has(flag));
  if (named.sets.length > 0) beside.push("--set");
  if (beside.length > 0)
    note(context, `${defaultFile} is the workload, with ${listOr(beside, "and")} over it; --no-file leaves it out`);
  return { ...named, paths: [defaultFile] };
}

async function nameInDefaultFile(context: Context): Promise<unknown> {
  const { readWorkloadFiles } = await import("./workload-files.ts");
  const { value } = await readWorkloadFiles(context, [defaultFile], []).catch(asInvalidInput);
  return value["name"];
}

/** Whether there is a workload to load: a file is named or lies here, or flags describe one. */
export function namesWorkload(
  context: Pick<Context, "cwd">,
  { args, options, passthrough }: Invocation<WorkloadOptions>,
): boolean {
  if (args.length > 0 || (options.file && fileExists(context, defaultFile))) return true;
  return describesWorkload({ sets: options.set ?? [], flags: flagTexts(options, passthrough) });
}

/** `--cluster` alone says where, not what. */
function describesWorkload({ sets, flags: { texts, command } }: Omit<Sources, "paths">): boolean {
  return command !== undefined || sets.length > 0 || [...texts.keys()].some((flag) => flag !== "--cluster");
}

/** Without the schema library: the flags' own rules have read every value. */
async function fromFlags(flags: FlagTexts, target: TargetRules): Promise<LoadedWorkload> {
  const overlaid = overlayFlags({}, flags);
  const missing = missingFlags(overlaid.document, overlaid.broken);
  const broken = [...overlaid.broken, ...missing.map((each) => each.path!)];
  const workload = overlaid.document as unknown as Workload;
  const locate = (problem: Problem): LocatedProblem => {
    const flag = overlaid.flagOf(problem.path ?? []) ?? flagFor(problem.path ?? []);
    return { ...problem, ...present({ flag }) };
  };
  const rules = [...workloadRules, ...(await rulesOf(target, overlaid.document))];
  const problems = [...overlaid.problems, ...missing, ...runRules(rules, workload, broken).map(locate)];
  return loaded(workload, undefined, problems, locate);
}

/** By the schema: files, what `--set` says, and flags over them. */
async function fromFiles(
  context: Context,
  { paths, sets }: Pick<Sources, "paths" | "sets">,
  flags: FlagTexts,
  target: TargetRules,
): Promise<LoadedWorkload> {
  const { readWorkloadFiles } = await import("./workload-files.ts");
  const source = await readWorkloadFiles(context, paths, sets).catch(asInvalidInput);
  const overlaid = overlayFlags(source.value, flags);
  const ofFlag = (at: Path) => overlaid.flagOf(at) !== undefined;
  const legal = takeLegal(overlaid.document);
  const checked: Checked =
    legal === undefined
      ? (await import("../../core/workload/check.ts")).checkReadings(
          overlaid.document,
          source.readings.filter(({ path }) => !ofFlag(path)),
          (at: Path) => (ofFlag(at) ? undefined : source.writtenAt(at)),
        )
      : { problems: [], broken: [], workload: legal };
  for (const path of source.set) {
    const flag = overlaid.flagOf(path);
    if (flag !== undefined) throw new AiplatError("Usage", `give ${flag} or --set ${pathText(path)}=..., not both`);
  }
  const locate = locatorOf(source, overlaid);
  const unread = source.broken.filter((path) => !ofFlag(path));
  // What a wrong flag would have set is not missing, and what a reference stands for is not known.
  const own = checked.problems.filter(
    (each) =>
      (each.code !== "missing-key" || !overlaid.broken.some((one) => samePath(one, each.path!))) &&
      !unread.some((one) => samePath(one, each.path!)),
  );
  const rules = [...workloadRules, ...(await rulesOf(target, overlaid.document))];
  const problems = [
    ...source.problems.filter(({ path = [] }) => !ofFlag(path)),
    ...[...own, ...runRules(rules, checked.workload, [...checked.broken, ...overlaid.broken, ...unread])].map(locate),
    ...overlaid.problems,
  ];
  return loaded(checked.workload, paths.length === 0 ? undefined : paths.map(nameOfFile).join(", "), problems, locate);
}

/** A refusal of what cannot be read at all. */
function asInvalidInput(error: unknown): never {
  return parsed(() => {
    throw error;
  });
}

function locatorOf(source: Pick<SourceDocument, "placeOf">, overlaid: Overlaid): LoadedWorkload["locate"] {
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

/** As the user reads the files, then the flags. */
export function inOrder(problems: readonly LocatedProblem[]): readonly LocatedProblem[] {
  const files = [...new Set(problems.flatMap(({ file }) => file ?? []))];
  const rank = ({ file }: LocatedProblem) => (file === undefined ? files.length : files.indexOf(file));
  const line = (each: LocatedProblem) => each.line ?? Number.MAX_SAFE_INTEGER;
  return problems.toSorted(
    (one, other) => rank(one) - rank(other) || line(one) - line(other) || (one.column ?? 0) - (other.column ?? 0),
  );
}

/** A refusal of the core as invalid input with places. */
function parsed<T>(work: () => T, locate: (problem: Problem) => LocatedProblem = (problem) => problem): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof Refusal ? new InvalidInput(inOrder(error.problems.map(locate))) : error;
  }
}
