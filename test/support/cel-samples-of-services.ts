/** Values that break and pass the rules of a Workflow and an LLMInferenceService. */
import type { CelSample } from "./cel-samples.ts";

const artifactLocations = ["s3", "git", "http", "artifactory", "hdfs", "raw", "oss", "gcs", "azure", "plugin"];
const templateTypes = [
  "container",
  "script",
  "dag",
  "steps",
  "resource",
  "suspend",
  "containerSet",
  "data",
  "http",
  "plugin",
];
const atMostOne = (of: string, fields: readonly string[]) =>
  `${fields.map((field) => `(has(${of}.${field}) ? 1 : 0)`).join(" + ")} <= 1`;

export const workflowSamples: Readonly<Record<string, CelSample>> = {
  [atMostOne("self", artifactLocations)]: {
    breaks: { name: "a", s3: { key: "a" }, git: { repo: "a" } },
    passes: { name: "a", s3: { key: "a" } },
  },
  "!has(self.realtime) || !self.realtime || !self.value.contains('resourcesDuration.')": {
    breaks: { realtime: true, value: "{{resourcesDuration.cpu}}" },
    passes: { realtime: true, value: "{{duration}}" },
  },
  "!has(self.depends) || !has(self.dependencies)": {
    breaks: { name: "a", depends: "b", dependencies: ["b"] },
    passes: { name: "a", depends: "b" },
  },
  "!has(self.depends) || !has(self.continueOn)": {
    breaks: { name: "a", depends: "b", continueOn: { failed: true } },
    passes: { name: "a", continueOn: { failed: true } },
  },
  "!(has(self.depends) || has(self.dependencies)) || !self.name.matches('^[0-9]')": {
    breaks: { name: "1a", depends: "b" },
    passes: { name: "a1", depends: "b" },
  },
  "!(has(self.count) && has(self.end))": { breaks: { count: "1", end: "2" }, passes: { start: "1", end: "2" } },
  "(has(self.manifest) && !has(self.manifestFrom)) || (!has(self.manifest) && has(self.manifestFrom)) || (!has(self.manifest) && !has(self.manifestFrom))":
    {
      breaks: { action: "create", manifest: "a", manifestFrom: { artifact: { name: "a" } } },
      passes: { action: "create", manifest: "a" },
    },
  [`self.all(t, ${atMostOne("t", templateTypes)})`]: {
    breaks: [{ name: "a", container: { image: "a" }, suspend: {} }],
    passes: [{ name: "a", container: { image: "a" } }, { name: "b" }],
  },
  'self.all(t, !(has(t.timeout) && t.timeout != "" && (has(t.steps) || has(t.dag))))': {
    breaks: [{ name: "a", timeout: "1h", dag: { tasks: [] } }],
    passes: [{ name: "a", timeout: "1h", container: { image: "a" } }],
  },
  "self.all(t, !(has(t.activeDeadlineSeconds) && (has(t.steps) || has(t.dag))))": {
    breaks: [{ name: "a", activeDeadlineSeconds: 5, steps: [] }],
    passes: [{ name: "a", activeDeadlineSeconds: 5, container: { image: "a" } }],
  },
};

const keda = (more: object = {}) => ({ maxReplicas: 4, keda: { triggers: [{ type: "cpu" }], ...more } });
const wva = (idle: object = {}) => ({ maxReplicas: 4, wva: { keda: idle } });
const named = (name: string) => ({ advanced: { horizontalPodAutoscalerConfig: { name } } });
const modified = (formula: string) => ({
  keda: { advanced: { scalingModifiers: { formula, target: "", activationTarget: "", metricType: "" } } },
});

export const llmSamples: Readonly<Record<string, CelSample>> = {
  "!(has(self.replicas) && has(self.scaling))": {
    breaks: { replicas: 1, scaling: keda() },
    passes: { scaling: keda() },
  },
  "has(self.wva) || has(self.keda)": { breaks: { maxReplicas: 4 }, passes: keda() },
  "!(has(self.wva) && has(self.keda))": { breaks: { ...keda(), ...wva() }, passes: wva() },
  "!has(self.keda) || size(self.keda.triggers) > 0": { breaks: keda({ triggers: [] }), passes: keda() },
  "!has(self.minReplicas) || self.minReplicas <= self.maxReplicas": {
    breaks: { minReplicas: 5, ...keda() },
    passes: { minReplicas: 4, ...keda() },
  },
  "!has(self.wva) || !has(self.wva.keda) || !has(self.wva.keda.idleReplicaCount) || has(self.minReplicas)": {
    passes: { minReplicas: 1, ...wva({ idleReplicaCount: 0 }) },
  },
  "!has(self.wva) || !has(self.wva.keda) || !has(self.wva.keda.idleReplicaCount) || !has(self.minReplicas) || self.wva.keda.idleReplicaCount < self.minReplicas":
    {
      breaks: { minReplicas: 1, ...wva({ idleReplicaCount: 1 }) },
      passes: { minReplicas: 1, ...wva({ idleReplicaCount: 0 }) },
    },
  "!has(self.keda) || !has(self.keda.idleReplicaCount) || has(self.minReplicas)": {
    passes: { minReplicas: 1, ...keda({ idleReplicaCount: 0 }) },
  },
  "!has(self.keda) || !has(self.keda.idleReplicaCount) || !has(self.minReplicas) || self.keda.idleReplicaCount < self.minReplicas":
    {
      breaks: { minReplicas: 1, ...keda({ idleReplicaCount: 1 }) },
      passes: { minReplicas: 1, ...keda({ idleReplicaCount: 0 }) },
    },
  "!has(self.advanced) || !has(self.advanced.horizontalPodAutoscalerConfig) || size(self.advanced.horizontalPodAutoscalerConfig.name) == 0":
    { breaks: named("mine"), passes: named("") },
  "!has(self.keda) || !has(self.keda.advanced) || (size(self.keda.advanced.scalingModifiers.formula) == 0 && size(self.keda.advanced.scalingModifiers.target) == 0 && size(self.keda.advanced.scalingModifiers.activationTarget) == 0 && size(self.keda.advanced.scalingModifiers.metricType) == 0)":
    { breaks: modified("a + b"), passes: modified("") },
  "!(has(self.hpa) && has(self.keda))": { breaks: { hpa: {}, keda: {} }, passes: { hpa: {} } },
  "has(self.hpa) || has(self.keda)": { breaks: {}, passes: { hpa: {} } },
  "self.kind != 'Service' || has(self.port)": {
    breaks: { kind: "Service", name: "a" },
    passes: { kind: "Service", name: "a", port: { number: 9002 } },
  },
  "self.all(p1, self.exists_one(p2, p1.number==p2.number))": {
    breaks: [{ number: 8000 }, { number: 8000 }],
    passes: [{ number: 8000 }, { number: 8001 }],
  },
};
