// What a run of one replica reads of a cluster of 5,000 instances and 60,000 tasks, against reading all of it: calls from
// a local endpoint that keeps ECS's limits. test/cli/run-task.calls.test.ts has those of small clusters, call by call.
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { transform } from "esbuild";
import { cluster, fewestCalls, makeCluster, startEndpoint } from "./ecs-endpoint.mjs";

export const title = "Calls of a run of one replica on 5,000 instances and 60,000 tasks: aiplat run-task --dry-run";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const workload = ["--name", "bert", "--image", "bert:1", "--instance-type", "inf2.48xlarge", "--devices", "1"];
const run1 = ["run-task", ...workload, "--cpu", "0.25", "--memory", "1GiB", "--cluster", cluster];

/** The instances of the type are 2,000: 20 calls that list and 20 that describe them. */
const mostCalls = 120;

export async function run() {
  const { buckets } = await importTypeScript("src/aws/buckets.ts");
  const made = makeCluster({ instances: 5_000, stopped: 450 });
  const endpoint = await startEndpoint(made, buckets);
  const failures = [];
  try {
    const started = performance.now();
    const { requests } = JSON.parse(await answerOf([...run1, "--dry-run", "-o", "json"], endpoint.url));
    const seconds = (performance.now() - started) / 1000;
    if (!requests.some(({ operation }) => operation === "RunTask")) failures.push("the run has no place");
    for (const [operation, calls] of Object.entries(endpoint.calls)) print(operation, `${calls} calls`);
    const all = sum(endpoint.calls);
    print("in all", `${all} calls <= ${mostCalls}, of ${sum(fewestCalls(made))} for the whole cluster`);
    print("time", `${seconds.toFixed(1)} s`);
    if (all > mostCalls) failures.push(`${all} calls, and ${mostCalls} are enough`);
  } finally {
    endpoint.stop();
  }
  return failures;
}

function sum(calls) {
  return Object.values(calls).reduce((one, other) => one + other, 0);
}

async function answerOf(args, url) {
  const env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    AWS_ENDPOINT_URL: url,
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "bench",
    AWS_SECRET_ACCESS_KEY: "bench",
  };
  const child = spawn(process.execPath, [join(root, "bin", "aiplat.js"), ...args], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise((resolve) => child.on("close", resolve));
  let text = "";
  for await (const chunk of child.stdout.setEncoding("utf8")) text += chunk;
  const code = await ended;
  if (code !== 0) throw new Error(`${args.join(" ")}: exit ${code}`);
  return text;
}

/** A module of the source without imports of values, as Node runs it. */
async function importTypeScript(path) {
  const { code } = await transform(await readFile(join(root, path), "utf8"), { loader: "ts", format: "esm" });
  return import(`data:text/javascript,${encodeURIComponent(code)}`);
}

function print(name, value) {
  console.log(`  ${name.padEnd(32)} ${value}`);
}
