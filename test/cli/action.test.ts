import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { bareEnv, cliPath, runCli } from "../support/cli.ts";
import { runAction } from "../support/composite-action.ts";
import { startGithubComments, type GithubComments } from "../support/github-comments.ts";
import { startSandboxProcess, type SandboxProcess } from "../support/sandbox-process.ts";
import { missingTools } from "../support/tools.ts";

const root = join(import.meta.dirname, "../..");
const workload = (replicas: number) =>
  `name: bert\nkind: service\nimage: bert:1\naccelerator: { instanceTypes: [inf2.xlarge] }\nreplicas: ${replicas}\n`;

describe("the workflow of docs/ci.md", () => {
  it("gives the action inputs that it has, and the version that this is", async () => {
    const [page, action, manifest] = await Promise.all(
      ["docs/ci.md", "action.yml", "package.json"].map((name) => readFile(join(root, name), "utf8")),
    );
    const [, text] = /```yaml\n(.*?)```/s.exec(page!)!;
    const { jobs } = parse(text!) as { readonly jobs: Record<string, { readonly steps: readonly WorkflowStep[] }> };
    const uses = Object.values(jobs).flatMap(({ steps }) => steps.filter(({ uses }) => uses.startsWith("aiplat/")));
    const { inputs } = parse(action!) as { readonly inputs: object };
    expect(uses.map(({ uses: what }) => what)).toEqual(
      uses.map(() => `aiplat/aiplat@v${(JSON.parse(manifest!) as { readonly version: string }).version}`),
    );
    expect(uses.map((step) => step.with["mode"])).toEqual(["plan", "deploy"]);
    expect(Object.keys(inputs)).toEqual(expect.arrayContaining(uses.flatMap((step) => Object.keys(step.with))));
  });
});

interface WorkflowStep {
  readonly uses: string;
  readonly with: Readonly<Record<string, string>>;
}

describe.skipIf(missingTools("bash"))("the GitHub action", () => {
  let folder: string;
  let sandbox: SandboxProcess;
  let github: GithubComments;

  beforeAll(async () => {
    sandbox = await startSandboxProcess("--cluster", "prod", "--instance", "inf2.xlarge=2", "--speed", "50");
  });
  afterAll(() => sandbox.interrupt());
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "aiplat-action-"));
    github = await startGithubComments("acme/models", 7);
    // As npx: what it is asked for, then the words.
    const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as { readonly version: string };
    const npx = `#!/bin/sh\n[ "$1 $2" = "--yes aiplat@${version}" ] || exit 99\nshift 2\nexec '${process.execPath}' '${cliPath()}' "$@"\n`;
    await writeFile(join(folder, "npx"), npx);
    await chmod(join(folder, "npx"), 0o755);
    await writeFile(join(folder, "event.json"), JSON.stringify({ pull_request: { number: 7 } }));
    await writeFile(join(folder, "aiplat.yaml"), workload(1));
  });
  afterEach(async () => {
    github.stop();
    await rm(folder, { recursive: true });
  });

  const run = (inputs: Readonly<Record<string, string>>, env: Readonly<Record<string, string>> = {}) =>
    runAction(root, inputs, {
      cwd: folder,
      env: {
        ...bareEnv(),
        ...sandbox.environment,
        AIPLAT_CLUSTER: "prod",
        PATH: `${folder}${delimiter}${process.env["PATH"]}`,
        GITHUB_API_URL: github.url,
        GITHUB_REPOSITORY: "acme/models",
        GITHUB_EVENT_PATH: join(folder, "event.json"),
        GITHUB_SHA: "c0ffee",
        ...env,
      },
    });

  it("checks without AWS, with annotations for all that is wrong", async () => {
    await writeFile(join(folder, "aiplat.yaml"), workload(1).replace("replicas: 1", "replicas: many"));
    await writeFile(
      join(folder, "td.json"),
      JSON.stringify({
        family: "x",
        containerDefinitions: [
          {
            name: "x",
            image: "x",
            memory: 100,
            linuxParameters: { devices: [{ hostPath: "/dev/neuron1" }, { hostPath: "/dev/neuron0" }] },
          },
        ],
      }),
    );
    const checked = await run(
      { mode: "check", "task-definitions": "td*.json" },
      { AWS_ENDPOINT_URL: "http://127.0.0.1:9" },
    );
    expect(checked.code).not.toBe(0);
    expect(checked.steps).toEqual(["Validate and lint"]);
    expect(checked.log).toMatch(/^::error file=aiplat.yaml,line=5/m);
    expect(checked.log).toMatch(/^::error file=td.json/m);
    expect(github.requests).toEqual([]);
  });

  it("plans as one comment of the pull request, updated by the next push", async () => {
    github.comments.push(...Array.from({ length: 130 }, (_, index) => ({ id: index + 1, body: `comment ${index}` })));
    const first = await run({ mode: "plan" });
    expect({ code: first.code, log: first.log }).toMatchObject({ code: 0 });
    expect(first.outputs).toEqual({ changes: "true", "exit-code": "3", "plan-file": "aiplat-plan.json" });
    expect(github.comments).toHaveLength(131);
    expect(github.comments[130]!.body).toMatch(/\| create \| bert \|/);
    expect(first.summary).toContain("| create | bert |");

    await writeFile(join(folder, "aiplat.yaml"), workload(2));
    await run({ mode: "plan" }, { GITHUB_SHA: "decaf" });
    expect(github.comments).toHaveLength(131);
    expect(github.comments[130]!.body).toContain("2 replicas");
    expect(github.comments[130]!.body).toContain("decaf");
  });

  it("says in the comment why there is no plan, and fails", async () => {
    await writeFile(join(folder, "aiplat.yaml"), workload(5));
    const full = await run({ mode: "plan" });
    expect(full).toMatchObject({ code: 4, outputs: { "exit-code": "4" } });
    expect(github.comments).toHaveLength(1);
    const denied = await run({ mode: "plan", args: "--cluster not-there" });
    expect(denied.code).not.toBe(0);
    expect(github.comments).toHaveLength(1);
    expect(github.comments[0]!.body).toContain("**There is no plan:**");
    expect(github.comments[0]!.body).toContain("not-there");
  });

  it("keeps to the summary where the token may not write, or there is no pull request", async () => {
    github.mayWrite = false;
    const fork = await run({ mode: "plan" });
    expect(fork.code).toBe(0);
    expect(fork.log).toContain("::warning title=aiplat::The plan is in the summary only");
    await writeFile(join(folder, "event.json"), JSON.stringify({ ref: "refs/heads/main" }));
    github.requests.length = 0;
    const push = await run({ mode: "plan" });
    expect(push.code).toBe(0);
    expect(push.summary).toContain("| create | bert |");
    expect(github.requests).toEqual([]);
  });

  it("deploys what was planned, and refuses it where the world has moved", async () => {
    await run({ mode: "plan" });
    const deployed = await run({ mode: "deploy" });
    expect({ code: deployed.code, log: deployed.log }).toMatchObject({ code: 0 });
    expect(deployed.steps).toEqual(["Deploy what was planned"]);
    const status = await runCli(["service", "status", "bert", "--cluster", "prod", "-o", "json"], {
      env: sandbox.environment,
    });
    expect(JSON.parse(status.stdout).services[0]).toMatchObject({ runningCount: 1 });

    await writeFile(join(folder, "aiplat.yaml"), workload(2));
    await run({ mode: "plan" });
    await runCli(["service", "scale", "bert", "--replicas", "2", "--cluster", "prod", "-q"], {
      env: sandbox.environment,
    });
    expect((await run({ mode: "deploy" })).code).toBe(3);
    await rm(join(folder, "aiplat-plan.json"));
    const anew = await run({ mode: "deploy" });
    expect(anew.code).toBe(0);
    expect(anew.log).toContain("is planned now");
  });

  it("runs a planned job to its end", async () => {
    await writeFile(
      join(folder, "job.yaml"),
      'name: train\nimage: train:1\ncommand: [sh, -c, "sleep 1; exit 3"]\naccelerator: none\nresources: { cpu: 0.25, memory: 128MiB }\n',
    );
    const planned = await run({ mode: "plan", workload: "job.yaml", comment: "false" });
    expect(planned.code).toBe(0);
    const ran = await run({ mode: "deploy", workload: "job.yaml" });
    expect(ran.code).toBe(1);
    expect(github.requests).toEqual([]);
  });

  it("takes nothing of an input as shell code", async () => {
    const planned = await run({ mode: "check", workload: '$(touch${IFS}owned) ;touch owned; "`touch owned`"' });
    expect(planned.code).not.toBe(0);
    await expect(readFile(join(folder, "owned"))).rejects.toThrow("ENOENT");
  });
});
