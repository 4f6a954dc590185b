import { logGroupKey, type Needs } from "../core/ecs/account-needs.ts";
import type { ObservedAccount } from "../core/doctor/observation.ts";
import { decisionKey, permissionsOf } from "../core/doctor/permissions.ts";
import type { CheckPlace } from "../core/doctor/place.ts";
import { valueOf, type Reading } from "../core/doctor/reading.ts";
import { roleAccountOf, roleNameOf } from "../core/ecs-api/arn.ts";
import type { Decision } from "../core/doctor/observed-account.ts";
import type { NetworkConfiguration } from "../core/ecs-api/api.ts";
import type { DoctorPorts } from "./observe-doctor.ts";
import { read } from "./read.ts";

/** What a workload's needs have read. */
export type ObservedNeeds = Pick<
  ObservedAccount,
  "roles" | "decisions" | "images" | "secrets" | "parameters" | "logGroups" | "subnets" | "securityGroups"
>;

/** Where there is no workload, nothing is read. */
export const noNeeds: ObservedNeeds = {
  roles: new Map(),
  decisions: new Map(),
  images: new Map(),
  secrets: new Map(),
  parameters: new Map(),
  logGroups: new Map(),
  subnets: { value: [] },
  securityGroups: { value: [] },
};

/** Reads what the tasks use of the account, all at once. */
export async function observeNeeds(
  ports: DoctorPorts,
  needs: Needs,
  place: CheckPlace,
  network: NetworkConfiguration | undefined,
): Promise<ObservedNeeds> {
  const { aws } = ports;
  const { subnets = [], securityGroups = [] } = network?.awsvpcConfiguration ?? {};
  const none = Promise.resolve({ value: [] });
  const describedSecrets = keyed(
    needs.secrets.flatMap(({ reference }) => (reference.service === "secretsmanager" ? [reference] : [])),
    ({ id }) => id,
    ({ id, region }) => read(async () => (await aws.secrets(region ?? place.region)).describeSecret(id)),
  );
  const [access, images, secrets, parameters, logGroups, foundSubnets, foundGroups] = await Promise.all([
    observeAccess(ports, needs, place, describedSecrets),
    keyed(
      needs.images.filter(({ signsIn }) => !signsIn),
      ({ image }) => image.text,
      ({ image }) =>
        read(async () => (image.ecr === undefined ? ports.registry : await aws.ecr(image.ecr.region)).findImage(image)),
    ),
    describedSecrets,
    keyed(
      needs.secrets.filter(({ reference }) => reference.service === "ssm"),
      ({ valueFrom }) => valueFrom,
      (need) => hasParameter(ports, need, place),
    ),
    keyed(needs.logs, logGroupKey, ({ group, region }) => read(async () => (await aws.logs(region)).hasGroup(group))),
    subnets.length === 0 ? none : read(async () => (await aws.ec2Read()).subnets(subnets)),
    securityGroups.length === 0 ? none : read(async () => (await aws.ec2Read()).securityGroups(securityGroups)),
  ]);
  return { ...access, images, secrets, parameters, logGroups, subnets: foundSubnets, securityGroups: foundGroups };
}

/** The roles, and what the execution role may do where it is there. */
async function observeAccess(
  { aws }: DoctorPorts,
  needs: Needs,
  place: CheckPlace,
  secrets: Promise<ObservedNeeds["secrets"]>,
): Promise<Pick<ObservedNeeds, "roles" | "decisions">> {
  const named = [needs.executionRole, needs.taskRole, needs.volumeRole].filter((role) => role !== undefined);
  // Another account's roles are not this account's to read.
  const own = named.filter((role) => (roleAccountOf(role) ?? place.account) === place.account);
  const roles = await keyed(own, String, (role) => read(async () => (await aws.iam()).role(roleNameOf(role))));
  const { executionRole } = needs;
  const role = executionRole === undefined ? undefined : valueOf(roles.get(executionRole));
  if (role === undefined) return { roles, decisions: new Map() };
  const answers = await Promise.all(
    permissionsOf(needs, place, await secrets).map(async ({ actions, resource }) => {
      const decided = await read(async () => (await aws.iam()).simulate(role.arn, actions, resource));
      return actions.map((action): readonly [string, Reading<Decision>] => [
        decisionKey(action, resource),
        "unread" in decided ? decided : { value: decided.value.get(action) ?? "implicitDeny" },
      ]);
    }),
  );
  return { roles, decisions: new Map(answers.flat()) };
}

async function hasParameter(
  { aws }: DoctorPorts,
  { reference }: Needs["secrets"][number],
  place: CheckPlace,
): Promise<Reading<boolean>> {
  const { names, region, account } = reference as Extract<typeof reference, { service: "ssm" }>;
  if (account !== undefined && account !== place.account) return { unread: `it is shared from account ${account}` };
  // Without decryption, and the values are left unread.
  return read(async () => (await (await aws.ssm(region ?? place.region)).getParameters(names)).values.size > 0);
}

async function keyed<Item, Value>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
  ask: (item: Item) => Promise<Value>,
): Promise<ReadonlyMap<string, Value>> {
  const asked = new Map(items.map((item) => [keyOf(item), item]));
  return new Map(await Promise.all([...asked].map(async ([key, item]) => [key, await ask(item)] as const)));
}
