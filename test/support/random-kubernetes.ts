/** Any workload that eks generate takes, as any kind, with any of what goes beside it. */
import fc from "fast-check";
import type { Raw } from "../../src/core/base/merge.ts";
import { Refusal } from "../../src/core/base/problem.ts";
import { instanceTypes } from "../../src/core/catalog/instance-types/catalog.ts";
import type { InstanceType } from "../../src/core/catalog/instance-types/instance-type.ts";
import { extras } from "../../src/core/kubernetes/extras.ts";
import {
  generateManifests,
  resolveForKubernetes,
  type KubernetesSettings,
} from "../../src/core/kubernetes/generate.ts";
import { kinds, type Kind } from "../../src/core/kubernetes/kinds.ts";
import type { Manifest } from "../../src/core/kubernetes/manifest.ts";
import { eksRules } from "../../src/core/kubernetes/rules.ts";
import { podVariants } from "../../src/core/kubernetes/variants.ts";
import { checkDocument } from "../../src/core/workload/check.ts";
import { runRules } from "../../src/core/workload/rules/rule.ts";
import { workloadRules } from "../../src/core/workload/rules.ts";
import { valuesFor } from "./extra-values.ts";
import { word } from "./random-definitions.ts";
import { volumesFor } from "./random-volumes.ts";

/** Types that EKS has nodes of, and sells. */
export const currentTypes: readonly InstanceType[] = instanceTypes.filter(
  ({ status, accelerator: { kind } }) => status === "current" && (kind === "neuron" || kind === "nvidia"),
);

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 });
const text = fc.oneof(
  word,
  fc.constantFrom("yes", "1.10", "null", " x ", "a: b # c", 'it\'s "so"', "two\nlines\n", "$(HOME)", "$$", "é", ""),
);
const environment = fc.dictionary(fc.stringMatching(/^[A-Z][A-Z0-9_]{0,9}$/), text, { maxKeys: 4 });
const type = fc.constantFrom(...currentTypes.map(({ instanceType }) => instanceType));

const document = fc.record({
  name: fc.stringMatching(/^[a-z][a-z0-9-]{0,20}[a-z0-9]$/),
  image: fc.constantFrom("repo/bert:1", "763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-inference-neuronx:2.1"),
  kind: maybe(fc.constantFrom("service", "job")),
  accelerator: fc.oneof(
    { weight: 1, arbitrary: fc.constant("none") },
    {
      weight: 6,
      arbitrary: fc.record({
        instanceTypes: fc.uniqueArray(type, { minLength: 1, maxLength: 2 }),
        devicesPerReplica: maybe(fc.constantFrom(1, 2, 4, 8, 16, 0.5)),
        efa: maybe(fc.boolean()),
      }),
    },
  ),
  entryPoint: maybe(fc.array(text, { minLength: 1, maxLength: 2 })),
  command: maybe(fc.array(text, { minLength: 1, maxLength: 4 })),
  workingDirectory: maybe(fc.constant("/workspace")),
  environment: maybe(environment),
  tags: maybe(fc.dictionary(word, text, { maxKeys: 3 })),
  ports: maybe(
    fc.uniqueArray(
      fc.record({ container: fc.integer({ min: 1024, max: 40_000 }), name: maybe(fc.stringMatching(/^[a-z]{1,10}$/)) }),
      { selector: ({ container }) => container, minLength: 1, maxLength: 3 },
    ),
  ),
  health: maybe(
    fc.record({ path: fc.constantFrom("/", "/ping"), port: fc.constant(8080), startSeconds: maybe(fc.nat(900)) }),
  ),
  replicas: maybe(fc.integer({ min: 1, max: 5 })),
  nodes: maybe(fc.integer({ min: 1, max: 4 })),
  resources: maybe(
    fc.record({ cpu: maybe(fc.constantFrom(0.25, 1, 3.5)), memory: maybe(fc.constantFrom("1GiB", "3000MiB")) }),
  ),
  sharedMemory: maybe(fc.constantFrom(0, "1GiB")),
  user: maybe(fc.constantFrom(0, 1000)),
  readOnlyRoot: maybe(fc.boolean()),
  stop: maybe(fc.record({ timeoutSeconds: fc.integer({ min: 2, max: 600 }) })),
  volumes: maybe(volumesFor("eks")),
  rollout: maybe(fc.record({ maxUnavailable: maybe(fc.nat(2)), maxSurge: maybe(fc.nat(2)) })),
  model: maybe(fc.record({ uri: fc.constant("s3://models/bert"), format: maybe(fc.constant("pytorch")) })),
  schedule: maybe(fc.constant("0 3 * * *")),
  eks: fc.record({
    namespace: fc.constant("ml"),
    serviceAccount: maybe(fc.constant("bert")),
    secrets: maybe(fc.constant({ TOKEN: { name: "hf", key: "token" } })),
    queue: maybe(
      fc.oneof(
        fc.record({ kueue: fc.constant("team-a"), topology: maybe(fc.constant("topology.kubernetes.io/zone")) }),
        fc.constantFrom({ volcano: "team-a" }, { yunikorn: "root.team-a" }),
      ),
    ),
    pod: maybe(
      fc.constantFrom<Raw>(
        { spec: { terminationGracePeriodSeconds: 120 } },
        { spec: { nodeSelector: { pool: "ai" }, tolerations: [{ key: "team", operator: "Exists" }] } },
        { metadata: { annotations: { "example.com/a": "b" } } },
      ),
    ),
  }),
});

const settings = fc.record({
  kind: maybe(fc.constantFrom(...kinds)),
  neuronScheduler: maybe(fc.constantFrom("dra", "extension")),
  extras: maybe(fc.uniqueArray(fc.constantFrom(...extras), { maxLength: 3 })),
  maxReplicas: maybe(fc.integer({ min: 5, max: 9 })),
  queueFleets: maybe(fc.constantFrom(...currentTypes).map((each) => [{ type: each, count: 3 }])),
});

export interface RandomManifests {
  readonly workload: Raw;
  readonly kind: Kind;
  readonly manifests: readonly Manifest[];
}

/** Drawn at once; more than half are refused. */
const batch = 200;

/** So many workloads with what is generated of each; what aiplat refuses is drawn anew. */
export function randomManifests(count: number, seed: number): readonly RandomManifests[] {
  const found: RandomManifests[] = [];
  for (let round = 0; found.length < count; round++) {
    const drawn = fc.sample(fc.tuple(document, settings), { seed: seed + round, numRuns: batch });
    found.push(
      ...drawn.flatMap(([each, { kind, ...rest }]) => generated(withoutAbsent(each) as Raw, kind, rest) ?? []),
    );
  }
  return found.slice(0, count);
}

function generated(raw: Raw, asked: Kind | undefined, rest: object): RandomManifests | undefined {
  const { problems, broken, workload } = checkDocument(raw, () => undefined);
  const all = [...problems, ...runRules([...workloadRules, ...eksRules], workload, broken)];
  if (all.some(({ severity }) => severity === "error")) return undefined;
  try {
    const target = resolveForKubernetes(workload, asked);
    const { name } = podVariants(target.workload)[0]!;
    const given = withoutAbsent(rest) as KubernetesSettings;
    const told = { ...valuesFor(given.extras ?? []), ...given };
    const { manifests } = generateManifests(target, { ...told, variant: name });
    return { workload: raw, kind: target.kind, manifests };
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

/** As a file has it: what is left out is not there. */
function withoutAbsent(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value)) as unknown;
}
