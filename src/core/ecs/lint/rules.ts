import { apiRules } from "./rules/api.ts";
import { accelerationRules } from "./rules/acceleration.ts";
import { containerRules } from "./rules/containers.ts";
import { constraintRules } from "./rules/constraints.ts";
import { fargateRules } from "./rules/fargate.ts";
import { gpuRules } from "./rules/gpu.ts";
import { imageRules } from "./rules/images.ts";
import { loggingRules } from "./rules/logging.ts";
import { managedInstancesRules } from "./rules/managed-instances.ts";
import { networkRules } from "./rules/network.ts";
import { neuronDeviceRules } from "./rules/neuron-devices.ts";
import { neuronEnvironmentRules } from "./rules/neuron-environment.ts";
import { neuronTypeRules } from "./rules/neuron-types.ts";
import { portMappingRules } from "./rules/port-mappings.ts";
import { portRules } from "./rules/ports.ts";
import { referenceRules } from "./rules/references.ts";
import { registrationRules } from "./rules/registration.ts";
import { resourceRules } from "./rules/resources.ts";
import { sharedMemoryRules } from "./rules/shared-memory.ts";
import { taskSizeRules } from "./rules/task-size.ts";
import { volumeRules } from "./rules/volumes.ts";
import type { LintRule } from "./rule.ts";

/** Every rule of `aiplat taskdef lint`. A new rule is an entry in one of these lists. */
export const rules: readonly LintRule[] = [
  ...apiRules,
  ...registrationRules,
  ...referenceRules,
  ...containerRules,
  ...volumeRules,
  ...loggingRules,
  ...constraintRules,
  ...neuronDeviceRules,
  ...neuronTypeRules,
  ...neuronEnvironmentRules,
  ...managedInstancesRules,
  ...gpuRules,
  ...accelerationRules,
  ...resourceRules,
  ...taskSizeRules,
  ...fargateRules,
  ...sharedMemoryRules,
  ...networkRules,
  ...portRules,
  ...portMappingRules,
  ...imageRules,
];
