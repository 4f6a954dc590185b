import { present } from "../base/present.ts";
import { costOf, type Cost } from "../catalog/instance-types/cost.ts";
import { instanceTypeOf, regionOf, type ClusterSnapshot } from "../cluster/snapshot.ts";
import { isShare } from "../devices/gpu-need.ts";
import { freeMiBOf, idleGpu } from "../devices/gpus.ts";
import { missingGpusOf } from "../devices/missing-gpus.ts";
import { serviceNameOfTask } from "../cluster/task-services.ts";
import { taskIdOf } from "../ecs-api/arn.ts";
import { listOr } from "../base/problem.ts";
import { formatMiB } from "../workload/fields.ts";
import { because } from "./barred-growth.ts";
import { blockersOf } from "./check-devices.ts";
import { checkGpus } from "./check-gpus.ts";
import { takenPorts, type ReasonCode } from "./checks.ts";
import { missingCapacityCommand, providersStarting, type StartingProviders } from "../cluster/capacity-command.ts";
import { emptyInstance, instanceTypesFor } from "./empty-instance.ts";
import type { Requirements } from "../ecs/requirements.ts";
import { copyInstanceStates, emptyInstanceState, holdersOf, type InstanceState } from "./instance-state.ts";
import { countPlaceable, evaluateFit, type Judged } from "./evaluate-fit.ts";

/** What to do so that a workload fits, or more of it. */
export interface NearestChange {
  readonly kind: "wait" | "ask-for-less" | "activate" | "reconnect" | "repair" | "stop-tasks" | "add-instances";
  readonly message: string;
  /** Of machines that are added: what they cost. */
  readonly cost?: Cost;
  /** Of machines that are added: what makes what starts them, where the cluster has nothing of their type. */
  readonly command?: string;
}

/** Something that does not fit, and the reasons' codes. */
interface Misfit {
  readonly requirements: Requirements;
  readonly instanceState: InstanceState;
  readonly codes: ReadonlySet<ReasonCode>;
}

/**
 * The smallest change that makes a task fit: to wait comes before asking for less, that before touching an instance,
 * that before stopping somebody's task, and that before paying for another machine.
 *
 * @param limit What keeps the capacity providers from starting that one.
 */
export function findNearestChange(
  snapshot: ClusterSnapshot,
  variants: readonly Requirements[],
  judged: readonly Judged[],
  missing: number,
  limit?: string,
): NearestChange | undefined {
  const misfits = judged
    .flatMap(({ instanceState, closest }) =>
      closest.map(({ requirements, verdict }): Misfit => ({
        requirements,
        instanceState,
        codes: new Set(verdict.reasons.map(({ code }) => code)),
      })),
    )
    .filter(({ codes }) => codes.size > 0);
  const only = (...codes: readonly ReasonCode[]) =>
    misfits.filter((each) => [...each.codes].every((code) => codes.includes(code)));
  return (
    waitForStopping(only("DEVICES")) ??
    askForLess(only("CPU", "MEMORY")) ??
    askForSmallerShare(only("GPU")) ??
    wakeInstance(only("STATUS"), only("AGENT")) ??
    repairHealth(only("HEALTH")) ??
    repairGpus(only("GPU"), variants, missing) ??
    stopTasks(only("DEVICES", "PORTS")) ??
    addInstances(snapshot, variants, missing, limit)
  );
}

function waitForStopping(misfits: readonly Misfit[]): NearestChange | undefined {
  for (const { requirements, instanceState } of misfits) {
    const stopping = blockersOf(requirements, instanceState).every(({ claim }) => claim.state === "stopping");
    const holders = stopping ? tasksInTheWay(requirements, instanceState) : undefined;
    if (holders !== undefined)
      return {
        kind: "wait",
        message: `wait until ${tasks(holders)} has stopped: then it fits on ${instanceState.instance.ec2InstanceId}`,
      };
  }
  return undefined;
}

/** Less than half of what is asked is another workload. */
const leastShare = 0.5;

function askForLess(misfits: readonly Misfit[], on = countInstances): NearestChange | undefined {
  const share = ({ requirements, instanceState }: Misfit) =>
    Math.min(
      requirements.cpu === 0 ? 1 : instanceState.cpu / requirements.cpu,
      requirements.memoryMiB === 0 ? 1 : instanceState.memoryMiB / requirements.memoryMiB,
    );
  const best = misfits.reduce<Misfit | undefined>(
    (most, each) => (most === undefined || share(each) > share(most) ? each : most),
    undefined,
  );
  if (best === undefined || share(best) < leastShare) return undefined;
  const less = {
    cpu: Math.min(best.requirements.cpu, best.instanceState.cpu),
    memoryMiB: Math.min(best.requirements.memoryMiB, best.instanceState.memoryMiB),
  };
  const instanceStates = new Set(
    misfits
      .filter(({ instanceState }) => instanceState.cpu >= less.cpu && instanceState.memoryMiB >= less.memoryMiB)
      .map(({ instanceState }) => instanceState),
  );
  return {
    kind: "ask-for-less",
    message: `with ${describeLess(best.requirements, less)} it fits on ${on([...instanceStates])}`,
  };
}

/** Less of a GPU's memory, where one has at least half of what is asked for left. */
function askForSmallerShare(misfits: readonly Misfit[]): NearestChange | undefined {
  const options = misfits.flatMap(({ requirements, instanceState }) => {
    const { gpus: need } = requirements;
    const most = Math.max(0, ...instanceState.gpus.map(freeMiBOf));
    if (!isShare(need) || need.containers > 1 || most < need.memoryMiB * leastShare) return [];
    return checkGpus({ ...requirements, gpus: { ...need, memoryMiB: most } }, instanceState).length > 0
      ? []
      : [{ most, instanceState }];
  });
  const [best] = options.toSorted((one, other) => other.most - one.most);
  if (best === undefined) return undefined;
  const instanceStates = new Set(
    options.filter(({ most }) => most >= best.most).map(({ instanceState }) => instanceState),
  );
  return {
    kind: "ask-for-less",
    message: `with ${formatMiB(best.most)} of GPU memory it fits on ${countInstances([...instanceStates])}`,
  };
}

function countInstances(instanceStates: readonly InstanceState[]): string {
  return instanceStates.length === 1
    ? `1 instance (${instanceStates[0]!.instance.ec2InstanceId})`
    : `${instanceStates.length} instances`;
}

function describeLess(
  requirements: Requirements,
  { cpu, memoryMiB }: { readonly cpu: number; readonly memoryMiB: number },
): string {
  const parts = [];
  if (cpu < requirements.cpu) parts.push(`cpu ${Math.floor((cpu / 1024) * 1000) / 1000}`);
  if (memoryMiB < requirements.memoryMiB) parts.push(`memory ${formatMiB(memoryMiB)}`);
  return parts.join(" and ");
}

function wakeInstance([inactive]: readonly Misfit[], [silent]: readonly Misfit[]): NearestChange | undefined {
  if (inactive !== undefined && inactive.instanceState.instance.status === "DRAINING")
    return {
      kind: "activate",
      message: `set ${inactive.instanceState.instance.ec2InstanceId} to ACTIVE: it is DRAINING, and it has room`,
    };
  if (silent !== undefined)
    return {
      kind: "reconnect",
      message: `bring the ECS agent on ${silent.instanceState.instance.ec2InstanceId} back: the instance has room`,
    };
  return undefined;
}

function repairHealth([impaired]: readonly Misfit[]): NearestChange | undefined {
  return impaired === undefined
    ? undefined
    : {
        kind: "repair",
        message: `bring ${impaired.instanceState.instance.ec2InstanceId} back to health, or replace it: ECS finds it IMPAIRED, and it has room`,
      };
}

/** Instances whose agent did not register every GPU, where these would do. */
function repairGpus(
  misfits: readonly Misfit[],
  variants: readonly Requirements[],
  missing: number,
): NearestChange | undefined {
  const broken = [...new Set(misfits.map(({ instanceState }) => instanceState))].filter(
    ({ instance }) => missingGpusOf(instance) !== undefined,
  );
  if (broken.length === 0 || countPlaceable(copyInstanceStates(broken).map(withEveryGpu), variants, missing) < missing)
    return undefined;
  const [{ instance }] = broken as [InstanceState, ...InstanceState[]];
  const ids =
    broken.length === 1 ? instance.ec2InstanceId : `${broken.length} instances, such as ${instance.ec2InstanceId}`;
  return {
    kind: "repair",
    message: `have the ECS agent of ${ids} register every GPU (sudo systemctl restart ecs once nvidia-smi shows them), or replace it with the GPU image: then it fits there`,
  };
}

function withEveryGpu(instanceState: InstanceState): InstanceState {
  const { count } = missingGpusOf(instanceState.instance)!;
  const fresh = Array.from({ length: count }, (_, index) => idleGpu(`missing-${index}`, instanceState.instance));
  return { ...instanceState, gpus: [...instanceState.gpus, ...fresh] };
}

function stopTasks(misfits: readonly Misfit[]): NearestChange | undefined {
  let fewest: { readonly holders: readonly string[]; readonly instanceState: InstanceState } | undefined;
  for (const { requirements, instanceState } of misfits) {
    const holders = tasksInTheWay(requirements, instanceState);
    if (holders !== undefined && (fewest === undefined || holders.length < fewest.holders.length))
      fewest = { holders, instanceState };
  }
  return fewest === undefined
    ? undefined
    : {
        kind: "stop-tasks",
        message: `${stopping(fewest.holders, fewest.instanceState)}: then it fits on ${fewest.instanceState.instance.ec2InstanceId}`,
      };
}

/** Where a task of a service is stopped, ECS starts another: the service has to want fewer. */
function stopping(arns: readonly string[], instanceState: InstanceState): string {
  const services = new Map<string, string[]>();
  for (const task of instanceState.tasks.filter(({ taskArn }) => arns.includes(taskArn))) {
    const name = serviceNameOfTask(task);
    if (name !== undefined) services.set(name, [...(services.get(name) ?? []), task.taskArn]);
  }
  const owned = new Set([...services.values()].flat());
  const others = arns.filter((arn) => !owned.has(arn));
  return listOr(
    [
      ...(others.length === 0 ? [] : [`stop ${tasks(others)}`]),
      ...[...services].map(([name, theirs]) => `scale service ${name} down (${tasks(theirs)})`),
    ],
    "and",
  );
}

/** The tasks that hold the devices and ports; undefined where something else stands in the way as well. */
function tasksInTheWay(requirements: Requirements, instanceState: InstanceState): readonly string[] | undefined {
  const blockers = blockersOf(requirements, instanceState);
  const ports = takenPorts(requirements.ports, instanceState).map((port) => holdersOf(instanceState, port));
  const held = new Set(blockers.flatMap(({ devices }) => devices));
  const missing =
    requirements.devices !== "all" &&
    requirements.devices.some((device) => device >= (instanceState.neuronDevices ?? 0));
  const unexplained =
    ports.some((holders) => holders.length === 0) ||
    requirements.locks.some(({ device, port }) => instanceState.udpPorts.includes(port) && !held.has(device));
  // ECS starts a daemon's task again wherever it is stopped.
  if (missing || unexplained || blockers.some(({ claim }) => claim.daemon)) return undefined;
  const arns = new Set([...blockers.map(({ claim }) => claim.taskArn), ...ports.flat().map(({ taskArn }) => taskArn)]);
  return arns.size === 0 ? undefined : [...arns];
}

function addInstances(
  snapshot: ClusterSnapshot,
  variants: readonly Requirements[],
  missing: number,
  limit: string | undefined,
): NearestChange | undefined {
  const empty = instanceTypesFor(snapshot, variants).flatMap((type) => emptyInstance(snapshot, type, variants) ?? []);
  for (const { instance, extra } of empty) {
    const perInstance = countPlaceable([emptyInstanceState(instance)], variants, missing);
    if (perInstance === 0) continue;
    const count = Math.ceil(missing / perInstance);
    const more = `${count === 1 ? "one" : count} more ${instanceTypeOf(instance)}`;
    const like = extra.length === 0 ? "" : ` with ${listOr(extra, "and")}`;
    return {
      kind: "add-instances",
      message: `${more}${like}${byProvider(providersStarting(snapshot, instanceTypeOf(instance)!), variants, limit)}`,
      ...present({
        cost: costOf([{ count, choices: [{ instanceType: instanceTypeOf(instance)!, share: 1 }] }], {
          region: regionOf(snapshot),
        }),
        command:
          variants[0]?.capacityProviders === undefined
            ? missingCapacityCommand(snapshot, instanceTypeOf(instance)!)
            : undefined,
      }),
    };
  }
  const misfits = empty.flatMap(({ instance }) =>
    variants.map((requirements) => misfit(requirements, emptyInstanceState(instance))),
  );
  const tooSmall = misfits.find(({ codes }) => [...codes].every((code) => code === "CPU" || code === "MEMORY"));
  return tooSmall === undefined
    ? undefined
    : askForLess([tooSmall], () => `an empty ${tooSmall.instanceState.instanceType}`);
}

/** Who would start the machine: the run's own providers, or those that it does without. */
function byProvider(
  { sure, perhaps }: StartingProviders,
  [requirements]: readonly Requirements[],
  limit: string | undefined,
): string {
  if (requirements?.capacityProviders !== undefined)
    return ` of ${listOr(requirements.capacityProviders)}${because(limit)}`;
  if (sure.length > 0) return `; ${listOr(sure)} may start it: --capacity ${sure[0]}`;
  return perhaps.length === 0
    ? ""
    : `; whether ${listOr(perhaps)} would start it is not known (--capacity ${perhaps[0]})`;
}

function misfit(requirements: Requirements, instanceState: InstanceState): Misfit {
  return {
    requirements,
    instanceState,
    codes: new Set(evaluateFit(requirements, instanceState).reasons.map(({ code }) => code)),
  };
}

function tasks(arns: readonly string[]): string {
  return `${arns.length === 1 ? "task" : "tasks"} ${listOr(arns.map(taskIdOf), "and")}`;
}
