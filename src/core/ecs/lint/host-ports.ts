import { firstLockPort, lockPortBase, lockPortCount, lockPortsEnd } from "../../catalog/lock-ports.ts";
import type { Facts } from "./rule.ts";
import { neuronDevicesOf, type Subject, type SubjectPort } from "./subject.ts";

/** ECS counts host ports on EC2 in bridge and host mode only. */
export function hasHostPorts({ networkMode }: Pick<Subject, "networkMode">): boolean {
  return networkMode === "bridge" || networkMode === "host";
}

/** The static host port of a mapping; undefined for a port that ECS chooses. */
export function hostPortOf(
  { networkMode }: Pick<Subject, "networkMode">,
  { containerPort, hostPort }: SubjectPort,
): number | undefined {
  if (["host", "awsvpc", "none"].includes(networkMode)) return containerPort;
  return hostPort === 0 ? undefined : hostPort;
}

export function udpHostPorts(subject: Subject): readonly number[] {
  return subject.containers.flatMap(({ ports }) =>
    ports.flatMap((port) => (port.protocol === "udp" ? (hostPortOf(subject, port) ?? []) : [])),
  );
}

/**
 * The lock port base of the cluster that the task is for: what is known of it, else every base under which each device
 * of the task has its lock, else the usual one.
 */
export function lockBasesOf(subject: Subject, { lockPortBase: known }: Facts): readonly number[] {
  if (known !== undefined) return [known];
  const devices = neuronDevicesOf(subject.containers);
  const ports = new Set(udpHostPorts(subject));
  const fitting = [...ports]
    .map((port) => port - (devices[0] ?? 0))
    .filter(
      (base) =>
        devices.length > 0 &&
        base >= firstLockPort &&
        base + lockPortCount <= lockPortsEnd &&
        devices.every((device) => ports.has(base + device)),
    );
  return fitting.length === 0 || fitting.includes(lockPortBase) ? [lockPortBase] : fitting;
}
