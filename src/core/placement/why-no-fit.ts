import type { ReasonCode } from "../base/codes/reason-codes.ts";
import { listOr } from "../base/problem.ts";
import type { InstanceExplanation } from "./explain.ts";

/** How many different reasons are told; `cluster explain` tells them all. */
const shownGroups = 3;

/** Why tasks have no place on the instances, each kind of reason once. */
export interface NoFit {
  /** The code of the first reason. */
  readonly code: ReasonCode;
  readonly text: string;
}

/** @param instances All that were judged; those that fit say nothing. */
export function whyNoFit(instances: readonly InstanceExplanation[]): NoFit {
  const misfits = instances.filter(({ fits }) => !fits);
  // Where machines of the right kind are full, the others are beside the point.
  const kindred = misfits.filter(({ reasons }) => near(reasons));
  const groups = groupByReason(kindred.length > 0 ? kindred : misfits);
  const shown = groups.slice(0, shownGroups).map(describe);
  const more =
    groups.length > shownGroups ? [`${groups.length - shownGroups} more reasons: see aiplat cluster explain`] : [];
  return {
    code: groups[0]?.code ?? "CONSTRAINT",
    text: groups.length === 0 ? "the cluster has no container instances" : [...shown, ...more].join("; "),
  };
}

interface Group {
  readonly code: ReasonCode;
  readonly message: string;
  readonly instanceType: string;
  readonly ids: readonly string[];
}

function near(reasons: InstanceExplanation["reasons"]): boolean {
  return !reasons.some(({ code }) => code === "CONSTRAINT");
}

/** Instances of one type that fail for the same codes: full GPUs are another thing than shared ones. */
function groupByReason(instances: readonly InstanceExplanation[]): readonly Group[] {
  const groups = new Map<string, { readonly first: InstanceExplanation; readonly ids: string[] }>();
  for (const each of instances) {
    const words = each.reasons.map(({ code, message }) => `${code} ${code === "GPU" ? wordsOf(message) : ""}`);
    const key = [each.instanceType, ...new Set(words)].join(" ");
    const group = groups.get(key) ?? { first: each, ids: [] };
    groups.set(key, group);
    group.ids.push(each.ec2InstanceId);
  }
  return [...groups.values()].map(({ first: { instanceType, reasons }, ids }) => {
    // Devices first: who holds them holds most of the CPU and memory too.
    const { code } = reasons.find((reason) => reason.code === "DEVICES" && near(reasons)) ?? reasons[0]!;
    // On another type everything else fails too, and says nothing.
    const told =
      code === "CONSTRAINT"
        ? reasons.filter((reason) => reason.code === code)
        : reasons.toSorted((one, other) => Number(other.code === code) - Number(one.code === code));
    const messages = new Set(
      told.map(({ message }) =>
        message.endsWith("another task of this run") ? "what is free goes to other tasks of this run" : message,
      ),
    );
    return { code, message: listOr([...messages].slice(0, 2), "and"), instanceType, ids };
  });
}

/** What is said, whatever the numbers. */
function wordsOf(message: string): string {
  return message.replaceAll(/[\d,]+/g, "0");
}

function describe({ message, instanceType, ids }: Group): string {
  return ids.length === 1
    ? `${instanceType} ${ids[0]}: ${message}`
    : `${ids.length} ${instanceType} instances, such as ${ids[0]}: ${message}`;
}
