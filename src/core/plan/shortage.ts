import { instanceTypeOf, type ClusterSnapshot } from "../cluster/snapshot.ts";
import { listOr } from "../problem.ts";
import { formatMiB } from "../workload/fields.ts";
import type { ResolvedWorkload } from "../workload/resolved.ts";
import { devicesPerReplica, needOf, type Host } from "./hosts.ts";
import type { RunFailure } from "./run-result.ts";

/** Why replicas of a Neuron workload have no place, in one failure that says what would make room. */
export function explainShortage(workload: ResolvedWorkload, snapshot: ClusterSnapshot, hosts: readonly Host[], missing: number, count: number): RunFailure {
  const types = workload.shapes.flatMap((shape) => shape.instanceTypes.map((type) => type.instanceType));
  const present = snapshot.instances.filter((instance) => types.includes(instanceTypeOf(instance) ?? ""));
  const failure = (reason: string, why: string, hint: string): RunFailure => ({ reason, detail: `${missing} of ${count} ${count === 1 ? "task" : "tasks"}: ${why}`, hint });
  const add = `add ${machinesFor(workload, missing)}`;

  if (present.length === 0) {
    const others = [...new Set(snapshot.instances.map((instance) => instanceTypeOf(instance)).filter((type) => type !== undefined))];
    const has = others.length === 0 ? "it has no container instances" : `it has ${listOr(others.slice(0, 5), "and")}`;
    return failure("CONSTRAINT", `the cluster has no ${listOr(types)} instance; ${has}`, `To make room, ${add}, or name a type that the cluster has (--instance-type).`);
  }
  if (hosts.length === 0) {
    const disconnected = present.filter((instance) => !instance.agentConnected).length;
    const inactive = present.filter((instance) => instance.status !== "ACTIVE").length;
    return failure(
      disconnected > 0 ? "AGENT" : inactive > 0 ? "STATUS" : "CONSTRAINT",
      `of ${present.length} ${listOr(types)} ${present.length === 1 ? "instance" : "instances"} none takes the task (${disconnected} with a disconnected agent, ${inactive} not ACTIVE, the rest excluded by placement constraints or capacity provider)`,
      `Look at the ECS agent on them, set them to ACTIVE, loosen --placement-constraints, or ${add}.`,
    );
  }
  const full = hosts.filter((host) => host.room === 0);
  const need = needOf(hosts[0]!.shape);
  // Devices first: a machine whose devices are held has little memory left just because of them.
  const idle = full.filter((host) => host.taken.size === 0);
  const memory = Math.max(0, ...idle.map((host) => host.instance?.remaining.memoryMiB ?? 0));
  if (idle.length > 0 && memory < need.memoryMiB) {
    return failure("MEMORY", `each needs ${formatMiB(need.memoryMiB)}, and the freest ${listOr(types)} instance has ${formatMiB(memory)} left`, `Ask for at most that (--memory ${formatMiB(memory)}), or stop what else runs there.`);
  }
  const cpu = Math.max(0, ...idle.map((host) => host.instance?.remaining.cpu ?? 0));
  if (idle.length > 0 && cpu < need.cpu) {
    return failure("CPU", `each needs ${need.cpu / 1024} vCPU, and the freest ${listOr(types)} instance has ${cpu / 1024} left`, `Ask for at most that (--cpu ${cpu / 1024}), or stop what else runs there.`);
  }
  const devices = devicesPerReplica(hosts[0]!.shape);
  return failure(
    "DEVICES",
    `no ${listOr(types)} instance has ${devices === 1 ? "a free device" : `a free slot of ${devices} devices`} (of ${hosts.length})`,
    `To make room, ${add}, or stop a task that holds devices (aiplat task list shows them).`,
  );
}

/** How many machines of the first type would carry that many replicas. */
function machinesFor(workload: ResolvedWorkload, replicas: number): string {
  const shape = workload.shapes[0]!;
  const type = shape.instanceTypes[0]!;
  const count = Math.ceil(replicas / Math.floor(type.accelerator.count / devicesPerReplica(shape)));
  return `${count} ${type.instanceType} ${count === 1 ? "instance" : "instances"}`;
}
