// test/golden/eks holds what a reviewer reads: every kind on Neuron and NVIDIA, with several nodes where it carries
// them, and what depends on more than the kind. `npx vitest run -u` writes them anew.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { requireInstanceType } from "../../../src/core/catalog/instance-types/catalog.ts";
import type { KubernetesSettings } from "../../../src/core/kubernetes/generate.ts";
import { kinds, type Kind } from "../../../src/core/kubernetes/kinds.ts";
import type { Workload } from "../../../src/core/workload/schema.ts";
import { formatManifests } from "../../../src/output/yaml.ts";
import { valuesFor } from "../../support/extra-values.ts";
import { generate, multiNodeKinds, workloadOf } from "../../support/kubernetes-workloads.ts";

const folder = join(import.meta.dirname, "../../golden/eks");

interface Golden {
  readonly file: string;
  readonly workload: Workload;
  readonly kind: Kind;
  readonly settings?: KubernetesSettings;
}

/** `PyTorchJob` is `py-torch-job`, as its file in src. */
const fileName = (kind: Kind) => kind.replace(/(?<=.)[A-Z](?=[a-z])/g, (letter) => `-${letter}`).toLowerCase();

const requestExtras = [
  "scale-to-zero",
  "workload-pod-monitor",
  "service-monitor",
  "http-route",
  "ingress",
  "open-telemetry",
] as const;

const service: Omit<Workload, "accelerator"> = { name: "bert", kind: "service", image: "repo/bert:1", replicas: 2 };
const job: Omit<Workload, "accelerator"> = {
  name: "train",
  kind: "job",
  image: "repo/train:1",
  command: ["torchrun", "train.py"],
};

const ofKinds = kinds.flatMap((kind): readonly Golden[] => [
  {
    file: `${fileName(kind)}-neuron`,
    workload: workloadOf({
      kind,
      accelerator: "neuron",
      devices: "whole instance",
      nodes: multiNodeKinds.includes(kind) ? 2 : 1,
    }),
    kind,
  },
  {
    file: `${fileName(kind)}-nvidia`,
    workload: workloadOf({ kind, accelerator: "nvidia", devices: "one device", nodes: 1 }),
    kind,
  },
]);

const others: readonly Golden[] = [
  // GPUs with EFA ask for huge pages.
  {
    file: "nvidia-efa",
    workload: { ...job, nodes: 2, accelerator: { instanceTypes: ["p5.48xlarge"] } },
    kind: "JobSet",
  },
  // A part of a Neuron instance goes to the scheduler extension, or is claimed by DRA.
  {
    file: "neuron-part-extension",
    workload: { ...service, accelerator: { instanceTypes: ["inf2.24xlarge"], devicesPerReplica: 2 } },
    kind: "Deployment",
  },
  {
    file: "neuron-part-dra",
    workload: { ...service, accelerator: { instanceTypes: ["trn2.48xlarge"], devicesPerReplica: 4 } },
    kind: "Deployment",
    settings: { neuronScheduler: "dra" },
  },
  // The nodes of an UltraServer: NeuronLink joins their devices.
  {
    file: "neuron-ultraserver",
    workload: { ...service, nodes: 4, accelerator: { instanceTypes: ["trn2u.48xlarge"] } },
    kind: "LeaderWorkerSet",
    settings: { neuronScheduler: "dra" },
  },
  // NVLink joins the GPUs of several machines.
  {
    file: "nvidia-nvlink",
    workload: { ...job, nodes: 2, accelerator: { instanceTypes: ["p6e-gb200.36xlarge"], efa: false } },
    kind: "JobSet",
  },
  // A user of its own: the pod meets Pod Security's restricted.
  {
    file: "user",
    workload: { ...service, user: 1000, accelerator: { instanceTypes: ["inf2.24xlarge"] } },
    kind: "Deployment",
  },
  // Types with equal devices share a pod.
  {
    file: "several-types",
    workload: { ...service, accelerator: { instanceTypes: ["g5.xlarge", "g6.xlarge"] } },
    kind: "Deployment",
  },
  // Parts of devices, as the nodes offer them.
  {
    file: "mig",
    workload: { ...service, accelerator: { instanceTypes: ["p5.48xlarge"], resource: "nvidia.com/mig-1g.10gb" } },
    kind: "Deployment",
  },
  {
    file: "gpu-shared",
    workload: {
      ...job,
      accelerator: {
        instanceTypes: ["g6.xlarge"],
        resource: "nvidia.com/gpu.shared",
        sharing: { strategy: "time-slicing", replicas: 4 },
      },
    },
    kind: "Job",
  },
  {
    file: "hami",
    workload: {
      ...service,
      accelerator: {
        instanceTypes: ["g6.xlarge"],
        resource: "nvidia.com/gpu",
        hami: { memory: "8GiB", maxComputePercent: 30 },
      },
    },
    kind: "Deployment",
  },
  {
    file: "neuron-cores",
    workload: {
      ...service,
      accelerator: { instanceTypes: ["inf2.24xlarge"], resource: "aws.amazon.com/neuroncore", count: 2 },
    },
    kind: "Deployment",
  },
  // A CPU workload has neither devices nor places.
  {
    file: "cpu",
    workload: { ...service, accelerator: "none", resources: { cpu: 0.5, memory: "2GiB" } },
    kind: "Deployment",
  },
  // Several replicas of several nodes: each replica has its own first node.
  {
    file: "gangs",
    workload: { ...job, replicas: 2, nodes: 2, accelerator: { instanceTypes: ["trn1.32xlarge"] } },
    kind: "JobSet",
  },
  // Nodes without EFA and without whole instances keep apart.
  {
    file: "nodes-without-efa",
    workload: { ...job, nodes: 2, accelerator: { instanceTypes: ["g5.12xlarge"], devicesPerReplica: 2, efa: false } },
    kind: "JobSet",
  },
  // A model with a format is KServe's.
  {
    file: "model",
    workload: {
      ...service,
      model: { uri: "s3://models/bert", format: "pytorch" },
      accelerator: { instanceTypes: ["inf2.xlarge"] },
    },
    kind: "InferenceService",
  },
  {
    file: "raw-fields",
    workload: {
      ...service,
      accelerator: { instanceTypes: ["g5.xlarge"] },
      eks: {
        pod: {
          metadata: { annotations: { "example.com/team": "nlp" } },
          spec: {
            priorityClassName: "high",
            containers: [
              {
                name: "bert",
                imagePullPolicy: "Always",
                env: [{ name: "EXTRA", value: "1" }],
                livenessProbe: { tcpSocket: { port: 8080 } },
              },
              { name: "proxy", image: "envoy:1" },
            ],
            volumes: [{ name: "models", persistentVolumeClaim: { claimName: "models" } }],
          },
        },
        resource: { spec: { strategy: null, revisionHistoryLimit: 2 } },
      },
    },
    kind: "Deployment",
  },
  {
    file: "queue",
    workload: {
      ...job,
      nodes: 2,
      accelerator: { instanceTypes: ["trn1.32xlarge"] },
      eks: { namespace: "ml", queue: { kueue: "team-a" } },
    },
    kind: "MPIJob",
    settings: {
      queueFleets: [
        { type: requireInstanceType("trn1.32xlarge"), count: 4 },
        { type: requireInstanceType("p5.48xlarge"), count: 2 },
      ],
    },
  },
  // Schedulers of their own hold back the pods of several nodes.
  ...(["volcano", "yunikorn"] as const).map((queue) => ({
    file: `queue-${queue}`,
    workload: {
      ...job,
      nodes: 2,
      accelerator: { instanceTypes: ["trn1.32xlarge"] },
      eks: { namespace: "ml", queue: { [queue]: queue === "volcano" ? "team-a" : "root.team-a" } },
    },
    kind: "MPIJob" as const,
  })),
  {
    file: "extras",
    workload: {
      ...service,
      ports: [{ container: 8080 }, { container: 9000, name: "metrics" }],
      accelerator: { instanceTypes: ["g5.xlarge"] },
      eks: { namespace: "ml" },
    },
    kind: "Deployment",
    settings: {
      extras: ["pod-monitor", "scaled-object", "service", "pdb"],
      maxReplicas: 6,
      prometheusUrl: "http://prometheus.monitoring:9090",
    },
  },
  {
    file: "extras-requests",
    workload: {
      ...service,
      ports: [
        { container: 8080, name: "http" },
        { container: 9000, name: "metrics" },
      ],
      environment: { OTEL_SERVICE_NAME: "embeddings" },
      accelerator: { instanceTypes: ["inf2.xlarge"] },
      eks: { namespace: "ml", companions: { Ingress: { metadata: { annotations: { "example.com/waf": "on" } } } } },
    },
    kind: "Deployment",
    settings: {
      extras: requestExtras,
      ...valuesFor(requestExtras),
      maxReplicas: 2,
    },
  },
  {
    file: "istio-canary",
    workload: {
      ...service,
      replicas: 4,
      ports: [{ container: 8080, name: "http" }],
      accelerator: { instanceTypes: ["inf2.xlarge"] },
      eks: { namespace: "ml" },
    },
    kind: "Deployment",
    settings: {
      extras: ["istio-canary"],
      canaryImage: "repo/bert:2",
      canaryWeight: 10,
      hosts: ["bert.example.com"],
      gateway: { namespace: "istio-system", name: "public" },
    },
  },
  // A LeaderWorkerSet's Service is for its leaders.
  {
    file: "leader-service",
    workload: {
      ...service,
      nodes: 2,
      ports: [{ container: 8080, name: "http" }],
      accelerator: { instanceTypes: ["trn1.32xlarge"] },
    },
    kind: "LeaderWorkerSet",
    settings: { extras: ["service", "hpa"], maxReplicas: 4 },
  },
];

describe("manifests as a reviewer reads them", () => {
  it.each([...ofKinds, ...others])("$file", async ({ file, workload, kind, settings }) => {
    await expect(formatManifests(generate(workload, kind, settings))).toMatchFileSnapshot(join(folder, `${file}.yaml`));
  });

  it("are no more than these; vitest run -u writes those of a new kind", () => {
    expect(readdirSync(folder).toSorted()).toEqual(
      [...ofKinds, ...others].map(({ file }) => `${file}.yaml`).toSorted(),
    );
  });
});
