import { describe, expect, it } from "vitest";
import { wantWorkload } from "../../../../src/core/kubernetes/check/workload-needs.ts";
import { resolveForKubernetes } from "../../../../src/core/kubernetes/generate.ts";
import { kinds } from "../../../../src/core/kubernetes/kinds.ts";
import { multiNodeKinds, workloadOf } from "../../../support/kubernetes-workloads.ts";

describe("what a workload brings into a cluster", () => {
  const needs = (kind: (typeof kinds)[number], nodes: number) =>
    wantWorkload(
      resolveForKubernetes(workloadOf({ kind, accelerator: "nvidia", devices: "whole instance", nodes }), kind),
      {},
    ).variants[0]!;

  it.each(kinds)("is the pod with the devices, whatever wraps it: %s", (kind) => {
    for (const nodes of multiNodeKinds.includes(kind) ? [1, 2] : [1])
      expect([nodes, needs(kind, nodes).pod.requests.get("nvidia.com/gpu")]).toEqual([nodes, 8]);
  });

  it("is a coordinator too, where a kind has one", () => {
    const coordinated = kinds.filter((kind) => needs(kind, 1).coordinator !== undefined);
    expect(coordinated).toEqual(["MPIJob", "RayCluster", "RayJob", "RayService", "SparkApplication"]);
  });
});
