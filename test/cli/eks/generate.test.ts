import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { listOr } from "../../../src/core/base/problem.ts";
import { definitionOf, kinds } from "../../../src/core/kubernetes/kinds.ts";
import { runCli, spawnCli } from "../../support/cli.ts";

const documents = (text: string) =>
  parseAllDocuments(text).map(
    (document) => document.toJS() as { kind: string; metadata: { name: string }; [field: string]: unknown },
  );
const bert = ["--name", "bert", "--image", "repo/bert:1", "--instance-type", "inf2.xlarge"];

const loaders = kinds.filter((kind) => definitionOf(kind).loadsModels === true);

test("the built tool judges by the rules of custom resources, whose library it sets up when it is used", async () => {
  const resource = { spec: { initializer: { dataset: { storageUri: "no-scheme" } } } };
  const raw = ["--set", `eks.resource=${JSON.stringify(resource)}`];
  const { code, stderr } = await spawnCli(["eks", "generate", ...bert, "--kind", "job", "--as", "TrainJob", ...raw]);
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: expect.stringContaining("storageUri may be empty, or it must be a valid URI"),
  });
});

describe("aiplat eks generate", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "aiplat-eks-"));
    await writeFile(
      join(folder, "aiplat.yaml"),
      `name: train
image: repo/train:1
command: [torchrun, train.py]
accelerator: { instanceTypes: [trn1.32xlarge] }
nodes: 2
model: { uri: s3://models/base }
eks: { as: PyTorchJob, namespace: ml, queue: { kueue: team-a } }
`,
    );
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const eks = (args: readonly string[], cwd = folder) => runCli(["eks", "generate", ...args], { cwd });

  it("works from flags alone, and a kind says what the workload is", async () => {
    const { code, stdout, stderr } = await runCli([
      "eks",
      "generate",
      ...bert,
      "--as",
      "Deployment",
      "--replicas",
      "2",
      "--",
      "serve",
      "--fast",
    ]);
    expect([code, stderr]).toEqual([0, ""]);
    const [deployment] = documents(stdout);
    expect(deployment).toMatchObject({
      kind: "Deployment",
      spec: {
        replicas: 2,
        template: {
          spec: {
            containers: [{ args: ["serve", "--fast"], resources: { limits: { "aws.amazon.com/neuron": "1" } } }],
          },
        },
      },
    });
  });

  it("reads ./aiplat.yaml; a flag overrides it, and what is not carried is said on stderr", async () => {
    const { code, stdout, stderr } = await eks([]);
    expect(code).toBe(0);
    expect(stderr).toBe(
      `aiplat.yaml:6:8: warning: model is not carried by a PyTorchJob: nothing loads the model for the container\n  Add model.path to have it fetched into a volume, tell the container where it is, in environment or command, or use --as ${listOr(loaders)}.\n` +
        "warning: a PyTorchJob of several nodes does not outlive an eviction: where a node is drained or lost, the run has failed\n" +
        "  A JobSet starts its nodes again (--as JobSet); keep checkpoints.\n" +
        "warning: the pods need the Pod Security level privileged: container pytorch adds the capability IPC_LOCK\n" +
        "  A namespace that enforces another refuses them: kubectl label namespace ml pod-security.kubernetes.io/enforce=privileged --overwrite.\n",
    );
    expect(documents(stdout).map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual(["PyTorchJob train"]);
    expect(documents((await eks(["--as", "TrainJob"])).stdout).map(({ kind }) => kind)).toEqual([
      "TrainingRuntime",
      "TrainJob",
    ]);
  });

  it("prints one JSON document, or a list of several", async () => {
    const one = JSON.parse((await eks(["-o", "json", "-q"])).stdout) as { kind: string };
    const several = JSON.parse((await eks(["-o", "json", "-q", "--as", "TrainJob"])).stdout) as {
      kind: string;
      items: readonly unknown[];
    };
    expect([one.kind, several.kind, several.items.length]).toEqual(["PyTorchJob", "List", 2]);
  });

  it.each([
    ["us-east-1a", undefined],
    ["us-west-2-lax-1a", undefined],
    ["us-gov-west-1b", undefined],
    ["us-east-1", "--zone us-east-1 is not an availability zone's name"],
    ["use1-az4", "--zone use1-az4 is a zone's id, and nodes are labelled by its name"],
  ])("takes a zone by its name: %s", async (zone, refused) => {
    const { code, stdout, stderr } = await eks(["--zone", zone]);
    expect(code).toBe(refused === undefined ? 0 : 2);
    expect(refused === undefined ? stdout : stderr).toContain(refused ?? `- ${zone}\n`);
  });

  it("writes a folder with a kustomization, and the same again", async () => {
    const write = () => eks(["-q", "--queue-fleet", "trn1.32xlarge=2", "--out-dir", "k8s"]);
    const names = [
      "kustomization.yaml",
      "topology-zones.yaml",
      "resourceflavor-cpu-zones.yaml",
      "resourceflavor-trn1-32xlarge-zones.yaml",
      "clusterqueue-team-a.yaml",
      "localqueue-team-a.yaml",
      "pytorchjob-train.yaml",
    ];
    expect(await write()).toEqual({ code: 0, stdout: names.map((name) => `k8s/${name}\n`).join(""), stderr: "" });
    const contents = async () => Promise.all(names.map((name) => readFile(join(folder, "k8s", name), "utf8")));
    const first = await contents();
    await write();
    expect(await contents()).toEqual(first);
    expect(await readdir(join(folder, "k8s"))).toEqual(names.toSorted());
    expect(documents(first[0]!)[0]).toMatchObject({ kind: "Kustomization", resources: names.slice(1) });
  });

  it("writes what has Argo CD or Flux apply the folder, which is no part of it", async () => {
    const repository = ["--repo-url", "https://github.com/acme/platform", "--repo-revision", "main"];
    const namespaced = ["--set", "eks.namespace=ml", ...repository];
    const argocd = await eks(["-q", "--out-dir", "./ops/argocd/", "--gitops", "argocd", ...namespaced]);
    expect([argocd.code, argocd.stdout.split("\n").filter((line) => line.includes("/application-"))]).toEqual([
      0,
      ["ops/argocd/application-train.yaml"],
    ]);
    const read = async (path: string) => documents(await readFile(join(folder, path), "utf8"))[0]!;
    expect(await read("ops/argocd/application-train.yaml")).toMatchObject({
      spec: { source: { path: "ops/argocd" }, destination: { namespace: "ml" } },
    });
    expect(await read("ops/argocd/kustomization.yaml")).toMatchObject({
      resources: expect.not.arrayContaining(["application-train.yaml"]) as unknown,
    });
    const flux = await eks([
      "-q",
      "--out-dir",
      "flux",
      "--repo-path",
      "clusters/prod",
      "--gitops",
      "flux",
      ...namespaced,
    ]);
    expect([flux.code, flux.stderr]).toEqual([0, ""]);
    expect(await read("flux/kustomization-train.yaml")).toMatchObject({ spec: { path: "./clusters/prod" } });
    expect(await read("flux/gitrepository-train.yaml")).toMatchObject({ spec: { ref: { branch: "main" } } });
  });

  it.each([
    [["--gitops", "flux"], "error: --gitops flux: --out-dir is missing\n"],
    [["--gitops", "flux", "--out-dir", "k8s"], "error: --gitops flux: --repo-url is missing\n"],
    [
      ["--gitops", "argocd", "--out-dir", "k8s", "--repo-url", "https://github.com/acme/platform"],
      "error: --gitops argocd: --repo-revision is missing\n",
    ],
    [["--repo-path", "k8s"], "error: --repo-path is for --gitops, which is not there\n"],
    [
      ["--gitops", "flux", "--out-dir", "../k8s", "--repo-url", "https://github.com/a/b", "--repo-revision", "main"],
      "error: --out-dir ../k8s does not say where in the repository the folder is\n",
    ],
  ])("refuses %j", async (args, said) => {
    expect(await eks(args)).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining(said) as string });
  });

  it("says which order kubectl will warn of, where only that one works", async () => {
    const { stderr } = await eks(["--as", "TrainJob", "--out-dir", "ordered"]);
    expect(stderr).toContain(
      "kubectl -k will warn that the sorting order is set twice. It has to be: its own order has the TrainJob refused",
    );
    expect((await eks(["--out-dir", "unordered"])).stderr).not.toContain("sorting order");
  });

  it("refuses a kind that cannot carry the workload with those that can, where the key was written", async () => {
    expect(await eks(["--as", "Deployment"])).toMatchObject({
      code: 2,
      stdout: "",
      stderr: expect.stringMatching(
        /^aiplat\.yaml:5:8: error: Deployment has single pods for replicas, and nodes is 2\n {2}LeaderWorkerSet, Job, JobSet, PyTorchJob, .+ can carry it: --as LeaderWorkerSet\.\n$/,
      ) as string,
    });
    const error = JSON.parse((await eks(["--as", "Deployment", "-o", "json"])).stderr.trim().split("\n").at(-1)!) as {
      code: string;
      details: { problems: readonly { code: string; line: number }[] };
    };
    expect([error.code, error.details.problems.map(({ code, line }) => [code, line])]).toEqual([
      "InvalidInput",
      [["kind-limit", 5]],
    ]);
  });

  it.each([
    [
      ["--as", "Deploymnet"],
      "error: --as: Deploymnet is no kind of Kubernetes resource that aiplat generates\n  Did you mean Deployment?\n",
    ],
    [["--as", "Job", "--with", "service"], "error: --with service: Job has no Service of aiplat's\n"],
    [["--as", "Job", "--with", "service,balancer"], "error: --with balancer: not one of service, hpa, scaled-object,"],
    [["--host", "https://bert.example.com/"], "error: --host https://bert.example.com/ is no host's name"],
    [["--gateway", "a/b/c"], "error: --gateway a/b/c is no name of a Gateway\n  Write NAME, or NAMESPACE/NAME"],
    [["--otlp-endpoint", "collector:4317"], "error: --otlp-endpoint collector:4317 is no URL of HTTP\n"],
    [
      ["--gateway", "public"],
      "error: --gateway is read by nothing that goes with the workload\n  Write --with http-route or istio-canary too, or leave it out.\n",
    ],
    [["--kubernetes-version", "1.34.2"], "error: --kubernetes-version 1.34.2 is not a minor version\n  Write 1.34.\n"],
    [
      ["--queue-fleet", "trn1.32xlarge"],
      "error: --queue-fleet trn1.32xlarge: must be an instance type and a number of nodes\n  Write --queue-fleet trn1.32xlarge=4.\n",
    ],
    [
      ["--queue-fleet", "trn9.32xlarge=1"],
      "error: --queue-fleet: trn9.32xlarge is not in the catalogue of accelerated instance types\n",
    ],
    [["--variant", "other"], "error: --variant other: there is no such variant\n  There is bert.\n"],
    [
      [
        "--secret",
        "A=arn:aws:secretsmanager:us-east-1:123456789012:secret:a",
        "--execution-role",
        "arn:aws:iam::123456789012:role/x",
      ],
      "--secret: error: secrets.A is an ARN, which Kubernetes does not read\n",
    ],
    [
      ["--instance-type", "inf2.8xlarge"],
      "--instance-type: error: the instance types carry different devices or shares: no one pod is right on all of them\n  Choose one with --variant (bert-inf2-xlarge or bert-inf2-8xlarge)",
    ],
  ])("refuses %j", async (args, said) => {
    const { code, stdout, stderr } = await runCli(["eks", "generate", ...bert, ...args]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(said);
    expect(stderr).not.toContain("    at ");
  });
});
