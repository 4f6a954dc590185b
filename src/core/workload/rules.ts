/**
 * What several keys of a workload say together, whatever the target: one table. `validate` and every other command run
 * it, and the published JSON Schema is made of the schema and of these rules' fragments.
 */
import { acceleratorRules } from "./rules/accelerator.ts";
import { capacityRules } from "./rules/capacity.ts";
import { containerRules } from "./rules/containers.ts";
import { deviceRules } from "./rules/devices.ts";
import { modelRules } from "./rules/model.ts";
import { placementRules } from "./rules/placement.ts";
import { portRules } from "./rules/ports.ts";
import { rawFieldRules } from "./rules/raw-fields.ts";
import { deviceResourceRules } from "./rules/device-resource.ts";
import { resourceRules } from "./rules/resources.ts";
import type { Rule } from "./rules/rule.ts";
import { sectionRules } from "./rules/sections.ts";
import { volumeRules } from "./rules/volumes.ts";

export const workloadRules: readonly Rule[] = [
  ...acceleratorRules,
  ...deviceRules,
  ...deviceResourceRules,
  ...resourceRules,
  ...portRules,
  ...containerRules,
  ...modelRules,
  ...sectionRules,
  ...volumeRules,
  ...capacityRules,
  ...placementRules,
  ...rawFieldRules,
];
