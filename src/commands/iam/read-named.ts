import type { Context } from "../../context.ts";
import { present } from "../../core/base/present.ts";
import { partitionOf } from "../../core/doctor/place.ts";
import { roleAccountOf } from "../../core/ecs-api/arn.ts";
import { needsOf, type Needs } from "../../core/ecs/account-needs.ts";
import type { EcsWorkload } from "../../core/ecs/resolve-for-ecs.ts";
import { volumeRoleOf } from "../../core/ecs/volumes.ts";
import type { PolicyDocument } from "../../core/iam/policy.ts";
import type { PolicyScope } from "../../core/iam/scope.ts";
import { executionRolePolicy, taskRolePolicy } from "../../core/iam/role-policy.ts";
import { AiplatError } from "../../errors.ts";
import type { Invocation } from "../command.ts";
import { loadEcsWorkload } from "../shared/load-ecs-workload.ts";
import type { WorkloadOptions } from "../shared/load-workload.ts";

/** What a workload names of an account. */
export interface Named {
  readonly ecs: EcsWorkload;
  readonly place: Pick<PolicyScope, "partition" | "region" | "account">;
  readonly cluster?: string;
  readonly scope: Omit<PolicyScope, "partition">;
}

/** The partition and region that flags, environment and profile say. */
export async function placeFor(context: Context): Promise<Pick<PolicyScope, "partition" | "region">> {
  try {
    const region = await context.aws.region();
    return { partition: partitionOf(region), region };
  } catch (error) {
    if (error instanceof AiplatError && error.code === "NoRegion") return { partition: partitionOf("") };
    throw error;
  }
}

export async function readNamed(
  context: Context,
  invocation: Invocation<WorkloadOptions>,
  placing: ReturnType<typeof placeFor>,
): Promise<Named> {
  const { anywhere: ecs } = await loadEcsWorkload(context, invocation, async () => (await placing).region);
  const place = await placing;
  const definitions = ecs.everyVariant.map(({ definition }) => definition);
  const { name, ecs: section } = ecs.workload;
  const families = [...new Set(definitions.map(({ family }) => family))];
  const needs = needsOf(definitions, place.region ?? "*");
  const volumeRole = volumeRoleOf(ecs.workload);
  const service = section.service?.["serviceName"];
  // A live service keeps a name of another shape, and a slot has its own.
  const names = [name, `${name}-*`];
  const scope: Named["scope"] = {
    families: [...names, ...families.filter((family) => family !== name && !family.startsWith(`${name}-`))],
    services: [...names, ...(typeof service === "string" && !names.includes(service) ? [service] : [])],
    logGroups: needs.logs.map(({ group }) => group),
    roles: rolesOf(needs),
    ...(volumeRole === undefined ? {} : { infrastructureRoles: [volumeRole] }),
    secrets: needs.secrets.map(({ valueFrom }) => valueFrom).filter((each) => each.startsWith("arn:")),
    repositories: needs.images.flatMap(({ image: { ecr, repository } }) =>
      ecr === undefined ? [] : [`${ecr.account}/${ecr.region}/${repository}`],
    ),
    ...present({ account: accountOf(needs) }),
  };
  const at = { ...place, ...present({ account: accountOf(needs) }) };
  return { ecs, place: at, scope, ...present({ cluster: section.cluster }) };
}

/** The policy of one of the workload's own roles. */
export function rolePolicyOf({ ecs, place }: Named, role: "execution" | "task", exec: boolean): PolicyDocument {
  const { partition, region = "*", account = "*" } = place;
  const definitions = ecs.everyVariant.map(({ definition }) => definition);
  return role === "execution"
    ? executionRolePolicy(definitions, { partition, region, account })
    : taskRolePolicy(ecs.workload, definitions, { partition, region, account }, { exec });
}

function rolesOf({ executionRole, taskRole }: Needs): readonly string[] {
  return [executionRole, taskRole].flatMap((each) => each ?? []);
}

function accountOf(needs: Needs): string | undefined {
  return rolesOf(needs).flatMap((each) => roleAccountOf(each) ?? [])[0];
}
