/** A second version of a workload beside the first, behind the same Service. */
import type { ExtraValues } from "./extra-definition.ts";
import type { ResolvedWorkload } from "../workload/resolved.ts";
import type { Manifest } from "./manifest.ts";

export function canaryName(name: string): string {
  return `${name}-canary`;
}

/** The workload with the canary's image, and as many replicas as its share of the requests takes. */
export function canaryOf(
  workload: ResolvedWorkload,
  { canaryImage, canaryWeight }: Pick<ExtraValues, "canaryImage" | "canaryWeight">,
): ResolvedWorkload {
  return {
    ...workload,
    image: canaryImage!,
    // With no request yet it has to become ready all the same.
    replicas: Math.max(1, Math.ceil((workload.replicas * canaryWeight!) / 100)),
  };
}

/** What is of the canary alone: volumes and queues are of both. */
export function ownOfCanary(canary: readonly Manifest[], stable: readonly Manifest[]): readonly Manifest[] {
  const there = new Set(stable.map(identityOf));
  return canary.filter((each) => !there.has(identityOf(each)));
}

function identityOf({ apiVersion, kind, metadata: { namespace = "", name } }: Manifest): string {
  return [apiVersion, kind, namespace, name].join(" ");
}
