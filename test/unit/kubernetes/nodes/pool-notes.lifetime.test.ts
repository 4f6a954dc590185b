import { describe, expect, it } from "vitest";
import { Refusal } from "../../../../src/core/base/problem.ts";
import { instanceTypes, requireInstanceType } from "../../../../src/core/catalog/instance-types/catalog.ts";
import { definitionOf, kinds } from "../../../../src/core/kubernetes/kinds.ts";
import type { Manifest } from "../../../../src/core/kubernetes/manifest.ts";
import { poolNotes } from "../../../../src/core/kubernetes/nodes/pool-notes.ts";
import type { Workload } from "../../../../src/core/workload/schema.ts";
import { generate, workloadOf } from "../../../support/kubernetes-workloads.ts";
import { autoModeOf, fleetsOf, karpenterOf, nodeSettings, plansOf, type NodeCase } from "../../../support/nodes.ts";

type Spec = Readonly<Record<string, unknown>>;

const specOf = (manifests: readonly Manifest[], kind: string) =>
  manifests.find((each) => each.kind === kind)!["spec"] as Spec;

/** What Karpenter may do to the nodes of a pool. */
function lifeOf(manifests: readonly Manifest[]) {
  const { template, disruption } = specOf(manifests, "NodePool") as {
    template: { spec: Spec };
    disruption: { budgets?: unknown };
  };
  const { expireAfter, terminationGracePeriod } = template.spec;
  return { expireAfter, terminationGracePeriod, budgets: disruption.budgets };
}

const budgets = [{ nodes: "0", reasons: ["Drifted", "Underutilized"] }];
const inf2: NodeCase = { types: ["inf2.24xlarge"] };

const placed = { name: "bert", eks: { namespace: "ml" }, nodes: 1, environment: {} };

describe("the nodes of a job", () => {
  it("never expire, drift or are emptied while it runs", () => {
    expect(lifeOf(karpenterOf({ ...inf2, kind: "job" }))).toEqual({
      expireAfter: "Never",
      terminationGracePeriod: undefined,
      budgets,
    });
  });

  it("live as long as EKS Auto Mode lets them, which is said", () => {
    expect(lifeOf(autoModeOf({ ...inf2, kind: "job" }))).toEqual({
      expireAfter: "504h",
      terminationGracePeriod: undefined,
      budgets,
    });
    expect(
      poolNotes("auto-mode", { kind: "job", ...placed }, nodeSettings, fleetsOf(inf2, "auto-mode")).join(),
    ).toContain("EKS Auto Mode ends a node after 21 days");
  });

  it("are not drained under its pods, of any kind of job, coordinators included", () => {
    const annotated = (workload: Workload, kind: (typeof kinds)[number]) =>
      JSON.stringify(generate(workload, kind)).split('"karpenter.sh/do-not-disrupt":"true"').length - 1;
    for (const kind of kinds) {
      const workload = workloadOf({ kind, accelerator: "neuron", devices: "one device", nodes: 1 });
      const templates = ["MPIJob", "RayJob", "SparkApplication"].includes(kind) ? 2 : 1;
      expect([kind, annotated(workload, kind)]).toEqual([kind, definitionOf(kind).runs === "job" ? templates : 0]);
    }
  });
});

describe("the nodes of a service", () => {
  it("are renewed after 30 days, and are gone a day later", () => {
    expect(lifeOf(karpenterOf({ ...inf2, kind: "service" }))).toEqual({
      expireAfter: "720h",
      terminationGracePeriod: "24h",
      budgets: undefined,
    });
    expect(lifeOf(autoModeOf({ ...inf2, kind: "service" }))).toEqual({
      expireAfter: "336h",
      terminationGracePeriod: "24h",
      budgets: undefined,
    });
  });

  const service = { name: "bert", kind: "service", image: "bert:1", replicas: 3 } satisfies Workload;
  const budgetOf = (change: Partial<Workload>) =>
    specOf(
      generate({ ...service, accelerator: { instanceTypes: ["inf2.xlarge"] }, ...change }, "Deployment", {
        extras: ["pdb"],
      }),
      "PodDisruptionBudget",
    );

  it("are drained a pod after the other where there is a budget, or as many as the rollout takes", () => {
    expect(budgetOf({})).toEqual({
      maxUnavailable: 1,
      selector: { matchLabels: { "app.kubernetes.io/instance": "bert" } },
    });
    expect(budgetOf({ rollout: { maxUnavailable: 2 } })["maxUnavailable"]).toBe(2);
    // 0 would keep a node for ever.
    expect(budgetOf({ rollout: { maxUnavailable: 0, maxSurge: 1 } })["maxUnavailable"]).toBe(1);
  });

  it("have no budget where Kubernetes cannot count the pods", () => {
    const budgeted = kinds.filter((kind) => {
      try {
        generate(workloadOf({ kind, accelerator: "neuron", devices: "one device", nodes: 1 }), kind, {
          extras: ["pdb"],
        });
        return true;
      } catch (error) {
        expect(error).toBeInstanceOf(Refusal);
        return false;
      }
    });
    expect(budgeted).toEqual([
      "Deployment",
      "StatefulSet",
      "LeaderWorkerSet",
      "InferenceService",
      "LLMInferenceService",
    ]);
  });
});

describe("images of Karpenter's nodes", () => {
  const noted = (each: NodeCase, kind: "job" | "service") =>
    poolNotes("karpenter", { kind, ...placed }, { ...nodeSettings, ...each.settings }, fleetsOf(each, "karpenter"));

  it("are the newest unless they are pinned, and what that does is said", () => {
    expect(noted(inf2, "job")[0]).toBe(
      "al2023@latest: nodes that run keep the image that they began with, and new ones may have another. --release-version pins it.",
    );
    expect(noted(inf2, "service")[0]).toContain("nodes drift and are replaced, a tenth of them at once");
    const pinned = { ...inf2, settings: { releaseVersion: "1.33.3-20250819" } };
    expect(noted(pinned, "job")).toEqual([]);
    expect(specOf(karpenterOf(pinned), "EC2NodeClass")["amiSelectorTerms"]).toEqual([{ alias: "al2023@v20250819" }]);
  });
});

describe("Karpenter's nodes of pods that claim their devices", () => {
  const noted = (types: readonly string[], nodes: number) =>
    poolNotes("karpenter", { kind: "job", ...placed, nodes }, nodeSettings, fleetsOf({ types, nodes }, "karpenter"));

  it("are not started by Karpenter of itself, which is said", () => {
    expect(noted(["trn2u.48xlarge"], 2)).toContainEqual(
      expect.stringMatching(
        /^The pods claim their devices: .* settings\.enableDRA \(feature gates DRANVIDIAGPU and DRAEFA\)/,
      ),
    );
    for (const said of [noted(["trn2u.48xlarge"], 1), noted(["trn2.48xlarge"], 2)])
      expect(said.join()).not.toContain("claim");
  });
});

describe("the instance store", () => {
  const userDataOf = (each: NodeCase) => plansOf(each)[0]!.launchTemplate?.LaunchTemplateData.UserData;

  it("is the disk of images and containers on every kind of node", () => {
    const g5 = { types: ["g5.xlarge"], settings: { securityGroups: [] } };
    expect(specOf(karpenterOf(g5), "EC2NodeClass")["instanceStorePolicy"]).toBe("RAID0");
    expect(atob(userDataOf(g5)!)).toContain(
      "kind: NodeConfig\nspec:\n  instance:\n    localStorage:\n      strategy: RAID0\n",
    );
    const bottlerocket = { types: ["g5g.xlarge", "g5.xlarge"], settings: { os: "bottlerocket" as const } };
    const texts = plansOf(bottlerocket).map(({ launchTemplate }) => launchTemplate!.LaunchTemplateData.UserData);
    // g5g has none.
    expect(texts.map((text) => (text === undefined ? undefined : atob(text).split("\n")[0]))).toEqual([
      undefined,
      "[settings.bootstrap-commands.000-mount-instance-storage]",
    ]);
  });

  it("is none where the type has none", () => {
    expect(requireInstanceType("inf2.24xlarge").localNvmeGB).toBeUndefined();
    expect(specOf(karpenterOf(inf2), "EC2NodeClass")).not.toHaveProperty("instanceStorePolicy");
    expect(userDataOf({ ...inf2, settings: { securityGroups: [] } })).toBeUndefined();
  });

  it("is known of the large training types", () => {
    const stores = ["trn1.32xlarge", "trn2.48xlarge", "p5.48xlarge", "p4d.24xlarge", "g6e.48xlarge"].map(
      (name) => requireInstanceType(name).localNvmeGB ?? 0,
    );
    expect(stores).toEqual([7600, 7600, 30400, 8000, 7600]);
    expect(instanceTypes.filter(({ localNvmeGB = 1 }) => !(localNvmeGB > 0))).toEqual([]);
  });
});

describe("the instance metadata service", () => {
  const hops = (each: NodeCase) => {
    const template = plansOf(each)[0]!.launchTemplate;
    return [
      template?.LaunchTemplateData.MetadataOptions.HttpPutResponseHopLimit,
      specOf(karpenterOf(each), "EC2NodeClass")["metadataOptions"],
    ];
  };

  it("is reached by pods on both kinds of node, or not where that is asked for", () => {
    expect(hops(inf2)).toEqual([2, { httpTokens: "required", httpPutResponseHopLimit: 2 }]);
    // EKS's own template says 2.
    expect(hops({ ...inf2, settings: { securityGroups: [] } })[0]).toBeUndefined();
    expect(hops({ ...inf2, settings: { securityGroups: [], imdsHopLimit: 1 } })).toEqual([
      1,
      { httpTokens: "required", httpPutResponseHopLimit: 1 },
    ]);
  });
});

describe("nodes of EKS Auto Mode", () => {
  it("have EKS's own class, and none of the labels that another device plugin looks for", () => {
    const [nodeClass, pool] = autoModeOf({
      types: ["g5.xlarge"],
      kind: "service",
      settings: { labels: { team: "nlp" } },
    });
    expect(nodeClass).toMatchObject({
      apiVersion: "eks.amazonaws.com/v1",
      kind: "NodeClass",
      spec: { role: "eks-node", subnetSelectorTerms: [{ id: "subnet-1a" }], ephemeralStorage: { size: "200Gi" } },
    });
    expect(pool).toMatchObject({
      spec: {
        template: {
          metadata: { labels: { team: "nlp" } },
          spec: {
            nodeClassRef: { group: "eks.amazonaws.com", kind: "NodeClass", name: "bert" },
            requirements: [{ key: "node.kubernetes.io/instance-type", values: ["g5.xlarge"] }, {}, {}],
          },
        },
      },
    });
    expect(JSON.stringify(pool)).not.toContain("nvidia.com/gpu.present");
  });

  it("find the cluster's own subnets and security group where none are given", () => {
    const [nodeClass] = autoModeOf({ types: ["g5.xlarge"], settings: { subnets: [], securityGroups: [] } });
    expect(nodeClass!["spec"]).toMatchObject({
      subnetSelectorTerms: [{ tags: { "kubernetes.io/role/internal-elb": "1" } }],
      securityGroupSelectorTerms: [{ tags: { "kubernetes.io/cluster/prod": "owned" } }],
    });
  });

  const codes = (each: NodeCase) => {
    try {
      autoModeOf(each);
      return [];
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return error.problems.map(({ code, message }) => `${code}: ${message}`);
    }
  };

  it("are refused what EKS decides itself, and a fabric that the class has no field for", () => {
    expect(
      codes({
        types: ["g5.xlarge"],
        settings: { os: "al2023", releaseVersion: "1.33.3-20250819", imdsHopLimit: 1, minSize: 1 },
      }),
    ).toEqual([
      "size-of-node-pool: --min-size does not go with Karpenter: its node pools start at none and grow with the pods",
      "auto-mode-setting: --os al2023 does not go with EKS Auto Mode, which chooses and sets up the image itself",
      "auto-mode-setting: --release-version 1.33.3-20250819 does not go with EKS Auto Mode, which chooses and sets up the image itself",
      "auto-mode-setting: --imds-hop-limit 1 does not go with EKS Auto Mode, which chooses and sets up the image itself",
    ]);
    expect(codes({ types: ["trn1.32xlarge"], nodes: 2 })).toEqual([
      "auto-mode-fabric: the NodeClass of EKS Auto Mode has no field for EFA interfaces or a placement group, which several nodes of trn1.32xlarge need",
    ]);
  });
});

describe("node groups", () => {
  it("replace nodes whose devices fail", () => {
    expect(plansOf(inf2)[0]!.nodegroup.nodeRepairConfig).toEqual({ enabled: true });
  });
});
