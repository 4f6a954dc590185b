import { has, immutable, items, raw, type RuleOf } from "./rule.ts";

/** Of a JobSet's spec, and of the one within a training runtime (kubernetes-sigs/jobset @08dfbdf). */
export const jobSetSpec = [
  {
    path: "",
    rule:
      "!(has(self.startupPolicy) && self.startupPolicy.startupPolicyOrder == 'InOrder' && " +
      "self.replicatedJobs.exists(x, has(x.dependsOn)))",
    message: "StartupPolicy and DependsOn APIs are mutually exclusive",
    holds: (self) =>
      !(
        raw(raw(self)["startupPolicy"])["startupPolicyOrder"] === "InOrder" &&
        items(raw(self)["replicatedJobs"]).some((each) => has(each, "dependsOn"))
      ),
  },
  ...[
    "failurePolicy",
    "network",
    "replicatedJobs[].dependsOn",
    "startupPolicy",
    "successPolicy",
    "volumeClaimPolicies",
  ].map((path) => immutable(path, "Value is immutable")),
  {
    path: "volumeClaimPolicies[]",
    rule: "self.templates.all(t, !has(t.metadata.namespace) || size(t.metadata.namespace) == 0)",
    message: "namespace cannot be set for VolumeClaimPolicies templates",
    holds: (self) => items(raw(self)["templates"]).every((template) => !raw(template["metadata"])["namespace"]),
  },
] satisfies readonly RuleOf[];
