import { present } from "../base/present.ts";
import { toGpuDevices } from "../devices/gpus.ts";
import { lockPortBaseOf } from "../cluster/lock-port-base.ts";
import type { ClusterSnapshot, ContainerInstance } from "../cluster/snapshot.ts";
import { serviceNameOfTask, type TaskService } from "../cluster/task-services.ts";
import { groupOfService } from "../ecs-api/service.ts";
import { requirementsOf, type Requirements } from "../ecs/requirements.ts";
import { isEligible } from "./headroom.ts";
import { emptyInstanceState, occupy } from "./instance-state.ts";

/**
 * What the tasks of the cluster's daemons need, one of each on every machine that they are eligible for:
 * "Reserves CPU, memory and network interfaces for daemon tasks on each container instance".
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_services.html#service_scheduler_daemon
 */
export function daemonsOf(snapshot: ClusterSnapshot): readonly Requirements[] {
  const { services = [], taskServices = [], managedDaemons = [], tasks, taskDefinitions, tags } = snapshot;
  const base = lockPortBaseOf(tags);
  const running = new Map(tasks.map((task) => [serviceNameOfTask(task), task.taskDefinitionArn]));
  const known = new Map<string, TaskService>([...taskServices, ...services].map((each) => [each.serviceName, each]));
  const daemons = [...known.values()].filter(({ schedulingStrategy }) => schedulingStrategy === "DAEMON");
  return [
    ...daemons.flatMap(({ serviceName, taskDefinition = running.get(serviceName), placementConstraints }) => {
      const definition = taskDefinitions[taskDefinition ?? ""];
      if (definition === undefined) return [];
      const options = { group: groupOfService(serviceName), ...present({ placementConstraints }) };
      return [requirementsOf(definition, options, base)];
    }),
    ...managedDaemons.map(({ definition, capacityProviders }) =>
      requirementsOf(definition, { capacityProviders }, base),
    ),
  ];
}

/** The instance with what the daemons leave of it. */
export function withDaemons(instance: ContainerInstance, daemons: readonly Requirements[]): ContainerInstance {
  const instanceState = emptyInstanceState(instance);
  const there = daemons.filter((daemon) => isEligible(daemon, instanceState));
  for (const daemon of there) occupy(instanceState, daemon);
  const { cpu, memoryMiB, tcpPorts, udpPorts } = instanceState;
  const gpus = instanceState.gpus.filter(({ mode }) => mode === "IDLE").map(({ id }) => id);
  const interfaces = there.filter(({ networkMode }) => networkMode === "awsvpc").length;
  return {
    ...instance,
    remaining: { cpu, memoryMiB, gpus, tcpPorts, udpPorts },
    ...(instance.gpuDevices === undefined ? {} : { gpuDevices: toGpuDevices(instanceState.gpus) }),
    ...(interfaces === 0 ? {} : { daemonInterfaces: interfaces }),
  };
}
