import { agreeing, counted } from "../core/base/counted.ts";
import { formatDuration } from "../core/base/duration.ts";
import { isInOrComing, type GroupDetail } from "../core/capacity/scaling-group.ts";
import type { Runtime } from "../context.ts";
import { AiplatError, Interrupted } from "../errors.ts";
import type { AutoScalingPort } from "../ports.ts";
import { surely } from "./uncertain.ts";

export interface GroupWatch {
  /** Milliseconds since the epoch, at which to give up. */
  readonly deadline: number;
  /** How to go on where the wait ends early. */
  readonly hint: string;
  /** Hears of each change of what is left, and of each step. */
  readonly onChange: (text: string) => void;
  /** Before instances are ended: what throws keeps them. */
  readonly beforeEnding: () => Promise<void>;
}

const pauseMs = 5_000;

/**
 * Has an Auto Scaling group end its instances, and waits until it has none. What is protected from scale-in would stay
 * for ever, and with it the deletion of the stack. Every look finds out what is left to do: interrupted, it goes on.
 *
 * @throws AiplatError Timeout, Interrupted: the group goes on.
 */
export async function emptyGroup(
  autoScaling: AutoScalingPort,
  runtime: Runtime,
  name: string,
  { deadline, hint, onChange, beforeEnding }: GroupWatch,
): Promise<void> {
  const startedAt = runtime.now();
  let said = "";
  for (;;) {
    const group = await autoScaling.group(name);
    const left = group?.instances ?? [];
    const text = counted(left.length, "instance");
    if (group === undefined || (left.length === 0 && isEmptied(group))) {
      if (said !== "") onChange(`${name} has no instances`);
      return;
    }
    if (text !== said) onChange(`${name} has ${text}`);
    said = text;
    const toUnprotect = protectedOf(left);
    if (!isEmptied(group) || toUnprotect.length > 0) await beforeEnding();
    // What it launches from now on is protected no more, so that comes first; what came meanwhile is looked at again.
    if (!isEmptied(group)) await surely(runtime, () => autoScaling.emptyGroup(name));
    else await unprotect(autoScaling, runtime, name, toUnprotect);
    const kept = left.filter(
      (each) => each.isProtected && isInOrComing(each) && !(isEmptied(group) && toUnprotect.includes(each.id)),
    ).length;
    const goesOn =
      kept === 0
        ? "They go on ending."
        : `${kept} of them ${agreeing(kept, "is", "are")} still protected from scale-in.`;
    const how = { hint: `${goesOn} ${hint}`, details: { group: name, instances: left.map(({ id }) => id) } };
    if (runtime.now() > deadline)
      throw new AiplatError(
        "Timeout",
        `group ${name} has ${text} left after ${formatDuration(runtime.now() - startedAt)}`,
        how,
      );
    await runtime.sleep(pauseMs).catch((error: unknown) => {
      throw error instanceof Interrupted ? new Interrupted(`interrupted: group ${name} has ${text} left`, how) : error;
    });
  }
}

/** Auto Scaling refuses those that are no longer, or not yet, in service. */
function protectedOf(instances: GroupDetail["instances"]): readonly string[] {
  return instances.flatMap(({ id, isProtected, lifecycle }) => (isProtected && lifecycle === "InService" ? [id] : []));
}

async function unprotect(
  autoScaling: AutoScalingPort,
  runtime: Runtime,
  name: string,
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0) return;
  try {
    await surely(runtime, () => autoScaling.unprotect(name, ids));
  } catch (error) {
    // What was unprotected by a call whose answer was lost is on its way out, and refused.
    const group = await autoScaling.group(name);
    const still = new Set(protectedOf(group?.instances ?? []));
    if (ids.every((id) => still.has(id))) throw error;
  }
}

function isEmptied({ min, max, desired, protectsNewInstances }: GroupDetail): boolean {
  return min === 0 && max === 0 && desired === 0 && !protectsNewInstances;
}
