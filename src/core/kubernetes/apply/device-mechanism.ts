/** What manifests ask their devices of, and what the cluster hands them out by: claims of DRA, or a device plugin. */
import type { Raw } from "../../base/merge.ts";
import { neuronDeviceClass } from "../claims.ts";
import { neuronResource } from "../devices.ts";
import { installsOf } from "../installs.ts";
import type { ExplainedRefusal } from "./explain-refusal.ts";
import { valuesOf } from "./values-of.ts";

export interface DeviceNeeds {
  /** The DeviceClasses that claims name. */
  readonly deviceClasses: readonly string[];
  /** Whether a container counts on the Neuron device plugin. */
  readonly neuronPlugin: boolean;
}

export function deviceNeedsOf(manifests: readonly Raw[]): DeviceNeeds {
  const classes = manifests
    .filter(({ kind }) => kind === "ResourceClaimTemplate" || kind === "ResourceClaim")
    .flatMap((manifest) => valuesOf(manifest, "deviceClassName"));
  return {
    deviceClasses: [...new Set(classes.map(String))],
    neuronPlugin: manifests.some((manifest) => valuesOf(manifest, neuronResource).length > 0),
  };
}

/** Why the pods would stay Pending; undefined where the cluster has every class that is claimed. */
export function missingDeviceClass(
  { deviceClasses }: DeviceNeeds,
  there: readonly string[],
): ExplainedRefusal | undefined {
  const missing = deviceClasses.filter((each) => !there.includes(each));
  if (missing.length === 0) return undefined;
  const install = missing.flatMap((each) => installsOf[each] ?? []);
  return {
    message: `the cluster has no DeviceClass ${missing.join(" and ")}, of which the pods claim their devices: they would stay Pending`,
    hint: ["Install the DRA driver", ...install].join(": ") + ". Or generate the manifests for the device plugin.",
  };
}

/** What mixing the two would do; undefined where there is no mix. */
export function mixNote({ neuronPlugin }: DeviceNeeds, there: readonly string[]): string | undefined {
  return neuronPlugin && there.includes(neuronDeviceClass)
    ? `The cluster has the Neuron DRA driver (DeviceClass ${neuronDeviceClass}), and the pods request ${neuronResource} ` +
        "of a device plugin: on one node both would hand out the same devices. --neuron-scheduler dra claims them."
    : undefined;
}
