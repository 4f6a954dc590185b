import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { findInstanceType, instanceTypes } from "../../../src/core/catalog/instance-types/catalog.ts";
import { priceOf } from "../../../src/core/catalog/instance-types/price.ts";
import { legalSizes } from "../../../src/core/catalog/slots.ts";
import { builtInModels } from "../../../src/core/models/built-in-models.ts";
import { findModel } from "../../../src/core/models/find-model.ts";
import { fitModel, type SlotFit } from "../../../src/core/models/fit.ts";
import { neuronNative } from "../../../src/core/models/engines.ts";
import { inferenceMemory } from "../../../src/core/models/inference.ts";
import { readModelConfig } from "../../../src/core/models/read-config.ts";
import type { FitRequest } from "../../../src/core/models/request.ts";
import { adapterParameters, shardings } from "../../../src/core/models/training.ts";
import { weightBytesPerRank } from "../../../src/core/models/weights.ts";
import { runs } from "../../support/depth.ts";

const shapeOf = (name: string) => readModelConfig(findModel(name)!.config, name);
const usual: FitRequest = {
  task: "inference",
  engine: "vllm",
  contextTokens: 8192,
  sequences: 1,
  sharding: "zero3",
  loraRank: 16,
};

function fitOn(model: string, type: string, devices: number, request: Partial<FitRequest> = {}): SlotFit {
  const all = fitModel(shapeOf(model), { ...usual, ...request }, [findInstanceType(type)!]);
  return all.find((each) => each.devices === devices)!;
}

/** The rows of the table of docs/models.md. */
const published = readFileSync(new URL("../../../docs/models.md", import.meta.url), "utf8")
  .split("## Published fits and misfits")[1]!
  .split("\n")
  .filter((line) => line.startsWith("| "))
  .slice(1)
  .map((line) => line.split("|").map((cell) => cell.trim()));

describe("published fits and misfits", () => {
  it("are two dozen at least, and each but what is derived links its source", () => {
    expect(published.length).toBeGreaterThanOrEqual(24);
    for (const [, , , , , , restsOn, source] of published) {
      expect(["published", "follows", "derived"]).toContain(restsOn);
      if (restsOn !== "derived") expect(source).toMatch(/\]\(https:|\]\[\w+\]/);
    }
  });

  test.each(
    published.map(([, model, flags, type, devices, says]) => [model!, flags!, type!, devices!, says!] as const),
  )("%s %s on %s with %s: %s", (model, flags, type, devices, says) => {
    const words = flags.split(" ");
    const value = (flag: string) => words[words.indexOf(flag) + 1];
    const has = (flag: string) => words.includes(flag);
    const { fits, reasons } = fitOn(model, type, Number(devices), {
      ...(has("--context") ? { contextTokens: Number(value("--context")) } : {}),
      ...(has("--sequences") ? { sequences: Number(value("--sequences")) } : {}),
      ...(has("--precision") ? { precision: value("--precision") as "fp8" } : {}),
    });
    expect(fits ? "fits" : reasons.map(({ code }) => code).join(" ")).toBe(says);
  });
});

describe("a fit", () => {
  it("is worked out by hand for Llama 3.1 8B on one A10G", () => {
    // 8,030,261,248 x 2 bytes; 2,048 tokens x 2 x (4 x 4,096 + 3 x 14,336) and 256 x 128,256 x 8 bytes; 0.92 of 22,888.
    expect(fitOn("llama-3.1-8b", "g5.2xlarge", 1).memory).toEqual({
      memoryMiB: 22_888,
      usableMiB: 21_056,
      weightsMiB: 15_317,
      activationsMiB: 483,
      runtimeMiB: 1024,
      leftMiB: 4232,
      perSequenceMiB: 1024,
      sequences: 4,
    });
  });

  it("is worked out by hand for the training of Llama 3.1 8B on 8 H100", () => {
    // 8,030,261,248 x (2 + 2 + 12) / 8; 8,192 x (4,096 x (2 x 32 + 34) + 128,256 x 8) a sequence; twice the embeddings.
    expect(fitOn("llama-3.1-8b", "p5.48xlarge", 8, { task: "training" }).memory).toEqual({
      memoryMiB: 81_920,
      usableMiB: 73_728,
      weightsMiB: 1915,
      gradientsMiB: 1915,
      optimizerMiB: 11_488,
      activationsMiB: 2004,
      runtimeMiB: 1024,
      leftMiB: 55_382,
      perSequenceMiB: 11_152,
      sequences: 4,
    });
  });

  it("names image, SDK, degrees and replicas on Neuron", () => {
    const fit = fitOn("llama-3.3-70b-instruct", "trn1.32xlarge", 16);
    expect(fit).toMatchObject({
      fits: true,
      engine: "vLLM on Neuron (NxD Inference)",
      degrees: [1, 2, 8, 16, 32],
      ranks: 32,
      image: {
        image: "public.ecr.aws/neuron/pytorch-inference-vllm-neuronx:0.16.0-neuronx-py312-sdk2.31.1-ubuntu24.04",
        sdk: "2.31.1",
      },
      replicasPerInstance: 1,
    });
    expect(fitOn("llama-3.1-8b", "trn2.48xlarge", 1)).toMatchObject({
      engine: "vLLM Neuron",
      degrees: [1, 2, 4],
      image: { sdk: "2.33.0" },
      replicasPerInstance: 16,
    });
    expect(fitOn("qwen3-8b", "trn2.48xlarge", 1)).toMatchObject({
      engine: "vLLM on Neuron (NxD Inference)",
      image: { sdk: "2.31.1" },
    });
    expect(fitOn("llama-3.1-8b", "g5.2xlarge", 1).image).toEqual({
      image: "public.ecr.aws/deep-learning-containers/vllm:0.27.1-gpu-py312-cu130-ubuntu22.04-ec2",
    });
  });

  it("is of so many sequences as fit, and of no more", () => {
    expect(fitOn("llama-3.1-8b", "g5.2xlarge", 1, { sequences: 4 }).fits).toBe(true);
    expect(fitOn("llama-3.1-8b", "g5.2xlarge", 1, { sequences: 5 }).reasons).toEqual([
      { code: "MEMORY", message: "4232 MiB are left on each rank, room for 4 of 5 sequences of 1024 MiB" },
    ]);
  });

  it("has no more cache than vLLM Neuron compiles with, and no less than it starts with", () => {
    expect(fitOn("llama-3.1-8b", "trn2.48xlarge", 1).memory!.leftMiB).toBe(Math.floor(22_118 * 0.3));
    const options = { precision: "bf16", contextTokens: 128, tensorParallel: 4, engine: neuronNative } as const;
    const memory = (memoryMiB: number) =>
      inferenceMemory(shapeOf("llama-3.1-8b"), { ...options, rank: { device: "Trainium2", memoryMiB } });
    const [short, enough] = [memory(6200), memory(7000)];
    expect([short.leftMiB > 0, short.sequences]).toEqual([true, 0]);
    expect(enough.leftMiB).toBeGreaterThanOrEqual(1024);
    expect(enough.sequences).toBeGreaterThan(0);
  });

  it("of training divides what its sharding says", () => {
    const states = shardings.map((sharding) => {
      const { memory } = fitOn("llama-3.2-1b", "p5.48xlarge", 8, { task: "training", sharding });
      return [memory!.weightsMiB, memory!.gradientsMiB, memory!.optimizerMiB];
    });
    expect(states).toEqual([
      [2358, 2358, 14_143],
      [2358, 2358, 1768],
      [2358, 295, 1768],
      [295, 295, 1768],
    ]);
  });

  it("has host memory for each worker on GPUs, and for the checkpoint on Neuron", () => {
    expect(fitOn("llama-3.1-8b", "p5.48xlarge", 8).host).toEqual({ neededMiB: 2048 + 8 * 1024, shareMiB: 1_887_436 });
    expect(fitOn("llama-3.1-8b", "inf2.8xlarge", 1).host).toEqual({
      neededMiB: 2048 + 1024 + 15_317,
      shareMiB: 117_964,
    });
  });

  it("says what GPUs before Ampere need, and refuses those before Turing", () => {
    expect(fitOn("llama-3.1-8b", "g4dn.12xlarge", 2)).toMatchObject({
      fits: true,
      note: "T4 has no bf16: serve the model with --dtype half",
    });
    expect(fitOn("llama-3.1-8b", "g5.xlarge", 1).note).toBeUndefined();
    expect(fitOn("llama-3.1-8b", "p3dn.24xlarge", 8).reasons).toEqual([
      { code: "ENGINE", message: "bf16 weights need compute capability 7.5, and V100 has 7.0" },
    ]);
    expect(fitOn("llama-3.2-1b", "g4dn.12xlarge", 4, { task: "lora" }).reasons).toEqual([
      { code: "PRECISION", message: "what is trained is kept in bf16, which T4 has not" },
    ]);
    expect(fitOn("gpt-oss-20b", "g4dn.xlarge", 1).reasons[0]!.code).toBe("PRECISION");
  });

  it("of a slot that a smaller one makes needless is none", () => {
    expect(fitOn("llama-3.2-1b", "inf2.48xlarge", 8).reasons[0]!.code).toBe("DEGREE");
    expect(fitOn("llama-3.2-1b", "inf2.24xlarge", 3).reasons).toEqual([
      { code: "DEGREE", message: "Inferentia2 has no degree from 5 to 6" },
    ]);
  });

  it("of each engine has its own figures", () => {
    const left = (["vllm", "tgi", "triton"] as const).map(
      (engine) => fitOn("llama-3.1-8b", "g6e.xlarge", 1, { engine }).memory!.leftMiB,
    );
    expect(new Set(left).size).toBe(3);
    expect(fitOn("llama-3.1-8b", "inf2.8xlarge", 1, { engine: "tgi" }).reasons[0]!.code).toBe("ENGINE");
  });

  it.each<readonly [model: string, type: string, request: Partial<FitRequest>, said: RegExp]>([
    // AWS's image for arm64 is of vLLM 0.10.2.
    [
      "qwen3.5-27b",
      "g5g.16xlarge",
      {},
      /^architecture qwen3_5 is in vLLM from 0\.17\.0 on, and .*:0\.10\.2-.* has 0\.10\.2$/,
    ],
    ["qwen3-vl-2b-instruct", "g5g.16xlarge", {}, /^architecture qwen3_vl is in vLLM from 0\.11\.0 on/],
    [
      "qwen3.5-27b",
      "p5.48xlarge",
      { engine: "tgi" },
      /^no source says that ghcr\.io\/.*:3\.3\.5 serves architecture qwen3_5$/,
    ],
    [
      "gemma-4-31b-it",
      "p5.48xlarge",
      { engine: "triton" },
      /^not every TensorRT-LLM serves architecture gemma4, and which one nvcr\.io\/nvidia\/tritonserver has/,
    ],
    [
      "llama-3.1-8b",
      "p5.48xlarge",
      { engine: "tgi", precision: "nvfp4" },
      /^no source says that .* serves nvfp4 weights$/,
    ],
    // https://github.com/huggingface/text-generation-inference/issues/3309 is open.
    ["gpt-oss-20b", "p5.48xlarge", { engine: "tgi" }, /serves architecture gpt_oss$/],
    ["deepseek-v3.2", "p4de.24xlarge", {}, /^its attention needs compute capability 9\.0, and A100 has 8\.0$/],
    ["glm-5.3", "g7e.48xlarge", {}, /^its attention needs --kv-cache-dtype fp8 on RTX PRO Server 6000, which/],
    ["qwen3.5-27b", "trn2.48xlarge", {}, /^no source says that vLLM serves architecture qwen3_5 on Trainium2$/],
  ])("of %s on %s with %o says what does not serve it", (model, type, request, said) => {
    const [{ code, message }] = fitOn(model, type, legalSizes(findInstanceType(type)!).at(-1)!, request).reasons as [
      { code: string; message: string },
    ];
    expect(code).toBe("ENGINE");
    expect(message).toMatch(said);
  });

  it("of a model with an indexer has the keys of 40 contexts that vLLM gathers", () => {
    const { memory } = fitOn("deepseek-v3.2", "p5en.48xlarge", 8, { contextTokens: 163_840 });
    // 8,192 x 2 x (4 x 7,168 + 3 x 18,432 / 8), 1,024 x 129,280 x 8, and 825 MiB at this length, as vLLM's indexer.py says.
    expect(memory!.activationsMiB).toBe(Math.ceil((583_008_256 + 1_059_061_760) / 1024 ** 2 + 825));
  });

  it("is served in nvfp4 by kernels of vLLM from Turing on, and not on Neuron", () => {
    expect(fitOn("llama-3.1-8b", "g4dn.xlarge", 1, { precision: "nvfp4" })).toMatchObject({
      fits: true,
      note: "T4 has no bf16: serve the model with --dtype half",
    });
    expect(fitOn("llama-3.1-8b", "trn2.48xlarge", 1, { precision: "nvfp4" }).reasons[0]!.code).toBe("PRECISION");
  });

  it("pads heads on Neuron to the degree that AWS itself uses, and to no other", () => {
    const scout = (devices: number) =>
      fitOn("llama-4-scout-17b-16e", "trn2.48xlarge", devices, { contextTokens: 16_384 });
    expect(scout(16)).toMatchObject({ fits: true, ranks: 64, degrees: [1, 2, 4, 8, 64] });
    expect(scout(8).reasons).toEqual([{ code: "DEGREE", message: "degree 32: 40 heads do not divide by 32" }]);
    // Queries and what comes out of 64 heads over 64 ranks, and not of 40.
    const more = (2 * 24 * 128 * 5120 * 48 * 2) / 64 / 1024 ** 2;
    const plain = weightBytesPerRank(shapeOf("llama-4-scout-17b-16e"), "bf16", 64) / 1024 ** 2;
    expect(scout(16).memory!.weightsMiB).toBe(Math.ceil(plain + more));
  });

  it("of LoRA adapts the projections of linear attention too", () => {
    // 48 layers with five, of 5,120 to 10,240, 6,144, 48 and 48, and back; 16 of attention with a gate; 64 networks.
    const linear = 5 * 5120 + 10_240 + 2 * 6144 + 2 * 48;
    const grouped = 2 * 5120 + 3 * 24 * 256 + 2 * (5120 + 4 * 256);
    expect(adapterParameters(shapeOf("qwen3.5-27b"), 16)).toBe(
      16 * (48 * linear + 16 * grouped + 64 * 3 * (5120 + 17_408)),
    );
  });

  it("of vLLM has its server's larger steps on large GPUs, but for A100", () => {
    // 2 x (4 x 4,096 + 3 x 14,336) bytes a token of 8,192 or 2,048, and 8 x 128,256 of 1,024 or 256 sequences.
    const activations = (type: string) => fitOn("llama-3.1-8b", type, 1).memory!.activationsMiB;
    expect(["p5.48xlarge", "p4de.24xlarge", "p4d.24xlarge"].map(activations)).toEqual([1930, 483, 483]);
  });

  it("covers every slot of every type, cheapest first", () => {
    const all = fitModel(shapeOf("llama-3.1-8b"), usual, instanceTypes);
    expect(all).toHaveLength(instanceTypes.reduce((sum, type) => sum + legalSizes(type).length, 0));
    const prices = all.map(({ type }) => priceOf(type)?.usdPerHour ?? Infinity);
    expect(prices).toEqual(prices.toSorted((one, other) => one - other));
  });

  it.each(builtInModels.map(({ name }) => name))("has a reason for each slot that %s does not fit", (name) => {
    for (const { fits, reasons, memory, replicasPerInstance } of fitModel(shapeOf(name), usual, instanceTypes)) {
      expect(fits).toBe(reasons.length === 0);
      expect(replicasPerInstance > 0).toBe(fits);
      if (fits) expect(memory!.sequences).toBeGreaterThanOrEqual(1);
    }
  });
});

describe("properties", () => {
  const models = fc.constantFrom(...builtInModels.map(({ name }) => name));
  const types = fc.constantFrom(
    ...instanceTypes.filter(({ accelerator: { kind } }) => kind === "neuron" || kind === "nvidia"),
  );
  const tasks = fc.constantFrom("inference", "lora", "training");
  const requests = fc.record({
    task: tasks,
    engine: fc.constantFrom("vllm", "tgi", "triton"),
    contextTokens: fc.integer({ min: 1, max: 131_072 }),
    sequences: fc.integer({ min: 1, max: 512 }),
    sharding: fc.constantFrom(...shardings),
    loraRank: fc.integer({ min: 1, max: 256 }),
  }) as fc.Arbitrary<FitRequest>;
  const fitting = (shape: string, request: FitRequest, type: (typeof instanceTypes)[number]) =>
    fitModel(shapeOf(shape), request, [type]).map(({ fits, memory }) => [fits, memory?.sequences ?? 0] as const);

  it("a longer context and more sequences fit no more slots, nor more at once", () => {
    fc.assert(
      fc.property(
        models,
        types,
        requests,
        fc.integer({ min: 1, max: 4096 }),
        fc.integer({ min: 1, max: 64 }),
        (model, type, request, tokens, more) => {
          const less = fitting(model, request, type);
          const longer = fitting(model, { ...request, contextTokens: request.contextTokens + tokens }, type);
          const most = fitting(model, { ...request, sequences: request.sequences + more }, type);
          less.forEach(([fits, sequences], index) => {
            expect(longer[index]![1]).toBeLessThanOrEqual(sequences);
            if (!fits) expect([longer[index]![0], most[index]![0]]).toEqual([false, false]);
          });
        },
      ),
      { numRuns: runs(2000) },
    );
  });

  it("fewer bits leave no less room where both precisions run", () => {
    const smaller = { bf16: "int8", int8: "int4", fp8: "int4" } as const;
    fc.assert(
      fc.property(
        models,
        types,
        requests,
        fc.constantFrom("bf16", "int8", "fp8"),
        (model, type, request, precision) => {
          const serve = { ...request, task: "inference" } as const;
          const wide = fitModel(shapeOf(model), { ...serve, precision }, [type]);
          const narrow = fitModel(shapeOf(model), { ...serve, precision: smaller[precision] }, [type]);
          wide.forEach(({ memory, engine }, index) => {
            const other = narrow[index]!;
            if (memory === undefined || other.memory === undefined || other.engine !== engine) return;
            if (wide[index]!.ranks !== other.ranks) return;
            expect(other.memory.leftMiB).toBeGreaterThanOrEqual(memory.leftMiB);
          });
        },
      ),
      { numRuns: runs(1000) },
    );
  });

  it("more sharding takes no more of a rank's memory for weights, gradients and optimizer", () => {
    fc.assert(
      fc.property(models, types, requests, (model, type, request) => {
        const states = shardings.map((sharding) =>
          fitModel(shapeOf(model), { ...request, task: "training", sharding }, [type]).map(({ memory }) =>
            memory === undefined ? 0 : memory.weightsMiB + memory.gradientsMiB! + memory.optimizerMiB!,
          ),
        );
        for (let index = 1; index < states.length; index++)
          states[index]!.forEach((bytes, slot) => expect(bytes).toBeLessThanOrEqual(states[index - 1]![slot]!));
      }),
      { numRuns: runs(300) },
    );
  });

  it("a slot never uses more of a rank than there is", () => {
    fc.assert(
      fc.property(models, types, requests, (model, type, request) => {
        for (const { memory } of fitModel(shapeOf(model), request, [type])) {
          if (memory === undefined || memory.sequences === 0) continue;
          const { weightsMiB, gradientsMiB = 0, optimizerMiB = 0, activationsMiB, runtimeMiB, leftMiB } = memory;
          expect(weightsMiB + gradientsMiB + optimizerMiB + activationsMiB + runtimeMiB + leftMiB).toBeLessThanOrEqual(
            memory.usableMiB,
          );
          expect(memory.usableMiB).toBeLessThanOrEqual(memory.memoryMiB);
        }
      }),
      { numRuns: runs(500) },
    );
  });
});
