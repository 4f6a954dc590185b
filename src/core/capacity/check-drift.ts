import { fail, ok, skip, warn, type CheckItem } from "../base/check-report.ts";
import { differences, type Difference } from "./compare-with-template.ts";
import { recordOf, type DeployedStack, type StackProperties } from "./deployed-stack.ts";
import { isOwn, userDataOf, type ObservedCapacity } from "./observed-capacity.ts";
import { isComplete, isUnderWay } from "./stack.ts";

/** Whether a capacity is as its stack made it: CloudFormation looks at its template alone, and leaves as it is what is changed beside it. */
export function checkDrift(capacity: ObservedCapacity): readonly CheckItem[] {
  const { name, stack } = capacity;
  if (!isOwn(name)) return [];
  if (stack === undefined)
    return [skip("stack", `there is no stack ${name}: what was changed by hand since cannot be told`)];
  if (isUnderWay(stack))
    return [warn("stack", `stack ${name} is being changed (${stack.status})`, "Wait, then check again.")];
  const rolledBack = stack.status === "UPDATE_ROLLBACK_COMPLETE";
  if (!isComplete(stack) && !rolledBack)
    return [
      fail(
        "stack",
        `stack ${name} is ${stack.status}${stack.reason === undefined ? "" : `: ${stack.reason}`}`,
        `aws cloudformation describe-stack-events --stack-name ${name} tells why.`,
      ),
    ];
  const state = rolledBack
    ? warn(
        "stack",
        `the last change of stack ${name} failed and was taken back`,
        "aiplat capacity deploy tries it again, and tells why.",
      )
    : ok("stack", `stack ${name} is ${stack.status}`);
  if (stack.properties === undefined)
    return [state, skip("drift", `the template of stack ${name} cannot be read: what was changed by hand is not told`)];
  // ECS starts Managed Instances by a provider alone, of which it tells less than the stack.
  if (!stack.properties.has("AutoScalingGroup") || capacity.group === undefined) return [state];
  const drifted = [groupDrift(capacity, stack), launchTemplateDrift(capacity), providerDrift(capacity, stack)];
  const found = drifted.flatMap((each) => each ?? []);
  return [state, ...(found.length === 0 ? [ok("drift", `its parts are as stack ${name} made them`)] : found)];
}

/** What of a launch template is not as the stack says, and how to set it back; undefined where all is. */
export function launchTemplateDrift({ name, stack, template, group }: ObservedCapacity): CheckItem | undefined {
  const data = stack?.properties?.get("LaunchTemplate")?.["LaunchTemplateData"];
  if (!isOwn(name) || stack === undefined || template === undefined || data === undefined) return undefined;
  // `ami roll` changes the image, which has a check of its own.
  const { ImageId: _, ...wanted } = data as StackProperties;
  const is = { ...template, UserData: userDataOf(template) };
  const added = Object.keys(template).filter((key) => key !== "ImageId" && !(key in wanted) && isSet(template[key]));
  const found = [
    ...differences(wanted, is, stack.physicalIds),
    ...added.map((path) => ({ path, is: "set", wanted: "nothing" })),
  ];
  const groupName = group?.name ?? name;
  const id = stack.physicalIds.get("LaunchTemplate") ?? "ID";
  return itemOf(
    `its machines are launched by another template than that of stack ${name}`,
    found,
    `aws ec2 describe-launch-template-versions --launch-template-id ${id} shows the versions, ` +
      `aws autoscaling update-auto-scaling-group --auto-scaling-group-name ${groupName} --launch-template LaunchTemplateId=${id},Version=N takes one back.`,
  );
}

function groupDrift({ name, group }: ObservedCapacity, { properties, physicalIds }: DeployedStack) {
  const wanted = properties?.get("AutoScalingGroup");
  if (group === undefined || wanted === undefined) return undefined;
  const { MixedInstancesPolicy } = wanted;
  const launch = { LaunchTemplateId: group.launchTemplate?.id };
  const { onDemandPercentage: OnDemandPercentageAboveBaseCapacity, instanceTypes } = group;
  const Overrides = instanceTypes.map((InstanceType) => ({ InstanceType }));
  const is = {
    MinSize: group.min,
    MaxSize: group.max,
    VPCZoneIdentifier: group.subnets,
    ...(MixedInstancesPolicy === undefined
      ? { LaunchTemplate: launch }
      : {
          MixedInstancesPolicy: {
            InstancesDistribution: { OnDemandPercentageAboveBaseCapacity },
            LaunchTemplate: { LaunchTemplateSpecification: launch, Overrides },
          },
        }),
  };
  const found = differences(alike(wanted, is), is, physicalIds);
  return itemOf(
    `its group ${group.name} is not as stack ${name} made it`,
    found,
    `aws autoscaling update-auto-scaling-group --auto-scaling-group-name ${group.name} ${optionsFor(found, wanted)}sets it back; ` +
      "or have the stack say the same: aiplat capacity deploy.",
  );
}

function providerDrift({ name, provider }: ObservedCapacity, { properties, physicalIds }: DeployedStack) {
  const wanted = properties?.get("CapacityProvider")?.["AutoScalingGroupProvider"];
  // What is switched off has checks of its own.
  if (provider?.managedScaling !== true || wanted === undefined) return undefined;
  const target = recordOf(recordOf(wanted)?.["ManagedScaling"])?.["TargetCapacity"];
  const { groupName: AutoScalingGroupArn, targetCapacity: TargetCapacity } = provider;
  const is = { AutoScalingGroupArn, ManagedScaling: { TargetCapacity } };
  return itemOf(
    `it is not as stack ${name} made it`,
    differences(alike(wanted, is), is, physicalIds),
    `aws ecs update-capacity-provider --name ${name} --auto-scaling-group-provider managedScaling={status=ENABLED,targetCapacity=${String(target)}} sets it back.`,
  );
}

/** What is wanted, without what nobody has looked at. */
function alike(wanted: unknown, is: unknown): unknown {
  if (typeof is !== "object" || is === null || Array.isArray(is)) return wanted;
  const known = is as StackProperties;
  return Object.fromEntries(
    Object.entries((wanted ?? {}) as StackProperties)
      .filter(([key]) => key in known)
      .map(([key, value]) => [key, alike(value, known[key])]),
  );
}

/** The options of AWS's own program that set back what differs. */
function optionsFor(found: readonly Difference[], wanted: StackProperties): string {
  const options = { MinSize: "--min-size", MaxSize: "--max-size", VPCZoneIdentifier: "--vpc-zone-identifier" };
  const paths = new Set(found.map(({ path }) => path));
  return Object.entries(options)
    .flatMap(([key, option]) => (paths.has(key) ? [`${option} ${String(wanted[key])} `] : []))
    .join("");
}

function itemOf(what: string, found: readonly Difference[], fix: string): CheckItem | undefined {
  if (found.length === 0) return undefined;
  const said = found.map(({ path, is, wanted }) => `${path} is ${is}, not ${wanted}`);
  return fail("drift", `${what}: ${said.join("; ")}`, fix);
}

/** EC2 may answer what is not set as empty. */
function isSet(value: unknown): boolean {
  return value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0);
}
