import { describe, expect, it } from "vitest";
import { Refusal } from "../../../../src/core/base/problem.ts";
import { karpenterManifests } from "../../../../src/core/kubernetes/nodes/karpenter.ts";
import { planNodes } from "../../../../src/core/kubernetes/nodes/planned-nodes.ts";
import { poolNotes } from "../../../../src/core/kubernetes/nodes/pool-notes.ts";
import { resolveWorkload } from "../../../../src/core/workload/resolve.ts";
import type { NodeTarget } from "../../../../src/core/kubernetes/nodes/settings.ts";
import { nodeSettings } from "../../../support/nodes.ts";

const workloadOf = (name: string, namespace?: string, instanceTypes = ["g5.xlarge"]) =>
  resolveWorkload({
    name,
    image: "train:1",
    accelerator: { instanceTypes },
    ...(namespace === undefined ? {} : { eks: { namespace } }),
  });
const namesOf = (workload: ReturnType<typeof workloadOf>, target: NodeTarget = "karpenter") =>
  planNodes(workload, nodeSettings, target).map(({ name }) => name);

describe("what stands in the cluster and in no namespace", () => {
  it("has the workload's namespace in its name, so that two teams' do not meet", () => {
    const made = (namespace: string) => {
      const workload = workloadOf("train", namespace);
      const [fleet] = planNodes(workload, nodeSettings, "karpenter");
      return karpenterManifests(workload, fleet!, nodeSettings).map(({ kind, metadata }) => `${kind}/${metadata.name}`);
    };
    expect(made("nlp")).toEqual(["EC2NodeClass/nlp.train", "NodePool/nlp.train"]);
    expect(made("vision")).toEqual(["EC2NodeClass/vision.train", "NodePool/vision.train"]);
    // A dash would not tell these apart.
    expect(namesOf(workloadOf("train-x", "nlp"))).not.toEqual(namesOf(workloadOf("x", "nlp-train")));
    expect(namesOf(workloadOf("train", "nlp"), "auto-mode")).toEqual(["nlp.train"]);
    // A node group is no resource of Kubernetes, and its name takes no dot.
    expect(namesOf(workloadOf("train", "nlp"), "nodegroup")).toEqual(["train"]);
  });

  it("is said where there is none", () => {
    const notes = (namespace?: string) => {
      const workload = workloadOf("train", namespace);
      return poolNotes("karpenter", workload, nodeSettings, planNodes(workload, nodeSettings, "karpenter"));
    };
    expect(notes().at(-1)).toContain("those of another train would overwrite them");
    expect(notes("nlp").join()).not.toContain("overwrite");
  });

  it("is no longer than a label's value", () => {
    const most = 63 - ".train".length;
    expect(namesOf(workloadOf("train", "n".repeat(most)))[0]).toHaveLength(63);
    expect(() => namesOf(workloadOf("train", "n".repeat(most + 1)))).toThrow(Refusal);
  });
});
