import { judgeBy } from "../../src/core/ecs/judge.ts";
import { namedProviders, serviceCapacityOf } from "../../src/core/ecs/capacity.ts";
import { expect } from "vitest";
import type { ClusterSnapshot } from "../../src/core/cluster/snapshot.ts";
import type { RegisteredTaskDefinition, TaskDefinition } from "../../src/core/ecs-api/api.ts";
import { normalForm } from "../../src/core/ecs/normal-form.ts";
import { rules } from "../../src/core/ecs/lint/rules.ts";
import { lintTaskDefinition } from "../../src/core/ecs/lint/lint.ts";
import { refusals } from "./ecs-workload.ts";
import { resolveForEcs } from "../../src/core/ecs/resolve-for-ecs.ts";
import { ecsRules } from "../../src/core/ecs/rules.ts";
import type { Service } from "../../src/core/ecs-api/service.ts";
import { normalService } from "../../src/core/ecs/service-form.ts";
import { importWorkload, type Imported } from "../../src/core/import/import-workload.ts";
import type { ImportSource } from "../../src/core/import/source.ts";
import { planServices } from "../../src/core/plan/plan-service.ts";
import { networkConfigurationOf } from "../../src/core/plan/run-request.ts";
import type { ServicePlan } from "../../src/core/plan/service-plan.ts";
import type { Raw } from "../../src/core/base/merge.ts";
import { parseWorkloadText } from "../../src/core/workload/parse.ts";
import { resolveWorkload } from "../../src/core/workload/resolve.ts";
import type { ResolvedWorkload } from "../../src/core/workload/resolved.ts";
import { workloadRules } from "../../src/core/workload/rules.ts";
import type { Workload } from "../../src/core/workload/schema.ts";
import { formatYaml } from "../../src/output/yaml.ts";
import { anInstance, aSnapshot } from "./cluster.ts";
import { problemsOf } from "./workload.ts";

const prefix = "arn:aws:ecs:us-east-1:111122223333";

/** A definition as DescribeTaskDefinition answers it. */
export function asRegistered(definition: TaskDefinition | object, revision = 7): RegisteredTaskDefinition {
  const { family } = definition as TaskDefinition;
  const added = {
    taskDefinitionArn: `${prefix}:task-definition/${family}:${revision}`,
    revision,
    status: "ACTIVE",
    requiresAttributes: [{ name: "com.amazonaws.ecs.capability.docker-remote-api.1.29" }],
    compatibilities: ["EC2"],
    registeredAt: 1,
  };
  return { volumes: [], placementConstraints: [], ...definition, ...added } as unknown as RegisteredTaskDefinition;
}

/** A service as DescribeServices answers it. */
export function asService(definition: RegisteredTaskDefinition, input: object): Service {
  const { serviceName = definition.family } = input as { readonly serviceName?: string };
  const described = {
    status: "ACTIVE",
    desiredCount: 1,
    runningCount: 1,
    pendingCount: 0,
    schedulingStrategy: "REPLICA",
    deployments: [],
    events: [],
    loadBalancers: [],
  };
  return {
    ...described,
    serviceName,
    serviceArn: `${prefix}:service/prod/${serviceName}`,
    taskDefinition: definition.taskDefinitionArn,
    ...input,
  } as unknown as Service;
}

/** The file as a user has it: written, read and checked. */
export function readBack(document: Raw): ResolvedWorkload {
  const { value } = parseWorkloadText(formatYaml(document), "aiplat.yaml");
  expect(problemsOf(value, [...workloadRules, ...ecsRules]).filter(({ severity }) => severity === "error")).toEqual([]);
  return resolveWorkload(value as unknown as Workload);
}

/** What plan says of the imported file, against what is there. */
export function planOf(
  workload: ResolvedWorkload,
  { parts }: ImportSource,
  snapshot: ClusterSnapshot = aSnapshot([anInstance("i1", "g5.xlarge")]),
): ServicePlan {
  const ecs = resolveForEcs(workload, { region: "us-east-1" }, null);
  // For a file that names none of them the cluster has one provider of Managed Instances.
  const managed = { name: "managed", type: "MANAGED_INSTANCES" };
  const associated = [...namedProviders(serviceCapacityOf(workload)), managed.name];
  const network = networkConfigurationOf(ecs, undefined);
  const settings = {
    cluster: "prod",
    enableExecuteCommand: false,
    force: false,
    capacity: { associated, defaultStrategy: [], providers: [managed] },
    ...(network === undefined ? {} : { networkConfiguration: network }),
  };
  return planServices(ecs, settings, snapshot, {
    services: parts.flatMap(({ service }) => service ?? []),
    definitions: parts.map(({ definition }) => definition),
  });
}

/** Imports and plans: nothing changes, and what a new revision or service would be says the same as what is there. */
export function importUnchanged(source: ImportSource, snapshot?: ClusterSnapshot): Imported {
  const imported = importWorkload(source);
  const workload = readBack(imported.document);
  const plan = planOf(workload, source, snapshot);
  // What runs is taken as it is, and said: the commands refuse the file where the linter refuses what it comes to.
  const wrong = lintTaskDefinition(source.parts[0].definition).filter(
    // The devices are put in order.
    ({ rule, severity }) => severity === "error" && rule !== "neuron-device-order",
  );
  const refused = refusals(() => resolveForEcs(workload, { region: "us-east-1" }, judgeBy(lintTaskDefinition))).map(
    (each) => each.split(" ")[0]!,
  );
  const linted = (list: readonly string[]) =>
    [...new Set(list)].filter((code) => rules.some(({ id }) => id === code)).sort();
  expect(linted(refused)).toEqual(linted(wrong.map(({ rule }) => rule)));
  for (const code of refused)
    expect(imported.warnings.map((each) => each.message)).toContainEqual(expect.stringContaining(`(${code})`));
  expect(plan.registrations.flatMap(({ changes }) => changes)).toEqual([]);
  expect(plan.registrations.map(({ action, taskDefinitionArn }) => [action, taskDefinitionArn]).sort()).toEqual(
    source.parts.map(({ definition }) => ["keep", definition.taskDefinitionArn]).sort(),
  );
  expect(plan.steps.flatMap(({ changes }) => changes)).toEqual([]);
  expect(plan.steps.map(({ action }) => action)).toEqual(
    source.parts.map(({ service }) => (service === undefined ? "create" : "keep")),
  );
  // As if nothing were there: everything is made anew, and nothing was lost on the way.
  const anew = planOf(workload, { parts: [] as unknown as ImportSource["parts"] }, snapshot);
  for (const { definition, service } of source.parts) {
    const step = anew.steps.find((each) => each.definition?.family === definition.family)!;
    expect(without(normalForm(step.definition!), "tags")).toEqual(without(normalForm(definition), "tags"));
    if (service !== undefined)
      expect(without(normalService(step.create!), "tags", "taskDefinition", "desiredCount")).toEqual(
        without(normalService(service), "tags", "taskDefinition", "desiredCount"),
      );
    for (const tag of service?.tags ?? []) expect(step.create!.tags).toContainEqual(tag);
    for (const tag of definition.tags ?? [])
      if (!tag.key.startsWith("aiplat:")) expect(step.definition!.tags).toContainEqual(tag);
  }
  return imported;
}

function without(object: Raw, ...names: readonly string[]): Raw {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));
}
