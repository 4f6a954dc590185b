/** Which labels of Karpenter's own domains may be set. */
import { raw, type RuleOf } from "../rule.ts";

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

/** The labels of a domain that users may set. */
export const coreLabels = ["karpenter.sh/capacity-type", "karpenter.sh/nodepool"];
const aws = (names: readonly string[]) => names.map((name) => `karpenter.k8s.aws/${name}`);
export const poolKeys = aws([...reservations, "ec2nodeclass", ...wellKnown, ...placement]);
/** As it is published, one of them twice. */
export const poolLabels = aws([
  ...reservations,
  "capacity-reservation-interruptible",
  "ec2nodeclass",
  ...wellKnown,
  ...placement,
]);
export const overlayKeys = aws(["ec2nodeclass", ...wellKnown]);

const listText = (values: readonly string[]) => `[${values.map((value) => `"${value}"`).join(", ")}]`;
const domainOf = (key: unknown) => String(key).split("/", 1)[0]!;
const mayUse = (key: unknown, domain: string, allowed: readonly string[]) =>
  allowed.includes(String(key)) || !domainOf(key).endsWith(domain);

/** The same rule on each key of a map of labels (`x`) or on one key (`self`). */
export function restricted(path: string, variable: "x" | "self", domain: string, allowed: readonly string[]): RuleOf {
  const test = `${variable} in ${listText(allowed)} || !${variable}.find("^([^/]+)").endsWith("${domain}")`;
  return {
    path,
    rule: variable === "x" ? `self.all(x, ${test})` : test,
    message: `label domain "${domain}" is restricted`,
    holds: (self) => (variable === "x" ? Object.keys(raw(self)) : [self]).every((key) => mayUse(key, domain, allowed)),
  };
}

export function forbidden(path: string, variable: "x" | "self", label: string): RuleOf {
  return {
    path,
    rule: variable === "x" ? `self.all(x, x != "${label}")` : `self != "${label}"`,
    message: `label "${label}" is restricted`,
    holds: (self) => !(variable === "x" ? Object.keys(raw(self)) : [self]).includes(label),
  };
}
