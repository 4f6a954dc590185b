import { describe, expect, it } from "vitest";
import { requireInstanceType } from "../../../src/core/catalog/instance-types/catalog.ts";
import { definitionOf, kinds, requireKind, type Kind } from "../../../src/core/kubernetes/kinds.ts";
import type { KubernetesSettings } from "../../../src/core/kubernetes/generate.ts";
import { eksRules } from "../../../src/core/kubernetes/rules.ts";
import { listOr, Refusal, type Problem } from "../../../src/core/base/problem.ts";
import { runRules } from "../../../src/core/workload/rules/rule.ts";
import type { Workload } from "../../../src/core/workload/schema.ts";
import { acceleratedPods, generate } from "../../support/kubernetes-workloads.ts";

const base = { name: "bert", image: "repo/bert:1", accelerator: { instanceTypes: ["inf2.xlarge"] } } satisfies Workload;

/** `path: message | hint` of every problem. */
function refusal(change: Partial<Workload>, kind?: Kind, settings: KubernetesSettings = {}): readonly string[] {
  try {
    generate({ ...base, ...change }, kind, settings);
  } catch (error) {
    if (error instanceof Refusal) return error.problems.map(shown);
    throw error;
  }
  return [];
}

function rules(change: Partial<Workload>, severity: Problem["severity"] = "error"): readonly string[] {
  return runRules(eksRules, { ...base, ...change }, [])
    .filter((each) => each.severity === severity)
    .map(shown);
}

function shown({ path, message, hint }: Problem): string {
  return `${path === undefined ? "" : `${path.join(".")}: `}${message}${hint === undefined ? "" : ` | ${hint}`}`;
}

/** What a refusal says of the kinds that can carry the workload. */
function hintOf(able: readonly Kind[]): string {
  return able.length === 0 ? "No kind can carry all of it." : `${listOr(able)} can carry it: --as ${able[0]!}.`;
}

describe("kinds", () => {
  it("that cannot carry the workload are refused with all else that is wrong with it", () => {
    const name = `a${"b".repeat(40)}`;
    const wrong = refusal(
      { name, kind: "job", accelerator: { instanceTypes: ["inf2.xlarge", "trn1.2xlarge"] } },
      "Deployment",
    );
    expect(wrong).toEqual([
      expect.stringContaining("kind: Deployment is for services, and"),
      expect.stringContaining("Choose one with --variant"),
    ]);
  });

  it("have a default by what the workload is", () => {
    const kindOf = (change: Partial<Workload>) => generate({ ...base, ...change }).at(-1)!.kind;
    expect([
      kindOf({}),
      kindOf({ kind: "job" }),
      kindOf({ kind: "service" }),
      kindOf({ nodes: 2, accelerator: { instanceTypes: ["trn1.32xlarge"] } }),
      kindOf({ eks: { as: "DaemonSet" } }),
    ]).toEqual(["Job", "Job", "Deployment", "JobSet", "DaemonSet"]);
  });

  it.each([
    ["deployment", "Did you mean Deployment?"],
    ["PytorchJob", "Did you mean PyTorchJob?"],
    ["Banana", "There are Deployment, StatefulSet"],
  ])("%s is refused", (name, said) => {
    const refused = () => requireKind(name, ["eks", "as"]);
    expect(refused).toThrow(Refusal);
    try {
      refused();
    } catch (error) {
      expect((error as Refusal).problems.map(shown).join("\n")).toContain(said);
    }
  });

  it.each<[string, Partial<Workload>, Kind, readonly string[]]>([
    ["a job as a service", { kind: "job" }, "Deployment", ["kind: Deployment is for services, and bert is a job"]],
    [
      "nodes in a Deployment",
      { kind: "service", nodes: 2 },
      "Deployment",
      ["nodes: Deployment has single pods for replicas, and nodes is 2"],
    ],
    [
      "replicas of a DaemonSet",
      { kind: "service", replicas: 2 },
      "DaemonSet",
      ["replicas: DaemonSet runs one pod on every node that fits, and replicas is 2"],
    ],
    ["replicas of a TrainJob", { replicas: 2 }, "TrainJob", ["replicas: TrainJob runs one replica, and replicas is 2"]],
    [
      "gangs in a Job",
      { replicas: 2, nodes: 2 },
      "Job",
      ["replicas: Job runs several replicas or several nodes, and there are 2 replicas of 2 nodes"],
    ],
    [
      "a schedule in a Job",
      { schedule: "0 3 * * *" },
      "Job",
      ["schedule: Job starts at once, and there is a schedule"],
    ],
    ["a CronJob without one", {}, "CronJob", ["schedule: CronJob runs by a schedule, and there is none"]],
    [
      "a command of a RayCluster",
      { command: ["serve"] },
      "RayCluster",
      ["command: RayCluster runs Ray itself, and there is a command"],
    ],
    ["a RayJob without one", {}, "RayJob", ["command: RayJob submits a command, and there is none"]],
    [
      "Ray's own health",
      { kind: "service", health: { path: "/", port: 80 } },
      "RayCluster",
      ["health: RayCluster has Ray's own health checks, and there is another"],
    ],
    [
      "a queue of a DaemonSet",
      { eks: { queue: { kueue: "team-a" } } },
      "DaemonSet",
      ["eks.queue.kueue: DaemonSet is no kind that Kueue holds back, and there is eks.queue.kueue"],
    ],
    [
      "all at once",
      { kind: "job", nodes: 2, replicas: 2, schedule: "@daily", health: { path: "/", port: 80 } },
      "RayJob",
      [
        "replicas: RayJob runs one replica, and replicas is 2",
        "health: RayJob has Ray's own health checks, and there is another",
        "command: RayJob submits a command, and there is none",
        "schedule: RayJob starts at once, and there is a schedule",
      ],
    ],
  ])("cannot carry %s, and the hint names every kind that can", (_, change, kind, expected) => {
    const types = change.nodes === 2 ? { accelerator: { instanceTypes: ["trn1.32xlarge"] } } : {};
    const workload = { kind: definitionOf(kind).runs, ...types, ...change };
    const hint = hintOf(kinds.filter((each) => refusal(workload, each).length === 0));
    expect(refusal(workload, kind)).toEqual(expected.map((each) => `${each} | ${hint}`));
  });

  it("of both sorts can carry a workload that does not say what it is, the refused one's sort first", () => {
    const workload = { nodes: 2, accelerator: { instanceTypes: ["trn1.32xlarge"] } };
    const able = kinds.filter((each) => refusal(workload, each).length === 0);
    const services = able.filter((each) => definitionOf(each).runs === "service");
    const jobs = able.filter((each) => definitionOf(each).runs === "job");
    expect(services).toEqual(expect.arrayContaining(["LeaderWorkerSet", "RayCluster"]));
    expect(jobs).toEqual(expect.arrayContaining(["Job", "JobSet", "PyTorchJob", "MPIJob", "TrainJob"]));
    expect(refusal(workload, "Deployment")).toEqual([
      `nodes: Deployment has single pods for replicas, and nodes is 2 | ${hintOf([...services, ...jobs])}`,
    ]);
  });

  it("carry what RayService serves, by the command or by raw fields", () => {
    const limit = (command: string[] | undefined, eks: Workload["eks"] = {}) =>
      refusal({ ...(command === undefined ? {} : { command }), eks }, "RayService").map((each) =>
        each.replace(/ \| .*/, ""),
      );
    const raw = { resource: { spec: { serveConfigV2: "applications: []" } } };
    expect(limit(["serve", "run", "app:model"])).toEqual([]);
    expect(limit(undefined, raw)).toEqual([]);
    expect(limit(["python", "app.py"])).toEqual([
      "command: RayService serves an application, and the command is not serve run MODULE:APP [KEY=VALUE ...]",
    ]);
    expect(limit(undefined)).toEqual([
      "command: RayService serves an application: the command is serve run MODULE:APP, or eks.resource.spec.serveConfigV2 says what it serves",
    ]);
    expect(limit(["serve", "run", "app:model"], raw)).toEqual([
      "command: RayService serves what eks.resource.spec.serveConfigV2 says, and there is a command too",
    ]);
  });

  it("leave room for what their controllers append to the name", () => {
    // Of 63 characters; KubeRay's own limits are 53 and 47, the API server's for CronJob 52.
    const longest = Object.fromEntries(
      kinds.map((kind) => {
        const change =
          {
            CronJob: { schedule: "@daily" },
            RayJob: { command: ["x"] },
            RayService: { command: ["serve", "run", "a:b"] },
          }[kind as string] ?? {};
        const fits = (length: number) => refusal({ ...change, name: "b".repeat(length) }, kind).length === 0;
        return [kind, Array.from({ length: 70 }, (_, length) => length + 1).findLast(fits)];
      }),
    );
    expect(longest).toMatchObject({
      Deployment: 63,
      StatefulSet: 52,
      DaemonSet: 63,
      Job: 63,
      CronJob: 52,
      JobSet: 48,
      LeaderWorkerSet: 50,
      PyTorchJob: 54,
      TFJob: 54,
      MPIJob: 54,
      TrainJob: 48,
      RayCluster: 53,
      RayJob: 47,
      RayService: 47,
      InferenceService: 53,
    });
  });
});

describe("several instance types", () => {
  const two = { accelerator: { instanceTypes: ["inf2.xlarge", "inf2.8xlarge"] } };

  it("are refused where one pod is not right on all of them, naming the variants", () => {
    expect(refusal(two)).toEqual([
      "accelerator.instanceTypes: the instance types carry different devices or shares: no one pod is right on all of them | Choose one with --variant (bert-inf2-xlarge or bert-inf2-8xlarge); with resources given, types with equal devices share one pod.",
    ]);
  });

  it("have a variant each", () => {
    const [job] = generate({ ...base, ...two }, "Job", { variant: "bert-inf2-8xlarge" });
    expect([job!.metadata.name, JSON.stringify(job).includes('"values":["inf2.8xlarge"]')]).toEqual([
      "bert-inf2-8xlarge",
      true,
    ]);
    expect(refusal(two, "Job", { variant: "bert-inf2" })).toEqual([
      "--variant bert-inf2: there is no such variant | There are bert-inf2-xlarge and bert-inf2-8xlarge.",
    ]);
  });

  it("are one pod where resources make them equal", () => {
    expect(JSON.stringify(generate({ ...base, ...two, resources: { cpu: 2, memory: "8GiB" } }))).toContain(
      '"values":["inf2.xlarge","inf2.8xlarge"]',
    );
  });
});

describe("fields that a pod cannot carry", () => {
  const arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:hf";
  const role = "arn:aws:iam::123456789012:role/bert";

  it.each<[string, Partial<Workload>, readonly string[]]>([
    [
      "an ARN",
      { secrets: { TOKEN: arn } },
      [
        "secrets.TOKEN: secrets.TOKEN is an ARN, which Kubernetes does not read | Add eks.secrets: { TOKEN: { name: SECRET, key: KEY } }, a Kubernetes secret with the same value.",
      ],
    ],
    [
      "an ARN that a secret stands for",
      { secrets: { TOKEN: arn }, eks: { secrets: { TOKEN: { name: "hf", key: "token" } } } },
      [],
    ],
    [
      "a role",
      { roles: { task: role } },
      [
        "roles.task: roles.task is a role of ECS tasks: on EKS a pod has the permissions of its service account | Add eks.serviceAccount: NAME, an account with that role's permissions (EKS Pod Identity).",
      ],
    ],
    [
      "a role that an account stands for",
      { roles: { task: role, execution: role }, eks: { serviceAccount: "bert" } },
      [],
    ],
    ["no log group, which is a warning: the cluster's collector reads", { logs: { group: "/bert" } }, []],
    [
      "MPS",
      { accelerator: { instanceTypes: ["g5.xlarge"], mps: { memory: "8GiB" } } },
      [
        "accelerator.mps: accelerator.mps is not carried by a pod: on EKS the node's device plugin says how its GPUs are shared | Write accelerator.resource in its place: nvidia.com/gpu.shared with sharing: { strategy: mps, replicas: 4 }, say.",
      ],
    ],
    [
      "a tag that is no label",
      { tags: { "cost:centre": "7" } },
      [
        "tags.cost:centre: the tag cost:centre can be no label: it must begin and end with a letter or digit, with - _ . between them and at most one prefix before a slash | Name it otherwise.",
      ],
    ],
    [
      "a tag that is aiplat's",
      { tags: { "app.kubernetes.io/name": "x" } },
      ["tags.app.kubernetes.io/name: the tag app.kubernetes.io/name is a label of aiplat's own | Name it otherwise."],
    ],
    [
      "a port's name",
      { ports: [{ container: 80, name: "a_port" }] },
      [
        "ports.0.name: the port name a_port is none in Kubernetes: at most 15 lower-case letters, digits and single dashes, with a letter among them | Shorten it, and write dashes for underscores.",
      ],
    ],
    [
      "a name that ends with a dash",
      { name: "bert-" },
      ["name: name bert- ends with a dash, which no name in Kubernetes does | Write bert."],
    ],
    [
      "a container's name that only ECS takes",
      { container: "gpu_worker" },
      [
        "container: the container's name gpu_worker is none in Kubernetes: at most 63 lower-case letters, digits and dashes, with a letter or digit at both ends | Leave container out for EKS, or write such a name.",
      ],
    ],
    [
      "a variable twice",
      { environment: { A: "1" }, eks: { secrets: { A: { name: "s", key: "k" } } } },
      ["eks.secrets.A: A is in environment and in eks.secrets: a container has it once | Keep one of them."],
    ],
    [
      "names that are none",
      {
        eks: {
          namespace: "ML",
          serviceAccount: "a_b",
          queue: { kueue: "-" },
          secrets: { A: { name: "S", key: "a b" } },
        },
      },
      [
        'eks.namespace: eks.namespace must be a DNS label, e.g. ml, not "ML"',
        'eks.serviceAccount: eks.serviceAccount must be a DNS name, e.g. bert, not "a_b"',
        'eks.queue.kueue: eks.queue.kueue must be a DNS label, e.g. team-a, not "-"',
        'eks.secrets.A.name: eks.secrets.A.name must be a secret\'s name, e.g. hf, not "S"',
        'eks.secrets.A.key: eks.secrets.A.key must be a secret\'s key, e.g. token, not "a b"',
      ],
    ],
    [
      "a level of no queue, and no label",
      { eks: { queue: { topology: "a zone" } } },
      [
        "eks.queue.topology: eks.queue.topology is of a queue of Kueue's, and eks.queue names none | Write eks.queue: { kueue: NAME } beside it.",
        'eks.queue.topology: eks.queue.topology must be a label of nodes, e.g. topology.kubernetes.io/zone, not "a zone"',
      ],
    ],
    [
      "a level that no two nodes share",
      { kind: "job", nodes: 2, eks: { queue: { kueue: "q", topology: "kubernetes.io/hostname" } } },
      [
        "eks.queue.topology: the 2 nodes of a replica have different values of kubernetes.io/hostname: Kueue would admit none | Write a level that they share, e.g. topology.kubernetes.io/zone.",
      ],
    ],
    [
      "a pod's field at the top",
      { eks: { pod: { hostIPC: true } } },
      [
        "eks.pod.hostIPC: eks.pod.hostIPC is no field of a pod: a pod has metadata and spec | Write eks.pod: { spec: { hostIPC: ... } }.",
      ],
    ],
    [
      "containers without names",
      { eks: { pod: { spec: { containers: [{ image: "x" }] } } } },
      [
        "eks.pod.spec.containers.0: eks.pod.spec.containers[0] has no name: containers merge by name | Write name: bert for the workload's own container; any other name is a sidecar.",
      ],
    ],
    [
      "containers that are no list",
      { eks: { pod: { spec: { containers: {} } } } },
      [
        "eks.pod.spec.containers: eks.pod.spec.containers must be a list of containers | Write [{ name: bert, ... }]: containers merge by name.",
      ],
    ],
  ])("%s", (_, change, expected) => {
    expect(rules(change)).toEqual(expected);
  });

  it("warn of roles that an account stands for, and of memory that no node can allocate", () => {
    expect(
      rules({ roles: { task: role }, eks: { serviceAccount: "bert" }, resources: { memory: "15GiB" } }, "warning"),
    ).toEqual([
      "roles: a pod has no roles: service account bert must have the permissions of roles.task, and the node's role pulls the image",
      "resources.memory: resources.memory 15GiB is more than pods can have on inf2.xlarge beside the usual add-ons (about 13741MiB): the pod may never be placed | Write at most 13741MiB, or leave it out.",
    ]);
  });
});

describe("extras, queues and DRA", () => {
  const service = { kind: "service", ports: [{ container: 80 }] } satisfies Partial<Workload>;

  it.each<[string, Partial<Workload>, Kind, KubernetesSettings, readonly string[]]>([
    [
      "a Service without ports",
      { kind: "service" },
      "Deployment",
      { extras: ["service"] },
      ["--with service: the workload has no ports | Write ports, or --port."],
    ],
    [
      "a Service of a job",
      { ports: [{ container: 80 }] },
      "Job",
      { extras: ["service"] },
      [
        "--with service: Job has no Service of aiplat's | There is one for Deployment, StatefulSet, DaemonSet and LeaderWorkerSet; the controllers of the other services make their own.",
      ],
    ],
    [
      "an autoscaler of a DaemonSet",
      service,
      "DaemonSet",
      { extras: ["hpa"], maxReplicas: 3 },
      [
        "--with hpa: DaemonSet has no scale subresource | There is one for Deployment, StatefulSet and LeaderWorkerSet.",
      ],
    ],
    [
      "an autoscaler without its most",
      service,
      "Deployment",
      { extras: ["hpa"] },
      ["--with hpa: --max-replicas is missing | Write --max-replicas 8."],
    ],
    [
      "an autoscaler with no room",
      { ...service, replicas: 3 },
      "Deployment",
      { extras: ["hpa"], maxReplicas: 3 },
      ["--with hpa: --max-replicas 3 is no more than the workload's replicas (3), which are the least"],
    ],
    [
      "two autoscalers",
      service,
      "Deployment",
      { extras: ["hpa", "scaled-object"], maxReplicas: 3, prometheusUrl: "http://p" },
      [
        "--with scaled-object: KEDA makes a HorizontalPodAutoscaler of its own, so hpa cannot go with it | Keep one of them.",
      ],
    ],
    [
      "KEDA without Prometheus",
      service,
      "Deployment",
      { extras: ["scaled-object"], maxReplicas: 3 },
      [
        "--with scaled-object: --prometheus is missing: KEDA reads the devices' utilisation there | Write --prometheus http://prometheus.monitoring:9090.",
      ],
    ],
    [
      "monitoring of no devices",
      { accelerator: "none" },
      "Job",
      { extras: ["pod-monitor"] },
      ["--with pod-monitor: a CPU workload has no devices to watch"],
    ],
    [
      "fleets without a queue",
      {},
      "Job",
      { queueFleets: [{ type: requireInstanceType("inf2.xlarge"), count: 1 }] },
      ["eks.queue: --queue-fleet makes a queue, and the workload names none | Write eks.queue: { kueue: NAME }."],
    ],
    [
      "a fleet twice",
      { eks: { queue: { kueue: "q" } } },
      "Job",
      { queueFleets: [1, 2].map((count) => ({ type: requireInstanceType("inf2.xlarge"), count })) },
      ["--queue-fleet: inf2.xlarge is given twice | Write one count."],
    ],
    [
      "a fleet of another accelerator",
      { eks: { queue: { kueue: "q" } } },
      "Job",
      { queueFleets: [{ type: requireInstanceType("dl1.24xlarge"), count: 1 }] },
      ["--queue-fleet: dl1.24xlarge carries Gaudi HL-205: aiplat places Neuron and NVIDIA accelerators only"],
    ],
    [
      "DRA before 1.34",
      { accelerator: { instanceTypes: ["trn2.48xlarge"] } },
      "Job",
      { neuronScheduler: "dra", kubernetesVersion: "1.33" },
      ["the Neuron DRA driver needs Kubernetes 1.34, and the cluster's is 1.33 | Use --neuron-scheduler extension."],
    ],
    [
      "DRA on the first Inferentia",
      { accelerator: { instanceTypes: ["inf1.xlarge"] } },
      "Job",
      { neuronScheduler: "dra" },
      [
        "accelerator.instanceTypes: the Neuron DRA driver does not serve inf1.xlarge: it serves Trainium and Inferentia2 | Use --neuron-scheduler extension.",
      ],
    ],
  ])("%s", (_, change, kind, settings, expected) => {
    expect(refusal(change, kind, settings)).toEqual(expected);
  });
});

describe("raw fields", () => {
  const limits = (changed: unknown) => ({ spec: { containers: [{ name: "bert", resources: { limits: changed } }] } });

  it.each<[string, Workload["eks"], readonly string[], Workload["accelerator"]?]>([
    [
      "take a device away",
      { pod: limits({ "aws.amazon.com/neuron": null }) },
      [
        "eks.pod: eks.pod changes the devices that spec.containers[0].resources requests: raw fields cannot | Set accelerator.devicesPerReplica, accelerator.efa or accelerator.instanceTypes.",
      ],
    ],
    [
      "add one",
      { pod: limits({ "nvidia.com/gpu": 1 }) },
      [
        "eks.pod: eks.pod changes the devices that spec.containers[0].resources requests: raw fields cannot | Set accelerator.devicesPerReplica, accelerator.efa or accelerator.instanceTypes.",
      ],
    ],
    [
      "give a sidecar one",
      { pod: { spec: { containers: [{ name: "spy", resources: { limits: { "aws.amazon.com/neuroncore": 1 } } }] } } },
      [
        "eks.pod: eks.pod requests devices at spec.containers[1].resources: only the workload's own container has them | Remove them.",
      ],
    ],
    [
      "change a resource of nodes that no rule knows",
      { pod: limits({ "example.com/chip": 2 }) },
      [
        "eks.pod: eks.pod changes the devices that spec.containers[0].resources requests: raw fields cannot | Set accelerator.resource, accelerator.count, accelerator.hami or accelerator.efa.",
      ],
      { resource: "example.com/chip", count: 1 },
    ],
    [
      "remove the container",
      { resource: { spec: { template: { spec: { containers: null } } } } },
      [
        "eks.resource: eks.resource changes the devices that spec.template.spec.containers[0].resources requests: raw fields cannot | Set accelerator.devicesPerReplica, accelerator.efa or accelerator.instanceTypes.",
      ],
    ],
    [
      "change what else there is",
      {
        pod: { spec: { ...limits({ memory: "1Gi", "example.com/licence": 1 }).spec, tolerations: null } },
        resource: { spec: { backoffLimit: 4 } },
      },
      [],
    ],
  ])("may not %s", (_, eks, expected, accelerator = base.accelerator) => {
    expect(refusal({ eks: eks!, accelerator }, "Job")).toEqual(expected);
  });

  it("merge containers, variables and volumes by name, mounts by path and ports by number and protocol", () => {
    const [pod] = acceleratedPods(
      generate(
        {
          ...base,
          environment: { A: "1", B: "2" },
          ports: [{ container: 80 }, { container: 80, protocol: "udp" }],
          eks: {
            pod: {
              spec: {
                containers: [
                  {
                    name: "bert",
                    env: [
                      { name: "B", value: "3" },
                      { name: "C", value: "4" },
                    ],
                    ports: [{ containerPort: 80, protocol: "UDP", name: "quic" }],
                    volumeMounts: [{ mountPath: "/var/tmp/neuron-compile-cache", subPath: "bert" }],
                  },
                  { name: "side", image: "x" },
                ],
                volumes: [
                  { name: "neuron-compile-cache", emptyDir: null, persistentVolumeClaim: { claimName: "cache" } },
                ],
              },
            },
          },
        },
        "Job",
      ),
    );
    const { containers, volumes } = pod!;
    expect(containers.map(({ name }) => name)).toEqual(["bert", "side"]);
    expect(containers[0]).toMatchObject({
      env: [
        { name: "A", value: "1" },
        { name: "B", value: "3" },
        { name: "C", value: "4" },
      ],
      ports: [
        { containerPort: 80, protocol: "TCP" },
        { containerPort: 80, protocol: "UDP", name: "quic" },
      ],
      volumeMounts: [{ name: "neuron-compile-cache", mountPath: "/var/tmp/neuron-compile-cache", subPath: "bert" }],
    });
    expect(volumes).toEqual([{ name: "neuron-compile-cache", persistentVolumeClaim: { claimName: "cache" } }]);
  });
});
