import type { Needs } from "../ecs/account-needs.ts";
import type { ObservedMachine } from "./observation.ts";
import { valueOf } from "./reading.ts";
import { roleAccountOf } from "../ecs-api/arn.ts";

/** Where the tasks run: what the ARNs of their resources hold. */
export interface CheckPlace {
  /** `aws`, `aws-cn`, `aws-us-gov`. */
  readonly partition: string;
  readonly region: string;
  readonly account: string;
}

/** Where the tasks run. The account is the credentials', and where STS did not tell, that of the roles. */
export function placeOf({ region: reading, identity }: ObservedMachine, needs: Needs | undefined): CheckPlace {
  const region = valueOf(reading)?.name ?? "";
  return {
    partition: partitionOf(region),
    region,
    account: valueOf(identity)?.account ?? roleAccountOf(needs?.executionRole ?? needs?.taskRole ?? "") ?? "",
  };
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html */
export function partitionOf(region: string): string {
  if (region.startsWith("cn-")) return "aws-cn";
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}
