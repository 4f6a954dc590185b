// Where a workload can run, as the table of docs/workload-targets.md has it: each with the least workload there.
import { mergeRaw, type Raw } from "../core/base/merge.ts";
import { present } from "../core/base/present.ts";
import { namedStrategy } from "../core/ecs/capacity.ts";
import { judgeBy } from "../core/ecs/judge.ts";
import { lintTaskDefinition } from "../core/ecs/lint/lint.ts";
import { logGroupsOf } from "../core/ecs/log-groups.ts";
import { definitionsOf, resolveForEcs } from "../core/ecs/resolve-for-ecs.ts";
import { ecsRules } from "../core/ecs/rules.ts";
import { generateService } from "../core/ecs/service.ts";
import { generateManifests, resolveForKubernetes } from "../core/kubernetes/generate.ts";
import { definitionOf, kinds, type Kind } from "../core/kubernetes/kinds.ts";
import { eksRulesFor } from "../core/kubernetes/rules.ts";
import { networkConfigurationOf } from "../core/plan/run-request.ts";
import { resolveWorkload } from "../core/workload/resolve.ts";
import type { WordTarget } from "./attempt.ts";
import { neededBy } from "./needed-by.ts";
import { samplesOf, samplesOnManagedInstances } from "./samples.ts";

const least: Raw = { name: "bert", image: "repo/bert:1", accelerator: { instanceTypes: ["trn1.32xlarge"] } };

/** Parts of GPU machines, for what needs room beside a replica. */
const part: Raw = { accelerator: { instanceTypes: ["g5.12xlarge"], devicesPerReplica: 1 } };

const roles = { execution: "arn:aws:iam::111122223333:role/execution" };

/** What the examples of `init`, `sidecars` and `model` mount. */
const volumes = [{ path: "/models", scratch: "1GiB" }];

const awsvpc: Raw = { networkMode: "awsvpc", network: { subnets: ["subnet-0a1b2c3d"] } };

function onEcs(name: string, ecs: Raw, samples: readonly Raw[] = []): WordTarget {
  return {
    name,
    base: { ...least, kind: "service", ecs },
    beside: [{ roles }, { ports: [{ container: 8080 }] }, { volumes }, { ecs: awsvpc }, { kind: "job" }, part],
    samples,
    rules: ecsRules,
    make: (workload) => {
      const resolved = resolveForEcs(resolveWorkload(workload), { region: "us-east-1" }, judgeBy(lintTaskDefinition));
      const common = present({
        capacityProviderStrategy: namedStrategy(resolved.capacity),
        networkConfiguration: networkConfigurationOf(resolved, undefined),
      });
      const services =
        resolved.workload.kind === "job"
          ? []
          : resolved.variants.map((variant) =>
              generateService(resolved, variant, {
                ...common,
                cluster: resolved.workload.ecs.cluster ?? "default",
                taskDefinition: variant.definition.family,
                desiredCount: resolved.workload.replicas,
                enableExecuteCommand: false,
                placementConstraints: [],
              }),
            );
      const logGroups = logGroupsOf(resolved);
      return { made: { definitions: definitionsOf(resolved), common, services, logGroups }, warnings: [] };
    },
  };
}

/** A model that is not the examples': a word that says what is there already would change nothing. */
const another = { uri: "s3://models/another", format: "onnx" };

function onEks(kind: Kind): WordTarget {
  const { scheduled } = definitionOf(kind);
  const needed = neededBy[kind];
  return {
    name: kind,
    base: mergeRaw(
      {
        ...least,
        ...(scheduled === true ? { schedule: "@daily" } : {}),
        ...(kind === "RayJob" ? { command: ["python", "train.py"] } : {}),
        eks: { namespace: "ml" },
      },
      {
        ...needed,
        ...(needed?.model === undefined
          ? {}
          : { model: needed.model.format === undefined ? { uri: another.uri } : another }),
      },
      {},
    ),
    beside: [{ eks: { serviceAccount: "bert" } }, { ports: [{ container: 8080 }] }, { volumes }, part],
    samples: samplesOf[kind] ?? [],
    rules: eksRulesFor(kind),
    make: (workload) => {
      const { manifests, warnings } = generateManifests(resolveForKubernetes(workload, kind));
      return { made: manifests, warnings };
    },
  };
}

export const ecsTargets: readonly WordTarget[] = [
  onEcs("ECS on EC2", {}),
  onEcs("ECS Managed Instances", { capacity: "managed-instances", ...awsvpc }, samplesOnManagedInstances),
];

export const eksTargets: readonly WordTarget[] = kinds.map(onEks);
