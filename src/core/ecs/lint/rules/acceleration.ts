import { builtFor } from "../../../catalog/container-images/images.ts";
import { parseImageReference } from "../../../catalog/container-images/image-reference.ts";
import type { AcceleratorKind } from "../../../catalog/instance-types/instance-type.ts";
import type { Breach, Facts, LintRule } from "../rule.ts";
import { neuronDevicesOf, requirementsOf, type Subject, type SubjectContainer } from "../subject.ts";
import { settledTypes } from "../type-constraint.ts";
import { containerText } from "../container-text.ts";

/** What is made for an accelerator, and asks for none: it starts, and finds no device. */
export const accelerationRules: readonly LintRule[] = [
  { id: "neuron-device-missing", severity: "warning", check: missingNeuronDevices },
  { id: "gpu-missing", severity: "warning", check: missingGpus },
];

const hooked = "AWS_NEURON_VISIBLE_DEVICES";

/**
 * "The Neuron OCI Hook is currently NOT supported with AL2023 on ECS" (aws-neuron-sdk @81ce03a,
 * deploy/tutorials/oci-hook.rst): the variable then gives the container nothing.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-inference.html
 */
function missingNeuronDevices(subject: Subject, { constraint }: Facts): readonly Breach[] {
  if (neuronDevicesOf(subject.containers).length > 0 || requirementsOf(subject, "NeuronDevice").length > 0) return [];
  const types = settledTypes(constraint);
  const fix = `List the devices in linuxParameters.devices: /dev/neuron0, /dev/neuron1, ...`;
  return subject.containers.flatMap((container): readonly Breach[] => {
    const variable = container.environment.get(hooked);
    if (container.privileged) return [];
    if (variable !== undefined && variable.value !== "")
      return [
        {
          path: variable.path,
          message:
            `${hooked} alone gives ${containerText(container.name)} a device only where the host has the Neuron OCI ` +
            "hook: ECS's Amazon Linux 2023 and Bottlerocket images have none",
          fix,
        },
      ];
    const sign = neuronSign(container);
    if (sign === undefined || types.length === 0 || types.some((type) => type.accelerator.kind !== "neuron")) return [];
    return [
      {
        path: container.path,
        message: `${sign}, and no container lists a Neuron device: the runtime will find none`,
        fix,
      },
    ];
  });
}

/** What says that a container is made for Neuron. */
function neuronSign(container: SubjectContainer): string | undefined {
  if (isBuiltFor(container, "neuron")) return `the image of ${container.name} is built for Neuron`;
  const variable = ["NEURON_RT_VISIBLE_CORES", "NEURON_RT_NUM_CORES"].find((name) => container.environment.has(name));
  return variable === undefined ? undefined : `${container.name} sets ${variable}`;
}

/**
 * The agent gives a container the GPUs that it requires. Whoever made the NVIDIA runtime the default of the host gives
 * them by NVIDIA_VISIBLE_DEVICES instead.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-gpu.html
 */
function missingGpus(subject: Subject, { constraint }: Facts): readonly Breach[] {
  const types = settledTypes(constraint);
  if (types.length === 0 || types.some((type) => type.accelerator.kind !== "nvidia")) return [];
  if (requirementsOf(subject, "GPU").length > 0) return [];
  return subject.containers
    .filter(
      (container) =>
        isBuiltFor(container, "nvidia") &&
        !container.privileged &&
        !container.environment.has("NVIDIA_VISIBLE_DEVICES"),
    )
    .map(({ path, name }) => ({
      path,
      message: `the image of ${name} is built for GPUs, and no container asks for one: it will find none`,
      fix: 'Add resourceRequirements: [{"type": "GPU", "value": "1"}].',
    }));
}

function isBuiltFor({ image }: SubjectContainer, kind: AcceleratorKind): boolean {
  return image !== undefined && builtFor(parseImageReference(image)) === kind;
}
