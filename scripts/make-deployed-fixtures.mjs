// Makes test/fixtures/deployed/<workload>/cluster.json anew: a snapshot of a sandbox's cluster in which the built
// checkout of aiplat that is named has deployed workload.yaml (a service), or run it (a job), on machines.json.
//
//     node scripts/make-deployed-fixtures.mjs CHECKOUT [WORKLOAD...]
//
// The same checkout makes the same bytes: the sandbox's clock stands still and its ids follow from it.
import "./say-errors.mjs";
import { execFile, spawn } from "node:child_process";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { parse } from "yaml";

const fixtures = join(dirname(fileURLToPath(import.meta.url)), "../test/fixtures/deployed");
const madeByPath = join(fixtures, "made-by.json");
/** Longer than any deployment of the fixtures takes, blue/green and canary included. */
const settleSeconds = 3600;
const clockStandsStill = `--import=data:text/javascript,Date.now=()=>${Date.UTC(2026, 0, 1)}`;

const [checkoutPath, ...chosen] = process.argv.slice(2);
if (checkoutPath === undefined) throw new Error("name the built checkout of aiplat that is to deploy the workloads");
const checkout = resolve(checkoutPath);
const cli = join(checkout, "bin/aiplat.js");
const scratch = await mkdtemp(join(tmpdir(), "aiplat-deployed-"));
const bare = { PATH: process.env["PATH"], HOME: scratch, AWS_EC2_METADATA_DISABLED: "true" };
const run = promisify(execFile);

try {
  const madeBy = await describeCheckout();
  const known = JSON.parse(await readFile(madeByPath, "utf8").catch(() => "{}"));
  const folders = (await readdir(fixtures, { withFileTypes: true })).filter((each) => each.isDirectory());
  const workloads = chosen.length > 0 ? chosen : folders.map(({ name }) => name);
  for (const workload of workloads) {
    await make(workload);
    known[workload] = madeBy;
    console.log(`${workload}: made by ${madeBy.version}, ${madeBy.commit}`);
  }
  const sorted = Object.fromEntries(Object.entries(known).sort(([one], [other]) => (one < other ? -1 : 1)));
  await writeFile(madeByPath, `${JSON.stringify(sorted, null, 2)}\n`);
} finally {
  await rm(scratch, { recursive: true, force: true });
}

/** Who makes the fixtures. What is not committed could not be found again. */
async function describeCheckout() {
  const git = async (...args) => (await run("git", ["-C", checkout, ...args])).stdout.trim();
  if ((await git("status", "--porcelain", "--untracked-files=no")) !== "")
    throw new Error(`${checkout} has changes that are not committed`);
  const { version } = JSON.parse(await readFile(join(checkout, "package.json"), "utf8"));
  return { version, commit: await git("rev-parse", "HEAD") };
}

async function make(name) {
  const workload = join(fixtures, name, "workload.yaml");
  const { kind, replicas = 1, ecs } = parse(await readFile(workload, "utf8"));
  const { cluster } = ecs;
  const seed = join(scratch, `${name}.json`);
  await writeFile(seed, JSON.stringify(await machinesOf(name, cluster)));
  const made = await inSandbox(["--cluster-state", seed], async ({ aiplat, snapshot, advance }) => {
    if (kind === "service") await aiplat("service", "deploy", workload, "--no-wait");
    // One after the other: tasks that are started at once get their ids in no order. A client token gives a run its id.
    else
      for (let replica = 1; replica <= replicas; replica++)
        await aiplat("run-task", workload, "--count", "1", "--client-token", `${name}-${replica}`);
    await advance(settleSeconds);
    return snapshot(cluster);
  });
  requireSteady(name, JSON.parse(made));
  const path = join(fixtures, name, "cluster.json");
  await writeFile(path, made);
  // Exits with 3, and so throws, where the version that deployed it plans to change it.
  await run(process.execPath, [cli, "plan", workload, "--cluster-state", path, "--exit-code", "--quiet"], {
    env: bare,
  });
}

/** The cluster before anything was deployed, as a snapshot: fresh machines, with what machines.json says of them. */
async function machinesOf(name, cluster) {
  const machines = JSON.parse(await readFile(join(fixtures, name, "machines.json"), "utf8"));
  const fleet = machines.instances.flatMap(({ type, count }) => ["--instance", `${type}=${count}`]);
  const fresh = JSON.parse(await inSandbox(["--cluster", cluster, ...fleet], ({ snapshot }) => snapshot(cluster)));
  const specOf = (instance) => machines.instances.find(({ type }) => type === instance.attributes["ecs.instance-type"]);
  return {
    ...fresh,
    tags: machines.tags ?? {},
    capacityProviders: machines.instances.flatMap(({ capacityProvider }) => capacityProvider ?? []),
    instances: fresh.instances.map((instance) => {
      const { attributes, capacityProvider } = specOf(instance);
      return { ...instance, capacityProvider, attributes: { ...instance.attributes, ...attributes } };
    }),
  };
}

/** Runs the checkout's sandbox while `work` uses it; time in it stands still until it is advanced. */
async function inSandbox(args, work) {
  const words = ["sandbox", ...args, "--stepped", "--quiet", "-o", "env"];
  const child = spawn(process.execPath, [clockStandsStill, cli, ...words], {
    env: bare,
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const environment = await readEnvironment(child);
    const aiplat = async (...words) =>
      (await run(process.execPath, [cli, ...words], { cwd: scratch, env: { ...bare, ...environment } })).stdout;
    return await work({
      aiplat,
      snapshot: async (cluster) => {
        const env = { ...bare, ...environment, NODE_OPTIONS: clockStandsStill };
        return (await run(process.execPath, [cli, "cluster", "snapshot", "--cluster", cluster], { env })).stdout;
      },
      advance: async (seconds) => {
        const url = `${environment["AWS_ENDPOINT_URL"]}/_sandbox/advance`;
        const answer = await fetch(url, { method: "POST", body: JSON.stringify({ seconds }) });
        if (!answer.ok) throw new Error(await answer.text());
      },
    });
  } finally {
    child.kill("SIGINT");
  }
}

/** What the sandbox says to export, once it has said all of it. */
function readEnvironment(child) {
  return new Promise((resolve, reject) => {
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (part) => {
      text += part;
      if (!text.includes("AWS_SECRET_ACCESS_KEY=")) return;
      const lines = text.trim().split("\n");
      resolve(Object.fromEntries(lines.map((line) => line.split("=", 2))));
    });
    child.once("exit", () => reject(new Error("the sandbox ended")));
  });
}

/** A fixture that shows a rollout under way, or a task that never got a place, would be about that. */
function requireSteady(name, { services, tasks }) {
  const waiting = [
    ...services
      .filter((each) => each.runningCount !== each.desiredCount || each.deployments.length !== 1)
      .map(({ serviceName }) => serviceName),
    ...tasks.filter(({ lastStatus }) => lastStatus !== "RUNNING").map(({ taskArn }) => taskArn),
  ];
  if (services.length + tasks.length === 0) throw new Error(`${name}: nothing was deployed`);
  if (waiting.length > 0) throw new Error(`${name} is not steady: ${waiting.join(", ")}`);
}
