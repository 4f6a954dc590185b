// The pods that aiplat writes, scheduled by a real kube-scheduler on nodes as EKS has them, and `eks check` beside it:
// `npm run apiserver` finds or builds the servers, and KUBEBUILDER_ASSETS names their folder.
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isRaw } from "../../src/core/base/merge.ts";
import { at } from "../../src/core/kubernetes/check/read-object.ts";
import type { KubernetesObject } from "../../src/core/kubernetes/check/snapshot.ts";
import type { Workload } from "../../src/core/workload/schema.ts";
import { runCli } from "../support/cli.ts";
import { runs, testSeed } from "../support/depth.ts";
import { checkWorkloadIn } from "../support/eks-cluster.ts";
import { addOnPods, eksNode, podsOf } from "../support/eks-nodes.ts";
import { missingServers, startKubernetes, type KubernetesServer } from "../support/kubernetes-server.ts";
import { generate } from "../support/kubernetes-workloads.ts";
import { currentTypes } from "../support/random-kubernetes.ts";
import { scenario, scenarioObjects, scenarioWorkload } from "../support/scheduler-scenarios.ts";
import { missingTools } from "../support/tools.ts";

const skipped = missingServers("etcd", "kube-apiserver", "kube-scheduler") || missingTools("kubectl");

const dashed = (name: string) => name.replace(/\./g, "-");

/** Where each pod is, or why it is nowhere, once the scheduler has seen them all. */
async function verdicts(server: KubernetesServer): Promise<ReadonlyMap<string, string>> {
  for (;;) {
    const pods = await listed(server, "pods", "--namespace", "ml");
    const found = pods.map((pod) => {
      const { nodeName } = at(pod, "spec");
      const { conditions } = at(pod, "status");
      const refused = Array.isArray(conditions)
        ? conditions.filter(isRaw).find(({ reason }) => reason === "Unschedulable")
        : undefined;
      return [String(at(pod, "metadata")["name"]), nodeName ?? refused?.["message"]] as const;
    });
    if (found.every(([, where]) => where !== undefined))
      return new Map(found.map(([name, where]) => [name, String(where)]));
    await pause(300);
  }
}

async function listed(server: KubernetesServer, ...what: readonly string[]): Promise<readonly KubernetesObject[]> {
  const { stdout } = await server.kubectl(["get", ...what, "-o", "json"]);
  return (JSON.parse(stdout) as { readonly items: readonly KubernetesObject[] }).items;
}

const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "ml" } };

describe.skipIf(skipped)("a real scheduler places", () => {
  let server: KubernetesServer;
  beforeAll(async () => {
    server = await startKubernetes({ scheduler: true });
    await server.create([namespace]);
  }, 300_000);
  afterAll(() => server?.stop());

  it("the default pod of every current type, and two with EFA, beside a usual node's add-ons", async () => {
    const withEfa = currentTypes.filter(({ efaInterfaces }) => (efaInterfaces ?? 0) > 0);
    const nodes = [
      ...currentTypes.map((type) => [type, `one-${dashed(type.instanceType)}`] as const),
      ...withEfa.flatMap((type) =>
        ["two", "three"].map((set) => [type, `${set}-${dashed(type.instanceType)}`] as const),
      ),
    ];
    const claimed = nodes.filter(([{ family }]) => family === "p6e-gb200");
    const workload = (type: string): Workload => ({
      name: dashed(type),
      kind: "job",
      image: "repo/train:1",
      accelerator: { instanceTypes: [type] },
      eks: { namespace: "ml" },
    });
    const single = currentTypes.flatMap(({ instanceType }) =>
      podsOf(generate(workload(instanceType)), [`default-${dashed(instanceType)}`]),
    );
    // What is claimed as an UltraServer or an NVLink domain, its drivers place.
    const gangs = withEfa
      .filter(({ family }) => family !== "trn2u" && family !== "p6e-gb200")
      .flatMap(({ instanceType }) =>
        podsOf(generate({ ...workload(instanceType), nodes: 2 }), [
          `efa-0-${dashed(instanceType)}`,
          `efa-1-${dashed(instanceType)}`,
        ]),
      );
    await server.create([
      ...nodes.map(([type, name]) => eksNode(type, name)),
      ...nodes.flatMap(([, name]) => addOnPods(name)),
      {
        apiVersion: "resource.k8s.io/v1",
        kind: "DeviceClass",
        metadata: { name: "gpu.nvidia.com" },
        spec: { selectors: [{ cel: { expression: "device.driver == 'gpu.nvidia.com'" } }] },
      },
      ...claimed.map(([{ accelerator }, name]) => ({
        apiVersion: "resource.k8s.io/v1",
        kind: "ResourceSlice",
        metadata: { name },
        spec: {
          nodeName: name,
          driver: "gpu.nvidia.com",
          pool: { name, generation: 1, resourceSliceCount: 1 },
          devices: Array.from({ length: accelerator.count }, (_, index) => ({ name: `gpu-${index}` })),
        },
      })),
    ]);
    await server.create([...single, ...gangs]);
    const found = await verdicts(server);
    const left = [...found].filter(([, where]) => !nodes.some(([, name]) => name === where));
    expect(left).toEqual([]);
    expect(found.size).toBe(currentTypes.length + gangs.length);
    process.stderr.write(`scheduled: the default pods of ${currentTypes.length} types, and ${gangs.length} with EFA\n`);
  });

  it("what eks check says that it places, and nothing else", async () => {
    const scenarios = fc.sample(scenario, { numRuns: runs(200), seed: testSeed ?? 16 });
    const drawn = scenarios.map((each, index) => ({ ...each, name: `w${index}` }));
    await server.create(drawn.flatMap(({ name, type, node, others }) => scenarioObjects(name, type, node, others)));
    const objects = [...(await listed(server, "nodes")), ...(await listed(server, "pods", "--all-namespaces"))];
    const workloads = drawn.map(({ name, type, asks }) => scenarioWorkload(name, type, asks));
    await server.create(
      workloads.flatMap((workload) => podsOf(generate(workload, "Deployment"), [`scenario-${workload.name}`])),
    );
    const found = await verdicts(server);
    const differing = workloads.flatMap((workload, index) => {
      const { nodes } = checkWorkloadIn({ workload, kind: "Deployment", objects }).workload!;
      const said = nodes.find(({ node }) => node === `node-${workload.name}`)!;
      const placed = found.get(`scenario-${workload.name}`) === said.node;
      return placed === said.fits
        ? []
        : [{ drawn: drawn[index], said, scheduler: found.get(`scenario-${workload.name}`) }];
    });
    expect(differing).toEqual([]);
    const placed = workloads.filter(({ name }) => found.get(`scenario-${name}`) === `node-${name}`).length;
    expect(placed).toBeGreaterThan(0);
    expect(placed).toBeLessThan(workloads.length);
  });

  it("nothing more where the devices are held: eks check says by whom, and which kinds are not served", async () => {
    const folder = await mkdtemp(join(tmpdir(), "aiplat-eks-check-"));
    const eks = createServer((request, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(
        JSON.stringify(
          request.url?.includes("node-groups") === true
            ? { nodegroups: [] }
            : { cluster: { name: "prod", version: "1.34", endpoint: server.url } },
        ),
      );
    }).listen(0, "127.0.0.1");
    try {
      await once(eks, "listening");
      const check = async (kind: string) => {
        const path = join(folder, "train.yaml");
        await writeFile(
          path,
          `name: train\nkind: job\nimage: t:1\naccelerator: { instanceTypes: [inf2.24xlarge] }\neks: { as: ${kind} }\n`,
        );
        const { code, stdout } = await runCli(
          ["eks", "check", "--cluster", "prod", "--workload", path, "--kubeconfig", server.kubeconfig, "-o", "json"],
          {
            env: {
              AWS_ENDPOINT_URL: `http://127.0.0.1:${(eks.address() as AddressInfo).port}`,
              AWS_REGION: "us-east-1",
              AWS_ACCESS_KEY_ID: "testing",
              AWS_SECRET_ACCESS_KEY: "testing",
              PATH: process.env["PATH"] ?? "",
              HOME: folder,
            },
          },
        );
        const report = JSON.parse(stdout) as {
          readonly groups: readonly {
            readonly items: readonly { readonly check: string; readonly status: string; readonly message: string }[];
          }[];
          readonly workload: {
            readonly nodes: readonly { readonly node: string; readonly reasons: readonly unknown[] }[];
          };
        };
        const items = report.groups.flatMap((group) => group.items);
        return { code, items, nodes: report.workload.nodes };
      };
      const job = await check("Job");
      expect(job.items.filter((each) => each.check === "api" || each.check === "namespace")).toMatchObject([
        { status: "OK", message: "the API server serves Job (batch/v1)" },
        { status: "OK", message: "namespace ml takes the pods, which meet the Pod Security level baseline" },
      ]);
      expect(job.nodes.find(({ node }) => node === "one-inf2-24xlarge")!.reasons).toContainEqual({
        code: "DEVICES",
        message: "the pod asks for 6 aws.amazon.com/neuron, and 0 of 6 are left: ml/default-inf2-24xlarge has 6",
      });
      const jobSet = await check("JobSet");
      expect(jobSet.code).toBe(3);
      expect(jobSet.items.find((each) => each.check === "api")).toMatchObject({
        status: "FAIL",
        message: "the cluster does not know JobSet (jobset.x-k8s.io/v1alpha2)",
      });
    } finally {
      eks.closeAllConnections();
      eks.close();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
