import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { runCli } from "../../support/cli.ts";
import { startLoopback } from "../../support/loopback-servers.ts";

interface FitDocument {
  readonly model: Readonly<Record<string, unknown>>;
  readonly request: Readonly<Record<string, unknown>>;
  readonly assumptions: readonly {
    readonly engine: string;
    readonly items: readonly { readonly verified: boolean }[];
  }[];
  readonly items: readonly {
    readonly instanceType: string;
    readonly fits: boolean;
    readonly [field: string]: unknown;
  }[];
}

async function fit(...args: readonly string[]): Promise<FitDocument> {
  const { code, stdout, stderr } = await runCli(["instances", "fit", ...args, "-o", "json"]);
  expect([code, stderr]).toEqual([0, ""]);
  const document = JSON.parse(stdout) as FitDocument;
  expect(document).toMatchObject({ apiVersion: "aiplat/v1", kind: "ModelFit" });
  return document;
}

const config = {
  model_type: "llama",
  hidden_size: 2048,
  intermediate_size: 8192,
  num_hidden_layers: 16,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  vocab_size: 128_256,
  tie_word_embeddings: true,
  max_position_embeddings: 4096,
};

describe("instances fit", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "aiplat-fit-"));
    writeFileSync(join(folder, "config.json"), JSON.stringify(config));
    writeFileSync(join(folder, "broken.json"), "{");
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test("prints documents as scripts rely on them", async () => {
    const { model, request, assumptions, items } = await fit("llama-3.1-8b", "--name", "g6e.xlarge");
    expect(model).toEqual({
      name: "llama-3.1-8b",
      architecture: "llama",
      parameters: 8_030_261_248,
      publishedPrecision: "bf16",
      checkpointMiB: 15_317,
      cacheBytesPerToken: 131_072,
      maxContextTokens: 131_072,
      source: expect.stringContaining("ai-dynamo/aiconfigurator @") as string,
      asOf: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) as string,
    });
    expect(request).toEqual({ task: "inference", engine: "vllm", contextTokens: 8192, sequences: 1 });
    expect(assumptions.map(({ engine }) => engine)).toEqual(["vLLM"]);
    expect(new Set(assumptions[0]!.items.map(({ verified }) => verified))).toEqual(new Set([true, false]));
    expect(items).toEqual([
      {
        instanceType: "g6e.xlarge",
        accelerator: { kind: "nvidia", name: "L40S", count: 1 },
        devices: 1,
        replicasPerInstance: 1,
        fits: true,
        reasons: [],
        engine: "vLLM",
        precision: "bf16",
        degrees: [1],
        ranks: 1,
        memory: {
          memoryMiB: 45_776,
          usableMiB: 42_113,
          weightsMiB: 15_317,
          activationsMiB: 483,
          runtimeMiB: 1024,
          leftMiB: 25_289,
          perSequenceMiB: 1024,
          sequences: 24,
        },
        host: { neededMiB: 3072, shareMiB: 29_491 },
        images: [{ image: "public.ecr.aws/deep-learning-containers/vllm:0.27.1-gpu-py312-cu130-ubuntu22.04-ec2" }],
        pricePerHour: 1.861,
      },
    ]);
  });

  test("takes the model's name in any case, with its organisation, and of its tuned kin", async () => {
    const names = ["llama-3.1-8b", "meta-llama/Llama-3.1-8B", "LLAMA-3.1-8B-INSTRUCT"];
    const documents = await Promise.all(names.map((name) => fit(name, "--family", "g6")));
    for (const { items } of documents) expect(items).toEqual(documents[0]!.items);
  });

  test.each(["config.json", ".", "-"])("takes a config.json as %s", async (path) => {
    // With the mark of its encoding before it, as editors on Windows write it.
    const options = { cwd: folder, input: `\uFEFF${JSON.stringify(config)}` };
    const { code, stdout } = await runCli(["instances", "fit", path, "--family", "g6", "-o", "json"], options);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      model: { parameters: 1_235_814_400, source: path === "-" ? "<stdin>" : "config.json" },
      request: { contextTokens: 4096 },
    });
  });

  test("takes a model of Hugging Face", async () => {
    const hub = await startLoopback(({ url }) =>
      url === "/team/own/resolve/main/config.json" ? { body: JSON.stringify(config) } : { status: 404 },
    );
    const env = { HF_ENDPOINT: hub.url };
    const found = await runCli(["instances", "fit", "hf:team/own", "--family", "g6", "-o", "json"], { env });
    expect(JSON.parse(found.stdout)).toMatchObject({
      model: { name: "hf:team/own", source: "Hugging Face, team/own, main" },
    });
    const lost = await runCli(["instances", "fit", "hf:team/none"], { env });
    expect([lost.code, lost.stdout]).toEqual([1, ""]);
    await hub.stop();
  });

  test("reads what ModelOpt wrote beside the config.json, in a folder and on Hugging Face", async () => {
    const quantisation = JSON.stringify({ quantization: { quant_algo: "FP8", exclude_modules: ["lm_head"] } });
    const own = mkdtempSync(join(tmpdir(), "aiplat-modelopt-"));
    writeFileSync(join(own, "config.json"), JSON.stringify(config));
    writeFileSync(join(own, "hf_quant_config.json"), quantisation);
    const hub = await startLoopback(({ url }) => ({
      body: url!.endsWith("/hf_quant_config.json") ? quantisation : JSON.stringify(config),
    }));
    const options = { cwd: own, env: { HF_ENDPOINT: hub.url } };
    for (const path of [".", "config.json", "hf:team/own"]) {
      const { stdout } = await runCli(["instances", "fit", path, "--family", "g6", "-o", "json"], options);
      expect([path, JSON.parse(stdout)]).toMatchObject([path, { model: { publishedPrecision: "fp8" } }]);
    }
    await hub.stop();
    rmSync(own, { recursive: true });
  });

  test("lists the models that are built in", async () => {
    const { code, stdout } = await runCli(["instances", "fit"]);
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split("\n");
    expect(lines.length).toBeGreaterThanOrEqual(60);
    expect(lines).toContain("llama-3.1-8b\tllama\t8030261248\tmeta-llama/Llama-3.1-8B");
    expect(lines).toEqual(lines.toSorted());
  });

  test("says why each other slot does not fit, with --all", async () => {
    const { items } = await fit("qwen2.5-7b", "--name", "g5.48xlarge", "--all");
    expect(items.map(({ devices, fits }) => [devices, fits])).toEqual([
      [1, true],
      [2, true],
      [3, false],
      [4, true],
      [5, false],
      [6, false],
      [7, false],
      [8, false],
    ]);
    expect(items.at(-1)).toMatchObject({ reasons: [{ code: "DEGREE", message: "28 heads do not divide by 8" }] });
  });

  test("shows the sums", async () => {
    const { stdout } = await runCli(["instances", "fit", "llama-3.1-8b", "--name", "trn1.2xlarge", "--arithmetic"]);
    expect(stdout).toBe(
      `trn1.2xlarge, 1 of 1 Trainium
  memory of each of 2 cores        16 GiB  vLLM on Neuron (NxD Inference), bf16; degrees 1, 2
  of which usable                14.7 GiB
  weights                        -7.5 GiB
  activations of a step          -0.6 GiB
  runtime                        -0.5 GiB
  left for sequences              6.2 GiB
  a sequence of 8192 tokens       0.5 GiB  12 fit at once
  host memory to load it           18 GiB  of a share of 28.8 GiB
  fits: 1 replica an instance
  image public.ecr.aws/neuron/pytorch-inference-vllm-neuronx:0.16.0-neuronx-py312-sdk2.31.1-ubuntu24.04, Neuron SDK 2.31.1
`,
    );
  });

  test("takes nothing off where nothing is taken", async () => {
    const training = ["--name", "p5.48xlarge", "--task", "training", "--sharding", "none", "--all", "--arithmetic"];
    const { stdout } = await runCli(["instances", "fit", "llama-3.2-1b", ...training]);
    expect(stdout).toMatch(/^ {2}gathered layers +0 GiB$/m);
  });

  test("exits with 4 where it fits nowhere, and still prints the document", async () => {
    const all = ["instances", "fit", "llama-3.1-405b", "--family", "g5"];
    const { code, stdout, stderr } = await runCli([...all, "-o", "json"]);
    expect([code, stderr]).toEqual([4, ""]);
    expect(JSON.parse(stdout)).toMatchObject({ kind: "ModelFit", items: [] });
    expect(await runCli(all)).toMatchObject({
      code: 4,
      stdout: "",
      stderr: expect.stringContaining("--all says why") as string,
    });
  });

  it.each<readonly [args: readonly string[], said: string]>([
    [["lama-3.1-8b"], "Did you mean llama-3.1-8b"],
    [["qwq"], "Built in of qwq: qwq-32b."],
    [["./none.json"], "./none.json is no model that is built in, and no file"],
    [["hf:llama"], "after hf: goes ORG/NAME"],
    [["hf:../llama"], "after hf: goes ORG/NAME"],
    [["llama-3.1-8b", "--context", "200000"], "llama-3.1-8b is made for 131072 tokens"],
    [["llama-3.1-8b", "--task", "training", "--precision", "int4"], "training keeps its weights in bf16"],
    [["llama-3.1-8b", "--task", "lora", "--engine", "tgi"], "--engine is of --task inference"],
    [["llama-3.1-8b", "--precision", "mxfp4"], "llama-3.1-8b has no experts"],
    [["llama-3.1-8b", "--sharding", "zero1"], "--sharding is of --task lora and training"],
    [["llama-3.1-8b", "--lora-rank", "8"], "--lora-rank is of --task lora"],
    [["llama-3.1-8b", "--sequences", "0"], "must be a whole number of at least 1"],
    [["llama-3.1-8b", "--family", "inf3"], "not a family of the catalogue"],
    [["llama-3.1-8b", "--max-model-len", "4096"], "did you mean --context?"],
    [["llama-3.1-8b", "--gpus", "4"], "did you mean --min-devices?"],
    [["broken.json"], "broken.json is no JSON"],
  ])("%j is refused", async (args, said) => {
    const { code, stdout, stderr } = await runCli(["instances", "fit", ...args], { cwd: folder });
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(said);
  });

  test("does not print what does not fit in every format", async () => {
    const markdown = await runCli(["instances", "fit", "llama-3.1-8b", "--family", "g6e", "-o", "markdown"]);
    expect(markdown.stdout.split("\n")[0]).toBe(
      "| TYPE | DEVICES | FITS | RANKS | PRECISION | MIB EACH | WEIGHTS MIB | LEFT MIB | SEQUENCE MIB | SEQUENCES | " +
        "REPLICAS | USD/HOUR | REASONS |",
    );
    expect(markdown.stdout).not.toContain("| no |");
  });
});
