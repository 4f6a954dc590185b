import { fail, ok, warn, type CheckItem } from "../base/check-report.ts";
import type { CheckCode } from "../base/codes/check-codes.ts";
import { isOwn, type ObservedCapacity } from "./observed-capacity.ts";

/** Whether ECS starts, empties and keeps the machines of a provider by itself. */
export function checkProvider({ name, provider }: ObservedCapacity): readonly CheckItem[] {
  if (provider === undefined)
    return [
      fail(
        "provider",
        "the cluster lists it, and there is no such provider: no task of it starts",
        "aiplat capacity delete takes it out of the cluster, or aiplat capacity deploy makes it.",
      ),
    ];
  if (provider.type !== "EC2_AUTOSCALING") return [ok("provider", `it is there (${provider.type})`)];
  const { managedScaling = false, managedDraining = false, managedTerminationProtection = false } = provider;
  // What somebody else made may be meant so; what aiplat made was changed.
  const wrong = isOwn(name) ? fail : warn;
  const setting = (check: CheckCode, isOn: boolean, on: string, off: string, option: string): CheckItem =>
    isOn
      ? ok(check, on)
      : wrong(
          check,
          off,
          `aws ecs update-capacity-provider --name ${name} --auto-scaling-group-provider ${option} switches it on.`,
        );
  return [
    setting(
      "managed-scaling",
      managedScaling,
      "ECS starts and stops its machines",
      "managed scaling is off: a task without room waits for a machine that nobody starts",
      "managedScaling={status=ENABLED,targetCapacity=100}",
    ),
    setting(
      "managed-draining",
      managedDraining,
      "ECS empties a machine before it goes",
      "managed draining is off: a machine that goes takes its tasks with it",
      "managedDraining=ENABLED",
    ),
    setting(
      "termination-protection",
      managedTerminationProtection,
      "ECS keeps machines with tasks from being scaled in",
      "managed termination protection is off: scaling in ends machines that have tasks",
      "managedTerminationProtection=ENABLED",
    ),
  ];
}
