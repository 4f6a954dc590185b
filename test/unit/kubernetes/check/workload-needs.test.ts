import { describe, expect, it } from "vitest";
import type { Workload } from "../../../../src/core/workload/schema.ts";
import { checkWorkloadIn, node, podOn } from "../../../support/eks-cluster.ts";

const shared: Workload = {
  name: "bert",
  kind: "service",
  image: "repo/bert:1",
  accelerator: {
    instanceTypes: ["g6.xlarge"],
    resource: "nvidia.com/gpu",
    hami: { memory: "8GiB", maxComputePercent: 30 },
  },
};
const scheduler = podOn("a", "hami-scheduler-0", {}, { namespace: "kube-system" });

describe("a part of a GPU that HAMi's scheduler counts", () => {
  const check = (offered: string) =>
    checkWorkloadIn({
      workload: shared,
      objects: [node("a", "g6.xlarge", { allocatable: { "nvidia.com/gpu": offered } }), scheduler],
    });

  // "ignoredByScheduler: true" (Project-HAMi/HAMi charts/hami/templates/scheduler/configmapnew.yaml)
  it("is no resource that a node lists, and the scheduler says that it counts it", () => {
    const { workload, groups } = check("10");
    expect(workload).toMatchObject({ placeable: true, possible: 1, nodes: [{ node: "a", fits: true, reasons: [] }] });
    expect(groups.flatMap(({ items }) => items.map(({ message }) => message))).toContain(
      "the scheduler hami-scheduler runs, and counts the memory and the compute of GPUs itself",
    );
  });

  it("is of a GPU that a node lists", () => {
    expect(check("0").workload!.nodes[0]!.reasons).toEqual([
      { code: "DEVICES", message: expect.stringContaining("nvidia.com/gpu") },
    ]);
  });

  it("has an installation that is named where its scheduler is missing", () => {
    const { groups } = checkWorkloadIn({ workload: shared, objects: [node("a", "g6.xlarge")] });
    const missing = groups.flatMap(({ items }) => items).find(({ check: each }) => each === "scheduler");
    expect(missing).toMatchObject({ status: "FAIL", fix: expect.stringMatching(/^Install HAMi: helm upgrade/) });
  });

  it("is a resource that Kueue's queue has to cover", () => {
    const queues = [
      { kind: "LocalQueue", metadata: { name: "q" }, spec: { clusterQueue: "q" } },
      { kind: "ClusterQueue", metadata: { name: "q" }, spec: { namespaceSelector: {}, resourceGroups: [] } },
    ];
    const { groups } = checkWorkloadIn({
      workload: { ...shared, eks: { queue: { kueue: "q" } } },
      objects: [scheduler],
      needs: { queues },
    });
    const said = groups.flatMap(({ items }) => items).filter(({ check: each }) => each === "queue");
    expect(said.map(({ message }) => message)).toContain(
      "ClusterQueue q does not cover nvidia.com/gpumem, which the pods request",
    );
  });
});
