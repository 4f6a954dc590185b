import { agentRequirements } from "../../core/ecs/required-attributes.ts";
import { api, guide, unverified, type SandboxRule } from "./rule.ts";

/** Where tasks go, and why one finds no place. */
export const placementRules: readonly SandboxRule[] = [
  {
    rule:
      "A task goes where its CPU, GPU, memory and host ports fit, then where its constraints hold, " +
      "then where its strategies say.",
    source: `${guide}/task-placement.html`,
  },
  {
    rule: "Constraints bind; strategies are best effort, in their order.",
    source: `${guide}/task-placement-strategies.html`,
  },
  {
    rule: "Without a strategy, tasks spread over the zones and then over the instances, for services and for RunTask.",
    source: `${guide}/task-placement-strategies.html for services; ${unverified} for RunTask`,
  },
  { rule: "Of equal instances the one that was registered first is taken.", source: unverified },
  {
    rule: "`memoryReservation` is subtracted where it is set, else `memory`.",
    source: `${api}/API_ContainerDefinition.html`,
  },
  {
    rule: "CPU, memory and ports are free again as soon as a task starts to stop.",
    source: `${guide}/task-lifecycle-explanation.html`,
  },
  {
    rule:
      "A fresh instance registers 95 % of its type's memory (`--registered-memory` says another share), all its CPU, and " +
      "TCP ports 22, 2375, 2376, 51678 and 51679 as taken. Plans without a cluster count on 90 %.",
    source: `${guide}/memory-management.html for MemTotal less ECS_RESERVED_MEMORY: 93 to 97.5 % was seen; the ports: ${guide}/ecs-agent-config.html`,
  },
  { rule: "GPUs, and shares of them, are free again at the same moment.", source: unverified },
  {
    rule:
      "A share of a GPU (`nvidiaMps`) is placed by memory: one GPU must have that of all the task's containers free. " +
      "A GPU that is shared takes no whole-GPU task, and one that a task has whole takes no share: RESOURCE:GPU.",
    source: `${api}/API_NvidiaMpsAllocation.html; ${api}/API_GpuDevice.html`,
  },
  {
    rule: "Of several GPUs with room for a share the fullest is taken; a GPU that is shared is no remaining GPU.",
    source: unverified,
  },
  {
    rule:
      "Instances with whole NVIDIA GPUs have `ecs.capability.gpu-sharing-mps` (agent 1.107.0) and show `gpuDevices`, with " +
      "the memory that EC2 says; without the attribute they take no share: ATTRIBUTE.",
    source:
      "https://github.com/aws/amazon-ecs-agent (ecs-agent/utils/gpu); that the agent reports less memory is left out",
  },
  {
    rule:
      "A task that asks for NeuronDevice has every Neuron device of its instance, and DescribeTasks says them in " +
      "`neuronDeviceIds`; an instance has one such task.",
    source: `${guide}/ecs-inference.html; how the ids are written, and when they are free again: ${unverified}`,
  },
  {
    rule:
      "A task in awsvpc mode takes a network interface until it is STOPPED: the type's less one, over all network cards; " +
      "then RESOURCE:ENI. Instances with `ecs.awsvpc-trunk-id`, and types that the catalogue does not know, have no end of them.",
    source: `${guide}/container-instance-eni.html; the cards beyond the first: ${unverified}`,
  },
  { rule: "Impaired health, as a seed has it, is shown and keeps no task away.", source: unverified },
  {
    rule: "Host ports are counted per instance, TCP under PORTS and UDP under PORTS_UDP, in bridge and host mode.",
    source: `${api}/API_ContainerInstance.html`,
  },
  {
    rule:
      "A failure names each instance with ECS's reason: RESOURCE:CPU, RESOURCE:MEMORY, RESOURCE:PORTS, " +
      "RESOURCE:GPU, AGENT, ATTRIBUTE, LOCATION, and two for constraints.",
    source: `${guide}/api_failures_messages.html; the text of distinctInstance: ${unverified}`,
  },
  { rule: "A clash of UDP ports reads RESOURCE:PORTS.", source: unverified },
  {
    rule:
      "Which reason comes first where several hold: " +
      "AGENT, CPU, GPU, memory, ports, attributes, location, constraints.",
    source: unverified,
  },
  {
    rule: "distinctInstance looks at the desired status, by task group.",
    source: `${guide}/task-placement-constraints.html`,
  },
  { rule: "StartTask is held to the definition's constraints too.", source: unverified },
  {
    rule: "A subnet whose id ends in a zone (subnet-us-east-1a) is in that zone, any other wherever it is needed.",
    source: "the sandbox's own",
  },
];

const agentsList = "https://github.com/aws/amazon-ecs-agent/blob/master/agent/app/agent_capability.go";

/** What definitions ask of the agent, and what the agents of the sandbox say that they can. */
export const attributeRules: readonly SandboxRule[] = [
  {
    rule: "RegisterTaskDefinition derives `requiresAttributes`; an instance without one of them takes no such task: ATTRIBUTE.",
    source: `${api}/API_TaskDefinition.html; the names: ${agentsList}`,
  },
  ...agentRequirements.map(({ attribute, reason, known }) => ({
    rule: `\`${attribute}\` for ${reason}.`,
    source: known
      ? `${api}/API_RegisterTaskDefinition.html for the field; public answers of DescribeTaskDefinition`
      : unverified,
  })),
  {
    rule:
      "Instances say what the agent of the ECS images of Amazon Linux 2023 can: not the log drivers gelf, journald and " +
      "splunk, SELinux and AppArmor. A seed's instances keep what they say; those that say nothing of an agent " +
      "(`com.amazonaws.ecs.capability.docker-remote-api.*`) get the list.",
    source: `${agentsList}; https://github.com/aws/amazon-ecs-agent/blob/master/ecs-init/docker/docker.go`,
  },
  {
    rule: "enableExecuteCommand and Service Connect ask for no attribute, nor do overrides.",
    source: unverified,
  },
];

/** Who uses which device. */
export const deviceRules: readonly SandboxRule[] = [
  {
    rule:
      "ECS does not know Neuron devices: two tasks that list one are both placed, " +
      "unless their lock ports keep them apart.",
    source: `${guide}/ecs-inference.html`,
  },
  {
    rule: "The second container that opens a Neuron device starts and then exits with 1; the first goes on.",
    source:
      "the devices belong to one process: https://awsdocs-neuron.readthedocs-hosted.com; " +
      "the exit code and the log's text: not verified",
  },
  {
    rule:
      "A container uses the devices that it lists, mounts or names in AWS_NEURON_VISIBLE_DEVICES; " +
      "`privileged` alone uses none.",
    source: unverified,
  },
];
