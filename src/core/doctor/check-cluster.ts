import { counted } from "../base/counted.ts";
import { fail, ok, skip, warn, type CheckItem } from "../base/check-report.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import { namedProvider } from "../ecs/capacity.ts";
import { chooseProvider } from "../plan/run-request.ts";
import { listOr, Refusal } from "../base/problem.ts";
import { onManagedInstances } from "../workload/managed-instances.ts";
import type { ResolvedWorkload } from "../workload/resolved.ts";
import { checkInstances } from "./check-instances.ts";
import type { Lacking } from "./lacking.ts";
import type { ObservedCluster } from "./observation.ts";
import { candidatesFor, countTypes, typeNamesOf } from "./observed-instances.ts";
import { judged, valueOf, type Reading } from "./reading.ts";

/** What doctor is asked of a cluster. */
export interface ClusterQuestion {
  readonly name: string;
  readonly region: string;
  readonly workload?: ResolvedWorkload;
  /** What the cluster has no room for, where that could be worked out. */
  readonly lacking?: Lacking;
}

/** The cluster, and whether it has instances for the workload. */
export function checkCluster(
  question: ClusterQuestion,
  reading: Reading<ObservedCluster | undefined>,
): readonly CheckItem[] {
  const { name, region, workload } = question;
  return judged("cluster", `cluster ${name}`, reading, (cluster) => {
    if (cluster === undefined)
      return [
        fail(
          "cluster",
          `there is no cluster ${name} in ${region}`,
          "Name another with --cluster or --region; aws ecs list-clusters shows those there are.",
        ),
      ];
    if (cluster.status !== "ACTIVE")
      return [
        fail(
          "cluster",
          `cluster ${name} is ${cluster.status}`,
          "Wait until it is ACTIVE, or name another with --cluster.",
        ),
      ];
    const provider = workload === undefined ? [] : checkProvider(workload, cluster);
    return [
      ok("cluster", `cluster ${name} is ACTIVE`),
      ...provider,
      // Where the provider is wrong, nothing starts whatever instances there are.
      ...(provider.some(({ status }) => status === "FAIL")
        ? []
        : judged("instances", "the state of its instances and tasks", cluster.snapshot, (snapshot) =>
            checkCapacity(question, cluster, snapshot),
          )),
    ];
  });
}

/**
 * The capacity provider that tasks of the workload are started with; undefined for
 * plain EC2, and where it cannot be told.
 */
export function providerFor(
  workload: ResolvedWorkload,
  cluster: Pick<ObservedCluster, "managedInstances">,
): string | undefined {
  const known = valueOf(cluster.managedInstances) ?? [];
  return namedProvider(workload) ?? (known.length === 1 ? known[0] : undefined);
}

function checkProvider(
  workload: ResolvedWorkload,
  { capacityProviders, managedInstances = { value: [] } }: ObservedCluster,
): readonly CheckItem[] {
  const check = "capacity-provider";
  if (namedProvider(workload) === undefined && !onManagedInstances(workload)) return [];
  return judged(check, "which capacity providers are Managed Instances", managedInstances, (known) => {
    try {
      return [
        ok(
          check,
          `capacity provider ${chooseProvider(workload, { all: capacityProviders, managedInstances: known })!} ` +
            "is the cluster's",
        ),
      ];
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return error.problems.map(({ message, hint }) => fail(check, message, hint ?? "Set ecs.capacity."));
    }
  });
}

function checkCapacity(
  { workload, lacking }: ClusterQuestion,
  cluster: ObservedCluster,
  snapshot: ClusterSnapshot,
): readonly CheckItem[] {
  const provider = workload === undefined ? undefined : providerFor(workload, cluster);
  const candidates = candidatesFor(workload, provider, snapshot);
  if (candidates.length === 0) return [checkNone(workload, provider, cluster, snapshot)];
  const items = checkInstances(snapshot.cluster, candidates, workload, provider !== undefined);
  return [...items, ...(items.some(({ status }) => status === "FAIL") ? [] : checkRoom(lacking, provider))];
}

function checkNone(
  workload: ResolvedWorkload | undefined,
  provider: string | undefined,
  { capacityProviders }: ObservedCluster,
  { instances }: ClusterSnapshot,
): CheckItem {
  const check = "instances";
  const types = listOr(typeNamesOf(workload));
  if (provider !== undefined)
    return ok(check, `no ${types || "container instance"} of ${provider} yet: it starts one when a task needs it`);
  if (workload === undefined && capacityProviders.length > 0)
    return skip(check, `no container instances yet: ${listOr(capacityProviders, "and")} may start some`);
  const others =
    instances.length === 0
      ? "the cluster has no container instances"
      : `the cluster has no ${types} among its container instances, which are ${countTypes(instances)}`;
  const image = types === "" ? "aiplat ami latest" : `aiplat ami latest --instance-type ${typeNamesOf(workload)[0]!}`;
  const scaling =
    capacityProviders.length === 0
      ? ""
      : ` ecs.capacity: { provider: NAME } has one of the cluster's (${capacityProviders.join(", ")}) start it.`;
  return fail(
    check,
    others,
    `Start an instance with the ECS image (${image}), registered in this cluster.${scaling} Where an Auto ` +
      "Scaling group should have, see its activity and the vCPU quota below.",
  );
}

function checkRoom(lacking: Lacking | undefined, provider: string | undefined): readonly CheckItem[] {
  if (lacking === undefined || lacking.asked === 0) return [];
  const { asked, possible, nearestChange } = lacking;
  const replicas = counted(asked, "replica");
  if (possible >= asked) return [ok("room", `there is room for ${replicas}`)];
  if (provider !== undefined)
    return [ok("room", `there is room for ${possible} of ${replicas} now: ${provider} starts more instances`)];
  return [
    warn(
      "room",
      `there is room for ${possible} of ${replicas} now`,
      nearestChange === undefined
        ? "aiplat cluster explain tells what each instance lacks."
        : `To make room: ${nearestChange}.`,
    ),
  ];
}
