/** What a workload brings into a cluster: the resources that eks generate makes of it, and its pods. */
import { isRaw, type Raw } from "../../base/merge.ts";
import { present } from "../../base/present.ts";
import { hamiScheduler } from "../allocation.ts";
import { hamiResources } from "../devices.ts";
import { generateManifests, type KubernetesSettings, type KubernetesTarget } from "../generate.ts";
import type { Manifest } from "../manifest.ts";
import { hostnameLabel, requiredTopology, zoneLabel } from "../placement.ts";
import { podsIn } from "../pod-security.ts";
import { podVariants } from "../variants.ts";
import type { Shape } from "../../workload/resolved.ts";
import { claimsOf } from "./claimed-devices.ts";
import type { WantedPod } from "./node-fit.ts";
import { at, listAt, textAt } from "./read-object.ts";
import { requestsOf, type ResourceAmounts } from "./pod-requests.ts";

/** A workload that is to run in the cluster, with what it brings. */
export interface WantedWorkload {
  readonly target: KubernetesTarget;
  readonly settings: KubernetesSettings;
  /** In the order of its instance types. */
  readonly variants: readonly WorkloadNeeds[];
}

/** One variant of the workload, as it would be applied. */
export interface WorkloadNeeds {
  /** The resource's name, which is its pods' label too. */
  readonly name: string;
  readonly shape: Shape;
  readonly manifests: readonly Manifest[];
  /** The accelerated pod; of a workload without devices, its only one. */
  readonly pod: WantedPod;
  /** Of Ray's head, or MPI's launcher, which has no devices. */
  readonly coordinator?: WantedPod;
}

/**
 * Works out what every variant of the workload brings.
 *
 * @throws Refusal as generateManifests does.
 */
export function wantWorkload(target: KubernetesTarget, settings: KubernetesSettings): WantedWorkload {
  const variants = podVariants(target.workload).map(({ name, shape }) => {
    const { manifests } = generateManifests(target, { ...settings, variant: name });
    const pods = manifests
      .flatMap((manifest) => podsIn(manifest))
      .map(({ spec, annotations }) => wantedPod(spec, manifests, annotations));
    const accelerated = pods.find(hasDevices) ?? pods[0]!;
    const coordinator = hasDevices(accelerated) ? pods.find((each) => !hasDevices(each)) : undefined;
    return { name, shape, manifests, pod: accelerated, ...(coordinator === undefined ? {} : { coordinator }) };
  });
  return { target, settings, variants };
}

function wantedPod(spec: Raw, manifests: readonly Manifest[], annotations: Raw = {}): WantedPod {
  const affinity = at(spec, "affinity");
  const required = (key: string) =>
    listAt(at(affinity, key), "requiredDuringSchedulingIgnoredDuringExecution").map(({ topologyKey }) => topologyKey);
  const claims = claimsOf(spec, manifests);
  const level = textAt(annotations, requiredTopology);
  return {
    spec,
    requests: new Map([...ofNodes(spec), ...claims, ["pods", 1]]),
    claims,
    ownNodes: required("podAntiAffinity").includes(hostnameLabel),
    ...present({ level, sharedLabel: level ?? required("podAffinity").find((each) => each === zoneLabel) }),
  };
}

/** HAMi's scheduler counts parts of GPUs by itself: no node lists them (Project-HAMi/HAMi charts/hami, ignoredByScheduler). */
function ofNodes(spec: Raw): ResourceAmounts {
  const requests = requestsOf(spec);
  if (textAt(spec, "schedulerName") !== hamiScheduler) return requests;
  return new Map([...requests].filter(([resource]) => !hamiCounted.has(resource)));
}

const hamiCounted: ReadonlySet<string> = new Set(Object.values(hamiResources));

/** Extended resources and claims are devices. */
function hasDevices({ spec, requests }: WantedPod): boolean {
  return listAt(spec, "resourceClaims").length > 0 || [...requests.keys()].some((resource) => resource.includes("/"));
}

/** Whether a pod of the cluster is like the wanted one: it has devices where that has them. */
export function isLike(pod: Raw, wanted: WantedPod): boolean {
  const spec = pod["spec"];
  return isRaw(spec) && hasDevices(wantedPod(spec, [])) === hasDevices(wanted);
}
