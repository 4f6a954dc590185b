/**
 * The calls of AWS that each command makes, by IAM's name of the action: `iam policy` is made of them, and a test holds
 * them to what a proxy sees. sts:GetCallerIdentity needs no permission.
 */

const managedDaemons = [
  "ecs:ListDaemons",
  "ecs:DescribeDaemon",
  "ecs:DescribeDaemonRevisions",
  "ecs:DescribeDaemonTaskDefinition",
];

/** The instances of a cluster, its tasks and who keeps them running. */
const readCluster = [
  "ecs:DescribeClusters",
  "ecs:ListContainerInstances",
  "ecs:DescribeContainerInstances",
  "ecs:ListTasks",
  "ecs:DescribeTasks",
  "ecs:DescribeTaskDefinition",
  "ecs:ListServices",
  "ecs:DescribeServices",
  ...managedDaemons,
];

/** What its capacity providers could start. */
const readProviders = [
  "ecs:DescribeCapacityProviders",
  "autoscaling:DescribeAutoScalingGroups",
  "ec2:DescribeLaunchTemplateVersions",
];

const readTasks = ["ecs:ListTasks", "ecs:DescribeTasks"];
const readServices = ["ecs:ListServices", "ecs:DescribeServices"];
/** With instance types and devices. */
const showTasks = [...readTasks, "ecs:DescribeTaskDefinition", "ecs:DescribeContainerInstances"];
const addresses = [
  "ec2:DescribeInstances",
  "elasticloadbalancing:DescribeTargetGroups",
  "elasticloadbalancing:DescribeLoadBalancers",
  "elasticloadbalancing:DescribeListeners",
];
const readLogs = ["logs:GetLogEvents"];
const readRollouts = ["ecs:ListServiceDeployments", "ecs:DescribeServiceDeployments"];
const planLogGroups = ["logs:DescribeLogGroups"];
const makeLogGroups = [...planLogGroups, "logs:CreateLogGroup", "logs:PutRetentionPolicy"];
const deploy = [...readCluster, "ecs:UpdateService", ...readRollouts, ...readLogs];

/** A template for the machines of today. */
const generateCapacity = [
  "ssm:GetParameters",
  "ec2:DescribeImages",
  "ec2:DescribeSubnets",
  "ec2:DescribeSecurityGroups",
  "ec2:DescribeInstanceTypeOfferings",
];
const readStacks = [
  "cloudformation:DescribeStacks",
  "cloudformation:DescribeStackEvents",
  "cloudformation:ListStackResources",
];

export const commandCalls = {
  "ami latest": ["ssm:GetParameters"],
  "ami list": ["ssm:GetParameters"],
  "ami history": ["ssm:GetParametersByPath"],
  "ami check": [
    "ecs:DescribeClusters",
    "ecs:ListContainerInstances",
    "ecs:DescribeContainerInstances",
    // Where a machine stays on an old Neuron driver.
    ...readTasks,
    "ecs:DescribeTaskDefinition",
    "ecs:DescribeCapacityProviders",
    "autoscaling:DescribeAutoScalingGroups",
    "ec2:DescribeImages",
    "ec2:DescribeLaunchTemplateVersions",
    "eks:DescribeCluster",
    "eks:ListNodegroups",
    "eks:DescribeNodegroup",
    "ssm:GetParameters",
  ],
  "ami roll": [
    ...readCluster,
    "ecs:DescribeCapacityProviders",
    "ecs:UpdateContainerInstancesState",
    "autoscaling:DescribeAutoScalingGroups",
    "autoscaling:DescribeScalingActivities",
    "autoscaling:UpdateAutoScalingGroup",
    "autoscaling:TerminateInstanceInAutoScalingGroup",
    "ec2:DescribeImages",
    "ec2:DescribeLaunchTemplateVersions",
    "ec2:CreateLaunchTemplateVersion",
    "ec2:ModifyLaunchTemplate",
    "eks:DescribeCluster",
    "eks:DescribeNodegroup",
    "eks:UpdateNodegroupVersion",
    "eks:ListUpdates",
    "eks:DescribeUpdate",
    "ssm:GetParameters",
  ],
  "instances list": ["ec2:DescribeInstanceTypes"],
  "capacity generate": generateCapacity,
  "capacity deploy": [
    ...generateCapacity,
    ...readStacks,
    "cloudformation:CreateChangeSet",
    "cloudformation:DescribeChangeSet",
    "cloudformation:ExecuteChangeSet",
    "cloudformation:DeleteChangeSet",
    "cloudformation:DeleteStack",
    "ecs:DescribeClusters",
    "ecs:PutClusterCapacityProviders",
  ],
  "capacity check": [
    "ecs:DescribeClusters",
    "ecs:ListContainerInstances",
    "ecs:DescribeContainerInstances",
    ...readProviders,
    "autoscaling:DescribeScalingActivities",
    "ec2:DescribeInstanceTypeOfferings",
    "ec2:DescribeImages",
    "ec2:DescribeSecurityGroups",
    "ssm:GetParameters",
    "cloudformation:DescribeStacks",
    "cloudformation:GetTemplate",
    "cloudformation:ListStackResources",
  ],
  "capacity delete": [
    ...readStacks,
    "cloudformation:DeleteStack",
    "ecs:DescribeClusters",
    "ecs:ListContainerInstances",
    "ecs:DescribeContainerInstances",
    ...readServices,
    ...readTasks,
    "ecs:PutClusterCapacityProviders",
    "autoscaling:DescribeAutoScalingGroups",
    "ecs:UpdateContainerInstancesState",
    "autoscaling:UpdateAutoScalingGroup",
    "autoscaling:SetInstanceProtection",
  ],
  "cluster devices": readCluster,
  "cluster drain": [...readCluster, "ecs:DescribeCapacityProviders", "ecs:UpdateContainerInstancesState"],
  "cluster explain": [...readCluster, ...readProviders],
  "cluster snapshot": [...readCluster, ...readProviders],
  "taskdef generate": ["ecs:DescribeClusters"],
  "taskdef diff": ["ecs:DescribeClusters", "ecs:DescribeTaskDefinition"],
  "taskdef register": ["ecs:DescribeClusters", "ecs:DescribeTaskDefinition", "ecs:RegisterTaskDefinition"],
  plan: [...readCluster, ...readProviders, ...planLogGroups],
  "run-task": [
    ...readCluster,
    ...readProviders,
    ...makeLogGroups,
    "ecs:RegisterTaskDefinition",
    "ecs:RunTask",
    "ecs:StopTask",
    ...readLogs,
  ],
  "task list": [...showTasks, "ec2:DescribeInstances"],
  "task wait": [...showTasks, ...readLogs],
  "task logs": [...readTasks, "ecs:DescribeTaskDefinition", ...readLogs],
  "task exec": [...readTasks, "ecs:ExecuteCommand"],
  "task stop": [...showTasks, "ecs:StopTask"],
  "service list": readServices,
  "service status": [...readCluster, ...addresses, ...readRollouts],
  "service logs": [...readServices, ...readTasks, "ecs:DescribeTaskDefinition", ...readLogs],
  "service exec": [...readServices, ...readTasks, "ecs:ExecuteCommand"],
  "service open": [...readServices, ...showTasks, ...addresses],
  "service deploy": [
    ...deploy,
    ...readProviders,
    ...makeLogGroups,
    "ecs:RegisterTaskDefinition",
    "ecs:CreateService",
    "ecs:DeleteService",
    "ecs:TagResource",
  ],
  "service scale": [...deploy, ...readProviders],
  "service rollback": [...deploy, "ecs:DescribeServiceRevisions", "ecs:StopServiceDeployment", "ecs:DeleteService"],
  "service delete": [...readServices, "ecs:DeleteService"],
  "service import": [...readServices, "ecs:DescribeClusters", "ecs:DescribeTaskDefinition"],
  doctor: [
    ...readCluster,
    ...readProviders,
    ...planLogGroups,
    "ec2:DescribeImages",
    "ec2:DescribeInstances",
    "ec2:DescribeSubnets",
    "ec2:DescribeSecurityGroups",
    "ecr:BatchGetImage",
    "ecr:DescribeImages",
    "ecr:DescribePullThroughCacheRules",
    "iam:GetRole",
    "iam:SimulatePrincipalPolicy",
    "secretsmanager:DescribeSecret",
    "secretsmanager:GetResourcePolicy",
    "servicequotas:GetServiceQuota",
    "servicequotas:GetAWSDefaultServiceQuota",
    "ssm:GetParameters",
  ],
  "eks check": [
    "eks:DescribeCluster",
    "eks:ListNodegroups",
    "eks:DescribeNodegroup",
    "ec2:DescribeLaunchTemplateVersions",
    "ssm:GetParameters",
  ],
  "eks nodegroup create": [
    "eks:DescribeNodegroup",
    "eks:CreateNodegroup",
    "ec2:DescribeLaunchTemplateVersions",
    "ec2:CreateLaunchTemplate",
    "ec2:DescribePlacementGroups",
    "ec2:CreatePlacementGroup",
  ],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** Those that work from files and the catalogue alone, or through kubectl. */
export const callNothing: readonly string[] = [
  "completion",
  "eks apply",
  "eks generate",
  "eks nodegroup generate",
  "eks platform generate",
  "iam policy",
  "init",
  "instances fit",
  "instances show",
  "sandbox",
  "taskdef lint",
  "templates list",
  "templates show",
  "validate",
];

/** A command that calls AWS. */
export type CallingCommand = keyof typeof commandCalls;

/** What a command calls, each once and in order. */
export function callsOf(command: CallingCommand): readonly string[] {
  return [...new Set<string>(commandCalls[command])].toSorted();
}
