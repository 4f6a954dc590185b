/** What ECS asks of the containers beside the workload's own, and of a model that is fetched. */
import { onManagedInstances } from "../workload/fields.ts";
import { sectionOf, typesOf } from "../workload/rules/accelerator.ts";
import { workloadNetworkMode } from "../workload/rules/capacity.ts";
import { besideIn } from "../workload/rules/containers.ts";
import { modelPathProblems, writtenVolumes } from "../workload/rules/model.ts";
import { sharedPorts } from "../workload/rules/ports.ts";
import type { RuleFinding, TargetRule } from "../workload/rules/rule.ts";
import type { Workload } from "../workload/schema.ts";

/** Why a sidecar cannot open the devices of the workload's container. */
function unshared(workload: Workload): string | undefined {
  const kinds = new Set(typesOf(workload).map(({ type }) => type.accelerator.kind));
  if (kinds.has("nvidia") || sectionOf(workload)?.mps !== undefined) return "ECS gives a GPU to one container";
  return kinds.has("neuron") && onManagedInstances(workload)
    ? "on Managed Instances ECS gives the Neuron devices to one container"
    : undefined;
}

function sharedDevices(workload: Workload): readonly RuleFinding[] {
  const why = unshared(workload);
  return why === undefined
    ? []
    : besideIn(workload).flatMap(({ container: { name, devices }, path }) =>
        devices === undefined
          ? []
          : [
              {
                path: [...path, "devices"],
                message: `sidecar ${name} shares the workload's devices, and ${why}`,
                hint:
                  "Leave devices out; a daemon of the machine, or the workload's own container, can look at them." +
                  (onManagedInstances(workload) &&
                  typesOf(workload).every(({ type }) => type.accelerator.kind === "neuron")
                    ? " On EC2 capacity (ecs.capacity: ec2) Neuron devices can be shared."
                    : ""),
              },
            ],
      );
}

export const containerRules: readonly TargetRule[] = [
  {
    code: "shared-devices",
    severity: "error",
    reads: ["accelerator", "ecs.capacity", "sidecars"],
    check: sharedDevices,
  },
  {
    code: "shared-port",
    severity: "error",
    reads: ["ports", "sidecars", "accelerator", "nodes", "ecs.capacity", "ecs.networkMode", "ecs.taskDefinition"],
    check: (workload) => (workloadNetworkMode(workload) === "bridge" ? [] : sharedPorts(workload)),
  },
  {
    code: "model-on-ecs",
    severity: "warning",
    reads: ["model"],
    check: ({ model }) =>
      model === undefined || model.path !== undefined
        ? []
        : [
            {
              path: ["model"],
              message: "model is not carried by an ECS task definition: nothing loads the model for the container",
              hint: "Add model.path to have it fetched into a volume, or tell the container where it is, in environment or command.",
            },
          ],
  },
  {
    code: "model-path",
    severity: "error",
    reads: ["model", "volumes"],
    check: ({ model, volumes }) => modelPathProblems({ model, volumes: writtenVolumes(volumes) }),
  },
  {
    // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
    code: "model-without-role",
    severity: "warning",
    reads: ["model", "roles.task"],
    check: ({ model, roles }) =>
      model?.path === undefined || roles?.task !== undefined
        ? []
        : [
            {
              path: ["model"],
              message:
                "the model is fetched with roles.task, and there is none: what fetches it has the machine's role, if any",
              hint: "Add roles: { task: ARN }, a role that may read the bucket: aiplat iam policy --role task says what it needs.",
            },
          ],
  },
];
