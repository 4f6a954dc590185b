import { apiRules } from "./rules/api.ts";
import { capacityProviderRules } from "./rules/capacity-providers.ts";
import { shiftedDeploymentRules, serviceDeploymentRules } from "./rules/deployments.ts";
import { attributeRules, placementRules, deviceRules } from "./rules/placement.ts";
import { machineRules } from "./rules/machines.ts";
import { registrationRules } from "./rules/registration.ts";
import { serviceRules } from "./rules/services.ts";
import { stackRules } from "./rules/stacks.ts";
import { taskLifeRules } from "./rules/task-life.ts";
import type { SandboxRule } from "./rules/rule.ts";

/** Every rule by what it is about. docs/sandbox.md is generated from it. */
export const sandboxRules: Readonly<Record<string, readonly SandboxRule[]>> = {
  Placement: placementRules,
  "Attributes of agents": attributeRules,
  "Capacity providers": capacityProviderRules,
  "Launch templates and Auto Scaling groups": machineRules,
  Stacks: stackRules,
  "Task life": taskLifeRules,
  Devices: deviceRules,
  "Task definitions": registrationRules,
  Services: serviceRules,
  "Blue/green, linear and canary deployments": shiftedDeploymentRules,
  "Service deployments": serviceDeploymentRules,
  API: apiRules,
};
