// Reads a cluster of 5,000 instances and 60,000 tasks from a local endpoint through the command line: calls against the
// fewest that the API allows, time against what its request rates allow, and memory. Takes a minute, because of the
// rates.
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { transform } from "esbuild";
import { bucketOf, cluster, fewestCalls, makeCluster, startEndpoint } from "./ecs-endpoint.mjs";
import { reported } from "./reported.mjs";

export const title = "Reading a cluster of 5,000 instances and 60,000 tasks: aiplat cluster devices -o json";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const size = { instances: 5_000, stopped: 450 };

export async function run() {
  const { buckets } = await importTypeScript("src/aws/buckets.ts");
  const made = makeCluster(size);
  const fewest = fewestCalls(made);
  const endpoint = await startEndpoint(made, buckets);
  const failures = [];
  try {
    const bare = await measure(["-e", "0"], endpoint.url);
    const read = await measure(
      [join(root, "bin", "aiplat.js"), "cluster", "devices", "--cluster", cluster, "-o", "json"],
      endpoint.url,
    );
    failures.push(...wrongAnswers(JSON.parse(read.stdout), made));

    for (const [operation, minimum] of Object.entries(fewest)) {
      const calls = endpoint.calls[operation] ?? 0;
      print(operation, `${calls} calls, ${(calls / minimum).toFixed(2)} times the fewest`);
      if (calls !== minimum) failures.push(`${operation}: ${calls} calls, and ${minimum} are enough`);
    }
    for (const operation of Object.keys(endpoint.calls).filter((each) => !(each in fewest)))
      failures.push(`${operation}: no call is needed`);

    const seconds = leastSeconds(fewest, buckets);
    print(
      "time",
      `${read.seconds.toFixed(1)} s, ${(read.seconds / seconds).toFixed(2)} times the ${seconds.toFixed(1)} s that the request rates allow`,
    );
    print("above the request rates by", `${endpoint.overdrawn().toFixed(1)} requests at most`);
    print(
      "peak memory",
      `${mebibytes(read.peakKiB)} MiB, ${(read.peakKiB / bare.peakKiB).toFixed(1)} times bare Node's; ${mebibytes(endpoint.bytes.sent / 1024)} MiB were received`,
    );
  } finally {
    endpoint.stop();
  }
  return failures;
}

/** The busiest bucket decides: what its burst does not cover comes at its rate. */
function leastSeconds(fewest, buckets) {
  return Math.max(
    ...Object.entries(buckets).map(([name, { burst, perSecond }]) => {
      const calls = Object.entries(fewest).reduce(
        (sum, [operation, count]) => (bucketOf[operation] === name ? sum + count : sum),
        0,
      );
      return Math.max(0, calls - burst) / perSecond;
    }),
  );
}

/** A quick answer that is wrong is worth nothing. */
function wrongAnswers({ instances, conflicts }, made) {
  const accelerated = made.instances.filter(({ devices, gpus }) => devices !== undefined || gpus !== undefined);
  const held = instances.flatMap(({ devices }) =>
    devices.filter(({ path, claimedBy }) => path.startsWith("/dev/neuron") && claimedBy.length === 1),
  ).length;
  const holding = made.tasks.filter(({ instance }) => instance.devices !== undefined).length;
  return [
    ...(instances.length === accelerated.length
      ? []
      : [`${instances.length} instances on the map, and there are ${accelerated.length}`]),
    ...(held === holding ? [] : [`${held} devices held, and ${holding} tasks hold one`]),
    ...(conflicts.length === 0 ? [] : [`${conflicts.length} conflicts, and there is none`]),
  ];
}

async function measure(args, url) {
  const started = performance.now();
  const env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    AWS_ENDPOINT_URL: url,
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "bench",
    AWS_SECRET_ACCESS_KEY: "bench",
  };
  const child = spawn(process.execPath, ["--require", join(root, "bench", "report-memory.cjs"), ...args], {
    env,
    stdio: ["ignore", "pipe", "inherit", "pipe"],
  });
  const [stdout, peak, code] = await Promise.all([
    text(child.stdout),
    text(child.stdio[3]),
    new Promise((resolve) => child.on("close", resolve)),
  ]);
  if (code !== 0) throw new Error(`${args.join(" ")}: exit ${code}`);
  return { stdout, seconds: (performance.now() - started) / 1000, peakKiB: reported(peak, args) };
}

async function text(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

/** A module of the source without imports of values, as Node runs it. */
async function importTypeScript(path) {
  const { code } = await transform(await readFile(join(root, path), "utf8"), { loader: "ts", format: "esm" });
  return import(`data:text/javascript,${encodeURIComponent(code)}`);
}

function print(name, value) {
  console.log(`  ${name.padEnd(32)} ${value}`);
}

function mebibytes(kibibytes) {
  return Math.round(kibibytes / 1024);
}
