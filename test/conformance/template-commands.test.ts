// The command lines of the templates' READMEs that are not aiplat's: kubectl's go to a Kubernetes API server, aws' to moto.
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Template } from "../../src/core/workload/template.ts";
import { bareEnv, runCli } from "../support/cli.ts";
import { missingServers, startKubernetes, type KubernetesServer } from "../support/kubernetes-server.ts";
import { startMoto, type Moto } from "../support/moto.ts";
import { shellBlocks } from "../support/page-blocks.ts";
import { commandsFor, templates } from "../support/templates.ts";
import { missingTools } from "../support/tools.ts";

const targets = ["ecs", "eks"] as const;
const linesOf = (template: Template) => targets.flatMap((target) => commandsFor(template, target));
const linesBy = (program: string) =>
  templates.flatMap((template) => {
    const lines = linesOf(template).filter(({ words }) => words[0] === program);
    return lines.length === 0 ? [] : [{ name: template.name, lines }];
  });

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "aiplat-lines-"));
});
afterEach(() => rmSync(cwd, { recursive: true }));

it("knows every line: each is under a target's heading, and of a program that some test runs", () => {
  for (const template of templates) {
    const lines = linesOf(template).map(({ words }) => words[0]!);
    expect(lines.filter((program) => !["npx", "export", "kubectl", "aws"].includes(program))).toEqual([]);
    // What a README has its readers export may stand before.
    const written = shellBlocks(template.readme).join("").replaceAll("\\\n", " ").split("\n");
    expect([template.name, lines.filter((program) => program !== "export").length]).toEqual([
      template.name,
      written.filter((line) => !/^\s*(?:#|export |$)/.test(line)).length,
    ]);
  }
});

describe.skipIf(missingServers("etcd", "kube-apiserver") || missingTools("kubectl"))("an API server takes", () => {
  let server: KubernetesServer;
  const namespaces = new Set<string>();
  beforeAll(async () => {
    server = await startKubernetes();
    await server.create([{ apiVersion: "v1", kind: "Namespace", metadata: { name: "ml" } }]);
  }, 120_000);
  afterAll(() => server?.stop());

  it.each(linesBy("kubectl"))("what $name types", async ({ name, lines }) => {
    await runCli(["init", name], { cwd });
    for (const { text, words } of lines) {
      const [, verb, kind, object] = words;
      // Namespaces stay, for what comes next in them, and several templates have them.
      const isNamespace = verb === "create" && kind === "namespace";
      if (isNamespace && namespaces.has(object!)) continue;
      if (isNamespace) namespaces.add(object!);
      const { code, stderr } = await server.kubectl(
        [...words.slice(1), ...(isNamespace ? [] : ["--dry-run=server"])],
        [],
        cwd,
      );
      // Volcano publishes no schema of its queues.
      const isOfVolcano = /no matches for kind "Queue" in version "scheduling\.volcano\.sh\/v1beta1"/.test(stderr);
      expect([text, code === 0 || isOfVolcano, stderr]).toEqual([text, true, isOfVolcano ? stderr : ""]);
    }
  });
});

describe.skipIf(missingTools("moto_server", "aws"))("the AWS CLI takes", () => {
  let moto: Moto;
  beforeAll(async () => {
    moto = await startMoto();
  });
  afterAll(() => moto?.stop());

  it.each(linesBy("aws"))("what $name types", async ({ name, lines }) => {
    await runCli(["init", name], { cwd });
    const aws = (...args: readonly string[]) =>
      promisify(execFile)("aws", [...args, "--endpoint-url", moto.url], { cwd, env: { ...bareEnv(), ...moto.env } });
    for (const { words } of lines) {
      const bucket = words.find((word) => word.startsWith("s3://"));
      if (bucket !== undefined) await aws("s3", "mb", bucket.split("/").slice(0, 3).join("/"));
      const { stdout } = await aws(...words.slice(1));
      expect(stdout).toContain("upload: ");
    }
  });
});
