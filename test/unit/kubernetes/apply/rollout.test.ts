import { describe, expect, it } from "vitest";
import { Refusal } from "../../../../src/core/base/problem.ts";
import { definitionOf, kinds, type Kind } from "../../../../src/core/kubernetes/kinds.ts";
import type { Workload } from "../../../../src/core/workload/schema.ts";
import { generate } from "../../../support/kubernetes-workloads.ts";

const specOf = (kind: Kind, rollout: Workload["rollout"], accelerator?: Workload["accelerator"]) => {
  const workload = {
    name: "bert",
    image: "repo/bert:1",
    accelerator: accelerator ?? { instanceTypes: ["inf2.xlarge"] },
    kind: "service",
    replicas: 4,
    ...(rollout === undefined ? {} : { rollout }),
  } satisfies Workload;
  return (generate(workload, kind).find((each) => each.kind === kind) as unknown as { spec: Record<string, unknown> })
    .spec;
};

describe("the rollout on Kubernetes", () => {
  it.each<[rollout: Workload["rollout"], bounds: object]>([
    [undefined, { maxSurge: 0, maxUnavailable: 1 }],
    [{ maxUnavailable: 2 }, { maxSurge: 0, maxUnavailable: 2 }],
    [{ maxSurge: 2 }, { maxSurge: 2, maxUnavailable: 1 }],
    [
      { maxUnavailable: 0, maxSurge: 1 },
      { maxSurge: 1, maxUnavailable: 0 },
    ],
    // Kubernetes refuses both to be 0.
    [{ maxUnavailable: 0 }, { maxUnavailable: 0 }],
  ])("%o with devices is %o, wherever a kind has it", (rollout, bounds) => {
    const strategy = { type: "RollingUpdate", rollingUpdate: bounds };
    expect(specOf("Deployment", rollout)["strategy"]).toEqual(strategy);
    expect(specOf("InferenceService", rollout)["predictor"]).toMatchObject({ deploymentStrategy: strategy });
    expect(specOf("LeaderWorkerSet", rollout)["rolloutStrategy"]).toEqual({
      type: "RollingUpdate",
      rollingUpdateConfiguration: bounds,
    });
  });

  it("without devices is what the file says, and else the platform's own", () => {
    expect(specOf("Deployment", undefined, "none")["strategy"]).toBeUndefined();
    expect(specOf("Deployment", { maxUnavailable: 2 }, "none")["strategy"]).toEqual({
      type: "RollingUpdate",
      rollingUpdate: { maxUnavailable: 2 },
    });
  });

  // StatefulSet and DaemonSet have some of it: rolling-pods.test.ts.
  const rolling: ReadonlySet<Kind> = new Set([
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "InferenceService",
    "LeaderWorkerSet",
    "LLMInferenceService",
  ]);
  it.each(kinds.filter((kind) => !rolling.has(kind)))("is refused by name as %s", (kind) => {
    const workload = { name: "bert", image: "repo/bert:1", accelerator: { instanceTypes: ["inf2.xlarge"] } };
    const refused = () =>
      generate({ ...workload, kind: definitionOf(kind).runs, rollout: { maxUnavailable: 1 } } as Workload, kind);
    expect(refused).toThrow(Refusal);
    try {
      refused();
    } catch (error) {
      expect((error as Refusal).problems.map(({ path, message }) => `${path?.join(".")}: ${message}`)).toContain(
        `rollout: ${kind} has no bounds in replicas for its rollout, and there is rollout`,
      );
    }
  });
});
