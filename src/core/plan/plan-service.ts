import { present } from "../base/present.ts";
import { counted } from "../base/counted.ts";
import { withoutRedacted } from "../cluster/redact.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import { lockPortBaseOf } from "../cluster/lock-port-base.ts";
import type {
  NetworkConfiguration,
  PlacementConstraint,
  RegisteredTaskDefinition,
  TaskDefinition,
} from "../ecs-api/api.ts";
import { definitionNameOf } from "../ecs-api/arn.ts";
import { diffTaskDefinitions, isOwnTag, type Change } from "../ecs/diff.ts";
import type { EcsVariant, EcsWorkload } from "../ecs/resolve-for-ecs.ts";
import { judgeRollouts, needsOf, roomWithout, type Rollout } from "../deployment/rollout.ts";
import { rolloutProblem } from "../deployment/rollout-text.ts";
import { generateService } from "../ecs/service.ts";
import { deploymentSettingsOf, groupOfService, type Service, type ServiceInput } from "../ecs-api/service.ts";
import {
  diffService,
  fieldOf,
  normalService,
  startsDeployment,
  unchangeable,
  updateInput,
} from "../ecs/service-form.ts";
import { problem, Refusal } from "../base/problem.ts";
import type { ResolvedWorkload } from "../workload/resolved.ts";
import { clusterBasisOf, type DescribedCluster } from "./cluster-basis.ts";
import { distribute } from "./distribute.ts";
import { exposedRooms, keepServiceAway } from "./exclusion.ts";
import { roomsOf, type Room } from "../placement/room.ts";
import { noRevisionKnown } from "./newest-revisions.ts";
import { namesInShort } from "./why-here.ts";
import type { ServicePlan, ServiceRegistration, ServiceStep } from "./service-plan.ts";

export interface ServicePlanSettings {
  readonly cluster: string;
  readonly provider?: string;
  readonly networkConfiguration?: NetworkConfiguration;
  readonly enableExecuteCommand: boolean;
  /** Replace the tasks even where nothing changed. */
  readonly force: boolean;
}

/** What is known of the world besides the cluster's machines and tasks. */
export interface LiveServices {
  /** The services of the workload, by tag or by name. INACTIVE ones left out. */
  readonly services: readonly Service[];
  /** The latest revision of each family, and the revisions that the services run. */
  readonly definitions: readonly RegisteredTaskDefinition[];
  /** The fields of the services that are known; all where left out. */
  readonly knownFields?: readonly string[];
  /** Whether account ids and the values of environment variables are not known. */
  readonly redacted?: boolean;
  /** The cluster as it is described. */
  readonly cluster?: DescribedCluster;
  /** Families of which no revision is known, and there may be some. */
  readonly notCompared?: readonly string[];
  /** What is not known, each in a sentence. */
  readonly unknown?: readonly string[];
  /** Why a plan made from this cannot be carried out. */
  readonly reviewOnly?: string;
}

/** A variant and the service that runs it. */
interface Part {
  readonly variant: EcsVariant;
  readonly service: string;
  readonly live?: Service;
  readonly constraints: readonly PlacementConstraint[];
}

/** The names of everything that a workload's services are found by, besides its tag. */
export function namesOf(ecs: EcsWorkload): {
  readonly services: readonly string[];
  readonly families: readonly string[];
} {
  return {
    services: ecs.variants.map((variant) => serviceNameOf(ecs, variant)),
    families: ecs.variants.map(({ definition }) => definition.family),
  };
}

/**
 * Plans what makes the live services say what the workload says.
 *
 * @throws Refusal on what ECS cannot run, and on changes that no update can make.
 */
export function planServices(
  ecs: EcsWorkload,
  settings: ServicePlanSettings,
  snapshot: ClusterSnapshot,
  live: LiveServices,
): ServicePlan {
  const { workload } = ecs;
  const parts = partsOf(ecs, settings, snapshot, live);
  const counts = countsOf(workload, settings, snapshot, parts, live.services);
  const planned = parts.map((part, index) => planPart(ecs, settings, part, counts[index]!, live));
  const wanted = new Set(parts.map(({ service }) => service));
  const leftOver = live.services.filter(({ serviceName }) => !wanted.has(serviceName));
  const deleted = leftOver.map((each): ServiceStep => ({
    service: each.serviceName,
    action: "delete",
    changes: [],
    desiredCount: 0,
    replacesTasks: false,
    why: `the workload has no variant of this name any more: its ${counted(each.desiredCount, "task")} stop`,
  }));
  const steps = [...deleted, ...planned.map(({ step }) => step)];
  const rollouts = planned.flatMap(({ step, rollout }) =>
    step.action === "keep" || rollout === undefined ? [] : [rollout],
  );
  const verdicts =
    settings.provider === undefined
      ? judgeRollouts(
          snapshot,
          rollouts,
          leftOver.map(({ serviceName }) => serviceName),
        )
      : [];
  return {
    workload: workload.name,
    cluster: settings.cluster,
    replicas: workload.replicas,
    registrations: planned.map(({ registration }) => registration),
    steps,
    placements: verdicts.flatMap((verdict, index) =>
      placementsOf(verdict.service, verdict.placements, snapshot, rollouts[index]!),
    ),
    deployments: settings.provider === undefined ? rollouts : [],
    rollouts: verdicts,
    stalls: verdicts.flatMap((verdict, index) => (verdict.finishes ? [] : [rolloutProblem(verdict, rollouts[index]!)])),
    basis: [
      ...parts.map(({ service, variant: { definition }, live: each }) =>
        basisOf(service, each, latestOf(live, definition.family)),
      ),
      ...leftOver.map((each) => basisOf(each.serviceName, each, undefined)),
    ],
    ...(live.cluster === undefined
      ? {}
      : {
          clusterBasis: clusterBasisOf(live.cluster, {
            locks: parts.some(({ variant }) => variant.slot !== undefined),
            providers: settings.provider === undefined ? [] : [settings.provider],
          }),
        }),
    unknown: live.unknown ?? [],
    ...present({ reviewOnly: live.reviewOnly }),
  };
}

/** What a live service was when a plan was made. */
export function basisOf(
  service: string,
  live: Service | undefined,
  latest: RegisteredTaskDefinition | undefined,
): ServicePlan["basis"][number] {
  return {
    service,
    ...(live === undefined ? {} : { serviceArn: live.serviceArn, settings: normalService(live) }),
    ...(latest === undefined ? {} : { latest: latest.taskDefinitionArn }),
  };
}

/** The newest of the known revisions of a family. */
export function latestOf(
  { definitions }: Pick<LiveServices, "definitions">,
  family: string,
): RegisteredTaskDefinition | undefined {
  return definitions
    .filter((each) => each.family === family && each.status !== "INACTIVE")
    .toSorted((one, other) => other.revision - one.revision)[0];
}

function serviceNameOf({ workload }: EcsWorkload, variant: EcsVariant): string {
  const name = workload.ecs.service?.["serviceName"];
  return typeof name === "string" ? name : variant.name;
}

function partsOf(
  ecs: EcsWorkload,
  settings: ServicePlanSettings,
  snapshot: ClusterSnapshot,
  live: LiveServices,
): readonly Part[] {
  const rooms = roomsOf(snapshot);
  return ecs.variants.map((variant): Part => {
    const service = serviceNameOf(ecs, variant);
    const found = live.services.find(({ serviceName }) => serviceName === service);
    // Ids in a constraint and managed scaling do not go together.
    const constraints =
      settings.provider === undefined ? keepServiceAway(service, unseenFor(variant, service, rooms)) : [];
    return { variant, service, ...present({ live: found }), constraints };
  });
}

/** The EC2 ids of instances where a task that is not the service's own holds a device of the slot unseen by ECS. */
function unseenFor({ requirements }: EcsVariant, service: string, rooms: readonly Room[]): readonly string[] {
  const group = groupOfService(service);
  const others = rooms.map((room) => {
    const own = new Set(room.tasks.filter((task) => task.group === group).map(({ taskArn }) => taskArn));
    return { ...room, claims: room.claims.filter(({ taskArn }) => !own.has(taskArn)) };
  });
  return exposedRooms(requirements, others)
    .map(({ instance }) => instance.ec2InstanceId)
    .sort();
}

/** The replicas over the services; one service has them all. */
function countsOf(
  workload: ResolvedWorkload,
  settings: ServicePlanSettings,
  snapshot: ClusterSnapshot,
  parts: readonly Part[],
  services: readonly Service[],
): readonly number[] {
  if (parts.length === 1) return [workload.replicas];
  const base = lockPortBaseOf(snapshot.tags);
  const ranks = new Map([...new Set(parts.map(({ variant }) => variant.shape))].map((shape, rank) => [shape, rank]));
  const shares = parts.map((part) => ({
    service: part.service,
    needs: needsOf(
      { ...part, definition: part.variant.definition, placement: { placementConstraints: part.constraints } },
      base,
    ),
    rank: ranks.get(part.variant.shape)!,
    current: part.live?.desiredCount ?? 0,
  }));
  return distribute(
    shares,
    workload.replicas,
    settings.provider === undefined
      ? roomWithout(snapshot, [
          ...new Set([...parts.map(({ service }) => service), ...services.map(({ serviceName }) => serviceName)]),
        ])
      : undefined,
  );
}

interface Planned {
  readonly step: ServiceStep;
  readonly registration: ServiceRegistration;
  readonly rollout?: Rollout;
}

function planPart(
  ecs: EcsWorkload,
  settings: ServicePlanSettings,
  part: Part,
  desiredCount: number,
  known: LiveServices,
): Planned {
  const { variant, live, service } = part;
  const { workload } = ecs;
  const { definition } = variant;
  const registration = planRevision(service, definition, live, known);
  const taskDefinition = registration.taskDefinitionArn ?? definition.family;
  const declared = generateService(ecs, variant, {
    ...settings,
    taskDefinition,
    desiredCount,
    placementConstraints: part.constraints,
  });
  const needed = registration.action === "register" ? { definition } : {};
  const why = whyCount(workload, variant, desiredCount);
  if (live === undefined) {
    // CreateService needs a number where the workload leaves it to autoscaling.
    const create = deploymentSettingsOf(declared).daemon ? declared : { ...declared, desiredCount };
    const step: ServiceStep = {
      service,
      action: "create",
      changes: [],
      desiredCount,
      why,
      replacesTasks: true,
      ...needed,
      create,
    };
    return { step, registration, rollout: rolloutOf(part, declared, desiredCount, true) };
  }
  const comparable = comparing(known);
  const all = diffService(comparable(declared), comparable(live), known.knownFields);
  const stuck = unchangeable(all);
  if (stuck.length > 0)
    throw new Refusal(
      stuck.map(({ path, before, after }) =>
        problem(
          "service-fixed",
          ["ecs", "service", path],
          `${service}: ${path} is ${text(before)} and cannot be ${after === undefined ? "taken away" : `changed to ${text(after)}`}: UpdateService has no way to do that`,
          `Delete the service first (aiplat service delete ${workload.name}), or leave ${path} as it is.`,
        ),
      ),
    );
  const changes = all.flatMap((change): readonly Change[] =>
    change.path === "taskDefinition"
      ? [
          {
            ...change,
            before: nameOf(change.before),
            after: registration.action === "register" ? `${definition.family} (new revision)` : nameOf(change.after),
          },
        ]
      : isOwnTag(change)
        ? []
        : [change],
  );
  const update = updateInput(declared, live, changes, { force: settings.force });
  const tags = all.some((change) => fieldOf(change) === "tags") ? declared.tags : undefined;
  const acts = changes.length > 0 || settings.force;
  const replacesTasks = startsDeployment(changes, settings.force);
  const desired = declared.desiredCount ?? live.desiredCount;
  return {
    registration,
    rollout: rolloutOf(
      part,
      { ...declared, deploymentConfiguration: declared.deploymentConfiguration! },
      desired,
      replacesTasks,
    ),
    step: {
      service,
      action: acts ? "update" : "keep",
      changes,
      desiredCount: desired,
      why: acts && changes.length === 0 ? "its tasks are replaced (--force-new-deployment)" : why,
      replacesTasks,
      ...(acts ? needed : {}),
      ...(acts && update !== undefined ? { update } : {}),
      ...(acts && tags !== undefined ? { tags } : {}),
    },
  };
}

/** Makes what is compared alike where a part of it was redacted on one side. */
function comparing({ redacted }: LiveServices): <T>(value: T) => T {
  return redacted === true ? withoutRedacted : (value) => value;
}

/** The revision that the service runs where it says the same, else the latest, else a new one. */
function planRevision(
  service: string,
  definition: TaskDefinition,
  live: Service | undefined,
  known: LiveServices,
): ServiceRegistration {
  const { family } = definition;
  const comparable = comparing(known);
  const differences = (registered: RegisteredTaskDefinition) =>
    diffTaskDefinitions(comparable(definition), comparable(registered)).filter((change) => !isOwnTag(change));
  const running = known.definitions.find(
    ({ taskDefinitionArn }) =>
      live !== undefined && definitionNameOf(taskDefinitionArn) === definitionNameOf(live.taskDefinition),
  );
  const latest = latestOf(known, family);
  const keep = [running, latest].find(
    (each) => each !== undefined && each.family === family && differences(each).length === 0,
  );
  if (keep !== undefined)
    return { service, family, action: "keep", taskDefinitionArn: keep.taskDefinitionArn, changes: [] };
  const before = running?.family === family ? running : latest;
  const unknown = known.notCompared?.includes(family) === true;
  return {
    service,
    family,
    action: "register",
    changes: before === undefined ? [] : differences(before),
    ...(unknown ? { notCompared: noRevisionKnown } : {}),
  };
}

function rolloutOf(
  { variant: { definition }, service, constraints }: Part,
  declared: ServiceInput,
  desired: number,
  newDeployment: boolean,
): Rollout {
  const given = declared.placementConstraints ?? constraints;
  return {
    service,
    definition,
    desired,
    settings: deploymentSettingsOf(declared),
    newDeployment,
    placement: { placementConstraints: given },
  };
}

function placementsOf(
  service: string,
  arns: readonly string[],
  { instances }: ClusterSnapshot,
  { definition }: Rollout,
): ServicePlan["placements"] {
  if (arns.length === 0) return [];
  const ids = [...new Set(arns)].map((arn) => instances.find((instance) => instance.arn === arn)?.ec2InstanceId ?? arn);
  return [{ service, count: arns.length, why: `${definition.family} has room on ${namesInShort(ids)}` }];
}

function whyCount({ replicas, ecs }: ResolvedWorkload, variant: EcsVariant, desired: number): string {
  if (ecs.service?.["desiredCount"] === null) return "the number of its tasks is left alone";
  const where = variant.shape.instanceTypes.map(({ instanceType }) => instanceType).join(", ");
  return desired === replicas
    ? `${counted(desired, "replica")}${where === "" ? "" : ` on ${where}`}`
    : `${desired} of ${replicas} replicas on ${where}`;
}

function nameOf(arn: unknown): unknown {
  return typeof arn === "string" ? definitionNameOf(arn) : arn;
}

function text(value: unknown): string {
  return value === undefined ? "not set" : typeof value === "string" ? value : JSON.stringify(value);
}
