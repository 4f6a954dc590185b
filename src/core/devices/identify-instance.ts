import { instanceTypeOf, type ContainerInstance } from "../cluster/snapshot.ts";

/** How a container instance is named on maps. */
export interface InstanceIdentity {
  readonly containerInstanceArn: string;
  readonly ec2InstanceId: string;
  /** `unknown` where the instance does not say. */
  readonly instanceType: string;
}

export function identifyInstance(instance: ContainerInstance): InstanceIdentity {
  return {
    containerInstanceArn: instance.arn,
    ec2InstanceId: instance.ec2InstanceId,
    instanceType: instanceTypeOf(instance) ?? "unknown",
  };
}
