// CPU time of plans, explanations and device maps over clusters that grow, from snapshot files: by which power it grows.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { plainEnv } from "./plain-env.mjs";
import { makeSnapshot } from "./cluster-snapshot.mjs";
import { makeServiceSnapshot } from "./service-snapshot.mjs";
import { reported } from "./reported.mjs";

export const title =
  "Scale: CPU seconds of offline commands by the instances of the cluster, and the exponent of the last step";

/** Time may grow by this power of the instances, and of the replicas that grow with them. */
const bound = 1.15;
/** What 20,000 replicas on 20,000 instances may take, in start-ups of bare Node. */
const planBound = 60;
const root = join(dirname(fileURLToPath(import.meta.url)), "..");

const sizes = [100, 1_000, 5_000, 20_000, 100_000];

/**
 * `held`: how many of the 12 devices of each machine are taken, or `service` where a service runs on half of them; `most`: the largest cluster, where the snapshot of a
 * larger one is more than a text of JavaScript holds, or the plan more than it is worth waiting for.
 */
const subjects = [
  { name: "plan, a new service, n replicas", held: 0, args: (n) => ["plan", ...service(n)] },
  { name: "plan of a run, n replicas", held: 2, args: (n) => ["plan", ...job, "--count", `${n}`] },
  {
    name: "plan of a run, 7n: no room",
    held: 6,
    most: 20_000,
    args: (n) => ["plan", ...job, "--count", `${7 * n}`],
  },
  { name: "cluster explain --count n", held: 2, args: (n) => ["cluster", "explain", ...job, "--count", `${n}`] },
  {
    name: "cluster explain --count 11n: no room",
    held: 2,
    args: (n) => ["cluster", "explain", ...job, "--count", `${11 * n}`],
  },
  {
    name: "guard: a new image of n/2 replicas",
    held: "service",
    args: (n) => ["plan", ...whole("bert:2"), "--kind", "service", "--replicas", `${Math.ceil(n / 2)}`],
  },
  { name: "cluster devices, 2 tasks each", held: 2, args: () => ["cluster", "devices"] },
  { name: "cluster devices, 12 tasks each", held: 12, most: 20_000, args: () => ["cluster", "devices"] },
];
const workload = (image) => ["--name", "bert", "--image", image, "--instance-type", "inf2.48xlarge"];
const job = [...workload("bert:1"), "--devices", "1", "--cpu", "12", "--memory", "20GiB"];
const whole = (image) => [...workload(image), "--devices", "12", "--cpu", "150", "--memory", "300GiB"];
const service = (n) => [...job, "--kind", "service", "--replicas", `${n}`];

/** @param before The root of another built checkout, which is measured beside this one. */
export async function run({ check, before }) {
  const folder = mkdtempSync(join(tmpdir(), "aiplat-bench-"));
  const failures = [];
  try {
    for (const { name, held, most: largest = Infinity, args } of subjects) {
      const clusters = check ? [1_000, 4_000] : sizes.filter((n) => n <= largest);
      const measured = (cli, most) => measure(cli, { sizes: clusters.filter((n) => n <= most), held, args, folder });
      let figures = measured(root, Infinity);
      // A machine that is busy with something else shifts single figures: the second look decides.
      if (exponentOf(figures) > bound)
        figures = [figures, measured(root, Infinity)].sort((a, b) => exponentOf(a) - exponentOf(b))[0];
      const exponent = exponentOf(figures);
      console.log(`  ${name.padEnd(38)} ${figures.map(show).join("  ")}  exponent ${exponent.toFixed(2)}`);
      if (before !== undefined) {
        const theirs = measured(before, 1_000);
        console.log(
          `  ${"  before".padEnd(38)} ${theirs.map(show).join("  ")}  exponent ${exponentOf(theirs).toFixed(2)}`,
        );
      }
      if (exponent > bound) failures.push(`${name}: exponent ${exponent.toFixed(2)}, above ${bound}`);
    }
    const plan = () => cpu(root, ["plan", ...service(20_000)], snapshotFile(folder, 20_000, 0)) / bareNode();
    const ratio = median([plan(), plan(), plan()]);
    console.log(`  ${"20,000 replicas on 20,000 instances".padEnd(38)} ${ratio.toFixed(1)} times bare Node's start-up`);
    if (ratio > planBound) failures.push(`20,000 on 20,000: ${ratio.toFixed(1)} times bare Node, above ${planBound}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
  return failures;
}

function measure(cli, { sizes, held, args, folder }) {
  const start = cpu(cli, args(1), snapshotFile(folder, 1, held));
  return sizes.map((n) => {
    const file = snapshotFile(folder, n, held);
    return { n, seconds: median([1, 2, 3].slice(0, n > 1_000 ? 1 : 3).map(() => cpu(cli, args(n), file))), start };
  });
}

/** What the largest cluster takes more than the next smaller, beyond what a cluster of one instance takes. */
function exponentOf(measured) {
  const [small, large] = measured.slice(-2);
  const growth = (large.seconds - large.start) / Math.max(0.01, small.seconds - small.start);
  return Math.log(growth) / Math.log(large.n / small.n);
}

function show({ n, seconds }) {
  return `${n.toLocaleString("en-US")}: ${seconds.toFixed(2)}`;
}

const written = new Map();

function snapshotFile(folder, instances, held) {
  const file = join(folder, `${instances}-${held}.json`);
  if (!written.has(file)) {
    const snapshot =
      held === "service"
        ? makeServiceSnapshot({ instances, definition: serviceDefinition() })
        : makeSnapshot({ instances, held });
    written.set(file, writeFileSync(file, JSON.stringify(snapshot)));
  }
  return file;
}

/** What the service runs, as this checkout has it. */
function serviceDefinition() {
  const args = ["taskdef", "generate", ...whole("bert:1"), "--kind", "service"];
  const { stdout } = spawnSync(process.execPath, [join(root, "bin", "aiplat.js"), ...args], { cwd: tmpdir() });
  return JSON.parse(stdout);
}

/** CPU seconds of a command. */
function cpu(cli, args, clusterState) {
  return seconds([join(cli, "bin", "aiplat.js"), ...args, "--cluster-state", clusterState, "-o", "json"]);
}

function bareNode() {
  return median(Array.from({ length: 9 }, () => seconds(["-e", "0"])));
}

/** CPU seconds of one process; exit 4 says that not all have a place. */
function seconds(args) {
  const { status, stderr, output } = spawnSync(
    process.execPath,
    ["--require", join(root, "bench", "report-cpu.cjs"), ...args],
    { cwd: tmpdir(), env: plainEnv, stdio: ["ignore", "ignore", "pipe", "pipe"] },
  );
  if (status !== 0 && status !== 4) throw new Error(`${args.join(" ")} failed: ${stderr}`);
  return reported(output[3], args) / 1e6;
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
