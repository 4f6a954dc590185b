import type { Context } from "../../context.ts";
import { Refusal, valueAt } from "../../core/base/problem.ts";
import { InvalidInput } from "../../errors.ts";
import { fileExists, readText } from "../../files/read.ts";

/** The workload file that a command finds by itself. */
export const defaultFile = "aiplat.yaml";

/** The cluster that AIPLAT_CLUSTER names. */
export function clusterOfEnvironment({ env }: Pick<Context, "env">): string | undefined {
  return env["AIPLAT_CLUSTER"] || undefined;
}

/**
 * The cluster of a command that takes no workload: the flag's, that of ./aiplat.yaml, AIPLAT_CLUSTER's, `default`, in
 * that order. Nothing else of the file counts, and it need not be whole.
 *
 * @throws InvalidInput where the file cannot be read at all.
 */
export async function namedCluster(context: Context, flag: string | undefined): Promise<string> {
  return flag ?? (await clusterOfFile(context)) ?? clusterOfEnvironment(context) ?? "default";
}

async function clusterOfFile(context: Context): Promise<string | undefined> {
  if (!fileExists(context, defaultFile)) return undefined;
  const [text, { parseWorkloadText }, { fillInText }] = await Promise.all([
    readText(context, defaultFile),
    import("../../core/workload/parse.ts"),
    import("../../core/workload/environment-references.ts"),
  ]);
  try {
    const path = ["ecs", "cluster"];
    const source = parseWorkloadText(text, defaultFile);
    const written = valueAt(source.value, path);
    if (typeof written !== "string" || written === "") return undefined;
    const { text: cluster, problems } = fillInText(written, path, context.env);
    if (problems.length > 0) throw new Refusal(problems.map((each) => ({ ...each, ...source.placeOf(each) })));
    return cluster === "" ? undefined : cluster;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const hint = "Give --cluster NAME where the file does not matter.";
    throw new InvalidInput(error.problems.map((each) => ({ ...each, hint: each.hint ?? hint })));
  }
}
