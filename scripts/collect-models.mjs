#!/usr/bin/env node
// Writes facts/models.json, the figures of public models' architectures, from public copies of their config.json:
//
//   node scripts/collect-models.mjs AICONFIGURATOR LITGPT NEURON COUNTS DAY
//
// The first three are checkouts of ai-dynamo/aiconfigurator (config.json files as published), Lightning-AI/litgpt (rows
// of litgpt/config.py) and aws-neuron/neuronx-distributed-inference; COUNTS is llmfit-core's data/hf_models.json, the number
// of parameters that Hugging Face's API gives for the safetensors of each model; DAY (YYYY-MM-DD) is when it was read.
// Run by hand; python3 reads litgpt's rows.
import "./say-errors.mjs";
import { execFileSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "./load-source.mjs";
import { configKeys, configOfRow, readRows } from "./models/litgpt-rows.mjs";
import { chosen } from "./models/chosen.mjs";

const [aiconfigurator, litgpt, neuron, countsFile, day, ...rest] = process.argv.slice(2);
if (day === undefined || rest.length > 0) {
  process.stderr.write("usage: node scripts/collect-models.mjs AICONFIGURATOR LITGPT NEURON COUNTS DAY\n");
  process.exit(2);
}

const counts = new Map(
  JSON.parse(await readFile(countsFile, "utf8")).map(({ name, parameters_raw: parameters }) => [name, parameters]),
);
const rows = readRows(join(litgpt, "litgpt/config.py"));
const sources = {
  aiconfigurator: originOf(aiconfigurator, "ai-dynamo/aiconfigurator"),
  litgpt: originOf(litgpt, "Lightning-AI/litgpt"),
  neuron: originOf(neuron, "aws-neuron/neuronx-distributed-inference"),
  // Read by hand into scripts/models/chosen.mjs.
  transformers: { repository: "huggingface/transformers", commit: "v5.24.0" },
  slime: { repository: "THUDM/slime", commit: "624b824a898ab0ec1fcb4d373004c7f3852bf515", date: "2026-08-21" },
};

const models = [];
for (const [name, from, path, own = {}, later = []] of chosen) {
  const parameters = counts.get(name);
  if (parameters === undefined) throw new Error(`${name}: no published number of parameters in ${countsFile}`);
  const { config, place } = await configOf(name, from, path);
  models.push({
    name,
    also: [...sameModels(name, parameters), ...later.map((each) => sameCount(each, parameters))],
    source: from,
    path: place,
    parameters,
    config: { ...trimmed(config), ...own },
  });
}
const text = {
  description:
    "Figures of public models' architectures, as their config.json names them, and the number of parameters in their " +
    "safetensors; written by scripts/collect-models.mjs",
  parametersSource:
    "Hugging Face's API (safetensors.total), as llmfit-core 1.1.18 on crates.io carries it in data/hf_models.json",
  asOf: day,
  sources,
  models,
};
await writeFile(join(root, "facts/models.json"), `${JSON.stringify(text, null, 1)}\n`);

async function configOf(name, from, path) {
  if (from === "transformers" || from === "slime") return { config: {}, place: path };
  if (from === "litgpt") {
    const row = rows.find((each) => `${each.hf_config.org}/${each.hf_config.name}` === (path ?? name));
    if (row === undefined) throw new Error(`${name}: litgpt has no such row`);
    return { config: configOfRow(row, name), place: "litgpt/config.py" };
  }
  const folder = from === "neuron" ? neuron : aiconfigurator;
  const place = path ?? `aic-core/src/aiconfigurator_core/model_configs/${name.replace("/", "--")}_config.json`;
  return { config: JSON.parse(await readFile(join(folder, place), "utf8")), place };
}

/** The name of a model of as many weights. */
function sameCount(name, parameters) {
  if (counts.get(name) !== parameters) throw new Error(`${name} has ${counts.get(name)} weights, not ${parameters}`);
  return name;
}

function originOf(folder, repository) {
  const git = (...args) => execFileSync("git", ["-C", folder, ...args], { encoding: "utf8" }).trim();
  return { repository, commit: git("rev-parse", "HEAD"), date: git("log", "-1", "--format=%cs") };
}

/** Other names of the same shape: those that say what it was trained for, with as many parameters. */
function sameModels(name, parameters) {
  const stem = name.replace(/-(?:Base|hf|it|Instruct|Chat)$/i, "");
  const tuned = /^(?:-(?:Base|hf|it|Instruct|Chat|pt|Thinking|SFT|DPO|\d{4}|v\d+(?:\.\d+)?))+$/i;
  return [...counts]
    .filter(([other, count]) => other !== name && count === parameters && other.startsWith(stem))
    .map(([other]) => other)
    .filter((other) => other === stem || tuned.test(other.slice(stem.length)))
    .toSorted();
}

/** The keys that say something of memory; an interval of layers says what their list does. */
function trimmed(config) {
  return Object.fromEntries(
    Object.entries(config)
      .filter(([key, value]) => configKeys.has(key) && value !== null)
      .filter(([key]) => key !== "layer_types" || !("full_attention_interval" in config))
      .map(([key, value]) => [key, key.endsWith("_config") ? trimmed(value) : value]),
  );
}
