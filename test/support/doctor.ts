import type { CheckItem } from "../../src/core/base/check-report.ts";
import { diagnose, type Patient } from "../../src/core/doctor/diagnose.ts";
import { needsOf } from "../../src/core/ecs/account-needs.ts";
import { volumeRoleOf } from "../../src/core/ecs/volumes.ts";
import type { Observation, ObservedAccount, ObservedCluster } from "../../src/core/doctor/observation.ts";
import { decisionKey, permissionsOf } from "../../src/core/doctor/permissions.ts";
import type { TaskDefinition } from "../../src/core/ecs-api/api.ts";
import { networkConfigurationOf } from "../../src/core/plan/run-request.ts";
import type { Workload } from "../../src/core/workload/schema.ts";
import { anInstance, aSnapshot } from "./cluster.ts";
import { lintForDoctor } from "../../src/core/ecs/judge.ts";
import { lintTaskDefinition } from "../../src/core/ecs/lint/lint.ts";
import { ecsOf } from "./ecs.ts";

export const place = { partition: "aws", region: "us-east-1", account: "123456789012" };
const role = (name: string) => `arn:aws:iam::${place.account}:role/${name}`;
export const secret = `arn:aws:secretsmanager:us-east-1:${place.account}:secret:hf-AbCdEf`;
export const image = `${place.account}.dkr.ecr.us-east-1.amazonaws.com/bert:1`;
export const trustPolicy = JSON.stringify({
  Statement: [{ Effect: "Allow", Principal: { Service: "ecs-tasks.amazonaws.com" }, Action: "sts:AssumeRole" }],
});

export const workload: Workload = {
  name: "bert",
  image,
  accelerator: { instanceTypes: ["inf2.xlarge"] },
  secrets: { HF: secret },
  roles: { execution: role("execution"), task: role("task") },
  logs: { group: "/bert" },
};

/** Everything in order for `workload`, but for the changes. */
export function observe(
  changes: Partial<ObservedAccount> = {},
  cluster: Partial<ObservedCluster> = {},
): ObservedAccount {
  const found = needsOf(definitionsOf(workload), place.region);
  const decisions = permissionsOf(found, place, new Map()).flatMap(({ actions, resource }) =>
    actions.map((action) => [decisionKey(action, resource), { value: "allowed" as const }] as const),
  );
  const present = (name: string) => [role(name), { value: { arn: role(name), trustPolicy } }] as const;
  return {
    cluster: {
      value: {
        status: "ACTIVE",
        capacityProviders: [],
        snapshot: { value: aSnapshot([anInstance("i1", "inf2.xlarge", { attributes: { "ecs.ami-id": "ami-1" } })]) },
        ...cluster,
      },
    },
    roles: new Map([present("execution"), present("task")]),
    decisions: new Map(decisions),
    images: new Map([[image, { value: { kind: "found", architectures: [] } }]]),
    machineImages: { value: [{ id: "ami-1", name: "al2023-ami-ecs-neuron-hvm-2023.0.20260805-kernel-6.1-x86_64" }] },
    secrets: new Map([[secret, { value: { deleted: false, hasPolicy: false, versions: { v1: ["AWSCURRENT"] } } }]]),
    parameters: new Map(),
    logGroups: new Map([["us-east-1 /bert", { value: true }]]),
    subnets: { value: [] },
    securityGroups: { value: [] },
    quotas: new Map([["L-1945791B", { value: 64 }]]),
    running: { value: [{ instanceType: "inf2.xlarge", count: 1, vcpus: 4, spot: false }] },
    ...changes,
  };
}

function definitionsOf(file: Workload): readonly TaskDefinition[] {
  return ecsOf(file, { region: place.region }, lintForDoctor(lintTaskDefinition)).variants.map(
    ({ definition }) => definition,
  );
}

/** What doctor says of the account, for a workload or for none. */
export function examine(
  account: ObservedAccount | undefined,
  named: Workload | "none" = workload,
  machine: Partial<Observation["machine"]> = {},
): readonly CheckItem[] {
  const file = named === "none" ? undefined : named;
  const ecs = file === undefined ? undefined : ecsOf(file, { region: place.region }, lintForDoctor(lintTaskDefinition));
  const hasSubnets = (ecs?.workload.ecs.network?.subnets ?? []).length > 0;
  const network = ecs === undefined || !hasSubnets ? undefined : networkConfigurationOf(ecs, undefined);
  const patient: Patient | undefined =
    ecs === undefined ? undefined : { ecs, region: place.region, ...(network === undefined ? {} : { network }) };
  const observation: Observation = {
    machine: {
      aiplat: "0.1.0",
      node: "20.19.0",
      region: { value: { name: place.region, source: "--region" } },
      identity: { value: { account: place.account, arn: "arn:aws:iam::123456789012:user/ann" } },
      locked: false,
      ...machine,
    },
    ...(account === undefined ? {} : { account }),
  };
  return diagnose(
    "prod",
    patient,
    file === undefined
      ? undefined
      : needsOf(
          definitionsOf(file),
          place.region,
          patient === undefined ? undefined : volumeRoleOf(patient.ecs.workload),
        ),
    observation,
  ).groups.flatMap(({ items }) => items);
}

/** What is not OK, as `STATUS check`. */
export function complaints(items: readonly CheckItem[]): readonly string[] {
  return items.filter(({ status }) => status !== "OK").map(({ status, check }) => `${status} ${check}`);
}
