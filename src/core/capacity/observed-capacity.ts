/** What there is of a capacity, as `capacity check` reads it. */
import { amiParameters } from "../catalog/machine-images/ami-families.ts";
import { readAmiName } from "../catalog/machine-images/ami-names.ts";
import type { ContainerInstance } from "../cluster/snapshot.ts";
import type { DeployedStack } from "./deployed-stack.ts";
import { amiParameterTag } from "./launch-template.ts";
import type { SecurityGroup } from "./security-groups.ts";
import type { GroupDetail, ScalingActivity } from "./scaling-group.ts";

/** A capacity provider as DescribeCapacityProviders answers it. */
export interface ObservedProvider {
  readonly name: string;
  readonly type: string;
  readonly managedScaling?: boolean;
  readonly managedDraining?: boolean;
  readonly managedTerminationProtection?: boolean;
  /** Of managed scaling, in percent. */
  readonly targetCapacity?: number;
  /** The name of its Auto Scaling group. */
  readonly groupName?: string;
}

/** The data of a launch template's version, in EC2's own words. */
export type ObservedTemplate = Readonly<Record<string, unknown>>;

/** An image as EC2 describes it. */
export interface CapacityMachineImage {
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly createdAt?: number;
}

export interface ObservedCapacity {
  readonly name: string;
  /** Absent where the cluster lists a provider that is no more. */
  readonly provider?: ObservedProvider;
  /** Absent where the provider has none, or one that is no more. */
  readonly group?: GroupDetail;
  readonly activities: readonly ScalingActivity[];
  /** Of the group's version; absent where there is no such template. */
  readonly template?: ObservedTemplate;
  /** The number that the group's version is now, where it says `$Latest` or `$Default` no number. */
  readonly newestVersion?: string;
  /** The template's image; absent where EC2 has none such. */
  readonly image?: CapacityMachineImage;
  /** What the image's parameter of Systems Manager says now; absent where it has none, or none that is there. */
  readonly currentImage?: string;
  /** The zones that offer the types, by type. */
  readonly zonesOffering: ReadonlyMap<string, readonly string[]>;
  /** Those of the cluster that are the provider's or the group's. */
  readonly containerInstances: readonly ContainerInstance[];
  /** Of the template's interfaces, where any is of EFA: those that are there. */
  readonly securityGroups: readonly SecurityGroup[];
  /** The stack of its name, where there is one. */
  readonly stack?: DeployedStack;
}

/** What aiplat made, by its name: what is wrong with it was not meant so. */
export function isOwn(name: string): boolean {
  return name.startsWith("aiplat-");
}

export function imageOf(template: ObservedTemplate): string | undefined {
  const { ImageId } = template;
  return typeof ImageId === "string" ? ImageId : undefined;
}

/** The instance types that a group launches. */
export function launchedTypes({ group, template }: Pick<ObservedCapacity, "group" | "template">): readonly string[] {
  if (group !== undefined && group.instanceTypes.length > 0) return group.instanceTypes;
  const type = template?.["InstanceType"];
  return typeof type === "string" ? [type] : [];
}

/** The parameter that the image came from, by the tags of the template's instances, else of the group. */
export function imageParameterOf({
  group,
  template,
}: Pick<ObservedCapacity, "group" | "template">): string | undefined {
  const specifications = listOf(template?.["TagSpecifications"]);
  const tags = specifications.flatMap(({ Tags }) => listOf(Tags));
  const tag = tags.find(({ Key }) => Key === amiParameterTag)?.["Value"];
  return typeof tag === "string" ? tag : group?.tags[amiParameterTag];
}

/** The parameter that would hold an image, where AWS's recipes name it so. */
export function parameterOfName(name: string): string | undefined {
  const { families: [family] = [], kubernetesVersion } = readAmiName(name) ?? {};
  return family === undefined ? undefined : amiParameters(family, kubernetesVersion).image;
}

/** EFA interfaces of each machine. */
export function efaInterfacesOf(template: ObservedTemplate): number {
  return efaInterfaces(template).length;
}

/** The security groups of the EFA interfaces. */
export function efaGroupsOf(template: ObservedTemplate): readonly string[] {
  const groups = efaInterfaces(template).flatMap(({ Groups }) => (Array.isArray(Groups) ? (Groups as unknown[]) : []));
  return [...new Set(groups.map(String))];
}

function efaInterfaces(template: ObservedTemplate) {
  return listOf(template["NetworkInterfaces"]).filter(({ InterfaceType }) =>
    ["efa", "efa-only"].includes(String(InterfaceType)),
  );
}

/** What a machine is told at its first start, decoded; empty where there is nothing, or nothing that can be read. */
export function userDataOf({ UserData }: ObservedTemplate): string {
  if (typeof UserData !== "string") return "";
  try {
    return atob(UserData);
  } catch {
    return "";
  }
}

/** The cluster that machines join by their user data; `default` where it does not say. */
export function clusterJoined(userData: string): string {
  const ofAgent = /^\s*(?:echo\s+["']?)?ECS_CLUSTER=["']?([A-Za-z0-9_-]+)/m.exec(userData)?.[1];
  const ofBottlerocket = /^\[settings\.ecs\][^[]*?^\s*cluster\s*=\s*["']([^"']+)["']/ms.exec(userData)?.[1];
  return ofAgent ?? ofBottlerocket ?? "default";
}

function listOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? (value as readonly Readonly<Record<string, unknown>>[]) : [];
}
