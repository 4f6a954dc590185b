import { describe, expect, it } from "vitest";
import { generateManifests, resolveForKubernetes } from "../../../../src/core/kubernetes/generate.ts";
import { Refusal } from "../../../../src/core/base/problem.ts";
import type { Raw } from "../../../../src/core/base/merge.ts";

/** How many replicas each role has, of a job on three machines. */
function rolesOf(spec: Raw): Readonly<Record<string, number>> {
  const { manifests } = generateManifests(
    resolveForKubernetes(
      {
        name: "bert",
        image: "bert:1",
        accelerator: { instanceTypes: ["p5.48xlarge"] },
        nodes: 3,
        eks: { resource: { spec } },
      },
      "PyTorchJob",
    ),
    {},
  );
  const { pytorchReplicaSpecs } = manifests.find(({ kind }) => kind === "PyTorchJob")!["spec"] as {
    readonly pytorchReplicaSpecs: Readonly<Record<string, { readonly replicas: number }>>;
  };
  return Object.fromEntries(Object.entries(pytorchReplicaSpecs).map(([role, { replicas }]) => [role, replicas]));
}

describe("a PyTorchJob", () => {
  it("has a Master among its nodes, and with elasticPolicy Workers alone", () => {
    expect(rolesOf({})).toEqual({ Master: 1, Worker: 2 });
    const worker = { Worker: { restartPolicy: "OnFailure" } };
    expect(rolesOf({ elasticPolicy: { maxReplicas: 8 }, pytorchReplicaSpecs: worker })).toEqual({ Worker: 3 });
  });

  it("refuses to merge a Master into an elastic one", () => {
    const raw = { elasticPolicy: {}, pytorchReplicaSpecs: { Master: { restartPolicy: "OnFailure" } } };
    expect(() => rolesOf(raw)).toThrow(Refusal);
    expect(() => rolesOf(raw)).toThrow("PyTorchJob has no Master beside an elasticPolicy: every node is a Worker");
  });
});
