import type { DescribedNodegroup } from "../core/kubernetes/check/snapshot.ts";
import { launchTemplateDifferences, nodegroupDifferences } from "../core/kubernetes/nodes/differences.ts";
import type { NodegroupPlan } from "../core/kubernetes/nodes/node-group.ts";
import { AiplatError } from "../errors.ts";
import type { Ec2Port, EksPort } from "../ports.ts";
import { callToken } from "./tokens.ts";

/** One resource of a node group, and whether this command made it. */
export interface MadeResource {
  readonly resource: "placement-group" | "launch-template" | "nodegroup";
  readonly name: string;
  readonly action: "created" | "exists";
}

interface Ports {
  readonly eks: EksPort;
  /** Asked for only where the plan has something of EC2's. */
  readonly ec2: () => Promise<Ec2Port>;
}

/**
 * Makes a node group and what it stands on, each once: what is there already with the same settings is used as it is.
 *
 * @throws AiplatError naming what exists by then, where a call fails or something of the name has other settings.
 */
export async function createNodegroup(
  { eks, ec2 }: Ports,
  plan: NodegroupPlan,
  token: string,
): Promise<readonly MadeResource[]> {
  const made: MadeResource[] = [];
  const { placementGroup, launchTemplate, nodegroup } = plan;
  try {
    const before = await eks.describeNodegroup(nodegroup.clusterName, nodegroup.nodegroupName);
    if (before !== undefined) refuseOther(before, plan);
    if (placementGroup !== undefined) {
      const port = await ec2();
      const strategy = await port.placementGroupStrategy(placementGroup.GroupName);
      if (strategy !== undefined && strategy !== placementGroup.Strategy)
        throw other(`placement group ${placementGroup.GroupName}`, [
          `Strategy is ${strategy}, not ${placementGroup.Strategy}`,
        ]);
      if (strategy === undefined) await port.createPlacementGroup(placementGroup);
      made.push({
        resource: "placement-group",
        name: placementGroup.GroupName,
        action: strategy === undefined ? "created" : "exists",
      });
    }
    if (launchTemplate !== undefined) {
      const port = await ec2();
      const there = await port.launchTemplateVersion(
        { name: launchTemplate.LaunchTemplateName },
        nodegroup.launchTemplate!.version,
      );
      const differences =
        there === undefined ? [] : launchTemplateDifferences(launchTemplate.LaunchTemplateData, there);
      if (differences.length > 0) throw other(`launch template ${launchTemplate.LaunchTemplateName}`, differences);
      if (there === undefined) await port.createLaunchTemplate(launchTemplate, callToken(token, launchTemplate));
      made.push({
        resource: "launch-template",
        name: launchTemplate.LaunchTemplateName,
        action: there === undefined ? "created" : "exists",
      });
    }
    if (before === undefined) await eks.createNodegroup(nodegroup, callToken(token, nodegroup));
    made.push({
      resource: "nodegroup",
      name: nodegroup.nodegroupName,
      action: before === undefined ? "created" : "exists",
    });
    return made;
  } catch (error) {
    throw error instanceof AiplatError ? unfinished(error, plan, made) : error;
  }
}

function refuseOther(before: DescribedNodegroup, { nodegroup }: NodegroupPlan): void {
  if (before.status === "CREATE_FAILED" || before.status === "DELETING" || before.status === "DELETE_FAILED") {
    const issues = before.healthIssues.map(({ code, message }) => ` ${code}: ${message}`).join(";");
    throw new AiplatError(
      "OperationFailed",
      `node group ${nodegroup.nodegroupName} of cluster ${nodegroup.clusterName} is ${before.status}${issues === "" ? "" : `:${issues}`}`,
      {
        hint: `Delete it first, and wait: aws eks delete-nodegroup --cluster-name ${nodegroup.clusterName} --nodegroup-name ${nodegroup.nodegroupName}`,
      },
    );
  }
  const differences = nodegroupDifferences(nodegroup, before);
  if (differences.length > 0)
    throw other(`node group ${nodegroup.nodegroupName} of cluster ${nodegroup.clusterName}`, differences);
}

function other(what: string, differences: readonly string[]): AiplatError {
  return new AiplatError("OperationFailed", `${what} exists with other settings: ${differences.join("; ")}`, {
    hint: "Delete it, change the flags to what it is, or give the workload another --name.",
    details: { differences },
  });
}

/** The same error with what is there by now and how to go on. */
function unfinished(error: AiplatError, { nodegroup }: NodegroupPlan, made: readonly MadeResource[]): AiplatError {
  const created = made.filter(({ action }) => action === "created");
  if (created.length === 0) return error;
  const names = created.map(({ resource, name }) => `${resource.replace("-", " ")} ${name}`).join(" and ");
  const hint = `The ${names} ${created.length === 1 ? "exists" : "exist"} now. Run the command again: what exists is used. To go back instead: ${created.toReversed().map(deletion).join(" && ")}`;
  return new AiplatError(error.code, `node group ${nodegroup.nodegroupName} was not created: ${error.message}`, {
    hint: error.hint === undefined ? hint : `${error.hint}\n${hint}`,
    details: { ...error.details, created },
    cause: error,
  });
}

function deletion({ resource, name }: MadeResource): string {
  return resource === "launch-template"
    ? `aws ec2 delete-launch-template --launch-template-name ${name}`
    : `aws ec2 delete-placement-group --group-name ${name}`;
}
