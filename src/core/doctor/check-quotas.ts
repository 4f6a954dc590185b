import { findInstanceType } from "../catalog/instance-types/catalog.ts";
import { spotQuotaOf, vcpuQuotaOf, type VcpuQuota } from "../catalog/instance-types/vcpu-quotas.ts";
import { fail, ok, skip, warn, type CheckItem } from "../base/check-report.ts";
import type { ObservedAccount } from "./observation.ts";
import type { RunningInstances } from "./observed-ec2.ts";
import { judged, valueOf } from "./reading.ts";

/** An instance type that is wanted or already there. */
export interface WantedType {
  readonly instanceType: string;
  readonly vcpus: number;
  /** How many more the workload needs; 0 where there are enough, or where nobody asked. */
  readonly more: number;
}

/** The quotas that instances of these types count against, on demand and on Spot, once each. */
export function quotasOf(
  types: readonly Pick<WantedType, "instanceType">[],
): readonly Pick<VcpuQuota, "code" | "name">[] {
  const found = types.flatMap(({ instanceType }) => [vcpuQuotaOf(instanceType) ?? [], spotQuotaOf(instanceType) ?? []]);
  return [...new Set(found.flat())];
}

/**
 * Whether the account may run the instances. The workload runs on any of its types, so a quota fails it only where no
 * other type's holds an instance.
 */
export function checkQuotas(
  types: readonly WantedType[],
  account: ObservedAccount,
  region: string,
): readonly CheckItem[] {
  const judgements = types.flatMap((type) => {
    const quota = vcpuQuotaOf(type.instanceType);
    return quota === undefined ? [] : [{ type, quota }];
  });
  const items = (alone: boolean) =>
    judgements.flatMap(({ type, quota }) => judgeType(type, quota, account, region, alone));
  const strict = items(true);
  const all = strict.every(({ status }) => status === "FAIL");
  // Types of one quota that was not read say so once.
  const found = [...(all ? strict : items(false)), ...types.flatMap((type) => judgeSpot(type, account, region))];
  return [...new Map(found.map((item) => [item.message, item])).values()];
}

/** Spot Instances have quotas of their own, which count where some of these types run. */
function judgeSpot({ instanceType, vcpus }: WantedType, { quotas, running }: ObservedAccount, region: string) {
  const quota = spotQuotaOf(instanceType);
  const most = quota === undefined ? undefined : valueOf(quotas.get(quota.code));
  const instances = (valueOf(running) ?? []).filter(
    (each) => each.spot && spotQuotaOf(each.instanceType)?.code === quota?.code,
  );
  if (quota === undefined || most === undefined || instances.length === 0) return [];
  const used = vcpusOf(instances);
  const left = Math.max(0, Math.floor((most - used) / vcpus));
  const state = `"${quota.name}" is ${most} vCPU in ${region}, of which ${used} run`;
  return [
    left > 0
      ? ok("vcpu-quota", `${state}: ${left} more ${instanceType} can start on Spot`)
      : warn(
          "vcpu-quota",
          `${state}: no further ${instanceType} (${vcpus} vCPU) starts on Spot`,
          `${raiseCommand(quota.code, used + vcpus, region)} (open Spot requests count too, and are not in that figure)`,
        ),
  ];
}

function raiseCommand(code: string, to: number, region: string): string {
  return (
    `aws service-quotas request-service-quota-increase --service-code ec2 --quota-code ${code} ` +
    `--desired-value ${to} --region ${region}`
  );
}

/** @param alone Whether no other type can take this one's place. */
function judgeType(
  type: WantedType,
  quota: VcpuQuota,
  { quotas, running }: ObservedAccount,
  region: string,
  alone: boolean,
): readonly CheckItem[] {
  const check = "vcpu-quota";
  const { instanceType, vcpus, more } = type;
  return judged(check, `the quota "${quota.name}"`, quotas.get(quota.code)!, (most) => {
    if (most === undefined) return [skip(check, `Service Quotas has no quota "${quota.name}" here`)];
    const raise = (to: number) => raiseCommand(quota.code, to, region);
    const has = `"${quota.name}" is ${most} vCPU in ${region}`;
    if (vcpus > most) {
      const message = `${has}, and one ${instanceType} has ${vcpus}`;
      if (more === 0) return [warn(check, `${message}: no further one starts`, raise(vcpus))];
      return [
        (alone ? fail : warn)(
          check,
          `${message}: none can start, which ECS reports as "No Container Instances were found in your cluster."`,
          `${raise(vcpus * more)} (Capacity Blocks need none; Spot Instances have another quota)`,
        ),
      ];
    }
    return judged(check, "how much of the vCPU quota is in use", running, (instances) => {
      const used = usedOf(quota, instances);
      const left = Math.max(0, Math.floor((most - used) / vcpus));
      const state = `${has}, of which ${used} are in use`;
      if (left >= Math.max(1, more)) return [ok(check, `${state}: ${left} more ${instanceType} can start`)];
      const short =
        left === 0
          ? `no further ${instanceType} (${vcpus} vCPU) can start`
          : `${left} of the ${more} ${instanceType} that the workload lacks can start`;
      return [
        warn(
          check,
          `${state}: ${short}`,
          `${raise(used + vcpus * Math.max(1, more))}; unused Capacity Reservations count too, ` +
            "and are not in that figure.",
        ),
      ];
    });
  });
}

/** vCPUs in use: by the catalogue, where it has the type, since a quota counts a type's default. */
function usedOf(quota: VcpuQuota, instances: readonly RunningInstances[]): number {
  return vcpusOf(instances.filter(({ instanceType, spot }) => !spot && vcpuQuotaOf(instanceType) === quota));
}

function vcpusOf(instances: readonly RunningInstances[]): number {
  return instances.reduce((sum, { instanceType, count, vcpus }) => {
    const known = findInstanceType(instanceType);
    return sum + (known === undefined ? vcpus : known.vcpus * count);
  }, 0);
}
