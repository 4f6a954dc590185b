// CPU time (user + system) of commands that call AWS against the aws CLI's for the same job, on one sandbox, process by
// process in alternation. Left out where there is no aws CLI.
import { spawn, spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { endpointOf } from "./sandbox-endpoint.mjs";

export const title = "Commands that call AWS: CPU time against the aws CLI's for the same job (median of the ratios)";

const cli = join(dirname(fileURLToPath(import.meta.url)), "..", "bin", "aiplat.js");
const rounds = 5;
/** Runs of a command that are measured together: the shell counts in hundredths of a second. */
const together = 3;
const most = 1 / 3;
/** Two looks differ by so much: a run fails only beyond it. */
const spread = 1.1;

const parameter = "/aws/service/ecs/optimized-ami/amazon-linux-2023/neuron/recommended/image_id";
const workload = ["--name", "bert", "--image", "bert:1", "--instance-type", "inf2.24xlarge", "--devices", "1"];
/** @param machines The container instances of the sandbox. */
const jobsWith = (machines) => [
  {
    name: "ami latest",
    args: ["ami", "latest"],
    aws: [["ssm", "get-parameter", "--name", parameter]],
  },
  {
    name: "task list",
    args: ["task", "list"],
    aws: [
      ["ecs", "list-tasks"],
      ["ecs", "describe-tasks", "--tasks", "none"],
    ],
  },
  {
    name: "service list",
    args: ["service", "list"],
    aws: [["ecs", "list-services"]],
  },
  {
    name: "cluster devices",
    args: ["cluster", "devices"],
    aws: [
      ["ecs", "describe-clusters"],
      ["ecs", "list-container-instances"],
      ["ecs", "describe-container-instances", "--container-instances", ...machines],
      ["ecs", "list-tasks"],
    ],
  },
  {
    name: "run-task",
    // Five answers are read, checked and planned with, where the aws CLI makes one call.
    args: ["run-task", ...workload, "--cpu", "0.25", "--memory", "1GiB"],
    aws: [["ecs", "run-task", "--task-definition", "plain"]],
  },
];

export async function run() {
  if (spawnSync("aws", ["--version"]).status !== 0) {
    console.log("  SKIPPED: there is no aws CLI");
    return [];
  }
  const failures = [];
  // Tasks are over and forgotten at once: each run finds the cluster empty.
  const more = ["--instance", "inf2.24xlarge=40", "--task-seconds", "1", "--speed", "20000", "-o", "json"];
  const sandbox = spawn(process.execPath, [cli, "sandbox", ...more], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    const env = {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      AWS_ENDPOINT_URL: await endpointOf(sandbox),
      AWS_REGION: "us-east-1",
      AWS_DEFAULT_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "bench",
      AWS_SECRET_ACCESS_KEY: "bench",
    };
    const container = JSON.stringify([{ name: "plain", image: "plain:1", memory: 16 }]);
    cpuMs(
      ["aws", "ecs", "register-task-definition", "--family", "plain", "--container-definitions", container],
      env,
      1,
    );
    for (const { name, args, aws } of jobsWith(machinesIn(env))) {
      const ours = [process.execPath, cli, ...args];
      cpuMs(ours, env, 1);
      const ratios = Array.from({ length: rounds }, () => {
        const own = cpuMs(ours, env);
        return own / aws.reduce((sum, words) => sum + cpuMs(["aws", ...words], env), 0);
      });
      const ratio = ratios.sort((one, other) => one - other)[Math.floor(rounds / 2)];
      const verdict = ratio <= most ? "<=" : "ABOVE";
      console.log(`  ${name.padEnd(32)} ${ratio.toFixed(2)}  ${verdict} ${most.toFixed(2)}`);
      if (ratio > most * spread) failures.push(`${name}: ${ratio.toFixed(2)} of the aws CLI's CPU time`);
    }
  } finally {
    sandbox.kill();
  }
  return failures;
}

function machinesIn(env) {
  const words = ["ecs", "list-container-instances", "--query", "containerInstanceArns[]", "--output", "text"];
  return spawnSync("aws", words, { env, encoding: "utf8" }).stdout.trim().split(/\s+/);
}

/** CPU milliseconds of a run of a command, as the shell counts what its children used. */
function cpuMs(words, env, times = together) {
  const quoted = words.map((word) => `'${word}'`).join(" ");
  const script = `for n in ${"1 ".repeat(times)}; do ${quoted} >/dev/null || exit 1; done; times`;
  const { status, stdout } = spawnSync("sh", ["-c", script], {
    env,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
  if (status !== 0) throw new Error(`${words.join(" ")}: it failed`);
  const [, children] = stdout.trim().split("\n");
  const seconds = [...children.matchAll(/(\d+)m([\d.]+)s/g)].map(([, minutes, rest]) => 60 * minutes + Number(rest));
  return (seconds.reduce((one, other) => one + other, 0) / times) * 1000;
}
