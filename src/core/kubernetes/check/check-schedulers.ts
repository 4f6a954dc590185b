/** Whether the schedulers that pods name run in the cluster, and whether parts of Neuron instances get neighbours. */
import { fail, someOf, warn, type CheckItem } from "../../base/check-report.ts";
import { own } from "../../base/merge.ts";
import { findInstanceType } from "../../catalog/instance-types/catalog.ts";
import { extensionScheduler, hamiScheduler } from "../allocation.ts";
import { neuronCoreResource, neuronResource } from "../devices.ts";
import { hamiInstall, schedulerInstall } from "../installs.ts";
import { parseQuantity } from "../quantity.ts";
import { requestsOf } from "./pod-requests.ts";
import { at, isOwned, listAt, nameOf, podSpecs, textAt } from "./read-object.ts";
import type { KubernetesObject } from "./snapshot.ts";

const check = "scheduler";
const defaultScheduler = "default-scheduler";

/** Nothing where every pod is the default scheduler's, and none asks for a part of a Neuron instance. */
export function checkSchedulers(objects: readonly KubernetesObject[]): readonly CheckItem[] {
  const askers = objects.filter((object) => !isOwned(object)).map((object) => [object, podSpecs(object)] as const);
  const named = new Map<string, string[]>();
  for (const [object, specs] of askers)
    for (const scheduler of new Set(specs.flatMap((spec) => textAt(spec, "schedulerName") ?? []))) {
      if (scheduler === defaultScheduler || runsScheduler(objects, scheduler)) continue;
      named.set(scheduler, [...(named.get(scheduler) ?? []), `${String(object["kind"])} ${nameOf(object)}`]);
    }
  return [
    ...[...named].map(([scheduler, names]) => missingScheduler(scheduler, someOf(names), names.length)),
    ...[neuronResource, neuronCoreResource].flatMap((resource) => {
      const most = mostOffered(objects, resource);
      const parts = askers
        .filter(([, specs]) => specs.some((spec) => asksForPart(spec, resource, most)))
        .map(([object]) => `${String(object["kind"])} ${nameOf(object)}`);
      return parts.length === 0 ? [] : [partsWithoutNeighbours(parts, resource, most)];
    }),
  ];
}

/** "Pods that request more than one Neuron core or device" and not all (deploy/infrastructure/scheduler.rst). */
function partsWithoutNeighbours(parts: readonly string[], resource: string, most: number): CheckItem {
  const [all, each] = resource === neuronResource ? ["Neuron devices", "devices"] : ["NeuronCores", "cores"];
  return warn(
    check,
    `${someOf(parts)} ${parts.length === 1 ? "asks" : "ask"} for a part of an instance's ${most} ${all} ` +
      `without the Neuron scheduler extension: the ${each} may be no neighbours`,
    `Install the extension and name it in the pod, schedulerName: ${extensionScheduler}: ${schedulerInstall}`,
  );
}

const howToInstall: Readonly<Record<string, string>> = {
  [extensionScheduler]: `Install the Neuron scheduler extension: ${schedulerInstall}`,
  [hamiScheduler]: `Install HAMi: ${hamiInstall}`,
};

/** What pods of a scheduler that does not run come to. */
export function missingScheduler(scheduler: string, who: string, count: number): CheckItem {
  return fail(
    check,
    `${who} ${count === 1 ? "names" : "name"} the scheduler ${scheduler}, and none of that name runs in the cluster: ` +
      "the pods stay Pending without an event",
    own(howToInstall, scheduler) ?? "Install it, or leave schedulerName out of the pod.",
  );
}

/**
 * Whether something in the cluster runs under the scheduler's name, or is told it: a scheduler registers itself nowhere.
 */
export function runsScheduler(objects: readonly KubernetesObject[], scheduler: string): boolean {
  return (
    scheduler === defaultScheduler ||
    objects.some((object) => {
      const { name } = at(object, "metadata");
      if (object["kind"] === "Node") return false;
      if (name === scheduler || (object["kind"] === "Pod" && String(name).startsWith(`${scheduler}-`)))
        return !askedOf(object, scheduler);
      return podSpecs(object).some((spec) =>
        listAt(spec, "containers").some((container) => isTold(container, scheduler)),
      );
    })
  );
}

/** Whether the object is a pod that the scheduler would have to place. */
function askedOf(object: KubernetesObject, scheduler: string): boolean {
  return podSpecs(object).some((spec) => textAt(spec, "schedulerName") === scheduler);
}

/** `--scheduler-name=my-scheduler`. */
function isTold(container: KubernetesObject, scheduler: string): boolean {
  const words = ["command", "args"].flatMap((key) =>
    Array.isArray(container[key]) ? (container[key] as readonly unknown[]) : [],
  );
  return words.some(
    (word, index) =>
      [`--scheduler-name=${scheduler}`, `--schedulerName=${scheduler}`].includes(String(word)) ||
      (word === "--scheduler-name" && words[index + 1] === scheduler),
  );
}

/** The most that a node offers; where nodes differ, a part of the largest is what needs neighbours. */
function mostOffered(objects: readonly KubernetesObject[], resource: string): number {
  const offered = objects
    .filter(({ kind }) => kind === "Node")
    .map((node) => {
      const type = findInstanceType(String(at(node, "metadata", "labels")["node.kubernetes.io/instance-type"]));
      // How many cores there are is the node's to say: it may have them grouped.
      return resource === neuronResource && type?.accelerator.kind === "neuron"
        ? type.accelerator.count
        : parseQuantity(at(node, "status", "allocatable")[resource]);
    });
  return Math.max(0, ...offered);
}

function asksForPart(spec: KubernetesObject, resource: string, most: number): boolean {
  const asked = requestsOf(spec).get(resource) ?? 0;
  return (textAt(spec, "schedulerName") ?? defaultScheduler) === defaultScheduler && asked > 1 && asked < most;
}
