import type { Path } from "../base/problem.ts";
import { networkModes, onManagedInstances } from "./fields.ts";
import type { Workload } from "./schema.ts";

/** A mode of the workload file's own, or `none`, which only raw fields give: a task without any network. */
export type NetworkMode = (typeof networkModes)[number] | "none";

interface GivenNetworkMode {
  readonly mode: NetworkMode;
  readonly path: Path;
  /** As messages name it. */
  readonly text: string;
}

/**
 * The network mode that the file itself gives, and where. The raw fields of the task definition are merged last, and
 * where they delete it, ECS takes its own default.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html
 */
export function givenNetworkMode({ ecs }: Pick<Workload, "ecs">): GivenNetworkMode | undefined {
  const { networkMode: word, taskDefinition = {} } = ecs ?? {};
  const raw = taskDefinition["networkMode"];
  const path = ["ecs", "taskDefinition", "networkMode"];
  if (raw === null) return { mode: "bridge", path, text: `${path.join(".")} null, which is bridge,` };
  const mode = [...networkModes, "none" as const].find((each) => each === raw);
  if (mode !== undefined) return { mode, path, text: `${path.join(".")} ${mode}` };
  return word === undefined ? undefined : { mode: word, path: ["ecs", "networkMode"], text: `ecs.networkMode ${word}` };
}

/**
 * The network mode of a workload's tasks on ECS: what the file gives; else `host` with EFA, which needs the instance's
 * own network, `awsvpc` on Managed Instances, which have no bridge, and `bridge`.
 *
 * @param efa Whether the workload has EFA interfaces.
 */
export function networkModeFor(workload: Pick<Workload, "ecs">, efa: boolean): NetworkMode {
  const given = givenNetworkMode(workload);
  if (given !== undefined) return given.mode;
  if (efa) return "host";
  return onManagedInstances(workload) ? "awsvpc" : "bridge";
}
