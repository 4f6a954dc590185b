/**
 * The accelerated pod in the words of KubeSpawner, which makes the pods of JupyterHub's users
 * (jupyterhub/kubespawner @a8f2843, kubespawner/spawner.py).
 */
import { isRaw, type Raw } from "../../base/merge.ts";
import { present } from "../../base/present.ts";
import { managedByLabel } from "../labels.ts";
import type { Container, PodTemplate, Quantities, Toleration } from "../manifest.ts";
import { parseQuantity } from "../quantity.ts";

/** Of a profile: a dictionary is merged into what the chart says, anything else replaces it. */
export type SpawnerOverride = Raw;

/**
 * What the chart has every user's pod tolerate, and a profile's own list would take away
 * (jupyterhub/zero-to-jupyterhub-k8s @5c5f5df, jupyterhub/values.yaml, scheduling.userPods.tolerations).
 */
const userTolerations: readonly Toleration[] = ["hub.jupyter.org/dedicated", "hub.jupyter.org_dedicated"].map(
  (key) => ({ key, operator: "Equal", value: "user", effect: "NoSchedule" }),
);

/** @param pod Without init containers: a profile's take the place of the chart's own (jupyter-hub.ts). */
export function spawnerOverride({ metadata, spec }: PodTemplate): SpawnerOverride {
  const {
    containers: [own, ...others],
    volumes = [],
    tolerations = [],
    affinity,
    nodeSelector,
    schedulerName,
    serviceAccountName,
    ...restOfPod
  } = spec;
  const required = requiredNodes(affinity);
  return present({
    ...ofContainer(own!),
    ...ofMetadata(metadata),
    tolerations: tolerations.length === 0 ? undefined : [...userTolerations, ...tolerations],
    node_affinity_required: required,
    node_selector: nodeSelector,
    scheduler_name: schedulerName,
    service_account: serviceAccountName,
    volumes: filled(byName(volumes)),
    extra_containers: others.length === 0 ? undefined : others.map(expanded),
    extra_pod_config: filled({
      ...(expanded(restOfPod) as Raw),
      ...(affinity !== undefined && required === undefined ? { affinity } : {}),
    }),
  });
}

function ofContainer(container: Container): Raw {
  const {
    name: _name,
    image,
    workingDir,
    env = [],
    resources,
    volumeMounts = [],
    securityContext,
    ...rest
  } = container;
  const { ports: _ports, command: _command, args: _args, ...unsaid } = rest;
  const { runAsUser, ...restOfContext } = (securityContext ?? {}) as Raw;
  return {
    image,
    working_dir: workingDir,
    ...ofResources(resources ?? {}),
    environment: filled(Object.fromEntries(env.map(({ name, value, ...source }) => [name, expanded(value ?? source)]))),
    uid: runAsUser,
    container_security_context: filled(restOfContext),
    volume_mounts: filled(
      Object.fromEntries(volumeMounts.map((mount) => [`${mount.name}-${mount.mountPath}`, expanded(mount)])),
    ),
    extra_container_config: filled(unsaid),
  };
}

function ofResources({ requests = {}, limits = {} }: NonNullable<Container["resources"]>): Raw {
  return {
    cpu_guarantee: cpusOf(requests["cpu"]),
    cpu_limit: cpusOf(limits["cpu"]),
    mem_guarantee: memoryOf(requests["memory"]),
    mem_limit: memoryOf(limits["memory"]),
    extra_resource_guarantees: filled(besides(requests)),
    extra_resource_limits: filled(besides(limits)),
  };
}

function besides(quantities: Quantities): Quantities {
  return Object.fromEntries(Object.entries(quantities).filter(([name]) => name !== "cpu" && name !== "memory"));
}

/** Kubernetes counts no less than thousandths of a core. */
function cpusOf(quantity: string | undefined): number | undefined {
  return quantity === undefined ? undefined : Number(parseQuantity(quantity).toFixed(3));
}

/** JupyterHub's M and G are Kubernetes' Mi and Gi (jupyterhub, traitlets.py, ByteSpecification). */
function memoryOf(quantity: string | undefined): string | number | undefined {
  if (quantity === undefined) return undefined;
  return /^\d+[KMGT]i$/.test(quantity) ? quantity.slice(0, -1) : parseQuantity(quantity);
}

/** The terms of an affinity that says no more than which nodes. */
function requiredNodes(affinity: Raw | undefined): unknown {
  const { nodeAffinity, ...others } = affinity ?? {};
  if (!isRaw(nodeAffinity) || Object.keys(others).length > 0) return undefined;
  const { requiredDuringSchedulingIgnoredDuringExecution: required, ...preferred } = nodeAffinity;
  return isRaw(required) && Object.keys(preferred).length === 0 ? required["nodeSelectorTerms"] : undefined;
}

/** KubeSpawner has labels of its own under Kubernetes' common names, by which it finds its pods. */
function ofMetadata({ labels = {}, annotations }: PodTemplate["metadata"]): Raw {
  const common = managedByLabel.slice(0, managedByLabel.indexOf("/") + 1);
  const own = Object.entries(labels).filter(([key]) => !key.startsWith(common));
  return {
    extra_labels: filled(expanded(Object.fromEntries(own)) as Raw),
    extra_annotations: filled(expanded(annotations ?? {}) as Raw),
  };
}

/** A dictionary is merged: what the chart itself mounts, each user's home, stays. */
function byName(items: readonly { readonly name: string }[]): Raw {
  return Object.fromEntries(items.map((item) => [item.name, expanded(item)]));
}

/** Braces are KubeSpawner's own in most of its texts, as in {username}: they are doubled where they are the user's. */
function expanded(value: unknown): unknown {
  if (typeof value === "string") return value.replace(/[{}]/g, "$&$&");
  if (Array.isArray(value)) return value.map(expanded);
  return isRaw(value) ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, expanded(item)])) : value;
}

function filled(raw: Raw): Raw | undefined {
  return Object.keys(raw).length === 0 ? undefined : raw;
}
