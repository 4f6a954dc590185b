/** aws/karpenter-provider-aws @1d92708: NodePool and EC2NodeClass v1, NodeOverlay v1alpha1 */
import type { Raw } from "../../base/merge.ts";
import { has, items, raw, rulesFor, type CelRule, type RuleOf } from "./rule.ts";

const wellKnown = [
  "instance-encryption-in-transit-supported",
  "nitro-sandbox",
  "instance-category",
  "instance-hypervisor",
  "instance-family",
  "instance-generation",
  "instance-local-nvme",
  "instance-size",
  "instance-cpu",
  "instance-cpu-manufacturer",
  "instance-cpu-sustained-clock-speed-mhz",
  "instance-memory",
  "instance-ebs-bandwidth",
  "instance-network-bandwidth",
  "instance-gpu-name",
  "instance-gpu-manufacturer",
  "instance-gpu-count",
  "instance-gpu-memory",
  "instance-accelerator-name",
  "instance-accelerator-manufacturer",
  "instance-accelerator-count",
  "instance-capability-flex",
];
const reservations = [
  "instance-tenancy",
  "capacity-reservation-type",
  "capacity-reservation-id",
  "capacity-reservation-interruptible",
];
const placement = ["placement-group-id", "placement-group-partition"];

const coreLabels = ["karpenter.sh/capacity-type", "karpenter.sh/nodepool"];
const aws = (names: readonly string[]) => names.map((name) => `karpenter.k8s.aws/${name}`);
const poolKeys = aws([...reservations, "ec2nodeclass", ...wellKnown, ...placement]);
// As it is published, one of them twice.
const poolLabels = aws([
  ...reservations,
  "capacity-reservation-interruptible",
  "ec2nodeclass",
  ...wellKnown,
  ...placement,
]);
const overlayKeys = aws(["ec2nodeclass", ...wellKnown]);

const listText = (values: readonly string[]) => `[${values.map((value) => `"${value}"`).join(", ")}]`;
const domainOf = (key: unknown) => String(key).split("/", 1)[0]!;
const mayUse = (key: unknown, domain: string, allowed: readonly string[]) =>
  allowed.includes(String(key)) || !domainOf(key).endsWith(domain);

/** The same rule on each key of a map of labels (`x`) or on one key (`self`). */
function restricted(path: string, variable: "x" | "self", domain: string, allowed: readonly string[]): RuleOf {
  const test = `${variable} in ${listText(allowed)} || !${variable}.find("^([^/]+)").endsWith("${domain}")`;
  return {
    path,
    rule: variable === "x" ? `self.all(x, ${test})` : test,
    message: `label domain "${domain}" is restricted`,
    holds: (self) => (variable === "x" ? Object.keys(raw(self)) : [self]).every((key) => mayUse(key, domain, allowed)),
  };
}

function forbidden(path: string, variable: "x" | "self", label: string): RuleOf {
  return {
    path,
    rule: variable === "x" ? `self.all(x, x != "${label}")` : `self != "${label}"`,
    message: `label "${label}" is restricted`,
    holds: (self) => !(variable === "x" ? Object.keys(raw(self)) : [self]).includes(label),
  };
}

const every = (self: unknown, test: (item: Raw) => boolean) => items(self).every(test);
const values = ({ values: each }: Raw) => (Array.isArray(each) ? (each as readonly unknown[]) : []);
const comparisons = new Set(["Gt", "Lt", "Gte", "Lte"]);

function requirementRules(path: string, comma: string): readonly RuleOf[] {
  return [
    {
      path,
      rule: "self.all(x, x.operator == 'In' ? x.values.size() != 0 : true)",
      message: "requirements with operator 'In' must have a value defined",
      holds: (self) => every(self, (each) => each["operator"] !== "In" || values(each).length > 0),
    },
    {
      path,
      rule:
        "self.all(x, (x.operator == 'Gt' || x.operator == 'Lt' || x.operator == 'Gte' || " +
        "x.operator == 'Lte') ? (x.values.size() == 1 && int(x.values[0]) >= 0) : true)",
      message: `requirements operator 'Gt', 'Lt', 'Gte'${comma} or 'Lte' must have a single positive integer value`,
      holds: (self) =>
        every(
          self,
          (each) =>
            !comparisons.has(String(each["operator"])) || (values(each).length === 1 && Number(values(each)[0]) >= 0),
        ),
    },
  ];
}

const poolRequirements = "spec.template.spec.requirements";
const poolMetadata = "spec.template.metadata.labels";
const classRef = "spec.template.spec.nodeClassRef";

const nodePoolRules = [
  {
    path: "spec",
    rule: "has(self.replicas) == has(oldSelf.replicas)",
    message: "Cannot transition NodePool between static (replicas set) and dynamic (replicas unset) provisioning modes",
    holds: (self, before) => has(self, "replicas") === has(before, "replicas"),
    transition: true,
  },
  {
    path: "spec",
    rule:
      "!has(self.replicas) || (!has(self.limits) || size(self.limits) == 0 || (size(self.limits) == 1 && " +
      "'nodes' in self.limits))",
    message: "only 'limits.nodes' is supported on static NodePools",
    holds: (self) => !has(self, "replicas") || Object.keys(raw(raw(self)["limits"])).every((key) => key === "nodes"),
  },
  {
    path: "spec",
    rule: "!has(self.replicas) || !has(self.weight)",
    message: "'weight' is not supported on static NodePools",
    holds: (self) => !has(self, "replicas") || !has(self, "weight"),
  },
  {
    path: "spec.disruption.budgets",
    rule: "self.all(x, has(x.schedule) == has(x.duration))",
    message: "'schedule' must be set with 'duration'",
    holds: (self) => every(self, (each) => has(each, "schedule") === has(each, "duration")),
  },
  restricted(poolMetadata, "x", "karpenter.sh", coreLabels),
  forbidden(poolMetadata, "x", "karpenter.sh/nodepool"),
  forbidden(poolMetadata, "x", "kubernetes.io/hostname"),
  restricted(poolMetadata, "x", "karpenter.k8s.aws", poolLabels),
  ...["group", "kind"].map((key): RuleOf => ({
    path: classRef,
    rule: `self.${key} == oldSelf.${key}`,
    message: `nodeClassRef.${key} is immutable`,
    holds: (self, before) => raw(self)[key] === raw(before)[key],
    transition: true,
  })),
  ...["group", "kind", "name"].map((key) => notEmpty(`${classRef}.${key}`, `${key} may not be empty`)),
  ...requirementRules(poolRequirements, ","),
  {
    path: poolRequirements,
    rule: "self.all(x, (x.operator == 'In' && has(x.minValues)) ? x.values.size() >= x.minValues : true)",
    message: "requirements with 'minValues' must have at least that many values specified in the 'values' field",
    holds: (self) =>
      every(
        self,
        (each) =>
          each["operator"] !== "In" || !has(each, "minValues") || values(each).length >= Number(each["minValues"]),
      ),
  },
  restricted(`${poolRequirements}[].key`, "self", "karpenter.sh", coreLabels),
  forbidden(`${poolRequirements}[].key`, "self", "karpenter.sh/nodepool"),
  forbidden(`${poolRequirements}[].key`, "self", "kubernetes.io/hostname"),
  restricted(`${poolRequirements}[].key`, "self", "karpenter.k8s.aws", poolKeys),
] satisfies readonly RuleOf[];

function notEmpty(path: string, message: string): RuleOf {
  return { path, rule: "self != ''", message, holds: (self) => self !== "" };
}

const overlayRequirements = "spec.requirements";
const sizedByEc2 = new Set(["cpu", "memory", "ephemeral-storage", "pods"]);

const nodeOverlayRules = [
  {
    path: "spec",
    rule: "!has(self.price) || !has(self.priceAdjustment)",
    message: "cannot set both 'price' and 'priceAdjustment'",
    holds: (self) => !has(self, "price") || !has(self, "priceAdjustment"),
  },
  {
    path: "spec.capacity",
    rule: "self.all(x, !(x in ['cpu', 'memory', 'ephemeral-storage', 'pods']))",
    message: "invalid resource restricted",
    holds: (self) => !Object.keys(raw(self)).some((key) => sizedByEc2.has(key)),
  },
  {
    path: overlayRequirements,
    rule: "self.all(x, x.operator == 'NotIn' ? x.values.size() != 0 : true)",
    message: "requirements with operator 'NotIn' must have a value defined",
    holds: (self) => every(self, (each) => each["operator"] !== "NotIn" || values(each).length > 0),
  },
  ...requirementRules(overlayRequirements, ""),
  restricted(`${overlayRequirements}[].key`, "self", "karpenter.sh", coreLabels),
  forbidden(`${overlayRequirements}[].key`, "self", "kubernetes.io/hostname"),
  restricted(`${overlayRequirements}[].key`, "self", "karpenter.k8s.aws", overlayKeys),
] satisfies readonly RuleOf[];

const aliasFamilies = {
  al2: "AL2",
  al2023: "AL2023",
  bottlerocket: "Bottlerocket",
  windows2019: "Windows2019",
  windows2022: "Windows2022",
  windows2025: "Windows2025",
};
const windows = Object.keys(aliasFamilies).filter((family) => family.startsWith("windows"));
const quoted = (each: readonly string[], separator: string) => each.map((value) => `'${value}'`).join(separator);
const aliases = (self: unknown) =>
  items(raw(self)["amiSelectorTerms"]).flatMap(({ alias }) => (alias === undefined ? [] : [String(alias)]));

/** Terms of a list that name something. */
function termRules(path: string, fields: readonly string[]): RuleOf {
  return {
    path,
    rule: `self.all(x, ${fields.map((field) => `has(x.${field})`).join(" || ")})`,
    message: `expected at least one, got none, [${quoted(fields, ", ")}]`,
    holds: (self) => every(self, (each) => fields.some((field) => has(each, field))),
  };
}

/** A field that stands alone; the published rule is `!all`: one term that keeps to it is enough. */
function alone(path: string, field: string, others: readonly string[], message: string): RuleOf {
  const test = others.map((other) => `has(x.${other})`).join(" || ");
  return {
    path,
    rule: `!self.all(x, has(x.${field}) && ${others.length === 1 ? test : `(${test})`})`,
    message,
    holds: (self) => !every(self, (each) => has(each, field) && others.some((other) => has(each, other))),
  };
}

function noEmptyTags(path: string): RuleOf {
  return {
    path,
    rule: "self.all(k, k != '' && self[k] != '')",
    message: "empty tag keys or values aren't supported",
    holds: (self) => Object.entries(raw(self)).every(([key, value]) => key !== "" && value !== ""),
  };
}

function nonEmptyList(path: string, message: string): RuleOf {
  return { path, rule: "self.size() != 0", message, holds: (self) => !Array.isArray(self) || self.length > 0 };
}

function noTag(rule: string, message: string, refused: (key: string) => boolean): RuleOf {
  return { path: "spec.tags", rule, message, holds: (self) => !Object.keys(raw(self)).some(refused) };
}

const ami = "spec.amiSelectorTerms";
const groups = "spec.securityGroupSelectorTerms";
const subnets = "spec.subnetSelectorTerms";
const reserved = "spec.capacityReservationSelectorTerms";
const combined = (what: string) =>
  `is mutually exclusive, cannot be set with a combination of other fields in a ${what} selector term`;
const same = (one: Raw, other: Raw, key: string) => one[key] === other[key];

const nodeClassRules = [
  {
    path: "spec",
    rule: "(has(self.role) && !has(self.instanceProfile)) || (!has(self.role) && has(self.instanceProfile))",
    message: "must specify exactly one of ['role', 'instanceProfile']",
    holds: (self) => has(self, "role") !== has(self, "instanceProfile"),
  },
  ...Object.entries(aliasFamilies).map(([alias, family]): RuleOf => ({
    path: "spec",
    rule:
      "!has(self.amiFamily) || (self.amiSelectorTerms.exists(x, has(x.alias) && " +
      `x.alias.find('^[^@]+') == '${alias}') ? (self.amiFamily == 'Custom' || self.amiFamily == '${family}') : true)`,
    message:
      `if set, amiFamily must be '${family}' or 'Custom' when using ` +
      `${family.startsWith("AL") ? "an" : "a"} ${family} alias`,
    holds: (self) =>
      !has(self, "amiFamily") ||
      !aliases(self).some((each) => each.split("@", 1)[0] === alias) ||
      ["Custom", family].includes(String(raw(self)["amiFamily"])),
  })),
  {
    path: "spec",
    rule: "self.amiSelectorTerms.exists(x, has(x.alias)) ? true : has(self.amiFamily)",
    message: "must specify amiFamily if amiSelectorTerms does not contain an alias",
    holds: (self) => aliases(self).length > 0 || has(self, "amiFamily"),
  },
  termRules(ami, ["tags", "id", "name", "alias", "ssmParameter"]),
  ...[
    ["id", "alias"],
    ["alias", "id"],
  ].map(([field, other]): RuleOf => ({
    path: ami,
    rule: `!self.exists(x, has(x.${field}) && (has(x.${other}) || has(x.tags) || has(x.name) || has(x.owner)))`,
    message: `'${field}' is mutually exclusive, cannot be set with a combination of other fields in amiSelectorTerms`,
    holds: (self) =>
      !items(self).some((each) => has(each, field!) && [other!, "tags", "name", "owner"].some((one) => has(each, one))),
  })),
  {
    path: ami,
    rule: "!(self.exists(x, has(x.alias)) && self.size() != 1)",
    message: "'alias' is mutually exclusive, cannot be set with a combination of other amiSelectorTerms",
    holds: (self) => !items(self).some((each) => has(each, "alias")) || items(self).length === 1,
  },
  {
    path: `${ami}[].alias`,
    rule: "self.matches('^[a-zA-Z0-9]+@.+$')",
    message: "'alias' is improperly formatted, must match the format 'family@version'",
    holds: (self) => /^[a-zA-Z0-9]+@.+$/.test(String(self)),
  },
  {
    path: `${ami}[].alias`,
    rule: `self.split('@')[0] in [${quoted(Object.keys(aliasFamilies), ",")}]`,
    message: `family is not supported, must be one of the following: ${quoted(Object.keys(aliasFamilies), ", ")}`,
    holds: (self) => Object.hasOwn(aliasFamilies, String(self).split("@", 1)[0]!),
  },
  {
    path: `${ami}[].alias`,
    rule: `self.split('@')[0] in [${quoted(windows, ",")}] ? self.split('@')[1] == 'latest' : true`,
    message: "windows families may only specify version 'latest'",
    holds: (self) => !windows.includes(String(self).split("@")[0]!) || String(self).split("@")[1] === "latest",
  },
  noEmptyTags(`${ami}[].tags`),
  {
    path: "spec.blockDeviceMappings",
    rule: "self.filter(x, has(x.rootVolume)?x.rootVolume==true:false).size() <= 1",
    message: "must have only one blockDeviceMappings with rootVolume",
    holds: (self) => items(self).filter(({ rootVolume }) => rootVolume === true).length <= 1,
  },
  {
    path: "spec.blockDeviceMappings[].ebs",
    rule: "has(self.snapshotID) || has(self.volumeSize)",
    message: "snapshotID or volumeSize must be defined",
    holds: (self) => has(self, "snapshotID") || has(self, "volumeSize"),
  },
  {
    path: "spec.blockDeviceMappings[].ebs",
    rule: "!has(self.volumeInitializationRate) || (has(self.snapshotID) && self.snapshotID != '')",
    message: "snapshotID must be set when volumeInitializationRate is set",
    holds: (self) => !has(self, "volumeInitializationRate") || (raw(self)["snapshotID"] ?? "") !== "",
  },
  termRules(reserved, ["tags", "id", "instanceMatchCriteria"]),
  alone(
    reserved,
    "id",
    ["tags", "ownerID", "instanceMatchCriteria"],
    "'id' is mutually exclusive, cannot be set along with other fields in a capacity reservation selector term",
  ),
  noEmptyTags(`${reserved}[].tags`),
  {
    path: "spec.connectionTracking",
    rule: "has(self.tcpEstablishedTimeout) || has(self.udpStreamTimeout) || has(self.udpTimeout)",
    message: "at least one of tcpEstablishedTimeout, udpStreamTimeout, or udpTimeout must be set",
    holds: (self) => ["tcpEstablishedTimeout", "udpStreamTimeout", "udpTimeout"].some((key) => has(self, key)),
  },
  notEmpty("spec.instanceProfile", "instanceProfile cannot be empty"),
  {
    path: "spec.networkInterfaces",
    rule:
      "self.size() == 0 || self.exists(x, x.deviceIndex == 0 && x.networkCardIndex == 0 && " +
      "x.interfaceType == 'interface')",
    message: "networkInterfaces must include a primary interface with interfaceType='interface'",
    holds: (self) =>
      items(self).length === 0 ||
      items(self).some(
        ({ deviceIndex, networkCardIndex, interfaceType }) =>
          deviceIndex === 0 && networkCardIndex === 0 && interfaceType === "interface",
      ),
  },
  {
    path: "spec.networkInterfaces",
    rule:
      "self.all(x, self.filter(y, x.networkCardIndex == y.networkCardIndex && " +
      "x.deviceIndex == y.deviceIndex).size() == 1 && (x.interfaceType != 'efa-only' || " +
      "self.filter(y, x.networkCardIndex == y.networkCardIndex && y.interfaceType == 'efa-only').size() == 1))",
    message:
      "networkInterfaces must not have duplicate networkCardIndex and deviceIndex pairs, " +
      "and can have at most one efa device per network card",
    holds: (self) =>
      every(self, (one) => {
        const card = items(self).filter((other) => same(one, other, "networkCardIndex"));
        return (
          card.filter((other) => same(one, other, "deviceIndex")).length === 1 &&
          (one["interfaceType"] !== "efa-only" ||
            card.filter(({ interfaceType }) => interfaceType === "efa-only").length === 1)
        );
      }),
  },
  {
    path: "spec.placementGroupSelector",
    rule: "has(self.name) || has(self.id)",
    message: "expected at least one, got none, ['name', 'id']",
    holds: (self) => has(self, "name") || has(self, "id"),
  },
  {
    path: "spec.placementGroupSelector",
    rule: "!(has(self.name) && has(self.id))",
    message: "'name' and 'id' are mutually exclusive",
    holds: (self) => !(has(self, "name") && has(self, "id")),
  },
  notEmpty("spec.role", "role cannot be empty"),
  nonEmptyList(groups, "securityGroupSelectorTerms cannot be empty"),
  termRules(groups, ["tags", "id", "name"]),
  alone(groups, "id", ["tags", "name"], `'id' ${combined("security group")}`),
  alone(groups, "name", ["tags", "id"], `'name' ${combined("security group")}`),
  noEmptyTags(`${groups}[].tags`),
  nonEmptyList(subnets, "subnetSelectorTerms cannot be empty"),
  termRules(subnets, ["tags", "id"]),
  alone(subnets, "id", ["tags"], `'id' ${combined("subnet")}`),
  noEmptyTags(`${subnets}[].tags`),
  noTag("self.all(k, k != '')", "empty tag keys aren't supported", (key) => key === ""),
  noTag(
    "self.all(k, k !='eks:eks-cluster-name')",
    "tag contains a restricted tag matching eks:eks-cluster-name",
    (key) => key === "eks:eks-cluster-name",
  ),
  noTag(
    "self.all(k, !k.startsWith('kubernetes.io/cluster') )",
    "tag contains a restricted tag matching kubernetes.io/cluster/",
    (key) => key.startsWith("kubernetes.io/cluster"),
  ),
  noTag(
    "self.all(k, k != 'karpenter.sh/nodepool')",
    "tag contains a restricted tag matching karpenter.sh/nodepool",
    (key) => key === "karpenter.sh/nodepool",
  ),
  noTag(
    "self.all(k, k !='karpenter.sh/nodeclaim')",
    "tag contains a restricted tag matching karpenter.sh/nodeclaim",
    (key) => key === "karpenter.sh/nodeclaim",
  ),
  noTag(
    "self.all(k, k !='karpenter.k8s.aws/ec2nodeclass')",
    "tag contains a restricted tag matching karpenter.k8s.aws/ec2nodeclass",
    (key) => key === "karpenter.k8s.aws/ec2nodeclass",
  ),
] satisfies readonly RuleOf[];

/** Every rule of Karpenter's three resources. */
export const karpenterRules: readonly CelRule[] = [
  ...rulesFor("EC2NodeClass", nodeClassRules),
  ...rulesFor("NodePool", nodePoolRules),
  ...rulesFor("NodeOverlay", nodeOverlayRules),
];
