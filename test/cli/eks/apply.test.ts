import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runCli } from "../../support/cli.ts";
import { makeFakeKubectl, type FakeKubectl } from "../../support/fake-kubectl.ts";

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
      "error: the cluster does not know JobSet (jobset.x-k8s.io/v1alpha2)\n",
      "Install its operator first, in a version that serves it: https://jobset.sigs.k8s.io/docs/installation/",
    ],
    [
      "diff",
      {
        code: 1,
        stderr:
          'The Deployment "bert" is invalid: spec.selector: Invalid value: v1.LabelSelector{...}: field is immutable\n',
      },
      1,
      "error: Deployment bert exists, and what changes in it cannot change once it does: spec.selector\n",
      "Delete it and apply again, which ends what it runs: kubectl delete deployment bert --namespace ml. Or give the workload another name.",
    ],
    [
      "diff",
      {
        code: 1,
        stderr:
          'The StatefulSet "bert" is invalid: spec: Forbidden: updates to statefulset spec for fields other than ' +
          "'replicas', 'ordinals', 'template' are forbidden\n",
      },
      1,
      "StatefulSet bert exists, and what changes in it cannot change once it does: spec\n",
      "kubectl delete statefulset bert",
    ],
    [
      "diff",
      {
        code: 1,
        stderr:
          'Error from server (Forbidden): admission webhook "validate.kyverno.svc-fail" denied the request: images must come from ECR\n',
      },
      1,
      "error: the webhook validate.kyverno.svc-fail refuses it: images must come from ECR\n",
      "change the workload, or eks.pod and eks.resource",
    ],
    [
      "diff",
      {
        code: 1,
        stderr:
          'Error from server (InternalError): Internal error occurred: failed calling webhook "mjobset.kb.io": failed to call webhook: Post "https://jobset-webhook-service.jobset-system.svc:443/mutate?timeout=10s": no endpoints available for service "jobset-webhook-service"\n',
      },
      1,
      "error: the webhook mjobset.kb.io, which has to admit it, does not answer\n",
      "kubectl get pods --namespace jobset-system",
    ],
    [
      "diff",
      {
        code: 1,
        stderr:
          'Error from server (Forbidden): deployments.apps "bert" is forbidden: User "dev" cannot patch resource "deployments" in API group "apps" in the namespace "ml"\n',
      },
      6,
      'error: dev cannot patch resource "deployments" in API group "apps" in the namespace "ml"\n',
      "kubectl auth can-i --list",
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

  it("tells what the pods' events and containers say where they are not up in time", async () => {
    await kubectl.reply("rollout", { code: 1, stderr: "error: timed out waiting for the condition" });
    const pod = (name: string, status: object = {}) => ({ metadata: { name }, status });
    const event = (name: string, reason: string, message: string, lastTimestamp: string) => ({
      type: "Warning",
      reason,
      message,
      lastTimestamp,
      involvedObject: { kind: "Pod", name },
    });
    const waiting = { waiting: { reason: "ImagePullBackOff", message: "Back-off pulling image" } };
    const pods = [pod("bert-1"), pod("bert-2", { containerStatuses: [{ name: "bert", state: waiting }] })];
    const unscheduled = "0/3 nodes are available: 3 Insufficient aws.amazon.com/neuron.";
    const events = [
      event("bert-1", "FailedScheduling", unscheduled, "2026-11-29T10:00:00Z"),
      event("other-1", "FailedScheduling", "not ours", "2026-11-29T10:00:00Z"),
    ];
    await kubectl.reply("pods", { stdout: JSON.stringify({ items: pods }) });
    await kubectl.reply("events", { stdout: JSON.stringify({ items: events }) });
    const { code, stderr } = await apply(deployment, "--yes");
    expect(code).toBe(5);
    expect(stderr).toContain(
      "Deployment bert is applied and not up: timed out waiting for the condition; its pods say " +
        `container bert waits: ImagePullBackOff; FailedScheduling: ${unscheduled}\n`,
    );
    expect(stderr).not.toContain("not ours");
  });

  describe("of claimed devices", () => {
    const claim =
      "apiVersion: resource.k8s.io/v1\nkind: ResourceClaimTemplate\nmetadata: { name: bert-devices }\n" +
      "spec: { spec: { devices: { requests: [{ name: neurons, exactly: { deviceClassName: neuron.aws.com } }] } } }\n";
    const counted =
      "apiVersion: v1\nkind: Pod\nmetadata: { name: bert }\n" +
      "spec: { containers: [{ name: bert, resources: { limits: { aws.amazon.com/neuron: 1 } } }] }\n";
    const classes = "deviceclasses.resource.k8s.io";

    it("applies nothing where the cluster has no DeviceClass of the name", async () => {
      for (const reply of [
        { stdout: "deviceclass.resource.k8s.io/gpu.nvidia.com\n" },
        { code: 1, stderr: 'error: the server doesn\'t have a resource type "deviceclasses"' },
      ]) {
        await kubectl.reply(classes, reply);
        const { code, stderr } = await apply(claim, "--yes");
        expect(code).toBe(1);
        expect(stderr).toContain(
          "error: the cluster has no DeviceClass neuron.aws.com, of which the pods claim their devices: they would stay Pending\n" +
            "  Install the DRA driver: helm upgrade --install neuron-helm-chart",
        );
      }
      expect((await kubectl.calls()).map(({ args }) => args[0])).toEqual(["get", "get"]);
    });

    it("names the mix with a device plugin", async () => {
      await kubectl.reply(classes, { stdout: "deviceclass.resource.k8s.io/neuron.aws.com\n" });
      expect(await apply(claim, "--yes")).toMatchObject({ code: 0, stderr: diff });
      const { code, stderr } = await apply(counted, "--yes");
      expect(code).toBe(0);
      expect(stderr).toContain(
        "The cluster has the Neuron DRA driver (DeviceClass neuron.aws.com), and the pods request aws.amazon.com/neuron of a device plugin",
      );
    });
  });

  it("names the runtime of the whole cluster that an earlier aiplat left, and nobody else's", async () => {
    const runtime =
      "apiVersion: trainer.kubeflow.org/v1alpha1\nkind: TrainingRuntime\nmetadata: { name: train, namespace: ml }\n";
    const left = (labels: object) => ({ stdout: JSON.stringify({ metadata: { name: "train", labels } }) });
    await kubectl.reply(
      "clustertrainingruntimes.trainer.kubeflow.org",
      left({ "app.kubernetes.io/managed-by": "aiplat" }),
    );
    expect((await apply(runtime, "--yes")).stderr).toContain(
      "ClusterTrainingRuntime train is left of an earlier aiplat, and the runtime now stands in the workload's namespace. " +
        "Once no TrainJob of another namespace refers to it: kubectl delete clustertrainingruntimes.trainer.kubeflow.org train\n",
    );
    await kubectl.reply("clustertrainingruntimes.trainer.kubeflow.org", left({}));
    expect((await apply(runtime, "--yes")).stderr).not.toContain("ClusterTrainingRuntime");
    // Nothing is asked about kinds that have always been there.
    await apply(deployment, "--yes");
    expect((await kubectl.calls()).at(-1)!.args[0]).toBe("rollout");
  });

  it.each([
    ["", "<stdin> holds no Kubernetes resource"],
    ["# nothing\n", "<stdin> holds no Kubernetes resource"],
    ["name: bert\nimage: b:1\n", "document 1 of <stdin> is no Kubernetes resource\n  It looks like a workload"],
    [`${deployment}---\nkind: Job\n`, "document 2 of <stdin> is no Kubernetes resource"],
    ["a: [1\n", "document 1 of <stdin>: not valid YAML: flow sequence"],
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
