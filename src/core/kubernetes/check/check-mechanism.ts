/** Whether a cluster's Neuron devices are handed out by one mechanism. */
import { agreeing, counted } from "../../base/counted.ts";
import { fail, ok, someOf, type CheckItem } from "../../base/check-report.ts";
import { isRaw } from "../../base/merge.ts";
import { deviceNeedsOf } from "../apply/device-mechanism.ts";
import { neuronDeviceClass } from "../claims.ts";
import { installsOf } from "../installs.ts";
import type { KubernetesObject } from "./snapshot.ts";

const check = "device-mechanism";

/** DaemonSets by what they hand devices out by. */
const plugin = /neuron.*device-plugin/;
const draDriver = /neuron.*\bdra|dra.*neuron/;

/** Nothing where the cluster has neither driver nor claims. */
export function checkMechanism(objects: readonly KubernetesObject[]): readonly CheckItem[] {
  const byPlugin = nodesOf(objects, plugin);
  const byClaim = nodesOf(objects, draDriver);
  const both = [...byPlugin].filter((node) => byClaim.has(node));
  const hasClass = objects.some(
    (each) => each["kind"] === "DeviceClass" && metadataOf(each)["name"] === neuronDeviceClass,
  );
  const claimed = deviceNeedsOf(objects).deviceClasses.filter((each) => each === neuronDeviceClass);
  if (both.length > 0)
    return [
      fail(
        check,
        `${counted(both.length, "node")} ${agreeing(both.length, "runs", "run")} both the Neuron device plugin and the Neuron DRA driver, so that a device may be ` +
          `handed out twice: ${someOf(both)}`,
        "A node has one of them: helm upgrade with devicePlugin.enabled=false, or a nodeSelector for each.",
      ),
    ];
  if (claimed.length > 0 && !hasClass)
    return [
      fail(
        check,
        `claims name the DeviceClass ${neuronDeviceClass}, and the cluster has none: their pods stay Pending`,
        `Install the DRA driver: ${installsOf[neuronDeviceClass]!}`,
      ),
    ];
  return byClaim.size > 0 || hasClass
    ? [
        ok(
          check,
          `Neuron devices are handed out by DRA on ${counted(byClaim.size, "node")}, and by the plugin on ${byPlugin.size}`,
        ),
      ]
    : [];
}

/** The nodes on which a pod of such a DaemonSet runs. */
function nodesOf(objects: readonly KubernetesObject[], name: RegExp): ReadonlySet<string> {
  const pods = objects.filter(({ kind, metadata }) => {
    const owners = isRaw(metadata) ? metadata["ownerReferences"] : undefined;
    return (
      kind === "Pod" &&
      Array.isArray(owners) &&
      owners.some((each) => isRaw(each) && each["kind"] === "DaemonSet" && name.test(String(each["name"])))
    );
  });
  return new Set(
    pods.flatMap(({ spec }) => (isRaw(spec) && typeof spec["nodeName"] === "string" ? [spec["nodeName"]] : [])),
  );
}

function metadataOf({ metadata }: KubernetesObject): KubernetesObject {
  return isRaw(metadata) ? metadata : {};
}
