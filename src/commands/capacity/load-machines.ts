import type { Context } from "../../context.ts";
import { present } from "../../core/base/present.ts";
import { listOr } from "../../core/base/problem.ts";
import { machinesOf, machinesOfType, type CapacityMachines } from "../../core/capacity/machines.ts";
import { capacityKinds, type CapacityKind } from "../../core/capacity/settings.ts";
import { findInstanceType, unknownInstanceType } from "../../core/catalog/instance-types/catalog.ts";
import { nameOfArn } from "../../core/ecs-api/arn.ts";
import { capacityOf } from "../../core/ecs/capacity.ts";
import { AiplatError, mistakesOf, refuseMistakes } from "../../errors.ts";
import { fileExists } from "../../files/read.ts";
import type { Invocation } from "../command.ts";
import { clusterOfEnvironment, defaultFile } from "../shared/named-cluster.ts";
import { flagTexts } from "../shared/workload-options.ts";
import type { CapacityOptions } from "./capacity-options.ts";

/** The machines that are asked for, and of which cluster. */
export interface LoadedMachines {
  readonly cluster: string;
  readonly kind: CapacityKind;
  readonly fleets: readonly CapacityMachines[];
  /** Runs what may refuse them: the refusal says where in the file or the flags. */
  locating<T>(work: () => T): T;
}

/** Flags that say on what machines something is to run, and not what. */
const machineFlags = new Set(["--instance-type", "--cluster", "--capacity"]);

/** The machines of a workload, or of the types that flags name where there is none. */
export async function loadMachines(context: Context, invocation: Invocation<CapacityOptions>): Promise<LoadedMachines> {
  return namesWorkload(context, invocation) ? ofWorkload(context, invocation) : ofTypes(context, invocation.options);
}

function namesWorkload(context: Context, { args, options, passthrough }: Invocation<CapacityOptions>): boolean {
  if (args.length > 0 || (options.file && fileExists(context, defaultFile))) return true;
  if (passthrough !== undefined || (options.set ?? []).length > 0) return true;
  return [...flagTexts(options).texts.keys()].some((flag) => !machineFlags.has(flag));
}

async function ofWorkload(context: Context, invocation: Invocation<CapacityOptions>): Promise<LoadedMachines> {
  const { loadEcsWorkload } = await import("../shared/load-ecs-workload.ts");
  // No machine depends on the region of a log group.
  const { resolved, anywhere, locating } = await loadEcsWorkload(context, invocation, () => Promise.resolve(undefined));
  const found = machinesOf(anywhere);
  if (found.length === 0)
    throw new AiplatError("Usage", "a workload without accelerator names no instance type for machines", {
      hint: "Name an accelerated type with --instance-type.",
    });
  return {
    cluster: nameOfArn(resolved.ecs.cluster ?? "default"),
    kind: capacityOf(resolved).kind === "managed-instances" ? "managed-instances" : "ec2",
    fleets: found,
    locating,
  };
}

function ofTypes(context: Context, options: CapacityOptions): LoadedMachines {
  const { instanceType: names = [], capacity = "ec2", cluster } = options;
  const kind = capacityKinds.find((each) => each === capacity);
  const types = [...new Set(names)].map((name) => ({ name, type: findInstanceType(name) }));
  const unknown = types.flatMap(({ name, type }) => (type === undefined ? [unknownInstanceType(name)] : []));
  const usage = (message: string, hint?: string) => new AiplatError("Usage", message, present({ hint }));
  refuseMistakes([
    ...(names.length > 0
      ? []
      : [
          usage(
            `nothing says which machines: there is no ${defaultFile} here, and no file or type was given`,
            "Name a workload file, or a type with --instance-type.",
          ),
        ]),
    ...(kind === undefined ? [usage(`--capacity ${capacity}: must be ${listOr(capacityKinds)}`)] : []),
    ...mistakesOf(unknown),
  ]);
  return {
    cluster: nameOfArn(cluster ?? clusterOfEnvironment(context) ?? "default"),
    kind: kind!,
    fleets: types.flatMap(({ type }) => (type === undefined ? [] : [machinesOfType(type)])),
    locating: (work) => work(),
  };
}
