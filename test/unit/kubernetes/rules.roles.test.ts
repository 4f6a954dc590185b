import { describe, expect, it } from "vitest";
import { mergeRaw } from "../../../src/core/base/merge.ts";
import { definitionOf, kinds } from "../../../src/core/kubernetes/kinds.ts";
import { kindProblems } from "../../../src/core/kubernetes/kind-limits.ts";
import { resolveForKubernetes } from "../../../src/core/kubernetes/generate.ts";
import { eksRules, eksRulesFor } from "../../../src/core/kubernetes/rules.ts";
import { runRules } from "../../../src/core/workload/rules/rule.ts";
import type { Workload } from "../../../src/core/workload/schema.ts";
import { neededBy } from "../../../src/targets-reference/needed-by.ts";

const role = "arn:aws:iam::123456789012:role/bert";
const withRoles: Workload = {
  name: "bert",
  image: "bert:1",
  accelerator: { instanceTypes: ["inf2.xlarge"] },
  roles: { execution: role, task: role },
};

describe("a workload with roles", () => {
  it.each(kinds)("is told as a %s what takes their place there", (kind) => {
    const needed = neededBy[kind] ?? {};
    const { serviceAccount: _, ...eks } = needed.eks ?? {};
    const workload = mergeRaw({ ...withRoles }, { ...needed, eks }, {}) as unknown as Workload;
    const found = runRules(eksRulesFor(kind), workload, []).filter(({ code }) => code === "role-on-eks");
    expect(found.map(({ path }) => path)).toEqual([
      ["roles", "execution"],
      ["roles", "task"],
    ]);
    const [{ hint = "" }] = found as [(typeof found)[number]];
    const { roles: _roles, ...without } = workload;
    const mended: Workload = hint.startsWith("Add eks.serviceAccount")
      ? { ...workload, eks: { ...workload.eks, serviceAccount: "bert" } }
      : without;
    expect(runRules(eksRulesFor(kind), mended, []).filter(({ severity }) => severity === "error")).toEqual([]);
    const schedule = definitionOf(kind).scheduled === true ? { schedule: "@daily" } : {};
    const { workload: resolved, says } = resolveForKubernetes({ ...mended, ...schedule }, kind);
    expect(kindProblems(kind, resolved, says).filter(({ path }) => path?.[1] === "serviceAccount")).toEqual([]);
  });

  it("is told as a ServingRuntime, by the file too, that its InferenceServices have the account", () => {
    const asked = runRules(eksRulesFor("ServingRuntime"), { ...withRoles, eks: { serviceAccount: "bert" } }, []);
    expect(asked.map(({ path, message, hint }) => [path, message, hint])).toEqual(
      ["execution", "task"].map((each) => [
        ["roles", each],
        `roles.${each} is a role of ECS tasks: the pods of a ServingRuntime have the service account of the InferenceServices that name it`,
        "Leave it out (--set roles=null), and write spec.predictor.serviceAccountName there, an account with that role's permissions (EKS Pod Identity).",
      ]),
    );
    expect(runRules(eksRules, { ...withRoles, eks: { as: "ServingRuntime" } }, [])).toEqual(asked);
    expect(runRules(eksRulesFor("Deployment"), { ...withRoles, eks: { as: "ServingRuntime" } }, [])).not.toEqual(asked);
  });
});
