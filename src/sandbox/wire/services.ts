import { attributeOperations } from "../ecs/attributes.ts";
import { capacityProviderOperations } from "../ecs/capacity-providers.ts";
import { clusterOperations } from "../ecs/clusters.ts";
import { containerInstanceOperations } from "../ecs/container-instances.ts";
import { executeCommandOperations } from "../ecs/execute-command.ts";
import { serviceDeploymentOperations } from "../ecs/service-deployments.ts";
import { serviceOperations } from "../ecs/services.ts";
import { tagOperations } from "../ecs/tags.ts";
import { taskDefinitionOperations } from "../ecs/task-definitions.ts";
import { taskOperations } from "../ecs/tasks.ts";
import { autoScalingOperations } from "../auto-scaling.ts";
import { cloudFormationOperations } from "../cloudformation.ts";
import { ec2Operations } from "../ec2.ts";
import { logsOperations } from "../logs.ts";
import { ssmOperations } from "../ssm.ts";
import { stsOperations } from "../sts.ts";
import type { Operation } from "./operation.ts";

/** One AWS service: how its requests are told apart, and what it can do. */
export interface WireService {
  readonly name: "ecs" | "ssm" | "logs" | "sts" | "autoscaling" | "ec2" | "cloudformation";
  /** What stands before the operation in X-Amz-Target; undefined for the query protocol. */
  readonly target?: string;
  /** The XML namespace of the query protocol. */
  readonly namespace?: string;
  /** Whether answers are EC2's dialect of it: lists of `item`, and no element around the result. */
  readonly isEc2?: boolean;
  readonly operations: Readonly<Record<string, Operation>>;
}

export const services: readonly WireService[] = [
  {
    name: "ecs",
    target: "AmazonEC2ContainerServiceV20141113",
    operations: {
      ...clusterOperations,
      ...capacityProviderOperations,
      ...containerInstanceOperations,
      ...taskDefinitionOperations,
      ...taskOperations,
      ...executeCommandOperations,
      ...serviceOperations,
      ...serviceDeploymentOperations,
      ...attributeOperations,
      ...tagOperations,
    },
  },
  { name: "ssm", target: "AmazonSSM", operations: ssmOperations },
  { name: "logs", target: "Logs_20140328", operations: logsOperations },
  { name: "sts", namespace: "https://sts.amazonaws.com/doc/2011-06-15/", operations: stsOperations },
  {
    name: "autoscaling",
    namespace: "http://autoscaling.amazonaws.com/doc/2011-01-01/",
    operations: autoScalingOperations,
  },
  {
    name: "cloudformation",
    namespace: "http://cloudformation.amazonaws.com/doc/2010-05-15/",
    operations: cloudFormationOperations,
  },
  { name: "ec2", namespace: "http://ec2.amazonaws.com/doc/2016-11-15/", isEc2: true, operations: ec2Operations },
];
