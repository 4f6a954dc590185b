import type { Raw } from "../../../base/merge.ts";
import { every, has, items, notEmpty, raw, type RuleOf } from "../rule.ts";
import { alone, noEmptyTags, nonEmptyList, noTag, quoted, termRules } from "./terms.ts";

const aliasFamilies = {
  al2: "AL2",
  al2023: "AL2023",
  bottlerocket: "Bottlerocket",
  windows2019: "Windows2019",
  windows2022: "Windows2022",
  windows2025: "Windows2025",
};
const windows = Object.keys(aliasFamilies).filter((family) => family.startsWith("windows"));
const aliases = (self: unknown) =>
  items(raw(self)["amiSelectorTerms"]).flatMap(({ alias }) => (alias === undefined ? [] : [String(alias)]));

const ami = "spec.amiSelectorTerms";
const groups = "spec.securityGroupSelectorTerms";
const subnets = "spec.subnetSelectorTerms";
const reserved = "spec.capacityReservationSelectorTerms";
const combined = (what: string) =>
  `is mutually exclusive, cannot be set with a combination of other fields in a ${what} selector term`;
const same = (one: Raw, other: Raw, key: string) => one[key] === other[key];

export const nodeClassRules = [
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
