// CPU time (user + system) of the offline commands against bare Node's, process by process in alternation: the first
// run, which compiles, and the warm ones, which take what it kept.
//
// AIPLAT_BENCH_NODES="20.19.0 22 24" measures these versions of Node (from npm), each against itself.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { plainEnv } from "./plain-env.mjs";
import { reported } from "./reported.mjs";

export const title = "Start-up: CPU time of offline commands against `node -e 0` (median of the ratios)";

const rounds = { warm: 31, first: 9 };
const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const cli = join(root, "bin", "aiplat.js");
const workload = ["--name", "bert", "--image", "bert:1", "--instance-type", "inf2.24xlarge"];
const file = join(root, "templates/pytorch-inference-inf2/aiplat.yaml");

/**
 * By Node's major version, as multiples of bare Node: what a run is held to, and what it is meant to come to where that is
 * less. Each process here runs all of its code for the first time, most of it once.
 */
const bounds = {
  20: { version: [1.35], flags: [1.6, 1.35], file: [2.05, 1.5], eks: [2.0, 1.5], first: [3, 2.5] },
  22: { version: [1.2], flags: [1.55, 1.4], file: [2.0, 1.7], eks: [1.95, 1.7], first: [3, 2.5] },
};

/** Two looks at one command on a machine of two cores differ by so much: a run fails only beyond it. */
const spread = 1.05;

const commands = [
  { name: "--version", args: ["--version"], kind: "version" },
  { name: "--help", args: ["--help"], kind: "flags" },
  { name: "instances list", args: ["instances", "list"], kind: "flags" },
  { name: "instances show trn1.32xlarge", args: ["instances", "show", "trn1.32xlarge"], kind: "flags" },
  { name: "templates list", args: ["templates", "list"], kind: "flags" },
  { name: "taskdef generate (flags)", args: ["taskdef", "generate", ...workload], kind: "flags" },
  { name: "taskdef generate (file)", args: ["taskdef", "generate", file, "--region", "us-east-1"], kind: "file" },
  { name: "validate (file)", args: ["validate", file], kind: "file" },
  { name: "eks generate (flags)", args: ["eks", "generate", ...workload], kind: "eks" },
];

/** @param before The root of another built checkout, which is measured beside this one. */
export async function run({ before }) {
  const failures = [];
  for (const node of nodes()) failures.push(...runOn(node, before));
  return failures;
}

/** The Node of this run, or those that are asked for. */
function nodes() {
  const asked = (process.env.AIPLAT_BENCH_NODES ?? "").split(" ").filter((word) => word !== "");
  if (asked.length === 0) return [process.execPath];
  return asked.map((version) =>
    execFileSync("npx", ["-y", "-p", `node@${version}`, "node", "-p", "process.execPath"], { encoding: "utf8" }).trim(),
  );
}

function runOn(node, before) {
  const version = execFileSync(node, ["--version"], { encoding: "utf8" }).trim();
  const bound = bounds[version.startsWith("v20.") ? 20 : 22];
  const folder = mkdtempSync(join(tmpdir(), "aiplat-bench-"));
  const bare = { folder, home: join(folder, "bare") };
  const milliseconds = median(rounds.warm, () => cpu(node, ["-e", "0"], bare)) / 1000;
  console.log(`  Node ${version}: bare ${milliseconds.toFixed(1)} ms`);
  const failures = [];
  const judge = (name, first, [limit, meant], again) => {
    // A machine that is busy with something else shifts single pairs: the second look decides.
    const ratio = first > limit ? Math.min(first, again()) : first;
    const looks = ratio === first ? "" : ` (at first ${first.toFixed(2)})`;
    const aim = meant === undefined ? "" : `, meant to be ${meant}`;
    console.log(
      `    ${name.padEnd(32)} ${ratio.toFixed(2)}  ${ratio <= limit ? "<=" : "ABOVE"} ${limit}${aim}${looks}`,
    );
    if (ratio > limit * spread)
      failures.push(`Node ${version}: ${name}: ${ratio.toFixed(2)} times bare Node, above ${limit}`);
  };
  const tellBefore = (checkout, args) => {
    const place = { folder, home: join(folder, "before") };
    const run = () => cpu(node, [join(checkout, "bin", "aiplat.js"), ...args], place);
    run();
    const ratio = median(rounds.first, () => run() / cpu(node, ["-e", "0"], place));
    console.log(`    ${"  before".padEnd(32)} ${ratio.toFixed(2)}`);
  };
  try {
    for (const { name, args, kind } of commands) {
      const home = join(folder, "warm");
      cpu(node, [cli, ...args], { folder, home });
      const warm = () =>
        median(
          rounds.warm,
          () => cpu(node, [cli, ...args], { folder, home }) / cpu(node, ["-e", "0"], { folder, home }),
        );
      judge(name, warm(), bound[kind], warm);
      if (before !== undefined) tellBefore(before, args);
    }
    const { args } = commands.find(({ name }) => name === "taskdef generate (flags)");
    let homes = 0;
    const first = () =>
      median(rounds.first, () => {
        const home = join(folder, `first-${homes++}`);
        return cpu(node, [cli, ...args], { folder, home }) / cpu(node, ["-e", "0"], { folder, home });
      });
    judge("the first run, which compiles", first(), bound.first, first);
  } finally {
    rmSync(folder, { recursive: true });
  }
  return failures;
}

/** CPU microseconds of one process, the same hook loaded on both sides; what is kept is kept in its home. */
function cpu(node, args, { folder, home }) {
  const { status, stderr, output } = spawnSync(node, ["--require", join(root, "bench", "report-cpu.cjs"), ...args], {
    cwd: folder,
    env: { ...plainEnv, HOME: home, XDG_CACHE_HOME: "" },
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  if (status !== 0) throw new Error(`${args.join(" ")} failed: ${stderr}`);
  return reported(output[3], args);
}

function median(rounds, measure) {
  return Array.from({ length: rounds }, measure).sort((a, b) => a - b)[Math.floor(rounds / 2)];
}
