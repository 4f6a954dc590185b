/** What ECS asks of a workload beyond the rules for every target: the commands that act on ECS run these too. */
import { listOr } from "../base/problem.ts";
import { containerRules } from "./container-rules.ts";
import { rawDevicesOf } from "./raw-devices.ts";
import { ec2TypeName, isHyperPodName } from "../workload/fields.ts";
import { sectionOf, typesOf } from "../workload/rules/accelerator.ts";
import { onManagedInstances } from "../workload/fields.ts";
import { workloadNetworkMode } from "../workload/rules/capacity.ts";
import { containersIn, variablesTwice } from "../workload/rules/containers.ts";
import { portsIn, protocolOf, reservedHostPorts } from "../workload/rules/ports.ts";
import type { TargetRule } from "../workload/rules/rule.ts";
import { volumeRules } from "./volume-rules.ts";

const networkReads = [
  "ecs.networkMode",
  "ecs.taskDefinition",
  "ecs.capacity",
  "accelerator.efa",
  "accelerator.instanceTypes",
  "nodes",
];

export const ecsRules: readonly TargetRule[] = [
  {
    code: "nodes-on-ecs",
    severity: "error",
    reads: ["nodes"],
    check: ({ nodes }) =>
      nodes === undefined || nodes === 1
        ? []
        : [
            {
              path: ["nodes"],
              message: `nodes is ${nodes}: on ECS the nodes of a replica have no way to find each other yet`,
              hint: "Run it on EKS: aiplat eks generate.",
            },
          ],
  },
  {
    code: "resource-on-ecs",
    severity: "error",
    reads: ["accelerator.resource"],
    check: (workload) => {
      const resource = sectionOf(workload)?.resource;
      return resource === undefined
        ? []
        : [
            {
              path: ["accelerator", "resource"],
              message: `accelerator.resource ${resource} is what nodes of Kubernetes offer: ECS gives out whole devices, or parts of a GPU by MPS`,
              hint: "Write instanceTypes with devicesPerReplica or mps: { memory: 8GiB }, or run it on EKS: aiplat eks generate.",
            },
          ];
    },
  },
  {
    code: "hyperpod-on-ecs",
    severity: "error",
    reads: ["accelerator.instanceTypes"],
    check: (workload) =>
      (sectionOf(workload)?.instanceTypes ?? []).flatMap((name, index) =>
        isHyperPodName(name)
          ? [
              {
                path: ["accelerator", "instanceTypes", index],
                message: `${name} is a node of SageMaker HyperPod, which ECS does not run on`,
                hint: `Write ${ec2TypeName(name)}.`,
              },
            ]
          : [],
      ),
  },
  {
    code: "schedule-on-ecs",
    severity: "warning",
    reads: ["schedule"],
    check: ({ schedule }) =>
      schedule === undefined
        ? []
        : [
            {
              path: ["schedule"],
              message: "schedule is not carried by an ECS task definition: nothing starts the task by itself",
              hint: "Start it with EventBridge Scheduler, or run it on EKS.",
            },
          ],
  },
  {
    code: "raw-neuron-devices",
    severity: "warning",
    reads: ["accelerator", "ecs.taskDefinition"],
    check: (workload) => {
      const { devices, locked } = rawDevicesOf(workload);
      if (workload.accelerator !== "none" || devices.length === 0 || locked) return [];
      return [
        {
          path: ["ecs", "taskDefinition", "containerDefinitions"],
          message: `ecs.taskDefinition lists ${devices.length === 1 ? "a Neuron device" : `${devices.length} Neuron devices`} by hand, without lock ports: nothing keeps another task off ${devices.length === 1 ? "it" : "them"}`,
          hint: "Write accelerator: { instanceTypes: [TYPE], devicesPerReplica: NUMBER } and leave the devices out: aiplat lists and locks them.",
        },
      ];
    },
  },
  {
    code: "memory-missing",
    severity: "error",
    reads: ["accelerator", "resources.memory"],
    check: ({ accelerator, resources }) =>
      accelerator === "none" && resources?.memory === undefined
        ? [
            {
              path: ["resources", "memory"],
              message:
                "resources.memory is missing: ECS takes no container without it, and a CPU workload has no devices to take a share by",
              hint: "Write resources: { memory: 2GiB } (--memory 2GiB).",
            },
          ]
        : [],
  },
  {
    code: "cpu-missing",
    severity: "error",
    reads: ["accelerator", "resources.cpu", "ecs.capacity"],
    check: (workload) =>
      workload.accelerator === "none" && onManagedInstances(workload) && workload.resources?.cpu === undefined
        ? [
            {
              path: ["resources", "cpu"],
              message:
                "resources.cpu is missing: a task on Managed Instances needs it, and a CPU workload has no devices to take a share by",
              hint: "Write resources: { cpu: 1, memory: 2GiB } (--cpu 1 --memory 2GiB).",
            },
          ]
        : [],
  },
  {
    // RegisterTaskDefinition: "When networkMode=host, the host ports and container ports in port mappings must match."
    code: "host-port",
    severity: "error",
    reads: ["ports", "sidecars", ...networkReads],
    check: (workload) => {
      const mode = workloadNetworkMode(workload);
      if (mode === "bridge") return [];
      return portsIn(workload).flatMap(({ port, path: of }) => {
        const path = [...of, "host"];
        if (port.host !== undefined && port.host !== port.container)
          return [
            {
              path,
              message: `host port ${port.host} is not container port ${port.container}: in ${mode} mode they are the same port`,
              hint: "Leave host out.",
            },
          ];
        const taken = mode === "host" && protocolOf(port) === "tcp" && reservedHostPorts.includes(port.container);
        return taken
          ? [
              {
                path: [...of, "container"],
                message: `port ${port.container} is taken on every ECS instance, and in host mode the container's port is the instance's`,
                hint: `Use another than ${listOr(reservedHostPorts, "and")}.`,
              },
            ]
          : [];
      });
    },
  },
  {
    // The guide describes decimals for Managed Instances only; the API's own text calls the value a number of physical
    // GPUs.
    code: "fraction-on-ec2",
    severity: "warning",
    reads: ["accelerator.instanceTypes", "ecs.capacity"],
    check: (workload) =>
      onManagedInstances(workload)
        ? []
        : typesOf(workload)
            .filter(({ type }) => type.accelerator.fraction !== undefined)
            .slice(0, 1)
            .map(({ type, index }) => ({
              path: ["accelerator", "instanceTypes", index],
              message: `${type.instanceType} carries ${type.accelerator.fraction} of a GPU: AWS describes that on Managed Instances only`,
              hint: "Set ecs.capacity: managed-instances, or try it on one instance first.",
            })),
  },
  {
    // ECS hands out the Neuron devices there itself, and no other device beside them: so the fabric cannot be had.
    // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-inference.html
    code: "efa-on-managed-instances",
    severity: "error",
    reads: ["accelerator.efa", "accelerator.instanceTypes", "ecs.capacity"],
    check: (workload) =>
      sectionOf(workload)?.efa === true && onManagedInstances(workload)
        ? typesOf(workload)
            .filter(({ type }) => type.accelerator.kind === "neuron")
            .slice(0, 1)
            .map(({ type }) => ({
              path: ["accelerator", "efa"],
              message:
                `accelerator.efa is true, and on Managed Instances a task gets the Neuron devices of ${type.instanceType} ` +
                "and no EFA interface beside them",
              hint: "Write false, or ecs.capacity: ec2.",
            }))
        : [],
  },
  {
    // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters-managed-instances.html
    code: "shared-memory-on-managed-instances",
    severity: "warning",
    reads: ["sharedMemory", "ecs.capacity"],
    check: (workload) =>
      workload.sharedMemory !== undefined && workload.sharedMemory !== 0 && onManagedInstances(workload)
        ? [
            {
              path: ["sharedMemory"],
              message:
                "sharedMemory becomes linuxParameters.sharedMemorySize, which AWS's guide does not offer on Managed Instances",
              hint: "Leave it out, or run on EC2 capacity.",
            },
          ]
        : [],
  },
  {
    // RegisterTaskDefinition: "The secret name must be unique and not shared with any new or existing environment
    // variables set on the container"
    code: "variable-twice",
    severity: "error",
    reads: ["environment", "secrets", "init", "sidecars"],
    check: (workload) => variablesTwice(containersIn(workload)),
  },
  {
    // In awsvpc mode there are no host ports, and so no locks that ECS itself would count.
    code: "partial-service-awsvpc",
    severity: "error",
    reads: ["kind", "accelerator.devicesPerReplica", ...networkReads],
    check: (workload) => {
      const devices = sectionOf(workload)?.devicesPerReplica;
      if (
        workload.kind !== "service" ||
        devices === undefined ||
        onManagedInstances(workload) ||
        workloadNetworkMode(workload) !== "awsvpc"
      )
        return [];
      return typesOf(workload)
        .filter(({ type }) => type.accelerator.kind === "neuron" && devices < type.accelerator.count)
        .slice(0, 1)
        .map(({ type }) => ({
          path: ["ecs", "networkMode"],
          message: `a service on ${devices} of the ${type.accelerator.count} devices of ${type.instanceType} is not possible in awsvpc mode: nothing there keeps ECS from placing two tasks on one device`,
          hint: "Write bridge or host, or let a replica have every device.",
        }));
    },
  },
  ...containerRules,
  ...volumeRules,
];
