/**
 * The Pod Security Standards: which level a pod meets, as the API server's admission judges it.
 * https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
import { isRaw, type Raw } from "../base/merge.ts";
import { embeddedManifest } from "./embedded.ts";

/** From the strictest on. */
export const podSecurityLevels = ["restricted", "baseline", "privileged"] as const;
export type PodSecurityLevel = (typeof podSecurityLevels)[number];

/** A field that a level forbids, or misses. */
export interface PodSecurityBreach {
  /** The strictest level that forbids it: `restricted` is broken by either. */
  readonly of: "baseline" | "restricted";
  /** `container bert adds the capability IPC_LOCK`. */
  readonly what: string;
}

/** What a level asks of a pod's or a container's part; nothing where it is met. */
type Control = (pod: Raw, containers: readonly Raw[]) => readonly string[];

const addable: ReadonlySet<unknown> = new Set([
  "AUDIT_WRITE",
  "CHOWN",
  "DAC_OVERRIDE",
  "FOWNER",
  "FSETID",
  "KILL",
  "MKNOD",
  "NET_BIND_SERVICE",
  "SETFCAP",
  "SETGID",
  "SETPCAP",
  "SETUID",
  "SYS_CHROOT",
]);

const safeSysctls: ReadonlySet<unknown> = new Set([
  "kernel.shm_rmid_forced",
  "net.ipv4.ip_local_port_range",
  "net.ipv4.ip_local_reserved_ports",
  "net.ipv4.ip_unprivileged_port_start",
  "net.ipv4.ping_group_range",
  "net.ipv4.tcp_fin_timeout",
  "net.ipv4.tcp_keepalive_intvl",
  "net.ipv4.tcp_keepalive_probes",
  "net.ipv4.tcp_keepalive_time",
  "net.ipv4.tcp_rmem",
  "net.ipv4.tcp_syncookies",
  "net.ipv4.tcp_wmem",
]);

const selinuxTypes: ReadonlySet<unknown> = new Set([
  "",
  undefined,
  "container_t",
  "container_init_t",
  "container_kvm_t",
  "container_engine_t",
]);

const restrictedSources: ReadonlySet<string> = new Set([
  "name",
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "persistentVolumeClaim",
  "projected",
  "secret",
]);

const probes = ["livenessProbe", "readinessProbe", "startupProbe"] as const;

const baseline: readonly Control[] = [
  (pod) =>
    ["hostNetwork", "hostPID", "hostIPC"].filter((field) => pod[field] === true).map((field) => `the pod has ${field}`),
  (_, containers) =>
    containers.filter((each) => securityOf(each)["privileged"] === true).map((each) => `${named(each)} is privileged`),
  (_, containers) =>
    containers.flatMap((each) =>
      addedBy(each)
        .filter((capability) => !addable.has(capability))
        .map((capability) => `${named(each)} adds the capability ${String(capability)}`),
    ),
  (pod) =>
    listOf(pod, "volumes")
      .filter((volume) => volume["hostPath"] !== undefined)
      .map(({ name }) => `volume ${String(name)} is a hostPath`),
  (_, containers) =>
    containers.flatMap((each) =>
      listOf(each, "ports")
        .filter(({ hostPort }) => hostPort !== undefined && hostPort !== 0)
        .map(({ hostPort }) => `${named(each)} has the host port ${String(hostPort)}`),
    ),
  (_, containers) =>
    containers.flatMap((each) =>
      [...probes.map((probe) => each[probe]), ...Object.values(partOf(each, "lifecycle"))]
        .flatMap((action) => [partOf(action, "httpGet")["host"], partOf(action, "tcpSocket")["host"]])
        .filter((host) => host !== undefined && host !== "")
        .map((host) => `${named(each)} probes the host ${String(host)}`),
    ),
  (pod, containers) =>
    [pod, ...containers].flatMap((each) => {
      const { appArmorProfile, seLinuxOptions, seccompProfile, procMount, windowsOptions } = securityOf(each);
      const { type, user, role } = isRaw(seLinuxOptions) ? seLinuxOptions : {};
      return [
        ...(partOf({ appArmorProfile }, "appArmorProfile")["type"] === "Unconfined"
          ? [`${named(each)} is unconfined by AppArmor`]
          : []),
        ...(selinuxTypes.has(type) && (user ?? "") === "" && (role ?? "") === ""
          ? []
          : [`${named(each)} sets seLinuxOptions`]),
        ...(partOf({ seccompProfile }, "seccompProfile")["type"] === "Unconfined"
          ? [`${named(each)} is unconfined by seccomp`]
          : []),
        ...(procMount === undefined || procMount === "Default" ? [] : [`${named(each)} sets procMount`]),
        ...(partOf({ windowsOptions }, "windowsOptions")["hostProcess"] === true
          ? [`${named(each)} is a host process`]
          : []),
      ];
    }),
  (pod) =>
    listOf(securityOf(pod), "sysctls")
      .filter(({ name }) => !safeSysctls.has(name))
      .map(({ name }) => `the pod sets the sysctl ${String(name)}`),
];

const restricted: readonly Control[] = [
  (pod) =>
    listOf(pod, "volumes").flatMap((volume) =>
      Object.keys(volume)
        .filter((source) => !restrictedSources.has(source) && source !== "hostPath")
        .map((source) => `volume ${String(volume["name"])} is of type ${source}`),
    ),
  (_, containers) =>
    containers
      .filter((each) => securityOf(each)["allowPrivilegeEscalation"] !== false)
      .map((each) => `${named(each)} does not set allowPrivilegeEscalation: false`),
  (_, containers) =>
    containers
      .filter((each) => !droppedBy(each).includes("ALL"))
      .map((each) => `${named(each)} does not drop ALL capabilities`),
  (_, containers) =>
    containers.flatMap((each) =>
      addedBy(each)
        .filter((capability) => addable.has(capability) && capability !== "NET_BIND_SERVICE")
        .map((capability) => `${named(each)} adds the capability ${String(capability)}`),
    ),
  (pod, containers) =>
    containers
      .filter((each) => (securityOf(each)["runAsNonRoot"] ?? securityOf(pod)["runAsNonRoot"]) !== true)
      .map((each) => `${named(each)} does not set runAsNonRoot: true`),
  (pod, containers) =>
    [pod, ...containers].filter((each) => securityOf(each)["runAsUser"] === 0).map((each) => `${named(each)} is root`),
  (pod, containers) =>
    containers
      .filter((each) => {
        const profile = securityOf(each)["seccompProfile"] ?? securityOf(pod)["seccompProfile"];
        const type = isRaw(profile) ? profile["type"] : undefined;
        return type !== "RuntimeDefault" && type !== "Localhost" && type !== "Unconfined";
      })
      .map((each) => `${named(each)} sets no seccompProfile`),
];

/** A pod as admission sees it. */
export interface JudgedPod {
  readonly spec: Raw;
  readonly annotations?: Raw;
}

/** AppArmor's profiles before they were a field. */
const appArmorAnnotation = "container.apparmor.security.beta.kubernetes.io/";

function unconfinedByAnnotation(annotations: Raw): readonly PodSecurityBreach[] {
  return Object.entries(annotations)
    .filter(
      ([key, profile]) =>
        key.startsWith(appArmorAnnotation) && !/^(?:$|runtime\/default$|localhost\/)/.test(String(profile)),
    )
    .map(([key]) => ({
      of: "baseline",
      what: `container ${key.slice(appArmorAnnotation.length)} is unconfined by AppArmor`,
    }));
}

/** Everything by which a pod breaks a level; none where it meets `restricted`. */
export function podSecurityBreaches({ spec: pod, annotations = {} }: JudgedPod): readonly PodSecurityBreach[] {
  const containers = ["initContainers", "containers", "ephemeralContainers"].flatMap((key) => listOf(pod, key));
  return [
    ...unconfinedByAnnotation(annotations),
    ...baseline.flatMap((control) => control(pod, containers)).map((what) => ({ of: "baseline" as const, what })),
    ...restricted.flatMap((control) => control(pod, containers)).map((what) => ({ of: "restricted" as const, what })),
  ];
}

/** The strictest level that what breaks them leaves. */
export function strictestLevel(breaches: readonly PodSecurityBreach[]): PodSecurityLevel {
  if (breaches.some((each) => each.of === "baseline")) return "privileged";
  return breaches.length > 0 ? "baseline" : "restricted";
}

/** The pods that a resource makes, wherever they stand in it; KServe's model is a container, its annotations beside it. */
export function podsIn(value: unknown, annotations: Raw = {}): readonly JudgedPod[] {
  if (Array.isArray(value)) return value.flatMap((item) => podsIn(item));
  if (!isRaw(value)) return [];
  const { model, container } = value;
  const inner = embeddedManifest(value);
  const containers = [
    ...listOf(value, "containers"),
    ...(isRaw(model) && "modelFormat" in model ? [model] : []),
    // A template of a Workflow.
    ...(isRaw(container) && "image" in container ? [container, ...listOf(value, "sidecars")] : []),
  ];
  const own = { ...annotations, ...partOf(value, "annotations") };
  return [
    ...(containers.length === 0 ? [] : [{ spec: { ...value, containers }, annotations: own }]),
    ...(inner === undefined ? [] : podsIn(inner)),
    ...Object.entries(value).flatMap(([key, item]) =>
      podsIn(item, key === "spec" ? partOf(partOf(value, "metadata"), "annotations") : {}),
    ),
  ];
}

function named({ name, image }: Raw): string {
  if (typeof name === "string") return `container ${name}`;
  return image === undefined ? "the pod" : "the container";
}

function securityOf(part: Raw): Raw {
  return partOf(part, "securityContext");
}

function partOf(value: unknown, key: string): Raw {
  const part = isRaw(value) ? value[key] : undefined;
  return isRaw(part) ? part : {};
}

function addedBy(container: Raw): readonly unknown[] {
  const { add } = partOf(securityOf(container), "capabilities");
  return Array.isArray(add) ? add : [];
}

function droppedBy(container: Raw): readonly unknown[] {
  const { drop } = partOf(securityOf(container), "capabilities");
  return Array.isArray(drop) ? drop : [];
}

function listOf(value: Raw, key: string): readonly Raw[] {
  const list = value[key];
  return Array.isArray(list) ? list.filter(isRaw) : [];
}
