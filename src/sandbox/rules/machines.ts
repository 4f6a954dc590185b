import { guide, type SandboxRule } from "./rule.ts";

const ec2 = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference";
const groups = "https://docs.aws.amazon.com/autoscaling/ec2/userguide";

/** What is launched, and by whom. */
export const machineRules: readonly SandboxRule[] = [
  {
    rule:
      "The account has a default VPC with a subnet in each of three zones (`subnet-0000000000000000a`, b, c) and a default " +
      "security group. Types with EFA interfaces are offered in the first two zones alone.",
    source: "the sandbox's own",
  },
  {
    rule:
      "A launch template has versions; a new one takes what is not given from its `SourceVersion`. `$Latest` and `$Default` " +
      "are looked up when an instance is launched.",
    source: `${ec2}/API_CreateLaunchTemplateVersion.html; https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_LaunchTemplateSpecification.html`,
  },
  {
    rule:
      "A group keeps its desired size: it launches into the zone of its subnets that has the fewest, and ends the oldest of " +
      "the zone that has the most, never one that is protected from scale-in; then an activity says that all remaining " +
      "instances are protected.",
    source: `${groups}/ec2-auto-scaling-termination-policies.html, launch templates and billing hours left out; ${groups}/ec2-auto-scaling-instance-protection.html; the activity: https://github.com/aws-samples/aws-fault-injection-simulator-workshop/issues/114`,
  },
  {
    rule:
      "The instances of a group that is protected are so from their launch, whether they have tasks or not, and stay so when " +
      "their provider goes: ECS takes the protection off those alone that it lets go itself.",
    source:
      "https://github.com/aws/containers-roadmap/issues/860; https://github.com/aws/containers-roadmap/issues/2862",
  },
  {
    rule:
      "An instance registers in the cluster of ECS_CLUSTER (`default` where its user data says none), with ECS_INSTANCE_ATTRIBUTES, " +
      "`ecs.ami-id`, and less memory by ECS_RESERVED_MEMORY; Bottlerocket's settings in TOML say the same. Where there is no " +
      "such cluster, it is in service and registers nowhere.",
    source: `${guide}/ecs-agent-config.html; https://bottlerocket.dev/en/os/latest/api/settings/ecs/; that it does not try again: the sandbox's own`,
  },
  {
    rule:
      "TerminateInstanceInAutoScalingGroup ends an instance whatever protects it, after managed draining; it is replaced unless the " +
      "desired size is to shrink with it, which the minimum may forbid.",
    source: `https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_TerminateInstanceInAutoScalingGroup.html; ${guide}/managed-instance-draining.html`,
  },
  {
    rule: "A group that cannot launch says so in an activity, and tries again each minute.",
    source: `${groups}/CHAP_Troubleshooting.html; the minute: the sandbox's own`,
  },
  {
    rule: "A client token of a launch template answers the same request as before, another one with IdempotentParameterMismatch.",
    source: "https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html",
  },
];
