import { devicesTag } from "../catalog/device-set.ts";
import { slotName } from "../catalog/slots.ts";
import type { Tag } from "../ecs-api/api.ts";
import { slotTagKey, workloadTag } from "../ecs-api/service.ts";
import type { ResolvedWorkload } from "../workload/resolved.ts";
import { rawDevicesOf } from "./raw-devices.ts";
import type { Variant } from "./variants.ts";

/**
 * The tags of a definition or a service: the workload's, those of the raw fields, and aiplat's own, by which it finds
 * what belongs to a workload again. A workload without accelerators says that it uses none, whatever it could open.
 */
export function tagsFor(workload: ResolvedWorkload, variant: Variant, raw: unknown): readonly Tag[] {
  const usesNone = variant.shape.request.kind === "none" && rawDevicesOf(workload).devices.length === 0;
  const tags = new Map([...(usesNone ? [[devicesTag, "none"] as const] : []), ...Object.entries(workload.tags)]);
  for (const { key, value } of Array.isArray(raw) ? (raw as readonly Tag[]) : []) tags.set(key, value);
  tags.set(workloadTag, workload.name);
  tags.set(slotTagKey, slotTag(variant));
  return [...tags].map(([key, value]) => ({ key, value }));
}

/** What the tag `aiplat:slot` says of a variant: the devices, or who chooses them. */
export function slotTag(variant: Variant): string {
  if (variant.slot !== undefined) return slotName(variant.slot);
  return variant.shape.request.kind === "none" ? "none" : "gpu";
}
