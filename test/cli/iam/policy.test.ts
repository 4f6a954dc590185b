import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { runCli } from "../../support/cli.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "aiplat-policy-"));
  for (const [file, content] of Object.entries({ "aiplat.yaml": train, "live.yaml": { logs: { group: "/live" } } }))
    writeFileSync(join(folder, file), JSON.stringify(content));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const train = {
  name: "train",
  image: "train:1",
  accelerator: { instanceTypes: ["inf2.xlarge"] },
  logs: { group: "/a" },
};

/** The log groups that the policy of `run-task` names. */
async function groups(...args: readonly string[]): Promise<string> {
  const { stdout, stderr } = await runCli(["iam", "policy", "run-task", "--region", "us-east-1", ...args], {
    cwd: folder,
  });
  expect(stderr.replace(/^aiplat.yaml is the workload.*\n/, "")).toBe("");
  return [...new Set([...stdout.matchAll(/log-group:([^:"]+)/g)].map(([, group]) => group))].join(" ");
}

it("narrows a policy to the workload of several files and --set, and to none with --no-file", async () => {
  expect(await groups()).toBe("/a");
  expect(await groups("--set", "logs.group=/set")).toBe("/set");
  expect(await groups("--workload", "aiplat.yaml", "--workload", "live.yaml")).toBe("/live");
  expect(await groups("--workload", "aiplat.yaml", "--workload", "live.yaml", "--set", "logs.group=/set")).toBe("/set");
  expect(await groups("--no-file")).toBe("*");
});

it("asks for a workload where a role is one's", async () => {
  const { code, stderr } = await runCli(["iam", "policy", "--role", "task", "--no-file"], { cwd: folder });
  expect([code, stderr.split("\n")[0]]).toEqual([2, "error: --role task is about a workload, and none is named"]);
});
