import { every, has, raw, type RuleOf } from "../rule.ts";
import { coreLabels, forbidden, overlayKeys, restricted } from "./labels.ts";
import { requirementRules, values } from "./requirements.ts";

const overlayRequirements = "spec.requirements";
const sizedByEc2 = new Set(["cpu", "memory", "ephemeral-storage", "pods"]);

export const nodeOverlayRules = [
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
