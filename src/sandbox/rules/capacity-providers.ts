import { api, guide, unverified, type SandboxRule } from "./rule.ts";

const behaviour = `${guide}/managed-scaling-behavior.html`;
const deepDive = "https://aws.amazon.com/blogs/containers/deep-dive-on-amazon-ecs-cluster-auto-scaling/";

/** How capacity providers bring machines and let them go. */
export const capacityProviderRules: readonly SandboxRule[] = [
  {
    rule:
      "With a capacity provider, tasks without room wait in PROVISIONING: those of runs with any provider, those of " +
      "services where managed scaling is ENABLED. After a quarter of an hour they stop with TaskFailedToStart, " +
      "EMPTY CAPACITY PROVIDER: so it ends at the group's maximum.",
    source: `the waiting: ${guide}/cluster-auto-scaling.html; the text: ${guide}/api_failures_messages.html; the time: ${unverified}`,
  },
  {
    rule:
      "Each minute CapacityProviderReservation is needed / there x 100, and the group gets the size at which it is " +
      "`targetCapacity`. From nothing it is 200, and the group counts as one instance: two are launched.",
    source: `${guide}/cluster-auto-scaling.html; ${deepDive}`,
  },
  {
    rule:
      "What is needed: waiting tasks of the same requirements are packed on empty instances of the group's type beside " +
      "the daemons, by CPU, memory, interfaces, ports (locks too) and GPUs; the kind that needs most counts. A kind of " +
      "which no instance can have one counts not at all.",
    source: `${behaviour}; ${deepDive}; that constraints of the tasks count on the empty instance, and that daemons do: ${unverified}`,
  },
  {
    rule:
      "A step out has from `minimumScalingStepSize` (1) to `maximumScalingStepSize` (10,000) instances, and waits until " +
      "`instanceWarmupPeriod` (300 seconds) has passed since the last launch.",
    source: `${api}/API_ManagedScaling.html; ${behaviour}`,
  },
  {
    rule: "An instance registers a minute after its launch; `--boot-seconds` says otherwise.",
    source: "the sandbox's own",
  },
  {
    rule:
      "Scale-in begins once the reservation has been below the target for 15 minutes, and takes half of the group at " +
      "most each minute, at least one. Tasks that wait let it begin anew.",
    source: behaviour,
  },
  {
    rule:
      "Instances without tasks but those of DAEMON services are needed no more. With `managedTerminationProtection` only " +
      "they go, and lose their protection from scale-in for it; without, the oldest of the zone with the most, but none that is " +
      "protected.",
    source: `${behaviour}; https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-termination-policies.html, launch templates and billing hours left out`,
  },
  {
    rule:
      "An instance that is ended drains first and waits for its tasks, unless `managedDraining` is DISABLED; then they " +
      "stop with `Host EC2 (instance ID) terminated.`",
    source: `${guide}/managed-instance-draining.html; the stop code: ${unverified}`,
  },
  {
    rule:
      "A strategy's tasks are divided: first the `base` of the one that has one, then by `weight`, 0 for none; each waits for " +
      "the provider that it was given to, whatever room another has. Two with a base, and several without any weight, are " +
      "refused.",
    source: `${api}/API_CapacityProviderStrategyItem.html; ${api}/API_CreateService.html; the words, the order of equals, and that a run counts its own tasks and a service those of its deployment: ${unverified}`,
  },
  {
    rule:
      "A provider of `--provider` has managed scaling, termination protection and draining, and a group and a launch template " +
      "of its name; a single one is the cluster's default strategy.",
    source: "the sandbox's own",
  },
  {
    rule:
      "CreateCapacityProvider takes any group's ARN, and each group once; with managed termination protection one that protects " +
      "its new instances. One that the sandbox does not know launches nothing; where it is the " +
      "cluster's only one, the cluster's instances of no provider are the group's, which launches 10 more of their types.",
    source: `the sandbox's own; the protection: ${api}/API_AutoScalingGroupProvider.html; each once: ${unverified}`,
  },
];
