// CPU time (user + system) of the offline commands against bare Node's, process by process in alternation: the first
// run, which compiles, and the warm ones, which take what it kept.
//
// AIPLAT_BENCH_NODES="20.19.0 22 24" measures these versions of Node (from npm), each against itself.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const title = "Start-up: CPU time of offline commands against `node -e 0` (median of the ratios)";

const rounds = { warm: 31, first: 9 };
const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const cli = join(root, "bin", "aiplat.js");
const workload = ["--name", "bert", "--image", "bert:1", "--instance-type", "inf2.24xlarge"];
const file = join(root, "templates/pytorch-inference-inf2/aiplat.yaml");

/**
 * By Node's major version, as multiples of bare Node. Those of 20 are of a machine that names more certificates in
 * NODE_EXTRA_CA_CERTS, as companies' machines and containers do: Node 20 reads them at every start, which takes as long
 * again as all the rest, and later versions when they are asked for. What the ratios are without is measured beside.
 */
const bounds = {
  20: { version: 1.35, flags: 1.35, file: 1.5, first: 2.5 },
  22: { version: 1.2, flags: 1.4, file: 1.7, first: 2.5 },
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
  { name: "eks generate (flags)", args: ["eks", "generate", ...workload], kind: "file" },
];

export async function run() {
  const failures = [];
  for (const node of nodes()) failures.push(...runOn(node));
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

function runOn(node) {
  const version = execFileSync(node, ["--version"], { encoding: "utf8" }).trim();
  const bound = bounds[version.startsWith("v20.") ? 20 : 22];
  const folder = mkdtempSync(join(tmpdir(), "aiplat-bench-"));
  const bare = { folder, home: join(folder, "bare") };
  const milliseconds = median(rounds.warm, () => cpu(node, ["-e", "0"], bare)) / 1000;
  const certificates = process.env.NODE_EXTRA_CA_CERTS === undefined ? "without" : "with";
  console.log(`  Node ${version}: bare ${milliseconds.toFixed(1)} ms, ${certificates} NODE_EXTRA_CA_CERTS`);
  const failures = [];
  const judge = (name, first, limit, again) => {
    // A machine that is busy with something else shifts single pairs: the second look decides.
    const ratio = first > limit ? Math.min(first, again()) : first;
    const looks = ratio === first ? "" : ` (at first ${first.toFixed(2)})`;
    console.log(`    ${name.padEnd(32)} ${ratio.toFixed(2)}  ${ratio <= limit ? "<=" : "ABOVE"} ${limit}${looks}`);
    if (ratio > limit * spread)
      failures.push(`Node ${version}: ${name}: ${ratio.toFixed(2)} times bare Node, above ${limit}`);
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
    }
    const { args } = commands.find(({ name }) => name === "taskdef generate (flags)");
    let homes = 0;
    const first = () =>
      median(rounds.first, () => {
        const home = join(folder, `first-${homes++}`);
        return cpu(node, [cli, ...args], { folder, home }) / cpu(node, ["-e", "0"], { folder, home });
      });
    judge("the first run, which compiles", first(), bound.first, first);
    if (process.env.NODE_EXTRA_CA_CERTS !== undefined) withoutCertificates(node, folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
  return failures;
}

/** Told, and not judged: one command of each kind. */
function withoutCertificates(node, folder) {
  const env = { ...process.env };
  delete env.NODE_EXTRA_CA_CERTS;
  const place = { folder, home: join(folder, "warm"), env };
  const bare = () => cpu(node, ["-e", "0"], place);
  const shown = ["--version", "taskdef generate (flags)", "taskdef generate (file)", "eks generate (flags)"].map(
    (name) => {
      const { args } = commands.find((each) => each.name === name);
      return `${name} ${median(rounds.warm, () => cpu(node, [cli, ...args], place) / bare()).toFixed(2)}`;
    },
  );
  console.log(`    without NODE_EXTRA_CA_CERTS      ${shown.join(", ")}`);
}

/** CPU microseconds of one process, the same hook loaded on both sides; what is kept is kept in its home. */
function cpu(node, args, { folder, home, env = process.env }) {
  const { status, stderr, output } = spawnSync(node, ["--require", join(root, "bench", "report-cpu.cjs"), ...args], {
    cwd: folder,
    env: { ...env, HOME: home, XDG_CACHE_HOME: "" },
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  if (status !== 0) throw new Error(`${args.join(" ")} failed: ${stderr}`);
  return Number(output[3]);
}

function median(rounds, measure) {
  return Array.from({ length: rounds }, measure).sort((a, b) => a - b)[Math.floor(rounds / 2)];
}
