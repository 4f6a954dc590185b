/** What kubectl and the API server say when they refuse a manifest, as one sentence and what to do. */
import type { ResourceReference } from "./read-manifests.ts";

export interface ExplainedRefusal {
  /** Where it is not the operation itself that failed. */
  readonly code?: "AccessDenied" | "NoCredentials";
  readonly message: string;
  readonly hint: string;
}

/** Where the operator of each group of kinds, or of a kind of it alone, is installed from. */
const installations: Readonly<Record<string, string>> = {
  "jobset.x-k8s.io": "https://jobset.sigs.k8s.io/docs/installation/",
  "leaderworkerset.x-k8s.io": "https://lws.sigs.k8s.io/docs/installation/",
  "kubeflow.org": "https://www.kubeflow.org/docs/components/trainer/legacy-v1/installation/",
  "Notebook.kubeflow.org": "https://www.kubeflow.org/docs/components/notebooks/",
  "Experiment.kubeflow.org": "https://www.kubeflow.org/docs/components/katib/installation/",
  "trainer.kubeflow.org": "https://www.kubeflow.org/docs/components/trainer/operator-guides/installation/",
  "ray.io": "https://docs.ray.io/en/latest/cluster/kubernetes/getting-started/kuberay-operator-installation.html",
  "serving.kserve.io": "https://kserve.github.io/website/docs/admin-guide/overview",
  "sparkoperator.k8s.io": "https://www.kubeflow.org/docs/components/spark-operator/getting-started/",
  "argoproj.io": "https://argo-workflows.readthedocs.io/en/latest/installation/",
  "mlops.seldon.io": "https://docs.seldon.ai/seldon-core-2/installation",
  "batch.volcano.sh": "https://volcano.sh/en/docs/installation/",
  "scheduling.volcano.sh": "https://volcano.sh/en/docs/installation/",
  "kueue.x-k8s.io": "https://kueue.sigs.k8s.io/docs/installation/",
  "keda.sh": "https://keda.sh/docs/latest/deploy/",
  "monitoring.coreos.com": "https://prometheus-operator.dev/docs/getting-started/installation/",
  "gateway.networking.k8s.io": "https://gateway-api.sigs.k8s.io/guides/getting-started/",
  "kyverno.io": "https://kyverno.io/docs/installation/",
  "templates.gatekeeper.sh": "https://open-policy-agent.github.io/gatekeeper/website/docs/install/",
  "constraints.gatekeeper.sh": "https://open-policy-agent.github.io/gatekeeper/website/docs/install/",
  "networking.istio.io": "https://istio.io/latest/docs/setup/install/",
  "karpenter.sh": "https://karpenter.sh/docs/getting-started/",
  "karpenter.k8s.aws": "https://karpenter.sh/docs/getting-started/",
  "resource.nvidia.com":
    "https://docs.aws.amazon.com/eks/latest/userguide/device-management-nvidia-dra-device-plugin.html",
  "snapshot.storage.k8s.io": "https://docs.aws.amazon.com/eks/latest/userguide/csi-snapshot-controller.html",
  "resource.k8s.io": "https://kubernetes.io/docs/concepts/scheduling-eviction/dynamic-resource-allocation/",
};

type Explain = (said: string, resources: readonly ResourceReference[]) => ExplainedRefusal | undefined;

const explanations: readonly Explain[] = [
  unknownKind,
  unreachableWebhook,
  refusingWebhook,
  refusingPolicy,
  missingNamespace,
  unknownField,
  immutableField,
  emptiedSpec,
  exceededQuota,
  notAllowed,
  notLoggedIn,
];

/** What the text of a failed kubectl says; undefined where it is none of what aiplat knows. */
export function explainRefusal(said: string, resources: readonly ResourceReference[]): ExplainedRefusal | undefined {
  return explanations.map((explain) => explain(said, resources)).find((each) => each !== undefined);
}

function unknownKind(said: string): ExplainedRefusal | undefined {
  const missing = [...said.matchAll(/no matches for kind "([^"]+)" in version "([^"]+)"/g)];
  return missing.length === 0
    ? undefined
    : unknownKinds(missing.map(([, kind, apiVersion]) => ({ kind: kind!, apiVersion: apiVersion! })));
}

/** That the API server serves no such kinds, and what installs them. */
export function unknownKinds(
  missing: readonly { readonly apiVersion: string; readonly kind: string }[],
): ExplainedRefusal {
  const kinds = [...new Set(missing.map(({ kind, apiVersion }) => `${kind} (${apiVersion})`))];
  const pages = [
    ...new Set(
      missing.flatMap(({ apiVersion, kind }) => {
        const [group] = apiVersion.split("/") as [string];
        return installations[`${kind}.${group}`] ?? installations[group] ?? [];
      }),
    ),
  ];
  return {
    message: `the cluster does not know ${kinds.join(" and ")}`,
    hint:
      pages.length === 0
        ? "Install what serves it first."
        : `Install its operator first, in a version that serves it: ${pages.join(", ")}`,
  };
}

function unreachableWebhook(said: string): ExplainedRefusal | undefined {
  const [, webhook, reason] = /failed calling webhook "([^"]+)": (.+)/.exec(said) ?? [];
  if (webhook === undefined) return undefined;
  const service = /https:\/\/([\w-]+)\.([\w-]+)\.svc/.exec(reason!);
  const where = service === null ? "" : `: kubectl get pods --namespace ${service[2]}`;
  return {
    message: `the webhook ${webhook}, which has to admit it, does not answer`,
    hint: `The operator that serves it does not run, or is not ready yet${where}`,
  };
}

function refusingWebhook(said: string): ExplainedRefusal | undefined {
  const [, webhook, reason] = /admission webhook "([^"]+)" denied the request: (.+)/.exec(said) ?? [];
  return webhook === undefined
    ? undefined
    : {
        message: `the webhook ${webhook} refuses it: ${reason!.trim()}`,
        hint: "The cluster's operators decide that: change the workload, or eks.pod and eks.resource, to what it asks for.",
      };
}

/** https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/ */
function refusingPolicy(said: string): ExplainedRefusal | undefined {
  const [, policy, reason] = /ValidatingAdmissionPolicy '([^']+)' .*?denied request: (.+)/.exec(said) ?? [];
  return policy === undefined
    ? undefined
    : {
        message: `the cluster's policy ${policy} refuses it: ${reason!.trim()}`,
        hint: "Change the workload, or eks.pod and eks.resource, to what it asks for.",
      };
}

function missingNamespace(said: string, resources: readonly ResourceReference[]): ExplainedRefusal | undefined {
  const [, namespace] = /\(NotFound\): .*?namespaces "([^"]+)" not found/.exec(said) ?? [];
  if (namespace === undefined) return undefined;
  const comes = resources.some(({ kind, name }) => kind === "Namespace" && name === namespace);
  return {
    message: `there is no namespace ${namespace}`,
    hint: `${comes ? "It is among the manifests, and what goes into it can only be compared once it is there: " : ""}kubectl create namespace ${namespace}`,
  };
}

/** `failed to create typed patch object (ml/train; batch/v1, Kind=Job): .spec.x: field not declared in schema`. */
function unknownField(said: string): ExplainedRefusal | undefined {
  const [, name, apiVersion, kind, problems] =
    /typed patch object \((?:[^/;]*\/)?([^;]+); ([^,]+), Kind=(\w+)\): ([^]+)/.exec(said) ?? [];
  const fields = Array.from(
    problems?.matchAll(/\.([\w.[\]="-]+): field not declared in schema/g) ?? [],
    ([, field]) => field!,
  );
  return fields.length === 0
    ? undefined
    : {
        message: `${kind} ${name} has what ${apiVersion} of the cluster does not know: ${fields.join(", ")}`,
        hint: "Look for a slip in eks.resource, eks.pod and eks.companions, or upgrade what serves the kind.",
      };
}

/** `jobs.batch "train" is forbidden: exceeded quota: q, requested: count/jobs.batch=1, used: ..., limited: ...`. */
function exceededQuota(said: string): ExplainedRefusal | undefined {
  const [, quota, figures] = /forbidden: exceeded quota: ([\w.-]+), (.+)/.exec(said) ?? [];
  return quota === undefined
    ? undefined
    : {
        message: `the namespace's quota ${quota} has no room for it: ${figures!.trim()}`,
        hint: `Delete what is no longer needed, or have it raised: kubectl describe resourcequota ${quota}.`,
      };
}

/** `The Job "train" is invalid: spec.template: Invalid value: ...: field is immutable`, and StatefulSet's own words. */
/** Of what another manifest wrote, and this has none of, nothing would be left: kubectl then sends null. */
function emptiedSpec(said: string): ExplainedRefusal | undefined {
  const [, kind, name] =
    /The ([\w.-]+) "([^"]+)" is invalid[^]*spec in body must be of type object: "null"/.exec(said) ?? [];
  if (kind === undefined) return undefined;
  return {
    message: `${kind.split(".")[0]!} ${name!} exists, and another manifest of that name wrote all that its spec has`,
    hint:
      `Where nothing uses it, delete it and apply again: kubectl delete ${kind.toLowerCase()} ${name!}. ` +
      "Else have both manifests say the same of it.",
  };
}

function immutableField(said: string, resources: readonly ResourceReference[]): ExplainedRefusal | undefined {
  const immutable = /immutable|updates to statefulset spec for fields other than/i.test(said);
  const [, kind, name] = /The ([\w.-]+) "([^"]+)" is invalid/.exec(said) ?? [];
  if (!immutable || kind === undefined) return undefined;
  const fields = new Set([...said.matchAll(/([\w.[\]-]+): (?:Invalid value|Forbidden)/g)].map((match) => match[1]!));
  const plain = kind.split(".")[0]!;
  const resource = resources.find((each) => each.name === name && each.kind.toLowerCase() === plain.toLowerCase());
  const namespace = resource?.namespace === undefined ? "" : ` --namespace ${resource.namespace}`;
  return {
    message: `${plain} ${name} exists, and what changes in it cannot change once it does: ${[...fields].join(", ")}`,
    hint:
      `Delete it and apply again, which ends what it runs: kubectl delete ${kind.toLowerCase()} ${name}${namespace}. ` +
      "Or give the workload another name.",
  };
}

/** `deployments.apps "bert" is forbidden: User "dev" cannot patch resource "deployments" in API group "apps" ...`. */
function notAllowed(said: string): ExplainedRefusal | undefined {
  const [, user, what] = /forbidden: User "([^"]+)" (cannot .+)/.exec(said) ?? [];
  return user === undefined
    ? undefined
    : {
        code: "AccessDenied",
        message: `${user} ${what!.trim()}`,
        hint: "Its access entry of the cluster, or its RBAC role, has to allow it: kubectl auth can-i --list.",
      };
}

function notLoggedIn(said: string): ExplainedRefusal | undefined {
  return /must be logged in to the server|\(Unauthorized\)|getting credentials: exec/.test(said)
    ? {
        code: "NoCredentials",
        message: "the cluster does not take kubectl's credentials",
        hint: "aws sts get-caller-identity says who you are; the cluster needs an access entry for it.",
      }
    : undefined;
}
