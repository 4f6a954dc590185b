#!/usr/bin/env node
// Writes src/core/kubernetes/cel/published-rules.ts, the rules in CEL that the custom resources of aiplat publish, from
// facts/custom-resource-rules.json:
//
//   node scripts/build-cel-rules.mjs
//
// The facts are drawn from the published schemas, a file KIND.GROUP.json each with `source`, `group`, `kind` and
// `versions`:
//
//   node scripts/build-cel-rules.mjs --refresh SCHEMAS_FOLDER
//
// Those that the folder lacks are in test/fixtures/custom-resources. test/unit/kubernetes/cel.test.ts says which resource
// aiplat writes that is not read here.
//
// It stops where a rule is none that aiplat can evaluate.
import "./say-errors.mjs";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { loadSource, root } from "./load-source.mjs";

const factsFile = join(root, "facts/custom-resource-rules.json");
const ownSchemas = join(root, "test/fixtures/custom-resources");
const outFile = join(root, "src/core/kubernetes/cel/published-rules.ts");

/** The custom resources that aiplat writes beside the kinds of a workload, in the version that it writes. */
const companions = [
  ["Server", "mlops.seldon.io/v1alpha1"],
  ["TrainingRuntime", "trainer.kubeflow.org/v1alpha1"],
  ["PodGroup", "scheduling.volcano.sh/v1beta1"],
  ["ClusterQueue", "kueue.x-k8s.io/v1beta2"],
  ["LocalQueue", "kueue.x-k8s.io/v1beta2"],
  ["ResourceFlavor", "kueue.x-k8s.io/v1beta2"],
  ["Topology", "kueue.x-k8s.io/v1beta2"],
  ["ComputeDomain", "resource.nvidia.com/v1beta1"],
  ["VolumeSnapshot", "snapshot.storage.k8s.io/v1"],
  ["VolumeSnapshotContent", "snapshot.storage.k8s.io/v1"],
  ["ScaledObject", "keda.sh/v1alpha1"],
  ["PodMonitor", "monitoring.coreos.com/v1"],
  ["ServiceMonitor", "monitoring.coreos.com/v1"],
  ["HTTPRoute", "gateway.networking.k8s.io/v1"],
  ["DestinationRule", "networking.istio.io/v1"],
  ["VirtualService", "networking.istio.io/v1"],
  ["Policy", "kyverno.io/v1"],
  ["ConstraintTemplate", "templates.gatekeeper.sh/v1"],
  ["Application", "argoproj.io/v1alpha1"],
  ["GitRepository", "source.toolkit.fluxcd.io/v1"],
  ["Kustomization", "kustomize.toolkit.fluxcd.io/v1"],
  ["EC2NodeClass", "karpenter.k8s.aws/v1"],
  ["NodePool", "karpenter.sh/v1"],
  ["NodeOverlay", "karpenter.sh/v1alpha1"],
];

/** Kubernetes' own groups, whose rules are not in CEL. */
const ownGroups = new Set(["apps", "batch"]);

const [flag, folder, ...rest] = process.argv.slice(2);
if (flag === "--refresh" && folder !== undefined && rest.length === 0) await refresh(folder);
else if (flag !== undefined) throw new Error("usage: build-cel-rules.mjs [--refresh SCHEMAS_FOLDER]");
await generate(JSON.parse(await readFile(factsFile, "utf8")));

async function refresh(schemas) {
  const { kinds, definitionOf } = await loadSource("src/core/kubernetes/kinds.ts");
  const carriers = kinds
    .map((kind) => [definitionOf(kind).resourceKind ?? kind, definitionOf(kind).apiVersion])
    .filter(([, apiVersion]) => !ownGroups.has(apiVersion.split("/")[0]));
  const read = await Promise.all(
    [...carriers, ...companions].map(([kind, apiVersion]) => readResource(schemas, kind, apiVersion)),
  );
  await writeFile(factsFile, `${JSON.stringify({ resources: read }, null, 2)}\n`);
}

async function readResource(schemas, kind, apiVersion) {
  const [group, version] = apiVersion.split("/");
  const file = join(schemas, `${kind}.${group}.json`);
  const { source, versions } = JSON.parse(
    await readFile(existsSync(file) ? file : join(ownSchemas, `${kind}.${group}.json`), "utf8"),
  );
  if (versions[version] === undefined) throw new Error(`${kind}.${group} has no version ${version}`);
  const all = rulesOf(versions[version]);
  const rules = all.filter(({ rule }) => !onChanges(rule));
  const defaults = defaultsOf(versions[version], rules);
  return { kind, apiVersion, source, rules, defaults, leftOut: all.filter(({ rule }) => onChanges(rule)) };
}

/**
 * Every rule with the place that it holds for: keys with dots between them, `[]` for every item of a list, `{}` for every
 * value of a map.
 */
function rulesOf(schema, path = "") {
  const own = schema["x-kubernetes-validations"] ?? [];
  const strange = own.flatMap((rule) => Object.keys(rule)).find((key) => !["rule", "message", "reason"].includes(key));
  if (strange !== undefined) throw new Error(`${path}: a rule with ${strange}, which aiplat does not read`);
  return [
    ...own.map(({ rule, message }) => ({ path, rule, message: message ?? `failed rule: ${rule}` })),
    ...children(schema, path).flatMap(([place, child]) => rulesOf(child, place)),
  ];
}

/** The defaults that the API server sets before it asks a rule: of the fields that a rule names, below its place. */
function defaultsOf(schema, rules, path = "") {
  return children(schema, path).flatMap(([place, child]) => [
    ...(child.default !== undefined && rules.some((rule) => names(rule, place))
      ? [{ path: place, value: child.default }]
      : []),
    ...defaultsOf(child, rules, place),
  ]);
}

function names({ path, rule }, place) {
  if (path !== "" && !place.startsWith(`${path}.`) && !place.startsWith(`${path}[]`) && !place.startsWith(`${path}{}`))
    return false;
  const keys = place
    .slice(path.length)
    .split(/[.[\]{}]+/)
    .filter((key) => key !== "");
  return keys.length > 0 && keys.every((key) => new RegExp(`\\b${key}\\b`).test(rule));
}

function children(schema, path) {
  const { properties = {}, items, additionalProperties } = schema;
  return [
    ...Object.entries(properties).map(([key, child]) => [path === "" ? key : `${path}.${key}`, child]),
    ...(items === undefined ? [] : [[`${path}[]`, items]]),
    ...(typeof additionalProperties === "object" ? [[`${path}{}`, additionalProperties]] : []),
  ];
}

async function generate(facts) {
  const { checkRule } = await loadSource("src/core/kubernetes/cel/evaluate.ts");
  for (const { kind, rules } of facts.resources)
    for (const { path, rule } of rules) {
      const trouble = checkRule(rule);
      if (trouble !== undefined) throw new Error(`${kind} ${path}: ${rule} cannot be evaluated: ${trouble}`);
    }
  await writeFile(outFile, sourceText(facts.resources));
  execFileSync(process.execPath, [join(root, "node_modules/oxfmt/bin/oxfmt"), outFile], { cwd: root });
}

/** A rule that compares with what the cluster has: nobody asks it when a manifest is made. */
function onChanges(rule) {
  return /\boldSelf\b/.test(rule);
}

function sourceText(published) {
  const entries = published
    .filter(({ rules }) => rules.length > 0)
    .map(
      ({ kind, apiVersion, source, rules, defaults }) =>
        `  // ${source}\n  ${JSON.stringify(`${apiVersion} ${kind}`)}: () => (${JSON.stringify({ kind, apiVersion, rules, defaults })}),`,
    );
  return [
    "// Generated from facts/custom-resource-rules.json by scripts/build-cel-rules.mjs: change it there.",
    'import type { PublishedRules } from "./violations.ts";',
    "",
    "/**",
    " * The rules of the custom resources that aiplat writes, but those on changes (`leftOut` of the facts), by `apiVersion",
    " * kind`. Of the many, a command makes only those of the resource that it writes.",
    " */",
    "export const publishedRules: Readonly<Record<string, () => PublishedRules>> = {",
    ...entries,
    "};",
    "",
  ].join("\n");
}
