// test/golden/eks holds what a reviewer reads: every kind on Neuron and NVIDIA, with several nodes where it carries them,
// and what depends on more than the kind. `npx vitest run -u` writes them anew.
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { requireInstanceType } from "../../../src/core/catalog/catalog.ts";
import type { KubernetesSettings } from "../../../src/core/kubernetes/generate.ts";
import { kinds, type Kind } from "../../../src/core/kubernetes/kinds.ts";
import type { Workload } from "../../../src/core/workload/schema.ts";
import { formatManifests } from "../../../src/output/yaml.ts";
import { generate, multiNodeKinds, workloadOf } from "../../support/kubernetes-workloads.ts";

const folder = join(import.meta.dirname, "../../golden/eks");

function golden(name: string, workload: Workload, kind: Kind, settings: KubernetesSettings = {}): Promise<void> {
  return expect(formatManifests(generate(workload, kind, settings))).toMatchFileSnapshot(join(folder, `${name}.yaml`));
}

/** `PyTorchJob` is `py-torch-job`, as its file in src. */
const fileName = (kind: Kind) => kind.replace(/(?<=.)[A-Z](?=[a-z])/g, (letter) => `-${letter}`).toLowerCase();

describe("a whole Neuron instance", () => {
  it.each(kinds)("as %s", (kind) => golden(`${fileName(kind)}-neuron`, workloadOf({ kind, accelerator: "neuron", devices: "whole instance", nodes: multiNodeKinds.includes(kind) ? 2 : 1 }), kind));
});

describe("one GPU", () => {
  it.each(kinds)("as %s", (kind) => golden(`${fileName(kind)}-nvidia`, workloadOf({ kind, accelerator: "nvidia", devices: "one device", nodes: 1 }), kind));
});

const service: Omit<Workload, "accelerator"> = { name: "bert", kind: "service", image: "repo/bert:1", replicas: 2 };
const job: Omit<Workload, "accelerator"> = { name: "train", kind: "job", image: "repo/train:1", command: ["torchrun", "train.py"] };

describe("what depends on more than the kind", () => {
  it("GPUs with EFA ask for huge pages", () => golden("nvidia-efa", { ...job, nodes: 2, accelerator: { instanceTypes: ["p5.48xlarge"] } }, "JobSet"));

  it("a part of a Neuron instance goes to the scheduler extension", () => golden("neuron-part-extension", { ...service, accelerator: { instanceTypes: ["inf2.24xlarge"], devicesPerReplica: 2 } }, "Deployment"));

  it("or is claimed by DRA", () => golden("neuron-part-dra", { ...service, accelerator: { instanceTypes: ["trn2.48xlarge"], devicesPerReplica: 4 } }, "Deployment", { kubernetesVersion: "1.34" }));

  it("types with equal devices share a pod", () => golden("several-types", { ...service, accelerator: { instanceTypes: ["g5.xlarge", "g6.xlarge"] } }, "Deployment"));

  it("a CPU workload has neither devices nor places", () => golden("cpu", { ...service, accelerator: "none", resources: { cpu: 0.5, memory: "2GiB" } }, "Deployment"));

  it("several replicas of several nodes find each other", () => golden("gangs", { ...job, replicas: 2, nodes: 2, accelerator: { instanceTypes: ["trn1.32xlarge"] } }, "JobSet"));

  it("nodes without EFA and without whole instances keep apart", () => golden("nodes-without-efa", { ...job, nodes: 2, accelerator: { instanceTypes: ["g5.12xlarge"], devicesPerReplica: 2, efa: false } }, "JobSet"));

  it("a model with a format is KServe's", () => golden("model", { ...service, model: { uri: "s3://models/bert", format: "pytorch" }, accelerator: { instanceTypes: ["inf2.xlarge"] } }, "InferenceService"));

  it("raw fields come last", () =>
    golden(
      "raw-fields",
      {
        ...service,
        accelerator: { instanceTypes: ["g5.xlarge"] },
        eks: {
          pod: {
            metadata: { annotations: { "example.com/team": "nlp" } },
            spec: {
              priorityClassName: "high",
              containers: [
                { name: "bert", imagePullPolicy: "Always", env: [{ name: "EXTRA", value: "1" }], livenessProbe: { tcpSocket: { port: 8080 } } },
                { name: "proxy", image: "envoy:1" },
              ],
              volumes: [{ name: "models", persistentVolumeClaim: { claimName: "models" } }],
            },
          },
          resource: { spec: { strategy: null, revisionHistoryLimit: 2 } },
        },
      },
      "Deployment",
    ));

  it("a queue over a list of fleets", () =>
    golden("queue", { ...job, nodes: 2, accelerator: { instanceTypes: ["trn1.32xlarge"] }, eks: { namespace: "ml", queue: { kueue: "team-a" } } }, "MPIJob", {
      queueFleets: [
        { type: requireInstanceType("trn1.32xlarge"), count: 4 },
        { type: requireInstanceType("p5.48xlarge"), count: 2 },
      ],
    }));

  it("a Service, an autoscaler and monitoring", () =>
    golden("extras", { ...service, ports: [{ container: 8080 }, { container: 9000, name: "metrics" }], accelerator: { instanceTypes: ["g5.xlarge"] }, eks: { namespace: "ml" } }, "Deployment", {
      extras: ["pod-monitor", "scaled-object", "service"],
      maxReplicas: 6,
      prometheusUrl: "http://prometheus.monitoring:9090",
    }));

  it("a LeaderWorkerSet's Service is for its leaders", () =>
    golden("leader-service", { ...service, nodes: 2, ports: [{ container: 8080, name: "http" }], accelerator: { instanceTypes: ["trn1.32xlarge"] } }, "LeaderWorkerSet", { extras: ["service", "hpa"], maxReplicas: 4 }));
});
