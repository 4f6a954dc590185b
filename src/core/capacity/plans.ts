/** The machines of an ECS cluster as templates of CloudFormation: one for each instance type. */
import { present } from "../base/present.ts";
import { refuseErrors } from "../base/problem.ts";
import { groupResources, groupSizes } from "./group-template.ts";
import type { CapacityMachines } from "./machines.ts";
import { managedInstancesResources } from "./managed-instances.ts";
import { capacityName } from "../cluster/capacity-names.ts";
import { capacityNotes } from "./notes.ts";
import { placeProblems } from "./place-rules.ts";
import { settingProblems } from "./rules.ts";
import type { CapacityImage, CapacitySettings } from "./settings.ts";
import { ref, type CapacityTemplate, type TemplateResource } from "./template.ts";

/** A capacity: its stack, and what somebody who makes it should know. */
export interface CapacityPlan {
  /** Of the launch template, the group and the provider too. */
  readonly stackName: string;
  readonly cluster: string;
  readonly instanceType: string;
  readonly template: CapacityTemplate;
  /** None where ECS chooses it. */
  readonly image?: CapacityImage;
  readonly notes: readonly string[];
}

/**
 * The capacities of a cluster. The template of one never says which providers the cluster has: that would replace the
 * whole list. https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PutClusterCapacityProviders.html
 *
 * @throws Refusal with every problem at once.
 */
export function capacityPlans(
  fleets: readonly CapacityMachines[],
  settings: CapacitySettings,
): readonly CapacityPlan[] {
  refuseErrors([...settingProblems(fleets, settings), ...placeProblems(fleets, settings)]);
  return fleets.map((machines) => planOf(machines, settings));
}

function planOf(machines: CapacityMachines, settings: CapacitySettings): CapacityPlan {
  const { cluster, createCluster, kind, images } = settings;
  const { instanceType } = machines.type;
  const stackName = capacityName(cluster, instanceType);
  const image = kind === "ec2" ? images.get(instanceType)! : undefined;
  const tags = present({ "aiplat:workload": machines.workload });
  const resources =
    image === undefined
      ? managedInstancesResources(stackName, machines, settings, tags)
      : groupResources(stackName, machines, image, settings, tags);
  const clusterResource: Readonly<Record<string, TemplateResource>> = createCluster
    ? { Cluster: { Type: "AWS::ECS::Cluster", Properties: { ClusterName: cluster } } }
    : {};
  return {
    stackName,
    cluster,
    instanceType,
    template: {
      AWSTemplateFormatVersion: "2010-09-09",
      Description: descriptionOf(machines, settings),
      Resources: { ...clusterResource, ...resources },
      Outputs: {
        CapacityProvider: { Description: "the capacity provider's name", Value: ref("CapacityProvider") },
        ...(image === undefined
          ? {}
          : {
              AutoScalingGroup: { Description: "the Auto Scaling group's name", Value: ref("AutoScalingGroup") },
              LaunchTemplate: { Description: "the launch template's id", Value: ref("LaunchTemplate") },
            }),
      },
    },
    ...present({ image }),
    notes: capacityNotes(machines, settings),
  };
}

function descriptionOf(machines: CapacityMachines, settings: CapacitySettings): string {
  const { cluster, kind, spot } = settings;
  const { min, max } = groupSizes(machines, settings);
  const how =
    kind === "ec2" ? `${min} to ${max}${spot ? " on Spot" : ""}` : `Managed Instances${spot ? " on Spot" : ""}`;
  return `Machines of ${machines.type.instanceType} for ECS cluster ${cluster}: ${how}`;
}
