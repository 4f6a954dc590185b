// RunTask calls against `aiplat sandbox` with a cluster of some size: CPU milliseconds of the sandbox for each.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeSnapshot } from "./cluster-snapshot.mjs";
import { endpointOf } from "./sandbox-endpoint.mjs";

/**
 * @param cli The entry of aiplat.
 * @returns CPU milliseconds a call: of all of them, and of their first and last tenth, which are the same where a call
 *   takes no longer the more tasks there are.
 */
export async function measureSandboxCalls(cli, { instances, calls }) {
  const folder = mkdtempSync(join(tmpdir(), "aiplat-bench-"));
  const file = join(folder, "cluster.json");
  writeFileSync(file, JSON.stringify(makeSnapshot({ instances })));
  const sandbox = spawn(process.execPath, [cli, "sandbox", "--cluster-state", file, "--stepped", "-o", "json"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const endpoint = await endpointOf(sandbox);
    await call(endpoint, "RegisterTaskDefinition", {
      family: "small",
      networkMode: "bridge",
      containerDefinitions: [{ name: "small", image: "small:1", cpu: 16, memory: 16 }],
    });
    const run = () => call(endpoint, "RunTask", { cluster: "bench", taskDefinition: "small", launchType: "EC2" });
    await run();
    const tenth = Math.floor(calls / 10);
    const marks = [cpuMs(sandbox.pid)];
    for (let made = 1; made <= calls; made++) {
      const { tasks } = await run();
      if (tasks.length !== 1) throw new Error("the sandbox placed nothing");
      if (made === tenth || made === calls - tenth || made === calls) marks.push(cpuMs(sandbox.pid));
    }
    const [start, first, late, end] = marks;
    return { each: (end - start) / calls, first: (first - start) / tenth, last: (end - late) / tenth };
  } finally {
    sandbox.kill();
    rmSync(folder, { recursive: true });
  }
}

async function call(endpoint, operation, input) {
  const response = await fetch(endpoint, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": `AmazonEC2ContainerServiceV20141113.${operation}`,
      authorization: "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/ecs/aws4_request",
    },
    body: JSON.stringify(input),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(`${operation}: ${JSON.stringify(answer)}`);
  return answer;
}

/** What a process has used: user and system, in hundredths of a second as Linux counts them. */
function cpuMs(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /, "")
    .split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
