/** How what a cluster has differs from what was asked for. */
import { pick } from "../../base/pick.ts";
import type { DescribedNodegroup } from "../check/snapshot.ts";
import type { LaunchTemplateData, NodegroupRequest } from "./node-group.ts";

/**
 * Every field of the request that the node group has otherwise, as `FIELD is THIS, not
 * THAT`; its size may have changed since.
 */
export function nodegroupDifferences(request: NodegroupRequest, actual: DescribedNodegroup): readonly string[] {
  const template = actual.launchTemplate;
  const wanted = {
    ...pick(request, ["amiType", "capacityType", "nodeRole", "version", "releaseVersion", "diskSize", "instanceTypes"]),
    subnets: request.subnets.toSorted(),
    ...pick(request, ["labels", "taints", "launchTemplate"]),
    // Not every endpoint says whether a node group has it.
    ...(actual.nodeRepairConfig === undefined ? {} : { nodeRepairConfig: request.nodeRepairConfig }),
  };
  const found = {
    ...actual,
    subnets: actual.subnets.toSorted(),
    ...(template === undefined ? {} : { launchTemplate: { name: template.name, version: template.version } }),
  };
  return differences(wanted, found);
}

/** The same of a launch template: what it says beyond the request is not looked at. */
export function launchTemplateDifferences(
  request: LaunchTemplateData,
  actual: Readonly<Record<string, unknown>>,
): readonly string[] {
  // EC2 gives tags back in an order of its own, and they change nothing on a node.
  const { TagSpecifications: _, ...wanted } = request;
  return differences(wanted, actual);
}

function differences(
  wanted: Readonly<Record<string, unknown>>,
  actual: Readonly<Record<string, unknown>>,
): readonly string[] {
  return Object.entries(wanted)
    .filter(([key, value]) => value !== undefined && !contains(actual[key], value))
    .map(([key, value]) => `${key} is ${JSON.stringify(actual[key]) ?? "absent"}, not ${JSON.stringify(value)}`);
}

/** Whether the value says all that is wanted. */
function contains(actual: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted))
    return (
      Array.isArray(actual) &&
      actual.length === wanted.length &&
      wanted.every((each, index) => contains(actual[index], each))
    );
  if (typeof wanted !== "object" || wanted === null) return actual === wanted;
  return (
    typeof actual === "object" &&
    actual !== null &&
    Object.entries(wanted).every(
      ([key, value]) => value === undefined || contains((actual as Readonly<Record<string, unknown>>)[key], value),
    )
  );
}
