import { present } from "../core/base/present.ts";
import type { Aws } from "../context.ts";
import { providersFor } from "../core/doctor/check-cluster.ts";
import { amiAttribute, hostsWithDriver } from "../core/doctor/check-drivers.ts";
import { quotasOf } from "../core/doctor/check-quotas.ts";
import type { Patient } from "../core/doctor/diagnose.ts";
import type { Needs } from "../core/ecs/account-needs.ts";
import type { Observation, ObservedAccount, ObservedCluster, ObservedMachine } from "../core/doctor/observation.ts";
import { candidatesFor } from "../core/doctor/observed-instances.ts";
import { placeOf } from "../core/doctor/place.ts";
import { valueOf } from "../core/doctor/reading.ts";
import { wantedTypes } from "../core/doctor/wanted-types.ts";
import { AiplatError, type ErrorCode } from "../errors.ts";
import type { ObserveProgress } from "./cluster-reader.ts";
import { createLearnt } from "./learnt.ts";
import { observeCluster } from "./observe-cluster.ts";
import { findServices } from "./find-services.ts";
import { noNeeds, observeNeeds } from "./observe-needs.ts";
import type { RegistryPort } from "../ports.ts";
import { withProviders } from "../core/cluster/snapshot.ts";
import { providersToDescribe } from "../core/plan/choose-capacity.ts";
import { observeProviders } from "./observe-providers.ts";
import { read } from "./read.ts";

export interface DoctorPorts {
  readonly aws: Aws;
  readonly registry: RegistryPort;
}

export interface DoctorRequest {
  readonly cluster: string;
  readonly versions: Pick<ObservedMachine, "aiplat" | "node">;
  /** Undefined where no workload is named. */
  readonly patient?: Patient;
  readonly needs?: Needs;
  readonly now: number;
  readonly report: (progress: ObserveProgress) => void;
}

/** Reads everything that doctor judges, as much at once as depends on nothing else; changes nothing. */
export async function observeDoctor(ports: DoctorPorts, request: DoctorRequest): Promise<Observation> {
  const machine = await observeMachine(ports.aws, request.versions);
  if (machine.locked || !("value" in machine.region)) return { machine };
  const { needs, patient } = request;
  const [cluster, needed] = await Promise.all([
    observeClusterAndHosts(ports, request),
    needs === undefined ? noNeeds : observeNeeds(ports, needs, placeOf(machine, needs), patient?.network),
  ]);
  return { machine, account: { ...cluster, ...needed } };
}

const locking: ReadonlySet<ErrorCode> = new Set(["NoRegion", "NoCredentials", "Network"]);

/** The region and who calls. Errors that no other call would escape lock the rest. */
async function observeMachine(aws: Aws, versions: DoctorRequest["versions"]): Promise<ObservedMachine> {
  const region = await read(async () => ({ name: await aws.region(), source: await aws.regionSource() }));
  if ("unread" in region) return { ...versions, region, locked: true };
  let locked = false;
  const identity = await read(async () => {
    try {
      return await (await aws.sts()).callerIdentity();
    } catch (error) {
      locked = error instanceof AiplatError && locking.has(error.code);
      throw error;
    }
  });
  return { ...versions, region, identity, locked };
}

async function observeClusterAndHosts(
  { aws }: DoctorPorts,
  request: DoctorRequest,
): Promise<Pick<ObservedAccount, "cluster" | "machineImages" | "quotas" | "running">> {
  const { patient } = request;
  const workload = patient?.ecs.workload;
  const cluster = await read(() => observeState(aws, request));
  const found = valueOf(cluster);
  const snapshot = found === undefined ? undefined : valueOf(found.snapshot);
  const candidates =
    found === undefined || snapshot === undefined
      ? []
      : candidatesFor(workload, patient === undefined ? undefined : providersFor(patient.ecs, found), snapshot);
  const amis = [...new Set(hostsWithDriver(candidates).flatMap(({ attributes }) => attributes[amiAttribute] ?? []))];
  const quotas = quotasOf(wantedTypes(workload, snapshot, undefined));
  const [machineImages, limits, running] = await Promise.all([
    amis.length === 0 ? { value: [] } : read(async () => (await aws.ec2Read()).images(amis)),
    Promise.all(
      quotas.map(async ({ code }) => [code, await read(async () => (await aws.quotas()).ec2Quota(code))] as const),
    ),
    quotas.length === 0 ? { value: [] } : read(async () => (await aws.ec2Read()).runningInstances()),
  ]);
  return { cluster, machineImages, quotas: new Map(limits), running };
}

/** Undefined where there is no such cluster. */
async function observeState(
  aws: DoctorPorts["aws"],
  { cluster, patient, now, report }: DoctorRequest,
): Promise<ObservedCluster | undefined> {
  // observeCluster asks what the cluster is as well.
  const ecs = createLearnt().over(await aws.ecs());
  const description = await ecs.describeCluster(cluster);
  if (description === undefined || description.status === "INACTIVE") return undefined;
  const { name, status, capacityProviders, defaultCapacityProviderStrategy: defaultStrategy } = description;
  const known = { associated: capacityProviders, defaultStrategy };
  const wanted = patient === undefined ? [] : providersToDescribe(patient.ecs.capacity, known);
  const workload = patient?.ecs.workload;
  const family = patient?.ecs.variants[0]?.definition.family;
  const [snapshot, capacity, definition, services] = await Promise.all([
    read(() => observeCluster(ecs, name, now, report)),
    patient === undefined || patient.ecs.capacity.kind === "ec2" || (wanted.length === 0 && isUnsaid(patient))
      ? undefined
      : read(async () => ({ ...known, providers: await observeProviders(aws, wanted, name) })),
    family === undefined ? undefined : read(() => ecs.describeTaskDefinition(family)),
    workload?.kind === "service" ? read(() => findServices(ecs, name, workload.name)) : undefined,
  ]);
  const whole =
    capacity !== undefined && "value" in capacity && "value" in snapshot
      ? { value: withProviders(snapshot.value, capacity.value.providers) }
      : snapshot;
  return { status, capacityProviders, snapshot: whole, ...present({ capacity, definition, services }) };
}

function isUnsaid({ ecs }: Patient): boolean {
  return ecs.capacity.kind === "unsaid";
}
