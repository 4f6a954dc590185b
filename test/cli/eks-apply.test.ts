import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runCli } from "../support/cli.ts";
import { makeFakeKubectl, type FakeKubectl } from "../support/fake-kubectl.ts";

const deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: bert, namespace: ml }\n";
const service = "apiVersion: v1\nkind: Service\nmetadata: { name: bert }\n";
const job = "apiVersion: batch/v1\nkind: Job\nmetadata: { name: train }\n";
const inference = "apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: { name: bert }\n";
const diff = "-  replicas: 1\n+  replicas: 2\n";
const all = [deployment, service, job, inference].join("---\n");
const serverSide = ["--server-side", "--field-manager", "aiplat"];

describe("eks apply", () => {
  let kubectl: FakeKubectl;
  beforeEach(async () => {
    kubectl = await makeFakeKubectl();
    await kubectl.reply("diff", { code: 1, stdout: diff });
    await kubectl.reply("apply", {
      stdout: "deployment.apps/bert serverside-applied\nservice/bert serverside-applied\n",
    });
  });
  afterEach(() => kubectl.remove());

  const apply = (input: string, ...args: readonly string[]) =>
    runCli(["eks", "apply", "-", ...args], { input, env: { PATH: `${kubectl.folder}:${process.env["PATH"]}` } });

  it("shows the diff, applies server-side as aiplat, and waits for what has a rollout: these arguments and this input", async () => {
    const { code, stdout, stderr } = await apply(all, "--yes", "--timeout", "90s");
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: "deployment.apps/bert\tserverside-applied\nservice/bert\tserverside-applied\n",
      stderr: diff,
    });
    const calls = await kubectl.calls();
    expect(calls.map(({ args }) => args.map((each) => each.replace(/^(90|89|88)s$/, "SECONDS")))).toEqual([
      ["diff", ...serverSide, "--filename", "-"],
      ["apply", ...serverSide, "--filename", "-"],
      ["rollout", "status", "deployment.v1.apps/bert", "--namespace", "ml", "--timeout", "SECONDS"],
      ["wait", "--for=condition=Ready", "inferenceservice.v1beta1.serving.kserve.io/bert", "--timeout", "SECONDS"],
    ]);
    expect(calls.map(({ input }) => input)).toEqual([all, all, "", ""]);
  });

  it("passes kubeconfig, context and namespace to every call", async () => {
    const { code } = await apply(
      deployment,
      "--yes",
      "--kubeconfig",
      "k.yaml",
      "--context",
      "prod",
      "--namespace",
      "nlp",
      "--force-conflicts",
    );
    expect(code).toBe(0);
    const target = ["--kubeconfig", "k.yaml", "--context", "prod", "--namespace", "nlp"];
    expect((await kubectl.calls()).map(({ args }) => args.slice(0, 7))).toEqual([
      [...target, "diff"],
      [...target, "apply"],
      [...target, "rollout"],
    ]);
    expect((await kubectl.calls())[1]!.args.slice(6)).toEqual([
      "apply",
      ...serverSide,
      "--force-conflicts",
      "--filename",
      "-",
    ]);
  });

  it("reads a file, as it is", async () => {
    const path = join(kubectl.folder, "bert.yaml");
    const text = `# ours\n${deployment}`;
    await writeFile(path, text);
    const { code, stdout } = await runCli(["eks", "apply", path, "--yes", "--no-wait", "-o", "json"], {
      env: { PATH: `${kubectl.folder}:${process.env["PATH"]}` },
    });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      apiVersion: "aiplat/v1",
      kind: "EksApplyResult",
      items: [
        { resource: "deployment.apps/bert", action: "serverside-applied" },
        { resource: "service/bert", action: "serverside-applied" },
      ],
    });
    expect((await kubectl.calls()).map(({ args, input }) => [args[0], input])).toEqual([
      ["diff", text],
      ["apply", text],
    ]);
  });

  it("applies nothing without a yes", async () => {
    const { code, stdout, stderr } = await apply(deployment);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(diff.trimEnd());
    expect(stderr).toContain("applying 1 resource needs a yes, and there is nobody to ask");
    expect((await kubectl.calls()).map(({ args }) => args[0])).toEqual(["diff"]);
  });

  it("asks nothing where nothing changes", async () => {
    await kubectl.reply("diff", { code: 0 });
    const { code, stderr } = await apply(service);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "The cluster has all of it already.\n" });
  });

  it("takes JSON and lists", async () => {
    await apply(
      JSON.stringify({
        apiVersion: "v1",
        kind: "List",
        items: [{ apiVersion: "apps/v1", kind: "DaemonSet", metadata: { name: "a" } }],
      }),
      "--yes",
    );
    expect((await kubectl.calls()).at(-1)!.args.slice(0, 3)).toEqual(["rollout", "status", "daemonset.v1.apps/a"]);
  });

  it.each([
    [
      "diff",
      { code: 2, stderr: 'error: no matches for kind "JobSet" in version "jobset.x-k8s.io/v1alpha2"' },
      1,
      "kubectl diff failed with exit 2: no matches for kind",
      "install its operator first",
    ],
    [
      "diff",
      { code: 1, stderr: "The connection to the server localhost:8080 was refused: connection refused" },
      1,
      "kubectl diff failed with exit 1",
      "aws eks update-kubeconfig",
    ],
    [
      "apply",
      { code: 1, stderr: 'error: Apply failed with 1 conflict: conflict with "hpa": .spec.replicas' },
      1,
      "kubectl apply failed with exit 1: Apply failed with 1 conflict",
      "--force-conflicts",
    ],
    [
      "rollout",
      { code: 1, stderr: "error: timed out waiting for the condition" },
      5,
      "Deployment bert is applied and not up: timed out waiting for the condition",
      "kubectl describe deployment bert --namespace ml says why",
    ],
    [
      "rollout",
      { code: 1, stderr: 'error: deployment "bert" exceeded its progress deadline' },
      5,
      "exceeded its progress deadline",
      "stay applied",
    ],
  ] as const)("says what to do where kubectl %s fails with %j", async (verb, reply, exitCode, message, hint) => {
    await kubectl.reply(verb, reply);
    const { code, stdout, stderr } = await apply(deployment, "--yes");
    expect({ code, stdout }).toEqual({ code: exitCode, stdout: "" });
    expect(stderr).toContain(message);
    expect(stderr).toContain(hint);
  });

  it.each([
    ["", "<stdin> holds no Kubernetes resource"],
    ["# nothing\n", "<stdin> holds no Kubernetes resource"],
    ["name: bert\nimage: b:1\n", "document 1 of <stdin> is no Kubernetes resource\n  It looks like a workload"],
    [`${deployment}---\nkind: Job\n`, "document 2 of <stdin> is no Kubernetes resource"],
    ["a: [1\n", "document 1 of <stdin>: Flow sequence"],
  ])("refuses %j before kubectl is asked", async (input, message) => {
    const { code, stderr } = await apply(input, "--yes");
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(await kubectl.calls()).toEqual([]);
  });

  it("says where to get kubectl where there is none", async () => {
    const { code, stderr } = await runCli(["eks", "apply", "-", "--yes"], {
      input: deployment,
      env: { PATH: "/nowhere" },
    });
    expect(code).toBe(1);
    expect(stderr).toBe(
      "error: there is no kubectl on the PATH\n  Install it: https://kubernetes.io/docs/tasks/tools/\n",
    );
  });
});
