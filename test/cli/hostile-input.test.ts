// Every parser of what users hand in, with mutations of real files: each ends in an answer or in an error that is one.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { builtInModels } from "../../src/core/models/built-in-models.ts";
import { runCli } from "../support/cli.ts";
import { runs, testTimeoutMs } from "../support/depth.ts";
import { edit, edits } from "../support/hostile-text.ts";
import { mutate, mutations } from "../support/mutations.ts";

const root = join(import.meta.dirname, "../..");
const fixtures = join(root, "test/fixtures");
const read = (path: string) => readFileSync(path, "utf8");
const deployed = readdirSync(join(fixtures, "deployed")).filter((name) => !name.endsWith(".json"));
const workloads = [
  ...deployed.map((name) => read(join(fixtures, "deployed", name, "workload.yaml"))),
  ...readdirSync(join(root, "templates")).map((name) => read(join(root, "templates", name, "aiplat.yaml"))),
];
const snapshots = deployed.map((name) => read(join(fixtures, "deployed", name, "cluster.json")));
const definitions = snapshots
  .flatMap((text) => Object.values((JSON.parse(text) as { readonly taskDefinitions: object }).taskDefinitions))
  .map((definition) => JSON.stringify(definition, null, 2));
const plans = readdirSync(join(fixtures, "saved-plans")).map((name) => read(join(fixtures, "saved-plans", name)));
const models = builtInModels
  .filter(
    ({ config }, index, all) => all.findIndex((each) => each.config["model_type"] === config["model_type"]) === index,
  )
  .map(({ config }) => JSON.stringify(config));
const rows = [
  JSON.stringify([
    {
      instanceType: "inf9.xlarge",
      vcpus: 4,
      memoryMiB: 16384,
      architecture: "x86_64",
      accelerator: { kind: "neuron", name: "Inferentia2", count: 1, coresPerDevice: 2, memoryMiBPerDevice: 32768 },
    },
  ]),
];

interface Reader {
  readonly seeds: readonly string[];
  readonly args: readonly string[];
  /** What of the text is handed in by a flag instead of by standard input. */
  readonly flag?: string;
  /** It takes a process each time. */
  readonly fewer?: boolean;
}

const flags = [
  "--name",
  "a",
  "--image",
  "b:1",
  "--instance-type",
  "inf2.24xlarge",
  "--region",
  "us-east-1",
  "--no-file",
];

const readers: Readonly<Record<string, Reader>> = {
  validate: { seeds: workloads, args: ["validate", "-"] },
  "validate for EKS": { seeds: workloads, args: ["validate", "-", "--for", "eks"] },
  "taskdef generate": { seeds: workloads, args: ["taskdef", "generate", "-", "--all", "--region", "us-east-1"] },
  "eks generate": { seeds: workloads, args: ["eks", "generate", "-"] },
  "taskdef lint": { seeds: definitions, args: ["taskdef", "lint", "-"] },
  "taskdef lint --fix": { seeds: definitions, args: ["taskdef", "lint", "-", "--fix"] },
  "cluster devices": { seeds: snapshots, args: ["cluster", "devices", "--cluster-state", "-"] },
  "cluster explain": {
    seeds: snapshots,
    args: ["cluster", "explain", "--cluster-state", "-", ...flags, "--devices", "2"],
  },
  "a saved run": { seeds: plans, args: ["run-task", "--plan", "-", "--sandbox", "--region", "us-east-1"] },
  "instance types": { seeds: rows, args: ["instances", "list", "--instance-types-file", "-"], fewer: true },
  "placement constraints": {
    seeds: ["type=memberOf,expression=attribute:ecs.instance-type =~ inf2.*", '[{"type":"distinctInstance"}]'],
    args: ["run-task", ...flags, "--sandbox", "--dry-run"],
    flag: "--placement-constraints",
  },
  overrides: {
    seeds: ['{"containerOverrides":[{"name":"a","command":["x"],"environment":[{"name":"A","value":"b"}]}]}'],
    args: ["run-task", ...flags, "--sandbox", "--dry-run"],
    flag: "--overrides",
  },
  "a model": { seeds: models, args: ["instances", "fit", "-", "--family", "g6e", "--all", "--arithmetic"] },
  "one value": { seeds: ["environment.A=b", "ports[0].container=80"], args: ["validate", ...flags], flag: "--set" },
};

/** One text from the seeds, changed as text, or where it is JSON as a value. */
function hostile(seeds: readonly string[]): fc.Arbitrary<string> {
  const asText = fc.tuple(fc.constantFrom(...seeds), edits).map(([seed, changes]) => edit(seed, changes));
  const json = seeds.filter((seed) => /^\s*[[{]/.test(seed));
  if (json.length === 0) return asText;
  const asValue = fc
    .tuple(fc.constantFrom(...json), mutations)
    .map(([seed, changes]) => JSON.stringify(mutate(JSON.parse(seed), changes)));
  return fc.oneof(asText, asValue);
}

describe("hostile input", () => {
  it.each(Object.entries(readers))(
    "%s answers it or refuses it",
    async (_, { seeds, args, flag, fewer = false }) => {
      await fc.assert(
        fc.asyncProperty(hostile(seeds), async (text) => {
          const { code, stderr } = await (flag === undefined
            ? runCli(args, { input: text })
            : runCli([...args, `${flag}=${text}`]));
          const isAnswer = code !== null && code <= 4;
          expect([isAnswer, isAnswer ? "" : stderr]).toEqual([true, ""]);
        }),
        { numRuns: runs(fewer ? 30 : 300) },
      );
    },
    testTimeoutMs,
  );
});
