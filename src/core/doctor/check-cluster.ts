import { missingCluster, otherCluster, untilActive } from "../cluster/missing-cluster.ts";
import { counted } from "../base/counted.ts";
import { fail, ok, skip, warn, type CheckItem } from "../base/check-report.ts";
import { isFargate } from "../ecs-api/fargate.ts";
import { missingCapacityCommand } from "../cluster/capacity-command.ts";
import { problemsOfLockPortBase } from "../cluster/lock-port-base.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import type { EcsWorkload } from "../ecs/resolve-for-ecs.ts";
import { namedStrategy } from "../ecs/capacity.ts";
import { because } from "../placement/barred-growth.ts";
import { chooseCapacity, plainEc2, providersIn, typesOf, type ChosenCapacity } from "../plan/choose-capacity.ts";
import { listOr, Refusal } from "../base/problem.ts";
import { checkInstances } from "./check-instances.ts";
import type { MachineShortage } from "./machine-shortage.ts";
import type { ObservedCluster } from "./observation.ts";
import { candidatesFor, countTypes, typeNamesOf } from "./observed-instances.ts";
import { judged, judgedForCarrier, valueOf, type Carrier, type Reading } from "./reading.ts";

/** What doctor is asked of a cluster. */
export interface ClusterQuestion {
  readonly name: string;
  readonly region: string;
  readonly ecs?: EcsWorkload;
  /** What the cluster has no room for, where that could be worked out. */
  readonly lacking?: MachineShortage;
}

/** The cluster, and whether it has instances for the workload. */
export function checkCluster(
  question: ClusterQuestion,
  reading: Reading<ObservedCluster | undefined>,
): readonly CheckItem[] {
  const { name, region, ecs } = question;
  const carrier: Carrier = ecs?.workload.kind === "service" ? "service deploy" : "run-task";
  return judgedForCarrier("cluster", carrier, `cluster ${name}`, reading, (cluster) => {
    if (cluster === undefined) return [fail("cluster", missingCluster(name, region), otherCluster)];
    if (cluster.status !== "ACTIVE") return [fail("cluster", `cluster ${name} is ${cluster.status}`, untilActive)];
    const provider = ecs === undefined ? [] : checkProvider(ecs, cluster);
    return [
      ok("cluster", `cluster ${name} is ACTIVE`),
      ...provider,
      ...checkDeployed(carrier, cluster),
      // Where the provider is wrong, nothing starts whatever instances there are.
      ...(provider.some(({ status }) => status === "FAIL")
        ? []
        : judgedForCarrier("instances", carrier, "the state of its instances and tasks", cluster.snapshot, (snapshot) =>
            checkCapacity(question, cluster, snapshot),
          )),
    ];
  });
}

/** The capacity providers that start the workload's tasks; undefined for plain EC2, and where it cannot be told. */
export function providersFor(
  ecs: EcsWorkload,
  cluster: Pick<ObservedCluster, "capacity">,
): readonly string[] | undefined {
  return providersIn(capacityFor(ecs, cluster)).capacityProviders;
}

/** What starts the workload's tasks; of providers that could not be read it is taken that they start machines. */
function capacityFor(ecs: EcsWorkload, { capacity }: Pick<ObservedCluster, "capacity">): ChosenCapacity {
  const known = capacity === undefined ? undefined : valueOf(capacity);
  if (known === undefined) {
    const capacityProviderStrategy = namedStrategy(ecs.capacity);
    return capacityProviderStrategy === undefined
      ? plainEc2
      : { capacityProviderStrategy, mayGrow: Number.POSITIVE_INFINITY };
  }
  try {
    return chooseCapacity(ecs.capacity, known, typesOf(ecs.workload));
  } catch (error) {
    if (error instanceof Refusal) return plainEc2;
    throw error;
  }
}

function checkProvider(ecs: EcsWorkload, { capacity }: ObservedCluster): readonly CheckItem[] {
  const check = "capacity-provider";
  if (capacity === undefined) return [];
  return judged(check, "the cluster's capacity providers", capacity, (known) => {
    try {
      const { capacityProviderStrategy = [], note } = chooseCapacity(ecs.capacity, known, typesOf(ecs.workload));
      if (note !== undefined) return [warn(check, note, "Say who starts the tasks: ecs.capacity.")];
      const names = capacityProviderStrategy.map(({ capacityProvider }) => capacityProvider);
      if (names.length === 0) return [];
      const which = `capacity ${names.length === 1 ? "provider" : "providers"} ${listOr(names, "and")}`;
      return [ok(check, `${which} ${names.length === 1 ? "is" : "are"} the cluster's`)];
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return error.problems.map(({ message, hint }) => fail(check, message, hint ?? "Set ecs.capacity."));
    }
  });
}

/** What is there of the workload is asked before anything is registered; that it may be is nothing to tell. */
function checkDeployed(carrier: Carrier, { definition, services }: ObservedCluster): readonly CheckItem[] {
  return [
    ...(definition === undefined
      ? []
      : judgedForCarrier("task-definition", carrier, "the workload's task definition", definition, () => [])),
    ...(services === undefined
      ? []
      : judgedForCarrier("services", carrier, "the workload's services", services, () => [])),
  ];
}

function checkCapacity(
  { ecs, lacking }: ClusterQuestion,
  cluster: ObservedCluster,
  snapshot: ClusterSnapshot,
): readonly CheckItem[] {
  const chosen = ecs === undefined ? plainEc2 : capacityFor(ecs, cluster);
  const { capacityProviders } = providersIn(chosen);
  const candidates = candidatesFor(ecs?.workload, capacityProviders, snapshot);
  const provider: Starter | undefined =
    capacityProviders === undefined ? undefined : { name: listOr(capacityProviders), ...chosen };
  const base = problemsOfLockPortBase(snapshot.tags).map(({ message, hint = "" }) =>
    fail("lock-port-base", message, hint),
  );
  if (candidates.length === 0) return [...base, checkNone(ecs, provider, cluster, snapshot)];
  const items = checkInstances(snapshot.cluster, candidates, ecs, chosen.mayGrow > 0);
  return [...base, ...items, ...(items.some(({ status }) => status === "FAIL") ? [] : checkRoom(lacking, provider))];
}

/** Who starts the tasks, and as many machines for them as it may. */
interface Starter extends ChosenCapacity {
  readonly name: string;
}

function checkNone(
  ecs: EcsWorkload | undefined,
  provider: Starter | undefined,
  { capacityProviders }: ObservedCluster,
  snapshot: ClusterSnapshot,
): CheckItem {
  const { instances } = snapshot;
  const own = capacityProviders.filter((name) => !isFargate(name));
  const check = "instances";
  const names = typeNamesOf(ecs?.workload);
  const types = listOr(names);
  if (provider !== undefined) {
    const none = `no ${types || "container instance"} of ${provider.name} yet`;
    return provider.mayGrow > 0
      ? ok(check, `${none}: it starts one when a task needs it`)
      : fail(check, `${none}, and it starts none by itself${because(provider.limit)}`, lettingItGrow);
  }
  if (ecs === undefined && own.length > 0)
    return skip(check, `no container instances yet: ${listOr(own, "and")} may start some`);
  const others =
    instances.length === 0
      ? "the cluster has no container instances"
      : `the cluster has no ${types} among its container instances, which are ${countTypes(instances)}`;
  const image = types === "" ? "aiplat ami latest" : `aiplat ami latest --instance-type ${names[0]!}`;
  const [made] = names.flatMap((type) => missingCapacityCommand(snapshot, type) ?? []);
  const scaling =
    own.length === 0 ? "" : ` ecs.capacity: { provider: NAME } has one of the cluster's (${own.join(", ")}) start it.`;
  return fail(
    check,
    others,
    `${made === undefined ? "Start" : `${made} makes what starts them. Or start`} an instance with the ECS image (${image}), registered in this cluster.${scaling} Where an Auto ` +
      "Scaling group should have, see its activity and the vCPU quota below.",
  );
}

const lettingItGrow =
  "Switch managed scaling of the capacity provider on, raise the maximum of its Auto Scaling group, " +
  "or start an instance of the type in that group.";

function checkRoom(lacking: MachineShortage | undefined, provider: Starter | undefined): readonly CheckItem[] {
  if (lacking === undefined || lacking.asked === 0) return [];
  const { asked, possible, nearestChange } = lacking;
  const replicas = counted(asked, "replica");
  if (possible >= asked) return [ok("room", `there is room for ${replicas}`)];
  const room = `there is room for ${possible} of ${replicas} now`;
  if (provider !== undefined)
    return [
      provider.mayGrow > 0
        ? ok("room", `${room}: ${provider.name} starts more instances`)
        : warn(
            "room",
            `${room}, and ${provider.name} starts no more by itself${because(provider.limit)}`,
            lettingItGrow,
          ),
    ];
  return [
    warn(
      "room",
      room,
      nearestChange === undefined
        ? "aiplat cluster explain tells what each instance lacks."
        : `To make room: ${nearestChange}.`,
    ),
  ];
}
