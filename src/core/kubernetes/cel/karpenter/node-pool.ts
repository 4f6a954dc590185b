import { every, has, notEmpty, raw, type RuleOf } from "../rule.ts";
import { coreLabels, forbidden, poolKeys, poolLabels, restricted } from "./labels.ts";
import { requirementRules, values } from "./requirements.ts";

const poolRequirements = "spec.template.spec.requirements";
const poolMetadata = "spec.template.metadata.labels";
const classRef = "spec.template.spec.nodeClassRef";

export const nodePoolRules = [
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
