import { describe, expect, it } from "vitest";
import { publishedRules } from "../../../../src/core/kubernetes/cel/published-rules.ts";
import { celViolations } from "../../../../src/core/kubernetes/cel/violations.ts";

type Fields = Readonly<Record<string, unknown>>;
interface Sample {
  readonly breaks: unknown;
  readonly passes: unknown;
}

const eth = { networkCardIndex: 0, deviceIndex: 0, interfaceType: "interface" };
const efa = { networkCardIndex: 0, deviceIndex: 1, interfaceType: "efa-only" };
const emptyTag: Sample = { breaks: { a: "" }, passes: { a: "b" } };
const aliasOf = (family: string, other: string): Sample => ({
  breaks: { amiFamily: other, role: "r", amiSelectorTerms: [{ alias: `${family}@v1` }] },
  passes: { amiFamily: "Custom", role: "r", amiSelectorTerms: [{ alias: `${family}@v1` }] },
});

/** A value that breaks each rule, and one that passes it: by the path and the start of the message or the rule. */
const samples: readonly (readonly [kind: string, path: string, start: string, sample: Sample])[] = [
  [
    "EC2NodeClass",
    "spec",
    "must specify exactly one of",
    {
      breaks: { role: "a", instanceProfile: "b" },
      passes: { role: "a", amiSelectorTerms: [{ alias: "al2023@latest" }] },
    },
  ],
  ["EC2NodeClass", "spec", "if set, amiFamily must be 'AL2' or", aliasOf("al2", "AL2023")],
  ["EC2NodeClass", "spec", "if set, amiFamily must be 'AL2023' or", aliasOf("al2023", "AL2")],
  ["EC2NodeClass", "spec", "if set, amiFamily must be 'Bottlerocket'", aliasOf("bottlerocket", "AL2")],
  ["EC2NodeClass", "spec", "if set, amiFamily must be 'Windows2019'", aliasOf("windows2019", "AL2")],
  ["EC2NodeClass", "spec", "if set, amiFamily must be 'Windows2022'", aliasOf("windows2022", "AL2")],
  ["EC2NodeClass", "spec", "if set, amiFamily must be 'Windows2025'", aliasOf("windows2025", "AL2")],
  [
    "EC2NodeClass",
    "spec",
    "must specify amiFamily",
    {
      breaks: { amiSelectorTerms: [{ id: "ami-1" }] },
      passes: { amiFamily: "AL2023", amiSelectorTerms: [{ id: "ami-1" }] },
    },
  ],
  [
    "EC2NodeClass",
    "spec.amiSelectorTerms",
    "expected at least one",
    { breaks: [{ owner: "self" }], passes: [{ ssmParameter: "/p" }] },
  ],
  [
    "EC2NodeClass",
    "spec.amiSelectorTerms",
    "'id' is mutually exclusive",
    { breaks: [{ id: "ami-1", name: "n" }], passes: [{ id: "ami-1" }] },
  ],
  [
    "EC2NodeClass",
    "spec.amiSelectorTerms",
    "'alias' is mutually exclusive, cannot be set with a combination of other fields",
    { breaks: [{ alias: "al2023@latest", name: "n" }], passes: [{ alias: "al2023@latest" }] },
  ],
  [
    "EC2NodeClass",
    "spec.amiSelectorTerms",
    "'alias' is mutually exclusive, cannot be set with a combination of other amiSelectorTerms",
    { breaks: [{ alias: "al2023@latest" }, { id: "ami-1" }], passes: [{ alias: "al2023@latest" }] },
  ],
  [
    "EC2NodeClass",
    "spec.amiSelectorTerms[].alias",
    "'alias' is improperly formatted",
    { breaks: "al2023", passes: "al2023@latest" },
  ],
  [
    "EC2NodeClass",
    "spec.amiSelectorTerms[].alias",
    "family is not supported",
    { breaks: "ubuntu@latest", passes: "bottlerocket@v1.20.3" },
  ],
  [
    "EC2NodeClass",
    "spec.amiSelectorTerms[].alias",
    "windows families",
    { breaks: "windows2022@v1", passes: "windows2022@latest" },
  ],
  ["EC2NodeClass", "spec.amiSelectorTerms[].tags", "empty tag keys or values", emptyTag],
  [
    "EC2NodeClass",
    "spec.blockDeviceMappings",
    "must have only one",
    { breaks: [{ rootVolume: true }, { rootVolume: true }], passes: [{ rootVolume: true }, {}] },
  ],
  [
    "EC2NodeClass",
    "spec.blockDeviceMappings[].ebs",
    "snapshotID or volumeSize",
    { breaks: { volumeType: "gp3" }, passes: { volumeSize: "10Gi" } },
  ],
  [
    "EC2NodeClass",
    "spec.blockDeviceMappings[].ebs",
    "snapshotID must be set",
    {
      breaks: { volumeSize: "10Gi", volumeInitializationRate: 100 },
      passes: { snapshotID: "snap-1", volumeInitializationRate: 100 },
    },
  ],
  [
    "EC2NodeClass",
    "spec.capacityReservationSelectorTerms",
    "expected at least one",
    { breaks: [{ ownerID: "123456789012" }], passes: [{ id: "cr-1" }] },
  ],
  [
    "EC2NodeClass",
    "spec.capacityReservationSelectorTerms",
    "'id' is mutually exclusive",
    { breaks: [{ id: "cr-1", ownerID: "123456789012" }], passes: [{ id: "cr-1" }] },
  ],
  ["EC2NodeClass", "spec.capacityReservationSelectorTerms[].tags", "empty tag keys or values", emptyTag],
  ["EC2NodeClass", "spec.connectionTracking", "at least one of", { breaks: {}, passes: { udpTimeout: 30 } }],
  ["EC2NodeClass", "spec.instanceProfile", "instanceProfile cannot be empty", { breaks: "", passes: "p" }],
  ["EC2NodeClass", "spec.networkInterfaces", "networkInterfaces must include", { breaks: [efa], passes: [eth, efa] }],
  [
    "EC2NodeClass",
    "spec.networkInterfaces",
    "networkInterfaces must not have duplicate",
    {
      breaks: [eth, efa, { ...efa, deviceIndex: 2 }],
      passes: [eth, efa, { ...efa, networkCardIndex: 1, deviceIndex: 0 }],
    },
  ],
  ["EC2NodeClass", "spec.placementGroupSelector", "expected at least one", { breaks: {}, passes: { name: "g" } }],
  [
    "EC2NodeClass",
    "spec.placementGroupSelector",
    "'name' and 'id'",
    { breaks: { name: "g", id: "pg-1" }, passes: { id: "pg-1" } },
  ],
  ["EC2NodeClass", "spec.role", "role cannot be empty", { breaks: "", passes: "r" }],
  [
    "EC2NodeClass",
    "spec.securityGroupSelectorTerms",
    "securityGroupSelectorTerms cannot",
    { breaks: [], passes: [{ id: "sg-1" }] },
  ],
  [
    "EC2NodeClass",
    "spec.securityGroupSelectorTerms",
    "expected at least one",
    { breaks: [{}], passes: [{ name: "n" }] },
  ],
  [
    "EC2NodeClass",
    "spec.securityGroupSelectorTerms",
    "'id' is mutually exclusive",
    { breaks: [{ id: "sg-1", name: "n" }], passes: [{ id: "sg-1" }] },
  ],
  [
    "EC2NodeClass",
    "spec.securityGroupSelectorTerms",
    "'name' is mutually exclusive",
    { breaks: [{ name: "n", tags: { a: "b" } }], passes: [{ name: "n" }] },
  ],
  ["EC2NodeClass", "spec.securityGroupSelectorTerms[].tags", "empty tag keys or values", emptyTag],
  [
    "EC2NodeClass",
    "spec.subnetSelectorTerms",
    "subnetSelectorTerms cannot",
    { breaks: [], passes: [{ id: "subnet-1" }] },
  ],
  [
    "EC2NodeClass",
    "spec.subnetSelectorTerms",
    "expected at least one",
    { breaks: [{}], passes: [{ tags: { a: "b" } }] },
  ],
  [
    "EC2NodeClass",
    "spec.subnetSelectorTerms",
    "'id' is mutually exclusive",
    { breaks: [{ id: "subnet-1", tags: { a: "b" } }], passes: [{ id: "subnet-1" }] },
  ],
  ["EC2NodeClass", "spec.subnetSelectorTerms[].tags", "empty tag keys or values", emptyTag],
  ["EC2NodeClass", "spec.tags", "empty tag keys aren't", { breaks: { "": "b" }, passes: { a: "" } }],
  ...[
    "eks:eks-cluster-name",
    "kubernetes.io/cluster/",
    "karpenter.sh/nodepool",
    "karpenter.sh/nodeclaim",
    "karpenter.k8s.aws/ec2nodeclass",
  ].map(
    (tag) =>
      [
        "EC2NodeClass",
        "spec.tags",
        `tag contains a restricted tag matching ${tag}`,
        { breaks: { [`${tag}`]: "x" }, passes: { team: "x" } },
      ] as const,
  ),
  [
    "NodePool",
    "spec",
    "only 'limits.nodes'",
    { breaks: { replicas: 1, limits: { cpu: 1 } }, passes: { replicas: 1, limits: { nodes: 2 } } },
  ],
  ["NodePool", "spec", "'weight' is not", { breaks: { replicas: 1, weight: 1 }, passes: { weight: 1 } }],
  [
    "NodePool",
    "spec.disruption.budgets",
    "'schedule' must",
    { breaks: [{ nodes: "1", schedule: "@daily" }], passes: [{ nodes: "1", schedule: "@daily", duration: "1h" }] },
  ],
  [
    "NodePool",
    "spec.template.metadata.labels",
    'label domain "karpenter.sh"',
    { breaks: { "karpenter.sh/other": "x" }, passes: { "karpenter.sh/capacity-type": "x", team: "x" } },
  ],
  [
    "NodePool",
    "spec.template.metadata.labels",
    'label "karpenter.sh/nodepool"',
    { breaks: { "karpenter.sh/nodepool": "x" }, passes: { team: "x" } },
  ],
  [
    "NodePool",
    "spec.template.metadata.labels",
    'label "kubernetes.io/hostname"',
    { breaks: { "kubernetes.io/hostname": "x" }, passes: { team: "x" } },
  ],
  [
    "NodePool",
    "spec.template.metadata.labels",
    'label domain "karpenter.k8s.aws"',
    { breaks: { "karpenter.k8s.aws/other": "x" }, passes: { "karpenter.k8s.aws/instance-family": "x" } },
  ],
  ...["group", "kind", "name"].map(
    (key) =>
      ["NodePool", `spec.template.spec.nodeClassRef.${key}`, `${key} may not`, { breaks: "", passes: "x" }] as const,
  ),
  [
    "NodePool",
    "spec.template.spec.requirements",
    "requirements with operator 'In'",
    { breaks: [{ key: "a", operator: "In", values: [] }], passes: [{ key: "a", operator: "In", values: ["b"] }] },
  ],
  [
    "NodePool",
    "spec.template.spec.requirements",
    "requirements operator 'Gt'",
    { breaks: [{ key: "a", operator: "Gte", values: ["-1"] }], passes: [{ key: "a", operator: "Gte", values: ["1"] }] },
  ],
  [
    "NodePool",
    "spec.template.spec.requirements",
    "requirements with 'minValues'",
    {
      breaks: [{ key: "a", operator: "In", values: ["b"], minValues: 2 }],
      passes: [{ key: "a", operator: "In", values: ["b", "c"], minValues: 2 }],
    },
  ],
  [
    "NodePool",
    "spec.template.spec.requirements[].key",
    'label domain "karpenter.sh"',
    { breaks: "karpenter.sh/other", passes: "karpenter.sh/capacity-type" },
  ],
  [
    "NodePool",
    "spec.template.spec.requirements[].key",
    'label "karpenter.sh/nodepool"',
    { breaks: "karpenter.sh/nodepool", passes: "team" },
  ],
  [
    "NodePool",
    "spec.template.spec.requirements[].key",
    'label "kubernetes.io/hostname"',
    { breaks: "kubernetes.io/hostname", passes: "team" },
  ],
  [
    "NodePool",
    "spec.template.spec.requirements[].key",
    'label domain "karpenter.k8s.aws"',
    { breaks: "sub.karpenter.k8s.aws/x", passes: "karpenter.k8s.aws/instance-family" },
  ],
  ["NodeOverlay", "spec", "cannot set both", { breaks: { price: "1", priceAdjustment: "-1" }, passes: { price: "1" } }],
  [
    "NodeOverlay",
    "spec.capacity",
    "invalid resource",
    { breaks: { memory: "1Gi" }, passes: { "hugepages-2Mi": "1Gi" } },
  ],
  [
    "NodeOverlay",
    "spec.requirements",
    "requirements with operator 'NotIn'",
    { breaks: [{ key: "a", operator: "NotIn", values: [] }], passes: [{ key: "a", operator: "NotIn", values: ["b"] }] },
  ],
  [
    "NodeOverlay",
    "spec.requirements",
    "requirements with operator 'In'",
    { breaks: [{ key: "a", operator: "In", values: [] }], passes: [{ key: "a", operator: "In", values: ["b"] }] },
  ],
  [
    "NodeOverlay",
    "spec.requirements",
    "requirements operator 'Gt'",
    {
      breaks: [{ key: "a", operator: "Lt", values: ["1", "2"] }],
      passes: [{ key: "a", operator: "Lt", values: ["1"] }],
    },
  ],
  [
    "NodeOverlay",
    "spec.requirements[].key",
    'label domain "karpenter.sh"',
    { breaks: "karpenter.sh/other", passes: "karpenter.sh/nodepool" },
  ],
  [
    "NodeOverlay",
    "spec.requirements[].key",
    'label "kubernetes.io/hostname"',
    { breaks: "kubernetes.io/hostname", passes: "team" },
  ],
  [
    "NodeOverlay",
    "spec.requirements[].key",
    'label domain "karpenter.k8s.aws"',
    { breaks: "karpenter.k8s.aws/capacity-reservation-id", passes: "karpenter.k8s.aws/instance-family" },
  ],
];

const karpenter = Object.values(publishedRules)
  .map((make) => make())
  .filter(({ apiVersion }) => apiVersion.startsWith("karpenter."));

function withValue(kind: string, path: string, value: unknown): Fields {
  const parts = path.split(/\.|(?=\[\])/).filter((part) => part !== "");
  const inner = parts.reduceRight(
    (held: unknown, part) => (part === "[]" ? [held] : { [part]: held }),
    value,
  ) as Fields;
  const { apiVersion } = karpenter.find((each) => each.kind === kind)!;
  return { kind, apiVersion, metadata: { name: "n" }, ...inner };
}

const ruleOf = (kind: string, path: string, start: string) => {
  const found = karpenter
    .filter((each) => each.kind === kind)
    .flatMap(({ rules }) => rules.filter((rule) => rule.path === path && rule.message.startsWith(start)));
  expect(found.map(({ message }) => message)).toHaveLength(1);
  return found[0]!;
};

describe("Karpenter's rules", () => {
  it.each(samples)("%s %s: %s", (kind, path, start, { breaks, passes }) => {
    const rule = ruleOf(kind, path, start);
    const broken = (value: unknown) =>
      celViolations(withValue(kind, path, value)).some(
        (each) => each.rule.rule === rule.rule && each.rule.path === rule.path,
      );
    expect([broken(breaks), broken(passes)]).toEqual([true, false]);
  });

  it("each have a case", () => {
    const covered = new Set(samples.map(([kind, path, start]) => ruleOf(kind, path, start)));
    expect(
      karpenter
        .flatMap(({ rules }) => rules.filter((rule) => !covered.has(rule)))
        .map(({ path, message }) => `${path}: ${message}`),
    ).toEqual([]);
  });
});
