import { describe, expect, it } from "vitest";
import { Refusal } from "../../../../src/core/base/problem.ts";
import { requireInstanceType } from "../../../../src/core/catalog/instance-types/catalog.ts";
import { ecsRules } from "../../../../src/core/ecs/rules.ts";
import { planNodes } from "../../../../src/core/kubernetes/nodes/planned-nodes.ts";
import { eksRules } from "../../../../src/core/kubernetes/rules.ts";
import { resolveWorkload } from "../../../../src/core/workload/resolve.ts";
import { workloadRules } from "../../../../src/core/workload/rules.ts";
import { runRules } from "../../../../src/core/workload/rules/rule.ts";
import type { Workload } from "../../../../src/core/workload/schema.ts";
import { acceleratedPods, generate } from "../../../support/kubernetes-workloads.ts";
import { nodeSettings } from "../../../support/nodes.ts";

const on = (...instanceTypes: string[]): Workload => ({
  name: "train",
  image: "train:1",
  kind: "job",
  accelerator: { instanceTypes },
});

/** The values of the nodes' type label that the pod takes. */
function typesOf(workload: Workload): unknown {
  const affinity = acceleratedPods(generate(workload))[0]!.affinity as {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: readonly [{ matchExpressions: readonly [{ values: unknown }] }];
      };
    };
  };
  return affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0]
    .values;
}

describe("types as HyperPod names them", () => {
  it("are the types of EC2, on nodes with either label", () => {
    expect(typesOf(on("ml.p5.48xlarge"))).toEqual(["p5.48xlarge", "ml.p5.48xlarge"]);
    expect(typesOf(on("p5.48xlarge"))).toEqual(["p5.48xlarge"]);
    expect(typesOf(on("p5.48xlarge", "ml.p5.48xlarge"))).toEqual(["p5.48xlarge", "ml.p5.48xlarge"]);
    const [own, theirs] = ["ml.p5.48xlarge", "p5.48xlarge"].map((name) => acceleratedPods(generate(on(name)))[0]!);
    expect(own!.containers).toEqual(theirs!.containers);
  });

  it("are held to the same rules", () => {
    const codes = (workload: Workload) =>
      runRules([...workloadRules, ...eksRules], workload, []).map(({ code }) => code);
    expect(codes(on("ml.p5.48xlarge"))).toEqual([]);
    expect(codes(on("ml.p5.47xlarge"))).toEqual(["unknown-instance-type"]);
    expect(
      codes({ ...on("ml.p5.48xlarge"), accelerator: { instanceTypes: ["ml.p5.48xlarge"], devicesPerReplica: 9 } }),
    ).toEqual(codes({ ...on("p5.48xlarge"), accelerator: { instanceTypes: ["p5.48xlarge"], devicesPerReplica: 9 } }));
  });

  it("are none of ECS, and their nodes none of EKS's node groups", () => {
    expect(runRules(ecsRules, on("p5.48xlarge", "ml.p5.48xlarge"), []).map(({ code, path }) => [code, path])).toEqual([
      ["hyperpod-on-ecs", ["accelerator", "instanceTypes", 1]],
    ]);
    const plan = () => planNodes(resolveWorkload(on("ml.p5.48xlarge")), nodeSettings, "nodegroup");
    expect(plan).toThrow(Refusal);
    expect(plan).toThrow("nodes of ml.p5.48xlarge are HyperPod's, which makes them itself");
  });

  it("are flavors of their own in a queue", () => {
    const type = requireInstanceType("p5.48xlarge");
    const queued = { ...on("ml.p5.48xlarge"), eks: { queue: { kueue: "team-a" } } };
    const flavors = generate(queued, "Job", {
      queueFleets: [
        { type, count: 2 },
        { type, count: 1, hyperPod: true },
      ],
    })
      .filter(({ kind }) => kind === "ResourceFlavor")
      .map(({ metadata, spec }) => [metadata.name, (spec as { nodeLabels?: object }).nodeLabels]);
    expect(flavors).toEqual([
      ["cpu", undefined],
      ["p5-48xlarge", { "node.kubernetes.io/instance-type": "p5.48xlarge" }],
      ["ml-p5-48xlarge", { "node.kubernetes.io/instance-type": "ml.p5.48xlarge" }],
    ]);
  });
});
