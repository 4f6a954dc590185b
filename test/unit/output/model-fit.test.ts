import { expect, it } from "vitest";
import { findInstanceType } from "../../../src/core/catalog/instance-types/catalog.ts";
import { priceOf } from "../../../src/core/catalog/instance-types/price.ts";
import { present } from "../../../src/core/base/present.ts";
import { findModel, listModels } from "../../../src/core/models/find-model.ts";
import { fitModel } from "../../../src/core/models/fit.ts";
import { modelFigures } from "../../../src/core/models/model-figures.ts";
import { readModelConfig } from "../../../src/core/models/read-config.ts";
import type { FitRequest } from "../../../src/core/models/request.ts";
import { modelFitView } from "../../../src/output/model-fit.ts";
import { modelListView } from "../../../src/output/model-list.ts";
import { plain } from "../../../src/output/style.ts";

it("is no wider than a terminal of 80 columns", async () => {
  const name = "llama-3.1-nemotron-70b-instruct-hf";
  const shape = readModelConfig(findModel(name)!.config, name);
  const request: FitRequest = {
    task: "inference",
    engine: "vllm",
    contextTokens: 8192,
    sequences: 1,
    sharding: "zero3",
    loraRank: 16,
  };
  const types = ["g5.48xlarge", "inf2.48xlarge", "trn2.48xlarge"].map((type) => findInstanceType(type)!);
  const fits = fitModel(shape, request, types).map((each) => ({ ...each, ...present({ price: priceOf(each.type) }) }));
  const model = modelFigures({ name, shape, source: "a test", asOf: "2026-11-29" });
  const text = await modelFitView(model, request, fits, { all: true, arithmetic: false }).text!(plain, 80);
  expect(text.split("\n").filter((line) => line.length > 80)).toEqual([]);
});

it("lists the models a line each on a terminal of 80 columns", async () => {
  const models = listModels();
  const lines = (await modelListView(models, "2026-11-29").text!(plain, 80)).trimEnd().split("\n");
  expect(lines).toHaveLength(models.length + 1);
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
  expect(lines.find((line) => line.startsWith("kimi-k2-instruct "))).toMatch(/ 1030 +moonshotai$/);
});
