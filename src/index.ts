/**
 * aiplat's programmatic API: the pure core. Nothing here reads a file, calls AWS or prints.
 * The type Workload is inferred from a schema: to use it install zod, an optional peer dependency.
 */
export { findInstanceType, instanceTypes, nearestInstanceTypes } from "./core/catalog/instance-types/catalog.ts";
export type {
  Accelerator,
  AcceleratorKind,
  Architecture,
  InstanceType,
  Topology,
} from "./core/catalog/instance-types/instance-type.ts";
export { topologyOf } from "./core/catalog/topology.ts";
export {
  devicePath,
  isLegalSlot,
  legalSizes,
  legalSlots,
  packedSlots,
  slotName,
  type Slot,
} from "./core/catalog/slots.ts";
export { Refusal, type Problem } from "./core/base/problem.ts";
export { resolveWorkload } from "./core/workload/resolve.ts";
export { everyVariantOf, variantsOf, type Variant } from "./core/ecs/variants.ts";
export type { DeviceRequest, ResolvedWorkload, Shape } from "./core/workload/resolved.ts";
export type { Workload } from "./core/workload/schema.ts";
export type { TaskDefinition } from "./core/ecs-api/api.ts";
export { priceOf, type Price } from "./core/catalog/instance-types/price.ts";
export { judgeBy } from "./core/ecs/judge.ts";
export { lintTaskDefinition } from "./core/ecs/lint/lint.ts";
export {
  judgeMerge,
  resolveForEcs,
  type EcsTarget,
  type EcsVariant,
  type EcsWorkload,
  type Judge,
} from "./core/ecs/resolve-for-ecs.ts";
export {
  generateManifests,
  resolveForKubernetes,
  type GeneratedManifests,
  type KubernetesSettings,
  type KubernetesTarget,
} from "./core/kubernetes/generate.ts";
export { kinds as kubernetesKinds, type Kind as KubernetesKind } from "./core/kubernetes/kinds.ts";
export type { Manifest } from "./core/kubernetes/manifest.ts";
