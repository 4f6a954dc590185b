/**
 * What KubeSpawner makes of a profile of JupyterHub's chart: the parts of its make_pod that aiplat writes for, written
 * from jupyterhub/kubespawner @a8f2843 (kubespawner/spawner.py, objects.py), and nothing of src/.
 */
type Dictionary = Readonly<Record<string, unknown>>;

const dictionary = (value: unknown) => (value ?? {}) as Dictionary;

/** Python's str.format without fields: a single brace is an error there. */
function format(text: string): string {
  if (/[{}]/.test(text.replace(/\{\{|\}\}/g, ""))) throw new Error(`KubeSpawner looks for a field in ${text}`);
  return text.replace(/\{\{/g, "{").replace(/\}\}/g, "}");
}

function expand(value: unknown): unknown {
  if (typeof value === "string") return format(value);
  if (Array.isArray(value)) return value.map(expand);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, expand(each)]));
}

const values = (dict: unknown) =>
  Object.entries(dictionary(dict))
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([, value]) => expand(value));

/** JupyterHub's ByteSpecification, in bytes. */
function bytes(value: unknown): number | undefined {
  if (value === undefined || typeof value === "number") return value;
  const match = /^(\d+(?:\.\d+)?)([KMGT])$/.exec(String(value));
  if (match === null) throw new Error(`${String(value)} is no ByteSpecification`);
  return Number(match[1]) * 1024 ** ("KMGT".indexOf(match[2]!) + 1);
}

/** A pod's spec, without what the hub itself adds. */
export function makePod(override: Dictionary): Dictionary {
  const kept = Object.entries({
    requests: {
      cpu: override["cpu_guarantee"],
      memory: bytes(override["mem_guarantee"]),
      ...dictionary(override["extra_resource_guarantees"]),
    },
    limits: {
      cpu: override["cpu_limit"],
      memory: bytes(override["mem_limit"]),
      ...dictionary(override["extra_resource_limits"]),
    },
  });
  const environment = Object.entries(dictionary(override["environment"])).map(([name, value]) =>
    typeof value === "string" ? { name, value: format(value) } : { name, ...(expand(value) as Dictionary) },
  );
  const affinity = override["node_affinity_required"];
  return {
    metadata: {
      labels: expand(dictionary(override["extra_labels"])),
      annotations: expand(dictionary(override["extra_annotations"])),
    },
    spec: {
      serviceAccountName: override["service_account"],
      schedulerName: override["scheduler_name"],
      tolerations: override["tolerations"],
      nodeSelector: override["node_selector"],
      affinity:
        affinity === undefined
          ? undefined
          : { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: affinity } } },
      volumes: values(override["volumes"]),
      ...dictionary(expand(override["extra_pod_config"])),
      containers: [
        {
          image: override["image"],
          workingDir: override["working_dir"] === undefined ? undefined : format(String(override["working_dir"])),
          env: environment,
          resources: Object.fromEntries(kept),
          securityContext: { runAsUser: override["uid"], ...dictionary(override["container_security_context"]) },
          volumeMounts: values(override["volume_mounts"]),
          ...dictionary(override["extra_container_config"]),
        },
        ...(expand(override["extra_containers"] ?? []) as readonly unknown[]),
      ],
    },
  };
}
