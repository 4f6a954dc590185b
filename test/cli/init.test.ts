import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, test } from "vitest";
import { runCli, type CliRun } from "../support/cli.ts";

describe("init --model", () => {
  let cwd: string;
  beforeEach(() => {
    cwd = mkdtempSync(join(tmpdir(), "aiplat-init-"));
  });
  afterEach(() => rmSync(cwd, { recursive: true }));

  const own = { MODEL_URI: "s3://my-models/weights" };
  const run = (args: readonly string[], env = {}): Promise<CliRun> => runCli(args, { cwd, env });
  const text = () => readFileSync(join(cwd, "aiplat.yaml"), "utf8");

  // Without an edit: what is written validates, comes to a definition that lint finds nothing in, and is planned.
  test.each<readonly [model: string, ...flags: readonly string[]]>([
    ["qwen3-8b"],
    ["phi-4", "--sequences", "16"],
    ["qwen2.5-72b"],
    ["mixtral-8x7b-instruct-v0.1"],
    ["deepseek-r1"],
    ["qwen2.5-0.5b"],
    ["gpt-oss-20b", "--instance-type", "trn2.48xlarge"],
    ["qwen3-32b", "--instance-type", "inf2.48xlarge"],
    ["llama-3.1-8b-instruct", "--instance-type", "trn1.2xlarge"],
    ["gemma-2-9b"],
    ["llama-3.1-405b", "--instance-type", "trn2.48xlarge", "--context", "2048"],
  ])("%s %s %s is for ECS without an edit", async (model, ...flags) => {
    expect(await run(["init", "--model", model, ...flags])).toMatchObject({ code: 0, stdout: "" });
    const valid = await run(["validate"], own);
    expect([valid.code, valid.stderr.includes("error")]).toEqual([0, false]);
    const definitions = await run(["taskdef", "generate", "--all"], own);
    expect(definitions.code).toBe(0);
    writeFileSync(join(cwd, "definitions.json"), definitions.stdout);
    const lint = await run(["taskdef", "lint", "definitions.json", "--fail-on", "warning"]);
    expect([lint.code, lint.stdout]).toEqual([0, ""]);
  });

  test.each<readonly [model: string, ...flags: readonly string[]]>([
    ["qwen3-8b"],
    ["llama-3.3-70b-instruct", "--instance-type", "trn1.32xlarge"],
    ["gpt-oss-120b"],
  ])("%s %s %s is for EKS without an edit", async (model, ...flags) => {
    await run(["init", "--model", model, "--target", "eks", ...flags]);
    const { code, stdout, stderr } = await run(["eks", "generate"], own);
    expect(code).toBe(0);
    expect(stdout).toContain("kind: Deployment");
    expect(stderr).not.toContain("Pod Security");
  });

  it("is planned on the sandbox without an edit", async () => {
    await run(["init", "--model", "qwen3-8b"]);
    const { code, stdout } = await run(["plan", "aiplat.yaml", "--sandbox", "-o", "json"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ kind: "Plan" });
  });

  it("serves with the image, degree, context and devices of the cheapest fit", async () => {
    await run(["init", "--model", "qwen3-32b", "--sequences", "8"]);
    const fit = await run(["instances", "fit", "qwen3-32b", "--sequences", "8", "--status", "current", "-o", "json"]);
    const [cheapest] = (JSON.parse(fit.stdout) as { items: readonly Record<string, unknown>[] }).items;
    const { instanceType, devices, ranks, images } = cheapest!;
    expect(text()).toContain(`instanceTypes: [${String(instanceType)}]\n  devicesPerReplica: ${String(devices)}\n`);
    expect(text()).toContain(`--tensor-parallel-size=${String(ranks)} `);
    expect(text()).toContain("--max-model-len=8192 ");
    expect(text()).toContain(`image: ${(images as readonly { image: string }[])[0]!.image}\n`);
  });

  it("takes the weights of a config.json from a bucket", async () => {
    const config = {
      model_type: "llama",
      hidden_size: 2048,
      intermediate_size: 8192,
      num_hidden_layers: 16,
      num_attention_heads: 32,
      num_key_value_heads: 8,
      vocab_size: 128_256,
    };
    writeFileSync(join(cwd, "tuned.json"), JSON.stringify(config));
    const { code } = await run(["init", "--model", "tuned.json"]);
    expect(code).toBe(0);
    expect(text()).toContain("# Serves tuned with vLLM on");
    expect(text()).toContain("name: tuned\n");
    expect(text()).toContain("# Copy the weights to a bucket of yours, and name it here.");
    expect((await run(["validate"], own)).code).toBe(0);
  });

  it("writes what is reviewed", async () => {
    const { stdout } = await run([
      "init",
      "--model",
      "llama-3.1-8b-instruct",
      "--instance-type",
      "trn1.2xlarge",
      "--file",
      "-",
    ]);
    expect(stdout.slice(stdout.indexOf("\n") + 1)).toBe(
      `# Serves meta-llama/Llama-3.1-8B-Instruct with vLLM on Neuron (NxD Inference) on 1 of the 1 Trainium of trn1.2xlarge, 1.34375 USD/hour on demand in us-east-1, 2026-07-20.
# What else it fits:  aiplat instances fit llama-3.1-8b-instruct --context 8192
name: llama-3-1-8b-instruct
kind: service
image: public.ecr.aws/neuron/pytorch-inference-vllm-neuronx:0.16.0-neuronx-py312-sdk2.31.1-ubuntu24.04
entryPoint: [vllm]
command:
  - serve
  - /models
  - --served-model-name=meta-llama/Llama-3.1-8B-Instruct
  - --tensor-parallel-size=2   # NeuronCores that share the weights
  - --max-model-len=8192   # tokens of a sequence: 512 MiB of cache on each
  - --max-num-seqs=8   # at once; 12 fit beside the weights
  - --no-enable-prefix-caching   # needs a cache in blocks, which NxD Inference has on request
  - --port=8000
ports: [{ container: 8000, name: http }]
# The first start fetches 15 GiB and compiles the model; the next finds them in the volumes.
health: { path: /health, port: 8000, startSeconds: 1380 }
accelerator:
  instanceTypes: [trn1.2xlarge]
  devicesPerReplica: 1
# Gated: accept its terms, copy the weights to a bucket of yours, and name it here.
model: { uri: "\${env:MODEL_URI}", path: /models }
volumes:
  - { path: /models, host: /var/lib/aiplat/models/llama-3-1-8b-instruct }
  - { path: /var/tmp/neuron-compile-cache, host: /var/lib/aiplat/neuron-cache }
replicas: 1
# ecs: { cluster: default }
# logs: { group: /aiplat/llama-3-1-8b-instruct }
# roles:
#   execution: arn:aws:iam::111122223333:role/ecsTaskExecutionRole
#   task: arn:aws:iam::111122223333:role/my-task
`,
    );
  });

  it("of a gated model has one line to fill in, which validate names", async () => {
    await run(["init", "--model", "llama-3.1-8b"]);
    const { code, stderr } = await run(["validate"]);
    expect(code).toBe(2);
    const line =
      text()
        .split("\n")
        .findIndex((each) => each.startsWith("model: ")) + 1;
    expect(stderr).toContain(`aiplat.yaml:${line}:`);
    expect(stderr).toContain("MODEL_URI");
    expect(stderr.match(/error/g)).toHaveLength(1);
  });

  it.each<readonly [args: readonly string[], code: number, said: string]>([
    [
      ["--model", "llama-3.1-405b", "--instance-type", "g5.48xlarge"],
      4,
      "does not fit g5.48xlarge: weights and the rest",
    ],
    [["--model", "qwen3-8b", "--instance-type", "g5.huge"], 2, "g5.huge is not in the catalogue"],
    [["--model", "qwen9"], 2, "no model that is built in"],
    [["pytorch-inference-inf2", "--model", "qwen3-8b"], 2, "name one of them"],
    [["pytorch-inference-inf2", "--target", "eks"], 2, "are of --model"],
    [["--model", "qwen3-8b", "--context", "99999999"], 2, "is made for 40960 tokens"],
  ])("%j is refused", async (args, code, said) => {
    const { code: exit, stdout, stderr } = await run(["init", ...args]);
    expect([exit, stdout]).toEqual([code, ""]);
    expect(stderr).toContain(said);
  });
});
