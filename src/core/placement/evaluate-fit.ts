import { checkInterfaceSupport } from "./check-interfaces.ts";
import { checks, firstReason, type Reason, type ReasonCode } from "./checks.ts";
import type { Requirements } from "../ecs/requirements.ts";
import { occupy, type InstanceState } from "./instance-state.ts";

/** Whether a task fits a container instance as it is now and, if not, every reason. */
export interface FitResult {
  readonly fits: boolean;
  readonly reasons: readonly Reason[];
}

const codes = Object.keys(checks) as readonly ReasonCode[];

export function evaluateFit(requirements: Requirements, instanceState: InstanceState): FitResult {
  const reasons = codes.flatMap((code) =>
    checks[code](requirements, instanceState).map((message): Reason => ({ code, message })),
  );
  return { fits: reasons.length === 0, reasons };
}

/** An instance with the definitions that come closest to fitting it. */
export interface Judged {
  readonly instanceState: InstanceState;
  readonly closest: readonly { readonly requirements: Requirements; readonly verdict: FitResult }[];
}

const lasting: ReadonlySet<ReasonCode> = new Set(["CONSTRAINT", "ATTRIBUTE", "LOCATION", "CAPACITY_PROVIDER"]);

/** Whether it is something that no waiting and no asking for less changes. */
function isLasting(code: ReasonCode, requirements: Requirements, instanceState: InstanceState): boolean {
  return code === "ENI" ? checkInterfaceSupport(requirements, instanceState).length > 0 : lasting.has(code);
}

/** Judges the room by every variant, and keeps those that fit, or else come closest. */
export function closestTo(instanceState: InstanceState, variants: readonly Requirements[]): Judged {
  let closest: { readonly requirements: Requirements; readonly verdict: FitResult }[] = [];
  let least = Infinity;
  for (const requirements of variants) {
    const verdict = evaluateFit(requirements, instanceState);
    const distance = verdict.reasons.reduce(
      (sum, { code }) => sum + (isLasting(code, requirements, instanceState) ? 1000 : 1),
      0,
    );
    if (distance > least) continue;
    if (distance < least) closest = [];
    least = distance;
    closest.push({ requirements, verdict });
  }
  // Variants of other instance types are all equally far: one of them says why.
  return { instanceState, closest: least >= 1000 ? closest.slice(0, 1) : closest };
}

/**
 * How many tasks can be placed, up to `count`, any of the variants each, without two on one device. Instance by
 * instance, since what is placed on one takes no room on another; those that are looked at are filled.
 */
export function countPlaceable(
  instanceStates: readonly InstanceState[],
  variants: readonly Requirements[],
  count: number,
): number {
  let placed = 0;
  for (const instanceState of instanceStates) {
    for (const requirements of variants)
      for (; placed < count && firstReason(requirements, instanceState) === undefined; placed++)
        occupy(instanceState, requirements);
    if (placed === count) break;
  }
  return placed;
}
