/** Whether Kueue would admit the workload. https://kueue.sigs.k8s.io/docs/concepts/cluster_queue/ */
import { fail, ok, skip, warn, type CheckItem } from "../../base/check-report.ts";
import type { ResolvedWorkload } from "../../workload/resolved.ts";
import { parseQuantity } from "../quantity.ts";
import { zoneLabel } from "../placement.ts";
import { amountText, type WantedPod } from "./node-fit.ts";
import { requestsOf } from "./pod-requests.ts";
import { flavorLevels, missingLevel } from "./queue-topology.ts";
import { at, listAt, textAt } from "./read-object.ts";
import type { KubernetesObject, ObservedWorkloadNeeds } from "./snapshot.ts";
import type { WorkloadNeeds } from "./workload-needs.ts";

const check = "queue";

/** Nothing where the workload waits in no queue. */
export function checkQueue(
  { eks, kind, nodes, replicas }: ResolvedWorkload,
  { pod, manifests }: WorkloadNeeds,
  { namespace, namespaceLabels, queues, flavors }: ObservedWorkloadNeeds,
): readonly CheckItem[] {
  const name = eks.queue?.kueue;
  if (name === undefined) return [];
  // What comes with the workload is there once it is applied.
  if (manifests.some((each) => each.kind === "LocalQueue")) return [];
  if (queues === undefined) return [skip(check, "the queues of Kueue may not be read")];
  const local = queues.find((each) => each["kind"] === "LocalQueue" && at(each, "metadata")["name"] === name);
  const make =
    "aiplat eks generate --queue-fleet TYPE=COUNT makes it: Kueue holds the workload back until it is there.";
  if (local === undefined) return [fail(check, `namespace ${namespace} has no LocalQueue ${name}`, make)];
  const clusterQueue = textAt(at(local, "spec"), "clusterQueue") ?? "";
  const queue = queues.find((each) => each["kind"] === "ClusterQueue" && at(each, "metadata")["name"] === clusterQueue);
  if (queue === undefined)
    return [fail(check, `LocalQueue ${name} is of ClusterQueue ${clusterQueue}, which is not there`, make)];
  const labels = typeof namespaceLabels === "object" ? namespaceLabels : {};
  const pods = kind === "job" ? nodes * replicas : nodes;
  // Kueue counts pods only where a queue covers them; what is claimed it maps by its own configuration.
  const asked = Array.from(requestsOf(pod.spec), ([resource, amount]) => [resource, amount * pods] as const);
  const problems = [...inactive(queue), ...notSelected(queue, labels, namespace), ...beyondQuota(queue, asked)];
  return problems.length === 0
    ? [
        ok(check, `LocalQueue ${name} is there, and ClusterQueue ${clusterQueue} has quota for it`),
        ...checkTopology(queue, clusterQueue, pod, nodes, flavors),
      ]
    : problems.map((message) =>
        fail(check, `ClusterQueue ${clusterQueue} ${message}`, `kubectl describe clusterqueue ${clusterQueue}`),
      );
}

/** Nothing where the pods ask for no level and the queue has none of zones. */
function checkTopology(
  queue: KubernetesObject,
  name: string,
  { sharedLabel, requests, level }: WantedPod,
  nodes: number,
  observed: readonly KubernetesObject[] | undefined,
): readonly CheckItem[] {
  const check = "queue-topology";
  if (sharedLabel === undefined || (level === undefined && nodes === 1)) return [];
  if (observed === undefined) return [skip(check, "the flavors of Kueue and their Topologies may not be read")];
  const devices = [...requests.keys()].filter((resource) => resource.includes("/"));
  const flavors = flavorLevels(queue, devices, observed);
  if (level !== undefined) {
    const missing = missingLevel(name, level, flavors);
    return missing === undefined
      ? [ok(check, `Kueue chooses nodes of one ${level} that have room for all pods`)]
      : [fail(check, missing.message, missing.hint)];
  }
  const zoned = flavors.filter(({ levels }) => levels.includes(zoneLabel));
  return zoned.length === 0
    ? []
    : [
        warn(
          check,
          `flavor ${zoned.map(({ flavor }) => flavor).join(", ")} has a Topology by zones, and the pods keep to one zone by ` +
            "their affinity, which Kueue does not look at: it may choose nodes of two zones, and some pods wait for ever",
          `Write eks.queue: { kueue: NAME, topology: ${zoneLabel} }: then Kueue chooses a zone that has room for all.`,
        ),
      ];
}

function inactive(queue: KubernetesObject): readonly string[] {
  return listAt(at(queue, "status"), "conditions")
    .filter(({ type, status }) => type === "Active" && status === "False")
    .map((condition) => `is not active: ${textAt(condition, "message") ?? "it does not say why"}`);
}

/** Without a selector it takes no namespace, with an empty one all. */
function notSelected(queue: KubernetesObject, labels: KubernetesObject, namespace: string): readonly string[] {
  const { namespaceSelector } = at(queue, "spec");
  if (namespaceSelector === undefined || namespaceSelector === null)
    return ["takes no namespace: it has no namespaceSelector"];
  const missing = Object.entries(at({ namespaceSelector }, "namespaceSelector", "matchLabels")).filter(
    ([key, value]) => labels[key] !== value,
  );
  return missing.map(([key, value]) => `takes namespaces with ${key}=${String(value)}, which ${namespace} has not`);
}

/** Of a cohort's quota more can be borrowed, so only what no flavor has at all is certain there. */
function beyondQuota(queue: KubernetesObject, asked: readonly (readonly [string, number])[]): readonly string[] {
  const spec = at(queue, "spec");
  const borrows = spec["cohort"] !== undefined || spec["cohortName"] !== undefined;
  return asked.flatMap(([resource, amount]) => {
    const quotas = listAt(spec, "resourceGroups").flatMap((group) =>
      listAt(group, "flavors").flatMap((flavor) =>
        listAt(flavor, "resources")
          .filter(({ name }) => name === resource)
          .map(({ nominalQuota }) => parseQuantity(nominalQuota)),
      ),
    );
    if (quotas.length === 0) return [`does not cover ${resource}, which the pods request`];
    const most = Math.max(...quotas);
    return amount <= most || borrows
      ? []
      : [
          `has ${amountText(resource, most)} in its largest flavor, and the workload asks for ${amountText(resource, amount)}`,
        ];
  });
}
