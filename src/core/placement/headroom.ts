import { checkInterfaceSupport } from "./check-interfaces.ts";
import { checkConstraints, checks, takenPorts, type ReasonCode } from "./checks.ts";
import type { Requirements } from "../ecs/requirements.ts";
import type { InstanceState } from "./instance-state.ts";

/** What neither other tasks nor the task's own devices decide. */
const standing: readonly ReasonCode[] = [
  "STATUS",
  "AGENT",
  "ATTRIBUTE",
  "CONSTRAINT",
  "LOCATION",
  "GPU",
  "CAPACITY_PROVIDER",
  "HEALTH",
];

/** What an instance is, and no waiting changes. */
const lasting: readonly ReasonCode[] = ["ATTRIBUTE", "LOCATION", "CAPACITY_PROVIDER"];

/** Whether ECS may choose the instance for such a task, now or once it is active, connected and free. */
export function mayTake(requirements: Requirements, instanceState: InstanceState): boolean {
  return (
    lasting.every((code) => checks[code](requirements, instanceState).length === 0) &&
    checkConstraints(requirements, instanceState).length === 0
  );
}

/** Whether the instance takes such tasks at all, however full it is. */
export function isEligible(requirements: Requirements, instanceState: InstanceState): boolean {
  return (
    standing.every((code) => checks[code](requirements, instanceState).length === 0) &&
    checkInterfaceSupport(requirements, instanceState).length === 0
  );
}

/** How many such tasks the room has CPU, memory, ports and network interfaces for; Neuron devices are left aside. */
export function headroom(requirements: Requirements, instanceState: InstanceState): number {
  if (takenPorts(requirements.ports, instanceState).length > 0) return 0;
  // A static host port is there once on an instance.
  const most = requirements.ports.length > 0 || requirements.distinctInstance ? 1 : Number.POSITIVE_INFINITY;
  const interfaces =
    requirements.networkMode === "awsvpc"
      ? (instanceState.interfacesLeft ?? Number.POSITIVE_INFINITY)
      : Number.POSITIVE_INFINITY;
  return Math.min(
    most,
    Math.max(0, interfaces),
    times(instanceState.cpu, requirements.cpu),
    times(instanceState.memoryMiB, requirements.memoryMiB),
  );
}

function times(amount: number, need: number): number {
  return need === 0 ? Number.POSITIVE_INFINITY : Math.max(0, Math.floor(amount / need));
}
