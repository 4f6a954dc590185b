// What KServe's presets, its Service and its scheduler make of an LLMInferenceService (kserve/kserve @aaac4e2).
import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { Refusal, type Problem } from "../../../../src/core/base/problem.ts";
import { generateManifests, resolveForKubernetes } from "../../../../src/core/kubernetes/generate.ts";
import type { Manifest } from "../../../../src/core/kubernetes/manifest.ts";
import { podVariants } from "../../../../src/core/kubernetes/variants.ts";
import type { Workload } from "../../../../src/core/workload/schema.ts";
import { acceleratedPods, workloadOf } from "../../../support/kubernetes-workloads.ts";

type Fields = Readonly<Record<string, unknown>>;

const kind = "LLMInferenceService";
const workload = (nodes = 1) => workloadOf({ kind, accelerator: "neuron", devices: "whole instance", nodes });
const made = (change: Partial<Workload> = {}, nodes = 1) =>
  generateManifests(resolveForKubernetes({ ...workload(nodes), ...change }, kind));
const specOf = (manifest: Manifest | undefined) => manifest!["spec"] as Fields;

function refused(change: Partial<Workload>): readonly string[] {
  try {
    made(change);
  } catch (error) {
    if (error instanceof Refusal)
      return error.problems.map(({ path, message }: Problem) => `${(path ?? []).join(".")}: ${message}`);
    throw error;
  }
  return [];
}

describe("an LLMInferenceService", () => {
  it("says over how many devices and nodes the model is", () => {
    const spec = specOf(made({}, 2).manifests[0]);
    expect(spec).toMatchObject({ model: { uri: "hf://Qwen/Qwen3-8B" }, parallelism: { tensor: 32, pipeline: 2 } });
    expect(Object.keys(spec)).toContain("worker");
    expect(JSON.stringify(spec["worker"])).not.toContain("Probe");
    expect(specOf(made().manifests[0])).not.toHaveProperty("worker");
  });

  // kserve/kserve @aaac4e2, config/llmisvcconfig/config-llm-template.yaml: eval "exec vllm serve ... $@"
  it("has the words of command as options of the preset's vllm serve, of which a shell reads what was said", () => {
    const mainOf = (change: Partial<Workload>) => acceleratedPods(made(change).manifests)[0]!;
    const argsOf = (change: Partial<Workload>) => mainOf(change).containers[0]!.args;
    const command = ["--override-neuron-config", '{"a": "it\'s $(HOME)"}', "--max-model-len=8192"];
    const args = argsOf({ command })!;
    expect(args).toEqual(["--override-neuron-config", `'{"a": "it'\\''s $$(HOME)"}'`, "--max-model-len=8192"]);
    const kubelet = args.map((word) => word.replaceAll("$$", "$"));
    const read = spawnSync("sh", ["-c", `eval "printf '%s\\n' $*"`, "--", ...kubelet], { encoding: "utf8" });
    expect(read.stdout.trimEnd().split("\n")).toEqual(command);
    // Another program reads them once.
    expect(argsOf({ entryPoint: ["serve"], command })).toEqual([command[0], '{"a": "it\'s $$(HOME)"}', command[2]]);
    // So do raw fields.
    const raw = { spec: { containers: [{ name: "bert", args: ["--x", "{}"] }] } };
    expect(argsOf({ eks: { pod: raw } })).toEqual(["--x", "{}"]);
    expect(refused({ command: ["vllm", "serve"] })).toEqual([
      "command: LLMInferenceService has KServe start vllm serve with the words of command as more options, which vllm is none of: entryPoint replaces vllm serve",
    ]);
  });

  it("is served on KServe's port", () => {
    expect(refused({ ports: [{ container: 8080 }] })).toEqual([
      "ports: LLMInferenceService gets requests on port 8000, and ports has none of it",
    ]);
    expect(refused({ health: { path: "/health", port: 8080 } })).toEqual([
      "health.port: LLMInferenceService has KServe start vllm serve on port 8000, and health.port is 8080",
    ]);
    const beside = (port: number) => [{ name: "metrics", image: "m:1", ports: [{ container: port }] }];
    expect(refused({ ports: [], sidecars: beside(8000) })).toEqual([
      "sidecars.0.ports: LLMInferenceService gets requests on port 8000 of the workload's container, and sidecar metrics listens there",
    ]);
    expect(refused({ ports: [], sidecars: beside(9100) })).toEqual([]);
    const { health: _health, ...rest } = workload();
    const own = { ...rest, entryPoint: ["serve"], health: { path: "/ping", port: 8081 } };
    expect(() => generateManifests(resolveForKubernetes({ ...own, ports: [] }, kind))).not.toThrow();
  });

  it("has pods of the resource's name, by which KServe finds them, that run as the image's user", () => {
    const accelerator = { instanceTypes: ["inf2.xlarge", "trn1.32xlarge"], devicesPerReplica: 1 };
    const target = resolveForKubernetes({ ...workload(), accelerator }, kind);
    const names = podVariants(target.workload).map(({ name }) => name);
    expect(names).toHaveLength(2);
    for (const variant of names) {
      const [{ metadata, spec }] = generateManifests(target, { variant }).manifests as readonly [Manifest];
      expect(metadata.name).toBe(variant);
      expect(spec).toMatchObject({
        labels: { "app.kubernetes.io/name": variant },
        template: { containers: [{ securityContext: { runAsNonRoot: false } }] },
      });
    }
    const user = specOf(made({ user: 1000 }).manifests[0]);
    expect(user).toMatchObject({ template: { containers: [{ securityContext: { runAsNonRoot: true } }] } });
  });

  it("refuses a model's format, and a workload without one", () => {
    expect(refused({ model: { uri: "s3://m", format: "onnx" } })).toEqual([
      "model.format: LLMInferenceService serves language models, which have no format, and there is model.format",
    ]);
    const { model: _model, ...rest } = workload();
    expect(() => generateManifests(resolveForKubernetes(rest, kind))).toThrow(/serves a model, and there is none/);
  });
});
