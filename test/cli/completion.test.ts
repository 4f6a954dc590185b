import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Clock } from "../../src/clock.ts";
import { steppedClock } from "../support/clock.ts";
import { bareEnv, cliPath, runCli } from "../support/cli.ts";
import { startTestSandbox, type TestSandbox } from "../support/sandbox.ts";

const candidates = async (words: readonly string[], env: Readonly<Record<string, string>> = {}, clock?: Clock) => {
  const { code, stdout, stderr } = await runCli(["completion", "--", ...words], {
    env,
    ...(clock === undefined ? {} : { clock }),
  });
  expect([code, stderr]).toEqual([0, ""]);
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.split("\t")[0]!);
};

describe("aiplat completion -- WORDS", () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ["commands and groups", ["ta"], ["task", "taskdef"]],
    ["the verbs of a noun", ["service", "s"], ["status", "scale"]],
    ["a noun within a noun", ["eks", "nodegroup", ""], ["generate", "create"]],
    ["what help is asked for", ["help", "service", "r"], ["rollback"]],
    ["flags", ["run-task", "--coun"], ["--count"]],
    ["flags of every command", ["run-task", "--instance-types"], ["--instance-types-file"]],
    ["instance types", ["run-task", "--instance-type", "trn2.4"], ["trn2.48xlarge"]],
    ["instance types as arguments", ["instances", "show", "inf1.xlarge", "inf1.24"], ["inf1.24xlarge"]],
    ["formats of the command", ["ami", "latest", "-o", "ya"], ["yaml"]],
    ["choices", ["ami", "latest", "--accelerator", "n"], ["neuron", "nvidia", "none"]],
    ["regions", ["--region", "ap-northeast-3"], ["ap-northeast-3"]],
    ["kinds", ["eks", "generate", "--as", "RayJ"], ["RayJob"]],
    ["templates", ["init", "pytorch-inference-inf"], ["pytorch-inference-inf2"]],
    ["platforms", ["eks", "platform", "generate", "ju"], ["jupyterhub"]],
    ["nothing for a platform's workload files", ["eks", "platform", "generate", "jupyterhub", ""], []],
    ["shells", ["completion", "f"], ["fish"]],
    ["commands after a global flag", ["--debug", "doc"], ["doctor"]],
    ["commands after a global flag with its value", ["--region", "eu-west-1", "service", "sc"], ["scale"]],
    ["nothing for files", ["taskdef", "lint", ""], []],
    ["nothing after --", ["run-task", "--", "--"], []],
    ["nothing for what there is not", ["service", "banana", ""], []],
  ])("has %s", async (_, words, expected) => {
    expect(await candidates(words)).toEqual(expected);
  });

  describe("asks AWS", () => {
    let box: TestSandbox;
    let silent: Server;

    beforeAll(async () => {
      box = await startTestSandbox();
      await box.ecs("CreateCluster", { clusterName: "prod" });
      await box.ecs("RegisterTaskDefinition", {
        family: "bert",
        containerDefinitions: [{ name: "bert", image: "bert:1", memory: 128 }],
      });
      await box.ecs("CreateService", { cluster: "prod", serviceName: "bert", taskDefinition: "bert", desiredCount: 0 });
      silent = createServer(() => undefined);
      await new Promise<void>((resolve) => {
        silent.listen(0, "127.0.0.1", resolve);
      });
    });
    afterAll(async () => {
      await box.sandbox.close();
      silent.closeAllConnections();
      silent.close();
    });

    it("for clusters, and for the services of the cluster that is named", async () => {
      const env = box.sandbox.environment;
      expect(await candidates(["run-task", "--cluster", "pr"], env)).toEqual(["prod"]);
      expect(await candidates(["service", "status", "--cluster", "prod", ""], env)).toEqual(["bert"]);
      expect(await candidates(["service", "status", ""], { ...env, AIPLAT_CLUSTER: "prod" })).toEqual(["bert"]);
      expect(await candidates(["service", "status", "--cluster", "none", ""], env)).toEqual([]);
    });

    it("and does without where it does not answer, or where nobody can be asked", async () => {
      const { port } = silent.address() as AddressInfo;
      const env = { ...box.sandbox.environment, AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` };
      const impatient = { ...steppedClock(), after: (_: number, run: () => void) => void setImmediate(run) };
      expect(await candidates(["run-task", "--cluster", ""], env, impatient)).toEqual([]);
      expect(await candidates(["run-task", "--cluster", ""])).toEqual([]);
    });
  });
});

describe("aiplat completion SHELL", () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "aiplat-completion-"));
    const command = join(folder, "aiplat");
    writeFileSync(command, `#!/bin/sh\nexec '${process.execPath}' '${cliPath()}' "$@"\n`);
    chmodSync(command, 0o755);
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const isMissing = (shell: string) => {
    const missing = spawnSync(shell, ["-c", "true"]).error !== undefined;
    if (missing) process.stderr.write(`SKIPPED: there is no ${shell} to try the completion in\n`);
    return missing;
  };
  const inShell = (shell: string, args: readonly string[]) =>
    execFileSync(shell, args, {
      encoding: "utf8",
      env: { ...bareEnv(), PATH: `${folder}${delimiter}${process.env["PATH"]}` },
      cwd: folder,
    })
      .split("\n")
      .filter((line) => line !== "");

  it.skipIf(isMissing("bash"))("completes in bash", () => {
    const script = `source <(aiplat completion bash)
      COMP_WORDS=(aiplat service s); COMP_CWORD=2; _aiplat; printf '%s\\n' "\${COMPREPLY[@]}"
      complete -p aiplat`;
    expect(inShell("bash", ["--norc", "-c", script])).toEqual([
      "status",
      "scale",
      "complete -o bashdefault -o default -F _aiplat aiplat",
    ]);
  });

  it.skipIf(isMissing("zsh"))("completes in zsh, with what each means", () => {
    const script = `autoload -Uz compinit; compinit -u -d ${join(folder, "dump")}
      source <(aiplat completion zsh)
      _describe() { print -rl -- "\${(@P)2}" }
      words=(aiplat service s); CURRENT=3; _aiplat; print -r -- $_comps[aiplat]`;
    expect(inShell("zsh", ["-f", "-c", script])).toEqual([
      "status:Show the ECS services that make up a workload",
      "scale:Set how many replicas a workload has",
      "_aiplat",
    ]);
  });

  it.skipIf(isMissing("fish"))("completes in fish, with what each means", () => {
    const script = "aiplat completion fish | source; complete -C 'aiplat service s'";
    expect(inShell("fish", ["--no-config", "-c", script]).toSorted()).toEqual([
      "scale\tSet how many replicas a workload has",
      "status\tShow the ECS services that make up a workload",
    ]);
  });

  it("refuses other shells with those there are", async () => {
    expect(await runCli(["completion", "tcsh"])).toEqual({
      code: 2,
      stdout: "",
      stderr: "error: tcsh: not a shell that is known\n  Use bash, zsh or fish.\n",
    });
  });
});

describe("aiplat help", () => {
  it.each([[[]], [["service"]], [["eks", "nodegroup", "create"]]])("of %j is its --help", async (words) => {
    const [help, flag] = await Promise.all([runCli(["help", ...words]), runCli([...words, "--help"])]);
    expect(help.code).toBe(0);
    expect(help).toEqual(flag);
  });

  it("of what is no command says so", async () => {
    expect(await runCli(["help", "service", "banana"])).toEqual({
      code: 2,
      stdout: "",
      stderr: "error: no command service banana\n  aiplat --help lists the commands.\n",
    });
  });
});
