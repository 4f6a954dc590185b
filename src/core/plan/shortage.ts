import { instanceTypeOf, type ClusterSnapshot } from "../cluster/snapshot.ts";
import { cpuUnits } from "../ecs/container.ts";
import { formatMiB } from "../workload/fields.ts";
import { listOr } from "../problem.ts";
import type { ResolvedWorkload } from "../workload/resolved.ts";
import type { Host } from "./hosts.ts";
import type { RunFailure } from "./run-result.ts";

/** Why replicas of a Neuron workload have no place, in one failure that says what would make room. */
export function explainShortage(workload: ResolvedWorkload, snapshot: ClusterSnapshot, hosts: readonly Host[], missing: number, count: number): RunFailure {
  const types = workload.shapes.flatMap((shape) => shape.instanceTypes.map((type) => type.instanceType));
  const tasks = `${missing} of ${count} ${count === 1 ? "task" : "tasks"}`;
  const add = `Add ${instancesFor(workload, missing)}`;
  const present = snapshot.instances.filter((instance) => types.includes(instanceTypeOf(instance) ?? ""));
  if (present.length === 0) {
    const others = [...new Set(snapshot.instances.map((instance) => instanceTypeOf(instance)).filter((type) => type !== undefined))];
    const has = others.length === 0 ? "it has no container instances at all" : `it has ${listOr(others.slice(0, 5), "and")}`;
    return { reason: "CONSTRAINT", detail: `${tasks}: the cluster has no ${listOr(types)} instance; ${has}`, hint: `${add}, or name a type that the cluster has (--instance-type).` };
  }
  if (hosts.length === 0) {
    const disconnected = present.filter((instance) => !instance.agentConnected).length;
    return {
      reason: disconnected > 0 ? "AGENT" : "STATUS",
      detail: `${tasks}: none of the ${present.length} ${listOr(types)} instances takes tasks (${disconnected} with a disconnected agent, ${present.filter((instance) => instance.status !== "ACTIVE").length} not ACTIVE)`,
      hint: "Look at the ECS agent on them, set them to ACTIVE, or loosen --placement-constraints.",
    };
  }
  const shape = hosts[0]!.shape;
  const need = { cpu: cpuUnits(shape.vcpu ?? 0), memoryMiB: shape.memoryMiB ?? 0 };
  const byMemory = hosts.filter((host) => host.memoryMiB < need.memoryMiB && host.taken.size === 0);
  const byCpu = hosts.filter((host) => host.cpu < need.cpu && host.taken.size === 0);
  if (byMemory.length > 0) {
    const most = Math.max(...byMemory.map((host) => host.memoryMiB));
    return { reason: "MEMORY", detail: `${tasks}: each needs ${formatMiB(need.memoryMiB)}, and the freest ${listOr(types)} has ${formatMiB(most)} left`, hint: `Ask for less (--memory ${formatMiB(most)}), or ${add.toLowerCase().replace(/^add/, "add")}.` };
  }
  if (byCpu.length > 0) {
    const most = Math.max(...byCpu.map((host) => host.cpu));
    return { reason: "CPU", detail: `${tasks}: each needs ${need.cpu / 1024} vCPU, and the freest ${listOr(types)} has ${most / 1024} left`, hint: `Ask for less (--cpu ${most / 1024}), or add instances.` };
  }
  const devices = shape.request.kind === "neuron" ? shape.request.devices : 0;
  return {
    reason: "DEVICES",
    detail: `${tasks}: no ${listOr(types)} instance has ${devices === 1 ? "a free device" : `a free slot of ${devices} devices`} (${hosts.length} ${hosts.length === 1 ? "instance" : "instances"} looked at)`,
    hint: `${add}, or stop tasks that hold devices: aiplat cluster devices shows who does.`,
  };
}

/** How many machines of the first type would carry that many replicas. */
function instancesFor(workload: ResolvedWorkload, replicas: number): string {
  const shape = workload.shapes[0]!;
  const type = shape.instanceTypes[0]!;
  const perInstance = shape.request.kind === "neuron" ? Math.floor(type.accelerator.count / shape.request.devices) : 1;
  const count = Math.ceil(replicas / perInstance);
  return `${count} ${type.instanceType} ${count === 1 ? "instance" : "instances"}`;
}
