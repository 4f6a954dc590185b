import { problemsOfLockPortBase } from "../cluster/lock-port-base.ts";
import { present } from "../base/present.ts";
import { skip, type CheckGroup, type CheckItem, type CheckReport } from "../base/check-report.ts";
import type { NetworkConfiguration } from "../ecs-api/api.ts";
import type { EcsWorkload } from "../ecs/resolve-for-ecs.ts";
import { checkCluster, providersFor } from "./check-cluster.ts";
import { checkDrivers } from "./check-drivers.ts";
import { checkGpuDrivers } from "./check-gpu-drivers.ts";
import { checkHosts } from "./check-hosts.ts";
import { checkImages } from "./check-images.ts";
import { checkLogs } from "./check-logs.ts";
import { checkMachine } from "./check-machine.ts";
import { checkNetwork } from "./check-network.ts";
import { checkQuotas } from "./check-quotas.ts";
import { checkRoles } from "./check-roles.ts";
import { checkSecrets } from "./check-secrets.ts";
import { findMachineShortages } from "./machine-shortage.ts";
import { logGroupKey, type Needs } from "../ecs/account-needs.ts";
import { logGroupsOf } from "../ecs/log-groups.ts";
import type { Observation, ObservedAccount, ObservedCluster } from "./observation.ts";
import { candidatesFor } from "./observed-instances.ts";
import { placeOf, type CheckPlace } from "./place.ts";
import { valueOf } from "./reading.ts";
import { wantedTypes } from "./wanted-types.ts";

/** The workload that is to run, as everything that is asked of the account depends on it. */
export interface Patient {
  readonly ecs: EcsWorkload;
  readonly region?: string;
  /** Of tasks with network interfaces of their own. */
  readonly network?: NetworkConfiguration;
}

/** The data of a Doctor document. */
export interface DoctorReport extends CheckReport {
  readonly cluster: string;
  readonly region?: string;
  readonly account?: string;
  readonly workload?: string;
}

/** What doctor says of what was observed. */
export function diagnose(
  cluster: string,
  patient: Patient | undefined,
  needs: Needs | undefined,
  observation: Observation,
): DoctorReport {
  const { machine, account } = observation;
  const region = valueOf(machine.region)?.name;
  const number = valueOf(machine.identity)?.account;
  const machineGroup: CheckGroup = { subject: "this machine", items: checkMachine(machine) };
  const rest =
    account === undefined
      ? notAsked(cluster, patient, needs)
      : examine(cluster, patient, needs, account, placeOf(machine, needs));
  return {
    cluster,
    ...present({ region, account: number }),
    ...(patient === undefined ? {} : { workload: patient.ecs.workload.name }),
    groups: [machineGroup, ...rest.filter(({ items }) => items.length > 0)],
  };
}

/** One reason for all that cannot be asked. */
function notAsked(cluster: string, patient: Patient | undefined, needs: Needs | undefined): readonly CheckGroup[] {
  const subjects = [
    `cluster ${cluster}`,
    ...(needs === undefined ? [] : subjectsOf(needs)),
    ...(patient !== undefined && usesOwnNetwork(patient) ? ["network"] : []),
    "quotas",
  ];
  return subjects.map((subject) => ({
    subject,
    items: [skip("not-asked", "not checked: it takes working credentials and a region")],
  }));
}

function subjectsOf({ executionRole, taskRole, volumeRole, images, secrets, logs }: Needs): readonly string[] {
  return [
    ...((executionRole ?? taskRole ?? volumeRole) ? ["roles"] : []),
    ...(images.length > 0 ? ["images"] : []),
    ...(secrets.length > 0 ? ["secrets"] : []),
    ...(logs.length > 0 ? ["logs"] : []),
  ];
}

function usesOwnNetwork({ ecs }: Patient): boolean {
  return ecs.networkMode === "awsvpc";
}

function examine(
  cluster: string,
  patient: Patient | undefined,
  needs: Needs | undefined,
  account: ObservedAccount,
  place: CheckPlace,
): readonly CheckGroup[] {
  const found = valueOf(account.cluster);
  const snapshot = found === undefined ? undefined : valueOf(found.snapshot);
  const providers = patient === undefined || found === undefined ? undefined : providersFor(patient.ecs, found);
  // With a tag that is none nobody can tell which devices are held.
  const isReadable = snapshot !== undefined && problemsOfLockPortBase(snapshot.tags).length === 0;
  const lacking = patient === undefined || !isReadable ? undefined : findMachineShortages(patient, snapshot, providers);
  const question = {
    name: cluster,
    region: place.region,
    ...present({ ecs: patient?.ecs, lacking }),
  };
  return [
    { subject: `cluster ${cluster}`, items: checkCluster(question, account.cluster) },
    ...(patient === undefined || needs === undefined
      ? [{ subject: "machine images", items: checkHosts(account, snapshot?.instances ?? []) }]
      : examineNeeds(patient, needs, account, place, found, lacking?.asked)),
    {
      subject: "quotas",
      items: checkQuotas(wantedTypes(patient?.ecs.workload, snapshot, lacking), account, place.region),
    },
  ];
}

function examineNeeds(
  patient: Patient,
  needs: Needs,
  account: ObservedAccount,
  place: CheckPlace,
  cluster: ObservedCluster | undefined,
  asked: number | undefined,
): readonly CheckGroup[] {
  const { ecs, network } = patient;
  const { workload } = ecs;
  const types = workload.shapes.flatMap(({ instanceTypes }) => instanceTypes);
  const snapshot = cluster === undefined ? undefined : valueOf(cluster.snapshot);
  const candidates =
    cluster === undefined || snapshot === undefined
      ? []
      : candidatesFor(workload, providersFor(ecs, cluster), snapshot);
  const made = new Set(logGroupsOf(ecs).map(logGroupKey));
  const group = (subject: string, items: readonly CheckItem[]): CheckGroup => ({ subject, items });
  return [
    group(
      "roles",
      checkRoles(needs, account, place, { managedInstances: ecs.capacity.kind === "managed-instances", made }),
    ),
    group("images", [
      ...checkImages(needs, account, types),
      ...checkDrivers(needs, account, candidates),
      ...checkGpuDrivers(needs, account, candidates),
    ]),
    group("secrets", checkSecrets(needs, account)),
    group("logs", checkLogs(needs, account, made)),
    group("network", usesOwnNetwork(patient) ? checkNetwork(network, account, asked ?? workload.replicas) : []),
  ];
}
