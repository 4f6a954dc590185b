/** What keeps a workload from running in a cluster: what its resources refer to, and the nodes. */
import { fail, ok, skip, warn, type CheckGroup, type CheckItem } from "../../base/check-report.ts";
import type { ResolvedWorkload } from "../../workload/resolved.ts";
import { allocationProblems, hamiScheduler, type ClusterSettings } from "../allocation.ts";
import { deviceNeedsOf, missingDeviceClass, mixNote } from "../apply/device-mechanism.ts";
import { unknownKinds } from "../apply/explain-refusal.ts";
import { definitionOf } from "../kinds.ts";
import { podSecurityBreaches, podSecurityLevels, podsIn, strictestLevel } from "../pod-security.ts";
import { checkQueue } from "./check-queue.ts";
import { missingScheduler, runsScheduler } from "./check-schedulers.ts";
import { explainNodes } from "./explain-nodes.ts";
import { placeWorkload, type WorkloadPlacement } from "./place-workload.ts";
import { at, textAt } from "./read-object.ts";
import type { EksSnapshot, KubernetesObject, ObservedWorkloadNeeds } from "./snapshot.ts";
import type { WantedWorkload, WorkloadNeeds } from "./workload-needs.ts";

/** The workload's part of an EksCheck document. */
export interface CheckedWorkload extends WorkloadPlacement {
  readonly kind: string;
  readonly namespace: string;
}

export function checkWorkload(
  { target, settings, variants }: WantedWorkload,
  snapshot: EksSnapshot,
): { readonly groups: readonly CheckGroup[]; readonly workload?: CheckedWorkload } {
  const { objects, workload: observed } = snapshot;
  const { workload, kind } = target;
  const subject = `workload ${workload.name}`;
  if ("skipped" in objects || observed === undefined)
    return {
      groups: [
        {
          subject,
          items: [skip("kubectl", "what keeps it from running is looked up through kubectl, which lists nothing")],
        },
      ],
    };
  const placement = placeWorkload(target, variants, observed.namespace, snapshot, objects);
  const needs = variants.find(({ name }) => name === placement.name)!;
  const onCluster: ClusterSettings = { ...settings, kubernetesVersion: snapshot.cluster.version };
  const items = [
    ...checkKinds(needs, observed),
    ...allocationProblems(workload, needs.shape, onCluster, definitionOf(kind))
      .filter(({ code }) => code === "dra-version")
      .map(({ message, hint }) => fail("dra-version", message, hint ?? "Upgrade the cluster.")),
    ...checkNamespace(workload, needs, observed),
    ...checkScheduler(needs, objects),
    ...checkClasses(needs, objects),
    ...checkQueue(workload, needs, observed),
  ];
  return {
    groups: [
      { subject: `${subject} as ${kind} in namespace ${observed.namespace}`, items },
      { subject: `nodes for ${placement.name}`, items: explainNodes(placement) },
    ],
    workload: { ...placement, kind, namespace: observed.namespace },
  };
}

/** Whether the API server serves every kind, in the version that is written. */
function checkKinds({ manifests }: WorkloadNeeds, { served, versions }: ObservedWorkloadNeeds): readonly CheckItem[] {
  const check = "api";
  const read = manifests.filter(({ apiVersion }) => served.has(apiVersion));
  const missing = read.filter(({ apiVersion, kind }) => !served.get(apiVersion)!.includes(kind));
  const names = [...new Set(manifests.map(({ kind, apiVersion }) => `${kind} (${apiVersion})`))];
  if (missing.length > 0) {
    const { message, hint } = unknownKinds(missing);
    const others = missing.flatMap(({ apiVersion }) => {
      const group = apiVersion.split("/")[0]!;
      const found = versions.get(group) ?? [];
      return found.length === 0 || found.includes(apiVersion) ? [] : [`of ${group} it serves ${found.join(", ")}`];
    });
    return [fail(check, [message, ...new Set(others)].join("; "), hint)];
  }
  return read.length < manifests.length
    ? [skip(check, "which kinds the API server serves could not be read")]
    : [ok(check, `the API server serves ${names.join(", ")}`)];
}

const enforceLabel = "pod-security.kubernetes.io/enforce";

function checkNamespace(
  { user }: ResolvedWorkload,
  { manifests }: WorkloadNeeds,
  { namespace, namespaceLabels }: ObservedWorkloadNeeds,
): readonly CheckItem[] {
  const check = "namespace";
  if (namespaceLabels === undefined) return [skip(check, `namespace ${namespace} may not be read`)];
  if (namespaceLabels === "missing")
    return [fail(check, `there is no namespace ${namespace}`, `kubectl create namespace ${namespace}`)];
  const breaches = manifests.flatMap((each) => podsIn(each)).flatMap(podSecurityBreaches);
  const level = strictestLevel(breaches);
  const enforced = podSecurityLevels.find((each) => each === namespaceLabels[enforceLabel]);
  if (enforced === undefined || podSecurityLevels.indexOf(enforced) >= podSecurityLevels.indexOf(level))
    return [ok(check, `namespace ${namespace} takes the pods, which meet the Pod Security level ${level}`)];
  const byUser = enforced === "restricted" && level === "baseline" && user === undefined;
  const breaking = breaches.filter(({ of }) => enforced === "restricted" || of === "baseline");
  return [
    fail(
      check,
      `namespace ${namespace} enforces the Pod Security level ${enforced}, and the pods meet ${level}: ` +
        [...new Set(breaking.map(({ what }) => what))].join(", "),
      (byUser ? "Write user: 1000, or another that the image runs as and is not root; or " : "") +
        `kubectl label namespace ${namespace} ${enforceLabel}=${level} --overwrite, or a namespace of its own.`,
    ),
  ];
}

function checkScheduler({ pod }: WorkloadNeeds, objects: readonly KubernetesObject[]): readonly CheckItem[] {
  const scheduler = textAt(pod.spec, "schedulerName");
  if (scheduler === undefined) return [];
  if (!runsScheduler(objects, scheduler)) return [missingScheduler(scheduler, "the workload", 1)];
  const itself = scheduler === hamiScheduler ? ", and counts the memory and the compute of GPUs itself" : "";
  return [ok("scheduler", `the scheduler ${scheduler} runs${itself}`)];
}

/** Claims need their DeviceClass, and a cluster one mechanism for its Neuron devices. */
function checkClasses({ manifests }: WorkloadNeeds, objects: readonly KubernetesObject[]): readonly CheckItem[] {
  const check = "device-mechanism";
  const there = objects
    .filter(({ kind }) => kind === "DeviceClass")
    .map((each) => String(at(each, "metadata")["name"]));
  const needs = deviceNeedsOf(manifests);
  const missing = missingDeviceClass(needs, there);
  if (missing !== undefined) return [fail(check, missing.message, missing.hint)];
  const mix = mixNote(needs, there);
  if (mix !== undefined) return [warn(check, mix, "aiplat eks generate --neuron-scheduler dra")];
  return needs.deviceClasses.length === 0
    ? []
    : [ok(check, `the cluster has the DeviceClass ${needs.deviceClasses.join(" and ")}`)];
}
