// Node groups against moto's EKS and EC2 as a third party, and node resources read by kubectl.
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { formatManifests } from "../../src/output/yaml.ts";
import { runCli } from "../support/cli.ts";
import { node as inspectedNode, podOn } from "../support/eks-cluster.ts";
import { startEc2, type Ec2Server } from "../support/ec2-server.ts";
import { startMoto, type Moto } from "../support/moto.ts";
import { karpenterOf, nodeCases } from "../support/nodes.ts";
import { startParameterStore, type ParameterStore } from "../support/parameter-store.ts";
import { kubectl } from "../support/kubectl.ts";
import { missingTools } from "../support/tools.ts";

type Fields = Readonly<Record<string, unknown>>;

const role = "arn:aws:iam::123456789012:role/eks-node";

describe.skipIf(missingTools("moto_server", "aws"))("node groups on moto", () => {
  let moto: Moto;
  let ec2: Ec2Server;
  let store: ParameterStore;
  let folder: string;
  let endpoint: string;
  beforeAll(async () => {
    moto = await startMoto();
    ec2 = await startEc2(moto);
    store = await startParameterStore({
      "us-east-1": {
        "/aws/service/eks/optimized-ami/1.33/amazon-linux-2023/x86_64/neuron/recommended/release_version":
          "1.33.3-20250819",
        "/aws/service/eks/optimized-ami/1.33/amazon-linux-2023/x86_64/nvidia/recommended/release_version":
          "1.33.3-20250819",
      },
    });
    folder = await mkdtemp(join(tmpdir(), "aiplat-eks-"));
    await moto.aws(
      "eks",
      "create-cluster",
      "--name",
      "prod",
      "--role-arn",
      role,
      "--resources-vpc-config",
      "subnetIds=subnet-1a",
      "--kubernetes-version",
      "1.33",
    );
    await moto.aws(
      "eks",
      "create-cluster",
      "--name",
      "mixed",
      "--role-arn",
      role,
      "--resources-vpc-config",
      "subnetIds=subnet-1a",
      "--kubernetes-version",
      "1.33",
    );
    endpoint = ((await moto.aws("eks", "describe-cluster", "--name", "mixed")) as { cluster: { endpoint: string } })
      .cluster.endpoint;
  });
  afterAll(async () => {
    await Promise.all([moto?.stop(), ec2?.stop(), store?.stop()]);
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  const env = () => ({
    ...moto.env,
    AWS_ENDPOINT_URL_EC2: ec2.url,
    AWS_ENDPOINT_URL_SSM: store.env["AWS_ENDPOINT_URL"]!,
  });
  const nodegroup = (verb: "create" | "generate", ...args: readonly string[]) =>
    runCli(
      [
        "eks",
        "nodegroup",
        verb,
        "--image",
        "bert:1",
        "--cluster",
        "prod",
        "--node-role",
        role,
        "--subnet",
        "subnet-1a",
        "--yes",
        ...args,
      ],
      { env: env() },
    );
  const describeGroup = async (cluster: string, name: string) =>
    (
      (await moto.aws("eks", "describe-nodegroup", "--cluster-name", cluster, "--nodegroup-name", name)) as {
        nodegroup: Fields;
      }
    ).nodegroup;
  const actions = () => ec2.calls.map((call) => call.get("Action")).filter((action) => action!.startsWith("Create"));

  const wide = [
    "--name",
    "train",
    "--instance-type",
    "trn1.32xlarge",
    "--nodes",
    "2",
    "--security-group",
    "sg-1a",
    "--release-version",
    "1.33.3-20250819",
  ];

  it("describe as intended: image, size, taint, labels, tags, disk", async () => {
    const { code, stdout, stderr } = await nodegroup(
      "create",
      "--name",
      "bert",
      "--instance-type",
      "inf2.24xlarge",
      "--devices",
      "1",
      "--replicas",
      "8",
      "--label",
      "team=nlp",
      "--disk",
      "100GiB",
      "-o",
      "json",
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(JSON.parse(stdout)).toEqual({
      apiVersion: "aiplat/v1",
      kind: "NodegroupCreation",
      cluster: "prod",
      items: [{ resource: "nodegroup", name: "bert", action: "created" }],
    });
    expect(await describeGroup("prod", "bert")).toMatchObject({
      amiType: "AL2023_x86_64_NEURON",
      capacityType: "ON_DEMAND",
      instanceTypes: ["inf2.24xlarge"],
      scalingConfig: { minSize: 0, maxSize: 2, desiredSize: 2 },
      taints: [{ key: "aws.amazon.com/neuron", effect: "NO_SCHEDULE" }],
      labels: { team: "nlp" },
      tags: { "aiplat:workload": "bert" },
      diskSize: 100,
      nodeRole: role,
      subnets: ["subnet-1a"],
    });
    expect(actions()).toEqual([]);
  });

  it("of several nodes have exactly the template and the group that generate prints, made once", async () => {
    const printed = JSON.parse((await nodegroup("generate", ...wide)).stdout) as {
      launchTemplate: { LaunchTemplateName: string; LaunchTemplateData: Fields };
      nodegroup: Fields;
    };
    expect((await nodegroup("create", ...wide)).code).toBe(0);
    const versions = (await moto.aws(
      "ec2",
      "describe-launch-template-versions",
      "--launch-template-name",
      "prod-train",
    )) as { LaunchTemplateVersions: readonly { VersionNumber: number; LaunchTemplateData: Fields }[] };
    expect(versions.LaunchTemplateVersions.map(({ VersionNumber }) => VersionNumber)).toEqual([1]);
    const { TagSpecifications: _, ...data } = printed.launchTemplate.LaunchTemplateData;
    expect(versions.LaunchTemplateVersions[0]!.LaunchTemplateData).toMatchObject(data);
    // moto takes nodeRepairConfig and does not answer it.
    const { clusterName: __, launchTemplate, nodeRepairConfig: ___, ...group } = printed.nodegroup;
    expect(await describeGroup("prod", "train")).toMatchObject({ ...group, launchTemplate: launchTemplate as Fields });
    expect([...ec2.groups]).toEqual([["prod-train", "cluster"]]);

    // Again: what exists is used, and nothing is made twice.
    const again = await nodegroup("create", ...wide);
    expect({ code: again.code, stdout: again.stdout }).toEqual({
      code: 0,
      stdout: "placement-group\tprod-train\texists\nlaunch-template\tprod-train\texists\nnodegroup\ttrain\texists\n",
    });
    expect(actions()).toEqual(["CreatePlacementGroup", "CreateLaunchTemplate"]);
    expect(ec2.calls.find((call) => call.get("Action") === "CreateLaunchTemplate")!.get("ClientToken")).toMatch(
      /^[0-9a-f]{64}$/,
    );
  });

  it("that exist with other settings are named with every difference, and nothing is made", async () => {
    const before = actions();
    const { code, stderr } = await nodegroup(
      "create",
      ...wide.map((word) => (word === "trn1.32xlarge" ? "trn1n.32xlarge" : word)),
    );
    expect(code).toBe(1);
    expect(stderr).toContain(
      'node group train of cluster prod exists with other settings: instanceTypes is ["trn1.32xlarge"], not ["trn1n.32xlarge"]',
    );
    expect(actions()).toEqual(before);
  });

  it("that fail half-way leave what exists told, and go on from there", async () => {
    const args = ["--name", "half", "--instance-type", "p4d.24xlarge", "--nodes", "2", "--security-group", "sg-1a"];
    const { code, stdout, stderr } = await nodegroup("create", ...args, "--cluster", "absent", "-o", "json");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    const error = JSON.parse(stderr) as { message: string; hint: string; details: { created: unknown } };
    expect(error.message).toBe("node group half was not created: there is no EKS cluster absent in us-east-1");
    expect(error.details.created).toEqual([
      { resource: "placement-group", name: "absent-half", action: "created" },
      { resource: "launch-template", name: "absent-half", action: "created" },
    ]);
    expect(error.hint).toContain(
      "The placement group absent-half and launch template absent-half exist now. Run the command again: what exists is used.",
    );
    expect(error.hint).toContain(
      "aws ec2 delete-launch-template --launch-template-name absent-half && aws ec2 delete-placement-group --group-name absent-half",
    );

    await moto.aws(
      "eks",
      "create-cluster",
      "--name",
      "absent",
      "--role-arn",
      role,
      "--resources-vpc-config",
      "subnetIds=subnet-1a",
    );
    expect((await nodegroup("create", ...args, "--cluster", "absent")).stdout).toBe(
      "placement-group\tabsent-half\texists\nlaunch-template\tabsent-half\texists\nnodegroup\thalf\tcreated\n",
    );
  });

  it("need a yes", async () => {
    const { code, stderr } = await runCli(
      [
        "eks",
        "nodegroup",
        "create",
        "--name",
        "bert",
        "--image",
        "b:1",
        "--instance-type",
        "g5.xlarge",
        "--cluster",
        "prod",
        "--node-role",
        role,
        "--subnet",
        "subnet-1a",
      ],
      { env: env() },
    );
    expect(code).toBe(2);
    expect(stderr).toContain("creating bert (1 node) in cluster prod needs a yes");
  });

  describe("eks check", () => {
    interface Report {
      readonly groups: readonly {
        readonly subject: string;
        readonly items: readonly {
          readonly status: string;
          readonly check: string;
          readonly message: string;
          readonly fix?: string;
        }[];
      }[];
    }
    const group = (name: string, amiType: string, type: string, ...more: readonly string[]) =>
      moto.aws(
        "eks",
        "create-nodegroup",
        "--cluster-name",
        "mixed",
        "--nodegroup-name",
        name,
        "--node-role",
        role,
        "--subnets",
        "subnet-1a",
        "--ami-type",
        amiType,
        "--instance-types",
        type,
        "--kubernetes-version",
        "1.33",
        ...more,
      );
    const neuronTaint = ["--taints", "key=aws.amazon.com/neuron,effect=NO_SCHEDULE"];
    const fresh = ["--release-version", "1.33.3-20250819"];

    beforeAll(async () => {
      await group("right", "AL2023_x86_64_NEURON", "inf2.xlarge", ...neuronTaint, ...fresh);
      await group("wrong-image", "AL2023_x86_64_STANDARD", "inf2.xlarge", ...neuronTaint, ...fresh);
      await group(
        "stale",
        "AL2023_x86_64_NVIDIA",
        "g5.xlarge",
        "--taints",
        "key=nvidia.com/gpu,effect=NO_SCHEDULE",
        "--release-version",
        "1.33.1-20250601",
      );
      await group("no-taint", "AL2023_x86_64_NEURON", "inf2.xlarge", ...fresh);
      await group("no-efa", "AL2023_x86_64_NEURON", "trn1.32xlarge", ...neuronTaint, ...fresh);
      const template = {
        Placement: { GroupName: "fabric" },
        NetworkInterfaces: [{ DeviceIndex: 0, NetworkCardIndex: 0, InterfaceType: "efa" }],
      };
      await moto.aws(
        "ec2",
        "create-launch-template",
        "--launch-template-name",
        "one-efa",
        "--launch-template-data",
        JSON.stringify(template),
      );
      await group(
        "one-efa",
        "AL2023_x86_64_NEURON",
        "trn1.32xlarge",
        ...neuronTaint,
        ...fresh,
        "--launch-template",
        "name=one-efa,version=1",
      );
      await group("plain", "AL2023_x86_64_STANDARD", "m5.large", ...fresh);
    });

    /** A kubectl that answers with these objects, for a cluster at this address. */
    const fakeKubectl = async (server: string, objects: readonly Fields[]) => {
      const bin = await mkdtemp(join(folder, "bin-"));
      await writeFile(join(bin, "view.json"), JSON.stringify({ clusters: [{ cluster: { server } }] }));
      await writeFile(join(bin, "list.json"), JSON.stringify({ kind: "List", items: objects }));
      await writeFile(
        join(bin, "kubectl"),
        `#!/bin/sh\ncase "$*" in\n*"config view --minify --output json") cat ${bin}/view.json;;\n*"get nodes,"*) cat ${bin}/list.json;;\n*) exit 9;;\nesac\n`,
      );
      await chmod(join(bin, "kubectl"), 0o755);
      return `${bin}:${process.env["PATH"]}`;
    };
    const check = async (path: string, ...args: readonly string[]) => {
      const { code, stdout, stderr } = await runCli(["eks", "check", "--cluster", "mixed", "-o", "json", ...args], {
        env: { ...env(), PATH: path },
      });
      expect(stderr).toBe("");
      const { groups } = JSON.parse(stdout) as Report;
      return {
        code,
        found: (subject: string, name: string) =>
          groups
            .find((each) => each.subject === subject)
            ?.items.filter((item) => item.check === name)
            .map(({ status }) => status),
        groups,
      };
    };

    it("finds each planted mismatch, and nothing where all is right", async () => {
      const { code, found, groups } = await check("/nowhere");
      expect(code).toBe(3);
      expect(groups.find(({ subject }) => subject === "node group right")!.items.map(({ status }) => status)).toEqual([
        "OK",
        "OK",
        "OK",
      ]);
      expect(found("node group wrong-image", "ami-type")).toEqual(["FAIL"]);
      expect(found("node group stale", "release")).toEqual(["WARN"]);
      expect(found("node group stale", "ami-type")).toEqual(["OK"]);
      expect(found("node group no-taint", "taint")).toEqual(["WARN"]);
      expect(found("node group no-efa", "efa")).toEqual(["SKIP"]);
      expect(groups.find(({ subject }) => subject === "node group one-efa")!.items.at(-1)).toMatchObject({
        status: "FAIL",
        message:
          "the launch template gives trn1.32xlarge 1 of its 8 EFA interfaces, and its nodes are in placement group fabric",
      });
      expect(found("node group plain", "ami-type")).toEqual(["OK"]);
      expect(found("node group plain", "taint")).toEqual([]);
      expect(groups.at(-1)!.items).toEqual([
        {
          status: "SKIP",
          check: "kubectl",
          message: "there is no kubectl on the PATH",
          fix: "Install it: https://kubernetes.io/docs/tasks/tools/",
        },
      ]);
    });

    it("says what keeps a workload from running, node by node, and the nearest change", async () => {
      await moto.aws(
        "eks",
        "create-cluster",
        "--name",
        "room",
        "--role-arn",
        role,
        "--resources-vpc-config",
        "subnetIds=subnet-1a",
        "--kubernetes-version",
        "1.33",
      );
      const described = (await moto.aws("eks", "describe-cluster", "--name", "room")) as {
        cluster: { endpoint: string };
      };
      const bin = await mkdtemp(join(folder, "bin-"));
      const answers: Readonly<Record<string, unknown>> = {
        view: {
          clusters: [{ cluster: { server: described.cluster.endpoint } }],
          contexts: [{ context: { namespace: "ml" } }],
        },
        list: {
          items: [
            inspectedNode("neuron-1", "inf2.24xlarge"),
            inspectedNode("neuron-2", "inf2.24xlarge", { spec: { unschedulable: true } }),
            inspectedNode("gpu-1", "g5.xlarge"),
            podOn("neuron-1", "other", { "aws.amazon.com/neuron": "6" }),
          ],
        },
        namespace: { kind: "Namespace", metadata: { name: "ml" } },
        apps: { kind: "APIResourceList", resources: [{ kind: "Deployment" }] },
        pools: { items: [] },
      };
      for (const [name, answer] of Object.entries(answers))
        await writeFile(join(bin, `${name}.json`), JSON.stringify(answer));
      await writeFile(
        join(bin, "kubectl"),
        `#!/bin/sh
case "$*" in
*"config view --minify --output json") cat ${bin}/view.json;;
*"get nodes,"*) cat ${bin}/list.json;;
*"get namespace ml "*) cat ${bin}/namespace.json;;
*"get --raw /apis/apps/v1 "*) cat ${bin}/apps.json;;
*"get nodepools."*) cat ${bin}/pools.json;;
*) echo 'error: the server does not have that' >&2; exit 1;;
esac
`,
      );
      await chmod(join(bin, "kubectl"), 0o755);
      const workload = join(folder, "bert.yaml");
      await writeFile(
        workload,
        "name: bert\nkind: service\nreplicas: 2\nimage: b:1\naccelerator: { instanceTypes: [inf2.24xlarge] }\n",
      );
      const run = (...args: readonly string[]) =>
        runCli(["eks", "check", "--cluster", "room", "--workload", workload, ...args], {
          env: { ...env(), PATH: `${bin}:${process.env["PATH"]}`, COLUMNS: "80" },
        });
      const json = await run("-o", "json");
      expect([json.code, json.stderr]).toEqual([4, ""]);
      expect((JSON.parse(json.stdout) as { readonly workload: unknown }).workload).toEqual({
        name: "bert",
        kind: "Deployment",
        namespace: "ml",
        placeable: false,
        requested: 2,
        running: 0,
        possible: 0,
        nodes: [
          {
            node: "neuron-1",
            instanceType: "inf2.24xlarge",
            fits: false,
            room: 0,
            reasons: [
              {
                code: "DEVICES",
                message: "the pod asks for 6 aws.amazon.com/neuron, and 0 of 6 are left: ml/other has 6",
              },
            ],
          },
          {
            node: "neuron-2",
            instanceType: "inf2.24xlarge",
            fits: false,
            room: 0,
            reasons: [{ code: "STATUS", message: "is cordoned" }],
          },
          {
            node: "gpu-1",
            instanceType: "g5.xlarge",
            fits: false,
            room: 0,
            reasons: expect.arrayContaining([
              { code: "TYPE", message: "is g5.xlarge; the pod is for inf2.24xlarge" },
            ]) as unknown,
          },
        ],
        nearestChange: { kind: "uncordon", message: "kubectl uncordon neuron-2: then it fits there" },
      });
      expect((await run()).stdout).toBe(`room (Kubernetes 1.33)

node groups
  SKIP  the cluster has no managed node groups: nodes of Karpenter, of Auto Mode and self-managed ones are not in EKS's API

in the cluster
  OK    aws.amazon.com/neuron on 2 of 2 nodes
  OK    nvidia.com/gpu on 1 of 1 nodes
  OK    nothing requests aws.amazon.com/neurondevice

workload bert as Deployment in namespace ml
  OK    the API server serves Deployment (apps/v1)
  OK    namespace ml takes the pods, which meet the Pod Security level baseline

nodes for bert
  WARN  neuron-1 (inf2.24xlarge): DEVICES: the pod asks for 6 aws.amazon.com/neuron, and 0 of 6 are left: ml/other has 6
  WARN  neuron-2 (inf2.24xlarge): STATUS: is cordoned
  SKIP  gpu-1 (g5.xlarge): TYPE: is g5.xlarge; the pod is for inf2.24xlarge
  FAIL  0 of 2 pods have room now
        kubectl uncordon neuron-2: then it fits there
`);
      const none = await runCli(["eks", "check", "--cluster", "room", "--as", "Job"], { env: env() });
      expect([none.code, none.stderr]).toEqual([
        2,
        expect.stringContaining("--as is of a workload, and none is named"),
      ]);
    });

    it("fails on absent EFA where the workload spans nodes", async () => {
      const workload = join(folder, "train.yaml");
      await writeFile(workload, "name: train\nimage: x:1\naccelerator: { instanceTypes: [trn1.32xlarge] }\nnodes: 2\n");
      expect((await check("/nowhere", "--workload", workload)).found("node group no-efa", "efa")).toEqual(["FAIL"]);
    });

    it("finds missing device plugins and requests for neurondevice through kubectl", async () => {
      const node = (name: string, type: string, allocatable: Fields): Fields => ({
        kind: "Node",
        metadata: { name, labels: { "node.kubernetes.io/instance-type": type } },
        status: { allocatable },
      });
      const container = (resource: string) => ({
        containers: [{ name: "main", resources: { limits: { [resource]: "1" } } }],
      });
      const objects = [
        node("neuron-1", "inf2.xlarge", { cpu: "4" }),
        node("gpu-1", "g5.xlarge", { cpu: "4", "nvidia.com/gpu": "1" }),
        {
          kind: "Deployment",
          metadata: { name: "old", namespace: "ml" },
          spec: { template: { spec: container("aws.amazon.com/neurondevice") } },
        },
        {
          kind: "Pod",
          metadata: { name: "old-1", namespace: "ml", ownerReferences: [{}] },
          spec: container("aws.amazon.com/neurondevice"),
        },
        { kind: "Pod", metadata: { name: "new", namespace: "ml" }, spec: container("aws.amazon.com/neuron") },
      ];
      const { code, groups } = await check(await fakeKubectl(endpoint, objects));
      const inCluster = groups.find(({ subject }) => subject === "in the cluster")!;
      expect(code).toBe(3);
      expect(inCluster.items.map(({ status, message }) => `${status} ${message}`)).toEqual([
        "FAIL 1 of 1 nodes offer no aws.amazon.com/neuron: neuron-1",
        "OK nvidia.com/gpu on 1 of 1 nodes",
        "FAIL aws.amazon.com/neurondevice was removed in Neuron 2.20 and is still requested: Deployment ml/old",
      ]);
    });

    it("leaves kubectl alone where its context is another cluster", async () => {
      const { groups } = await check(await fakeKubectl("https://elsewhere.example", []));
      expect(groups.at(-1)!.items.map(({ status, message }) => [status, message])).toEqual([
        ["SKIP", "kubectl's context is of another cluster: https://elsewhere.example"],
      ]);
    });

    it("draws a tree, and a table in markdown", async () => {
      const tree = await runCli(["eks", "check", "--cluster", "mixed"], { env: { ...env(), PATH: "/nowhere" } });
      expect(tree.stdout).toContain(
        "mixed (Kubernetes 1.33)\n\nnode group no-efa\n  OK    AL2023_x86_64_NEURON serves trn1.32xlarge\n",
      );
      expect(tree.stdout).toMatch(
        /\n {2}FAIL {2}AL2023_x86_64_STANDARD does not serve inf2\.xlarge .*\n {8}A node group keeps its image: create another with amiType AL2023_x86_64_NEURON/,
      );
      expect(
        (
          await runCli(["eks", "check", "--cluster", "mixed", "-o", "markdown"], {
            env: { ...env(), PATH: "/nowhere" },
          })
        ).stdout,
      ).toMatch(/^\| STATUS \| SUBJECT \| CHECK \| MESSAGE \| FIX \|\n/);
      const absent = await runCli(["eks", "check", "--cluster", "nowhere"], { env: env() });
      expect({ code: absent.code, stderr: absent.stderr.split("\n")[0] }).toEqual({
        code: 1,
        stderr: "error: there is no EKS cluster nowhere in us-east-1",
      });
    });
  });
});

describe.skipIf(missingTools("kubectl"))("kubectl reads Karpenter's resources", () => {
  const documents = (text: string) =>
    parseAllDocuments(text, { schema: "core" }).map((document) => document.toJS() as unknown);
  const manifests = karpenterOf(nodeCases["nvidia-nodes"]!);

  it("as they were meant", async () => {
    for (const each of Object.values(nodeCases).map(karpenterOf)) {
      const answer = documents(
        await kubectl(["annotate", "--local", "-f", "-", "read-by=kubectl", "-o", "yaml"], formatManifests(each)),
      );
      expect(answer).toEqual(
        each.map((manifest) => ({
          ...manifest,
          metadata: { ...manifest.metadata, annotations: { "read-by": "kubectl" } },
        })),
      );
    }
  });

  it("in a kustomization", async () => {
    const folder = await mkdtemp(join(tmpdir(), "aiplat-kustomize-"));
    try {
      await writeFile(join(folder, "nodes.yaml"), formatManifests(manifests));
      await writeFile(
        join(folder, "kustomization.yaml"),
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [nodes.yaml]\nsortOptions: { order: fifo }\n",
      );
      expect(documents(await kubectl(["kustomize", folder]))).toEqual(manifests);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
