/** kubernetes-sigs/kueue @ff69552, v1beta2 */
import { has, items, raw, type RuleOf } from "./rule.ts";
import type { Raw } from "../../base/merge.ts";

export const clusterQueueRules = [
  {
    path: "spec",
    rule:
      "!has(self.cohortName) && " +
      "has(self.resourceGroups) ? self.resourceGroups.all(rg, rg.flavors.all(f, f.resources.all(r, " +
      "!has(r.borrowingLimit)))) : true",
    message: "borrowingLimit must be nil when cohort is empty",
    holds: (self) =>
      has(self, "cohortName") ||
      items(raw(self)["resourceGroups"]).every((group) =>
        items(group["flavors"]).every((flavor) =>
          items(flavor["resources"]).every((resource) => !has(resource, "borrowingLimit")),
        ),
      ),
  },
  {
    path: "spec.flavorFungibility",
    rule: "!has(self.preference) || (self.whenCanBorrow == 'TryNextFlavor' && self.whenCanPreempt == 'TryNextFlavor')",
    message: "preference can only be set when both whenCanBorrow and whenCanPreempt are TryNextFlavor",
    // Left out, whenCanPreempt is TryNextFlavor, and whenCanBorrow is not.
    holds: (self) =>
      !has(self, "preference") ||
      (raw(self)["whenCanBorrow"] === "TryNextFlavor" &&
        (raw(self)["whenCanPreempt"] ?? "TryNextFlavor") === "TryNextFlavor"),
  },
  {
    path: "spec.preemption",
    rule:
      "!(self.reclaimWithinCohort == 'Never' && " +
      "has(self.borrowWithinCohort) &&  self.borrowWithinCohort.policy != 'Never')",
    message: "reclaimWithinCohort=Never and borrowWithinCohort.Policy!=Never",
    // Left out, both are Never.
    holds: (self) =>
      !(
        (raw(self)["reclaimWithinCohort"] ?? "Never") === "Never" &&
        (raw(raw(self)["borrowWithinCohort"])["policy"] ?? "Never") !== "Never"
      ),
  },
  {
    path: "spec.resourceGroups[]",
    rule: "self.flavors.all(x, size(x.resources) == size(self.coveredResources))",
    message: "flavors must have the same number of resources as the coveredResources",
    holds: (self) =>
      items(raw(self)["flavors"]).every(
        (flavor) =>
          items(flavor["resources"]).length ===
          (raw(self)["coveredResources"] as readonly unknown[] | undefined)?.length,
      ),
  },
] satisfies readonly RuleOf[];

const taintEffects = new Set(["NoSchedule", "PreferNoSchedule", "NoExecute"]);
const every = (self: unknown, test: (item: Raw) => boolean) => items(self).every(test);

export const resourceFlavorRules = [
  {
    path: "spec",
    rule: "!has(self.topologyName) || self.nodeLabels.size() >= 1",
    message: "at least one nodeLabel is required when topology is set",
    holds: (self) => !has(self, "topologyName") || Object.keys(raw(raw(self)["nodeLabels"])).length > 0,
  },
  {
    path: "spec",
    rule: "!has(oldSelf.topologyName) || (has(self.topologyName) && self.topologyName == oldSelf.topologyName)",
    message: "topologyName is immutable when topologyName is set",
    holds: (self, before) => !has(before, "topologyName") || raw(self)["topologyName"] === raw(before)["topologyName"],
    transition: true,
  },
  {
    path: "spec.nodeTaints",
    rule: "self.all(x, x.effect in ['NoSchedule', 'PreferNoSchedule', 'NoExecute'])",
    message: "supported taint effect values: 'NoSchedule', 'PreferNoSchedule', 'NoExecute'",
    holds: (self) => every(self, ({ effect }) => taintEffects.has(String(effect))),
  },
  {
    path: "spec.tolerations",
    rule: "self.all(x, !has(x.key) ? x.operator == 'Exists' : true)",
    message: "operator must be Exists when 'key' is empty, which means 'match all values and all keys'",
    holds: (self) => every(self, ({ key, operator }) => key !== undefined || operator === "Exists"),
  },
  {
    path: "spec.tolerations",
    rule: "self.all(x, has(x.tolerationSeconds) ? x.effect == 'NoExecute' : true)",
    message: "effect must be 'NoExecute' when 'tolerationSeconds' is set",
    holds: (self) =>
      every(self, ({ tolerationSeconds, effect }) => tolerationSeconds === undefined || effect === "NoExecute"),
  },
  {
    path: "spec.tolerations",
    rule: "self.all(x, !has(x.operator) || x.operator in ['Equal', 'Exists'])",
    message: "supported toleration values: 'Equal'(default), 'Exists'",
    holds: (self) =>
      every(self, ({ operator }) => operator === undefined || operator === "Equal" || operator === "Exists"),
  },
  {
    path: "spec.tolerations",
    rule: "self.all(x, has(x.operator) && x.operator == 'Exists' ? !has(x.value) : true)",
    message: "a value must be empty when 'operator' is 'Exists'",
    holds: (self) => every(self, ({ operator, value }) => operator !== "Exists" || value === undefined),
  },
  {
    path: "spec.tolerations",
    rule: "self.all(x, !has(x.effect) || x.effect in ['NoSchedule', 'PreferNoSchedule', 'NoExecute'])",
    message: "supported taint effect values: 'NoSchedule', 'PreferNoSchedule', 'NoExecute'",
    holds: (self) => every(self, ({ effect }) => effect === undefined || taintEffects.has(String(effect))),
  },
] satisfies readonly RuleOf[];
