// CPU time (user + system) of the offline commands against bare Node's, process by process in alternation.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const title = "Start-up: CPU time of offline commands against `node -e 0` (median of the ratios)";

/**
 * The bound of the offline commands that read no file, on Node 20: on later versions bare Node starts in half the time.
 */
const bound = 1.35;
const isBinding = process.versions.node.startsWith("20.");
const rounds = 31;
const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const cli = join(root, "bin", "aiplat.js");
const workload = ["--name", "bert", "--image", "bert:1", "--instance-type", "inf2.24xlarge"];

const commands = [
  { name: "--version", args: ["--version"], bounded: true },
  { name: "--help", args: ["--help"], bounded: true },
  { name: "instances list", args: ["instances", "list"], bounded: true },
  { name: "instances show trn1.32xlarge", args: ["instances", "show", "trn1.32xlarge"], bounded: true },
  { name: "templates list", args: ["templates", "list"], bounded: true },
  { name: "taskdef generate (flags)", args: ["taskdef", "generate", ...workload], bounded: true },
  {
    name: "taskdef generate (file)",
    args: ["taskdef", "generate", join(root, "templates/pytorch-inference-inf2/aiplat.yaml"), "--region", "us-east-1"],
    bounded: false,
  },
  {
    name: "validate (file)",
    args: ["validate", join(root, "templates/pytorch-inference-inf2/aiplat.yaml")],
    bounded: false,
  },
];

export async function run() {
  const folder = mkdtempSync(join(tmpdir(), "aiplat-bench-"));
  const failures = [];
  try {
    for (const { name, args, bounded } of commands) {
      const first = measure(args, folder);
      // A machine that is busy with something else shifts single pairs: the second look decides.
      const ratio = bounded && first > bound ? Math.min(first, measure(args, folder)) : first;
      const looks = ratio === first ? "" : ` (at first ${first.toFixed(2)})`;
      const mark = bounded ? `  ${ratio <= bound ? "<=" : "ABOVE"} ${bound}${looks}` : "  (reads a file)";
      console.log(`  ${name.padEnd(32)} ${ratio.toFixed(2)}${mark}`);
      if (bounded && isBinding && ratio > bound)
        failures.push(`${name}: ${ratio.toFixed(2)} times bare Node, above ${bound}`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return failures;
}

/** The median ratio of pairs measured one after the other. */
function measure(args, folder) {
  return median(Array.from({ length: rounds }, () => cpu([cli, ...args], folder) / cpu(["-e", "0"], folder)));
}

/** CPU microseconds of one process, the same hook loaded on both sides. */
function cpu(args, cwd) {
  const { status, stderr, output } = spawnSync(
    process.execPath,
    ["--require", join(root, "bench", "report-cpu.cjs"), ...args],
    { cwd, stdio: ["ignore", "pipe", "pipe", "pipe"] },
  );
  if (status !== 0) throw new Error(`${args.join(" ")} failed: ${stderr}`);
  return Number(output[3]);
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
