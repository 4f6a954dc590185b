import { describe, expect, it } from "vitest";
import { generateManifests, resolveForKubernetes } from "../../../src/core/kubernetes/generate.ts";
import type { Kind } from "../../../src/core/kubernetes/kinds.ts";
import { Refusal } from "../../../src/core/base/problem.ts";
import type { Workload } from "../../../src/core/workload/schema.ts";

const base = { name: "bert", image: "repo/bert:1" } satisfies Workload;
const cpu: Partial<Workload> = { accelerator: "none", resources: { cpu: 1, memory: "1GiB" } };
const part: Partial<Workload> = { accelerator: { instanceTypes: ["g5.12xlarge"], devicesPerReplica: 1 } };
const whole: Partial<Workload> = { accelerator: { instanceTypes: ["g5.12xlarge"] } };

function generated(kind: Kind, change: Partial<Workload>, kubernetesVersion?: string) {
  const target = resolveForKubernetes({ ...base, ...change }, kind);
  return generateManifests(target, kubernetesVersion === undefined ? {} : { kubernetesVersion });
}

function strategyOf(kind: Kind, change: Partial<Workload>): unknown {
  const resource = generated(kind, change).manifests.find((each) => each.kind === kind)!;
  return (resource["spec"] as { updateStrategy?: unknown }).updateStrategy;
}

function refusalOf(kind: Kind, change: Partial<Workload>): readonly string[] {
  try {
    generated(kind, change);
    return [];
  } catch (error) {
    if (error instanceof Refusal) return error.problems.map(({ path, message }) => `${path!.join(".")}: ${message}`);
    throw error;
  }
}

describe("a StatefulSet", () => {
  it.each([
    [undefined, undefined],
    [{}, undefined],
    [{ maxSurge: 0 }, undefined],
    [{ maxUnavailable: 2 }, { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 2 } }],
    [
      { maxUnavailable: 1, maxSurge: 0 },
      { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1 } },
    ],
  ])("takes how many may be away: %j", (rollout, strategy) => {
    expect(strategyOf("StatefulSet", { ...part, replicas: 3, ...(rollout === undefined ? {} : { rollout }) })).toEqual(
      strategy,
    );
  });

  it.each([
    [{ maxSurge: 1 }, "rollout.maxSurge: StatefulSet replaces a pod under its own name"],
    [{ maxUnavailable: 0 }, "rollout.maxUnavailable: StatefulSet takes a pod away before its successor starts"],
  ])("refuses what it cannot: %j", (rollout, said) => {
    expect(refusalOf("StatefulSet", { ...part, rollout })).toEqual([expect.stringContaining(said)]);
  });

  it("warns of several at once where the cluster may replace one at a time", () => {
    const warned = (maxUnavailable: number, version?: string) =>
      generated("StatefulSet", { ...part, replicas: 3, rollout: { maxUnavailable } }, version).warnings.filter(
        ({ code }) => code === "one-at-a-time",
      ).length;
    expect([warned(1), warned(2), warned(2, "1.34"), warned(2, "1.35")]).toEqual([0, 1, 1, 0]);
  });
});

describe("a DaemonSet", () => {
  it.each([
    [undefined, undefined],
    [{ maxUnavailable: 2 }, { maxUnavailable: 2 }],
    [{ maxUnavailable: 2, maxSurge: 0 }, { maxUnavailable: 2 }],
    [{ maxSurge: 0 }, { maxUnavailable: 1 }],
    // The API's default of maxUnavailable, 1, does not go with it.
    [{ maxSurge: 1 }, { maxSurge: 1, maxUnavailable: 0 }],
  ])("takes one of the bounds: %j", (rollout, bounds) => {
    expect(strategyOf("DaemonSet", { ...part, ...(rollout === undefined ? {} : { rollout }) })).toEqual(
      bounds === undefined ? undefined : { type: "RollingUpdate", rollingUpdate: bounds },
    );
  });

  it.each<[Partial<Workload>, string]>([
    [{ ...cpu, rollout: { maxUnavailable: 1, maxSurge: 1 } }, "rollout.maxSurge: DaemonSet takes pods away first or"],
    [{ ...cpu, rollout: { maxUnavailable: 0 } }, "rollout.maxUnavailable: DaemonSet adds no pod unless"],
    [{ ...whole, rollout: { maxSurge: 1 } }, "which has all the devices, and rollout.maxSurge is 1"],
    [
      { ...cpu, ports: [{ container: 80, host: 80 }], rollout: { maxSurge: 1 } },
      "which has the host's port, and rollout.maxSurge is 1",
    ],
  ])("refuses what it cannot: %j", (change, said) => {
    expect(refusalOf("DaemonSet", change)).toEqual([expect.stringContaining(said)]);
  });
});
