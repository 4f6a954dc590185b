import { fail, ok, skip, type CheckItem } from "../base/check-report.ts";
import type { ObservedMachine } from "./observation.ts";

/** Whether this machine can call AWS at all. */
export function checkMachine({ aiplat, node, region, identity, locked }: ObservedMachine): readonly CheckItem[] {
  return [
    ok("versions", `aiplat ${aiplat} on Node.js ${node}`),
    "value" in region
      ? ok("region", `region ${region.value.name}, from ${region.value.source}`)
      : fail("region", region.unread, region.fix ?? "Give --region."),
    ...(identity === undefined
      ? [skip("credentials", "the credentials were not tried: what fails above comes first")]
      : [checkIdentity(identity, locked)]),
  ];
}

function checkIdentity(identity: NonNullable<ObservedMachine["identity"]>, locked: boolean): CheckItem {
  if ("value" in identity) return ok("credentials", `account ${identity.value.account}, as ${identity.value.arn}`);
  return locked
    ? fail("credentials", identity.unread, identity.fix ?? "aws sts get-caller-identity tells more.")
    : skip("credentials", `account: ${identity.unread}`, identity.fix);
}
