/** kubeflow/trainer @8c0f505 */
import { jobSetSpec } from "./job-set.ts";
import { below, has, immutable, oneOf, raw, type RuleOf } from "./rule.ts";

const storageUri = (path: string): RuleOf => ({
  path,
  rule: "self == '' || self.matches('^[A-Za-z][A-Za-z0-9+.-]*://.+$')",
  message: "storageUri may be empty, or it must be a valid URI (scheme://...)",
  holds: (self) => self === "" || /^[A-Za-z][A-Za-z0-9+.-]*:\/\/.+$/.test(String(self)),
});

const runtimePatches = "spec.runtimePatches[]";
const patchedPod = `${runtimePatches}.trainingRuntimeSpec.template.spec.replicatedJobs[].template.spec.template.spec`;
const trainManagers = ["trainer.kubeflow.org/trainjob-controller", "kueue.x-k8s.io/multikueue"];

export const trainJobRules = [
  {
    path: "",
    rule: "self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')",
    message: "metadata.name must match RFC 1035 DNS label format",
    holds: (self) => /^[a-z](?:[-a-z0-9]*[a-z0-9])?$/.test(String(raw(raw(self)["metadata"])["name"])),
  },
  {
    path: "",
    rule: "size(self.metadata.name) <= 63",
    message: "metadata.name must be no more than 63 characters",
    holds: (self) => String(raw(raw(self)["metadata"])["name"]).length <= 63,
  },
  ...["activeDeadlineSeconds", "initializer", "managedBy", "runtimeRef", "trainer"].map((key) =>
    immutable(`spec.${key}`, "field is immutable"),
  ),
  ...["dataset", "model"].map((key) => storageUri(`spec.initializer.${key}.storageUri`)),
  oneOf("spec.managedBy", trainManagers, `ManagedBy must be ${trainManagers[0]} or ${trainManagers[1]} if set`),
  immutable(`${runtimePatches}.manager`, "field is immutable"),
  ...[
    "containers",
    "imagePullSecrets",
    "initContainers",
    "securityContext",
    "serviceAccountName",
    "terminationGracePeriodSeconds",
    "volumes",
  ].map((key) => immutable(`${patchedPod}.${key}`, "field is immutable")),
  {
    path: "spec.trainer.numProcPerNode",
    rule: "self >= 1",
    message: "numProcPerNode must be greater than or equal to 1",
    holds: (self) => Number(self) >= 1,
  },
  {
    path: "status.trainerStatus",
    rule: "has(self.lastUpdatedTime)",
    message: "lastUpdatedTime is required when trainerStatus is present",
    holds: (self) => has(self, "lastUpdatedTime"),
  },
] satisfies readonly RuleOf[];

export const trainingRuntimeRules = [
  {
    path: "spec.mlPolicy",
    rule: "[has(self.torch), has(self.mpi), has(self.jax), has(self.xgboost),has(self.flux)].filter(x, x).size() <= 1",
    message: "Only one of the policy can be configured",
    holds: (self) => ["torch", "mpi", "jax", "xgboost", "flux"].filter((policy) => has(self, policy)).length <= 1,
  },
  ...["flux", "mpi"].map((policy) => ({
    path: `spec.mlPolicy.${policy}.numProcPerNode`,
    rule: "self >= 1",
    message: `NumProcPerNode in ${policy}Policy must be >= 1`,
    holds: (self: unknown) => Number(self) >= 1,
  })),
  {
    path: "spec.mlPolicy.torch.envInjection.targets[].containerNames",
    rule: "!self.exists(c, c == 'node')",
    message: "containerNames must not include the main node container because PET_* envs are always injected into it",
    holds: (self) => !(Array.isArray(self) && self.includes("node")),
  },
  ...below("spec.template.spec", jobSetSpec),
] satisfies readonly RuleOf[];
