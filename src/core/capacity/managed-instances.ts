/** Machines that ECS itself starts: Managed Instances. */
import { present } from "../base/present.ts";
import { defaultDiskGiB } from "../catalog/machine-settings.ts";
import type { CapacityMachines } from "./machines.ts";
import { infrastructureRole, managedInstanceRole } from "./roles.ts";
import type { CapacitySettings } from "./settings.ts";
import { attributeOf, ref, tagged, type Tags, type TemplateResource } from "./template.ts";

/**
 * The resources of a capacity of Managed Instances, by logical id. Its provider belongs to one cluster.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ecs-capacityprovider.html
 */
export function managedInstancesResources(
  name: string,
  { type }: CapacityMachines,
  { cluster, createCluster, subnets, securityGroups, diskGiB = defaultDiskGiB, spot }: CapacitySettings,
  tags: Tags,
): Readonly<Record<string, TemplateResource>> {
  return {
    ...managedInstanceRole(tags),
    InfrastructureRole: infrastructureRole(tags),
    CapacityProvider: {
      Type: "AWS::ECS::CapacityProvider",
      Properties: {
        Name: name,
        ClusterName: createCluster ? ref("Cluster") : cluster,
        ManagedInstancesProvider: {
          InfrastructureRoleArn: attributeOf("InfrastructureRole", "Arn"),
          PropagateTags: "CAPACITY_PROVIDER",
          InstanceLaunchTemplate: {
            Ec2InstanceProfileArn: attributeOf("InstanceProfile", "Arn"),
            NetworkConfiguration: {
              Subnets: subnets.map(({ id }) => id),
              ...present({ SecurityGroups: securityGroups.length === 0 ? undefined : securityGroups }),
            },
            StorageConfiguration: { StorageSizeGiB: diskGiB },
            // Without the count of CPUs and the memory ECS takes no list of types.
            InstanceRequirements: {
              AllowedInstanceTypes: [type.instanceType],
              VCpuCount: { Min: type.vcpus, Max: type.vcpus },
              MemoryMiB: { Min: type.memoryMiB, Max: type.memoryMiB },
            },
            ...(spot ? { CapacityOptionType: "SPOT" } : {}),
          },
        },
        ...tagged(tags),
      },
    },
  };
}
