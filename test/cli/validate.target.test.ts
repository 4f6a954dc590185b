import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../support/cli.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "aiplat-validate-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const base = { name: "bert", image: "bert:1", accelerator: { instanceTypes: ["inf2.24xlarge"] } };
const secret = "arn:aws:secretsmanager:us-east-1:123456789012:secret:hf-a1b2c3";

/** Workloads that one target or the other refuses, at every depth: keys, rules, merged definitions, manifests. */
const workloads: Readonly<Record<string, object>> = {
  "nothing wrong": base,
  "an unknown key": { ...base, comand: [] },
  "several nodes": { ...base, accelerator: { instanceTypes: ["trn1.32xlarge"] }, nodes: 2 },
  "a name for ECS alone": { ...base, name: "bert-" },
  "a secret without a role": { ...base, secrets: { HF: secret } },
  "a schedule": { ...base, schedule: "0 3 * * *", kind: "service" },
  "a volume that nobody has": {
    ...base,
    ecs: {
      taskDefinition: {
        containerDefinitions: [{ name: "bert", mountPoints: [{ sourceVolume: "x", containerPath: "/x" }] }],
      },
    },
  },
  "a removed device": {
    ...base,
    ecs: { taskDefinition: { containerDefinitions: [{ name: "bert", linuxParameters: { devices: null } }] } },
  },
  "a kind that cannot carry it": { ...base, kind: "service", eks: { as: "PyTorchJob" } },
  "more devices in a pod": {
    ...base,
    eks: {
      pod: {
        spec: { containers: [{ name: "bert", resources: { limits: { "aws.amazon.com/neuron": "12" } } }] },
      },
    },
  },
  "a namespace": { ...base, eks: { namespace: "ML" } },
  "several variants": { ...base, accelerator: { instanceTypes: ["inf2.24xlarge", "inf2.xlarge"] } },
};

/** Each problem with its hint. */
function blocksOf(stderr: string): readonly string[] {
  return stderr.split(/\n(?! )/).filter((block) => block !== "" && !block.endsWith(" is valid"));
}

describe.each(Object.entries(workloads))("validate --for, of %s", (name, workload) => {
  const file = `${name.replaceAll(" ", "-")}.json`;
  const run = (...args: readonly string[]) => {
    writeFileSync(join(folder, file), JSON.stringify(workload, null, 2));
    return runCli([...args, file], { cwd: folder, env: { AWS_REGION: "us-east-1" } });
  };

  it("says what taskdef generate says", async () => {
    const generated = await run("taskdef", "generate", "--all");
    const { code, stderr, stdout } = await run("validate", "--for", "ecs");
    expect([code, ...blocksOf(stderr)]).toEqual([generated.code, ...blocksOf(generated.stderr)]);
    expect(stdout).toBe("");
  });

  it("says what eks generate says, of each variant", async () => {
    const generated = await run("eks", "generate");
    const found = generated.stderr.includes("no one pod is right on all of them")
      ? await run("eks", "generate", "--variant", "bert-inf2-xlarge")
      : generated;
    const { code, stderr } = await run("validate", "--for", "eks");
    const said = (text: string) => blocksOf(text).toSorted();
    expect([code, ...said(stderr)]).toEqual([found.code, ...said(found.stderr)]);
  });
});

describe("validate without --for", () => {
  const validate = async (workload: object) => {
    writeFileSync(join(folder, "w.json"), JSON.stringify(workload));
    const { code, stderr } = await runCli(["validate", "w.json"], { cwd: folder, env: { AIPLAT_CLUSTER: "prod" } });
    return [code, stderr.split("\n").filter((line) => line !== "" && !line.startsWith(" "))] as const;
  };
  const nodes = { ...base, accelerator: { instanceTypes: ["trn1.32xlarge"] }, nodes: 2 };
  const onEcs = "nodes is 2: on ECS the nodes of a replica have no way to find each other yet";

  it("takes the one target that the file names, and ECS where it names none", async () => {
    expect(await validate({ ...nodes, eks: {} })).toEqual([
      0,
      [
        expect.stringContaining("warning: the 2 nodes of a replica are placed one by one, and without a queue"),
        expect.stringContaining("warning: the pods need the Pod Security level privileged"),
        "w.json is valid",
      ],
    ]);
    const [code, [first]] = await validate(nodes);
    expect([code, first]).toEqual([2, expect.stringContaining(`error: ${onEcs}`)]);
  });

  it("warns with its name of what one alone refuses, where the file names both", async () => {
    const both = { ...nodes, name: "bert-", ecs: { cluster: "prod" }, eks: { namespace: "ML" } };
    const [code, lines] = await validate(both);
    expect(code).toBe(0);
    expect(lines.map((line) => line.replace(/^w\.json:\d+:\d+: /, ""))).toEqual([
      "warning: EKS alone: name bert- ends with a dash, which no name in Kubernetes does",
      `warning: ECS alone: ${onEcs}`,
      'warning: EKS alone: eks.namespace must be a DNS label, e.g. ml, not "ML"',
      "w.json is valid",
    ]);
    const deep = await validate({
      ...base,
      ecs: (workloads["a removed device"] as { readonly ecs: object }).ecs,
      eks: (workloads["more devices in a pod"] as { readonly eks: object }).eks,
    });
    expect([deep[0], deep[1].map((line) => /(ECS|EKS) alone|valid/.exec(line)?.[0])]).toEqual([
      0,
      [...Array<string>(6).fill("ECS alone"), "EKS alone", "valid"],
    ]);
  });
});
