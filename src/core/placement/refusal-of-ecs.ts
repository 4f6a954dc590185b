import { isCountedByEcs } from "../devices/claims.ts";
import type { Requirements } from "../ecs/requirements.ts";
import { checkInterfaceSupport } from "./check-interfaces.ts";
import { checkConstraints, checkDistinct, checks, takenPorts } from "./checks.ts";
import type { InstanceState } from "./instance-state.ts";

/**
 * The reason that ECS gives for not placing a task on an instance: resources first, then what the task requires of the
 * instance, then constraints. Where AGENT stands among them, AWS does not say.
 */
export function refusalOfEcs(requirements: Requirements, instanceState: InstanceState): string | undefined {
  if (checks.AGENT(requirements, instanceState).length > 0) return "AGENT";
  if (requirements.cpu > instanceState.cpu) return "RESOURCE:CPU";
  if (checks.GPU(requirements, instanceState).length > 0) return "RESOURCE:GPU";
  if (requirements.memoryMiB > instanceState.memoryMiB) return "RESOURCE:MEMORY";
  if (
    takenPorts(requirements.ports, instanceState).length > 0 ||
    requirements.locks.some(({ port }) => instanceState.udpPorts.includes(port))
  )
    return "RESOURCE:PORTS";
  // How ECS says this is not verified; the resource is NEURON_DEVICES.
  if (requirements.leavesNeuronToEcs && neuronIsTaken(instanceState)) return "RESOURCE:NEURON_DEVICES";
  const lacksInterfaces = checkInterfaceSupport(requirements, instanceState).length > 0;
  if (!lacksInterfaces && checks.ENI(requirements, instanceState).length > 0) return "RESOURCE:ENI";
  if (lacksInterfaces || checks.ATTRIBUTE(requirements, instanceState).length > 0) return "ATTRIBUTE";
  if (checks.LOCATION(requirements, instanceState).length > 0) return "LOCATION";
  if (checkConstraints(requirements, instanceState).length > 0) return "MemberOf placement constraint unsatisfied.";
  if (checkDistinct(requirements, instanceState).length > 0)
    return "DistinctInstance placement constraint unsatisfied.";
  return undefined;
}

/** "NEURON_DEVICES in the registeredResources and remainingResources": of tasks that ask for them, one an instance. */
function neuronIsTaken({ claims, placedDevices }: InstanceState): boolean {
  return placedDevices.length > 0 || claims.some((claim) => claim.state === "held" && isCountedByEcs(claim));
}
