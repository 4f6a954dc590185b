import { describe, expect, it } from "vitest";
import { instanceTypes, requireInstanceType } from "../../../src/core/catalog/instance-types/catalog.ts";
import { fabricEnvironment } from "../../../src/core/catalog/fabric.ts";
import { allocatableMiB, allocatableMilliCpu } from "../../../src/core/kubernetes/allocatable.ts";
import { literal } from "../../../src/core/kubernetes/environment.ts";
import { isLabelKey, isLabelValue } from "../../../src/core/kubernetes/labels.ts";
import type { KubernetesSettings } from "../../../src/core/kubernetes/generate.ts";
import { probesOf } from "../../../src/core/kubernetes/probes.ts";
import { eksRules } from "../../../src/core/kubernetes/rules.ts";
import { cpuQuantity, memoryQuantity } from "../../../src/core/kubernetes/quantity.ts";
import { runRules } from "../../../src/core/workload/rules/rule.ts";
import type { Workload } from "../../../src/core/workload/schema.ts";
import { acceleratedPods, generate } from "../../support/kubernetes-workloads.ts";

const base = { name: "bert", image: "repo/bert:1" };

function podOf(change: Partial<Workload>, settings: KubernetesSettings = {}) {
  return acceleratedPods(generate({ ...base, ...change }, undefined, settings))[0]!;
}

const requests = (change: Partial<Workload>) => podOf(change).containers[0]!.resources!.requests!;

describe("CPU and memory", () => {
  it.each([
    // 90 % of the share, as on ECS, where the node can allocate as much,
    ["inf2.24xlarge", 2, "28800m", "117964Mi"],
    ["trn1.32xlarge", 16, "115200m", "453313Mi"],
    // else the part of what it can allocate beside its add-ons.
    ["inf2.xlarge", 1, "3174m", "13741Mi"],
    ["g4dn.xlarge", 1, "3174m", "14060Mi"],
    ["trn1.32xlarge", 4, "28800m", "113328Mi"],
    ["p4d.24xlarge", 8, "86400m", "1061171Mi"],
  ] as const)("%s with %i devices", (name, devices, cpu, memory) => {
    expect(requests({ accelerator: { instanceTypes: [name], devicesPerReplica: devices } })).toEqual({ cpu, memory });
  });

  it("of a small instance are what kubelet leaves", () => {
    // 16 GiB less 7.5 %, 255 + 11 MiB for each of 58 pods, 100 for eviction and 421 for add-ons.
    expect(allocatableMiB(requireInstanceType("inf2.xlarge"))).toBe(
      Math.floor(16384 * 0.925) - (255 + 11 * 58) - 100 - 421,
    );
    expect(Math.floor(16384 * 0.9)).toBeGreaterThan(13_741);
  });

  it("leave the host its huge pages where EFA can be attached", () => {
    const { memoryMiB } = requireInstanceType("trn1.32xlarge");
    expect(allocatableMiB(requireInstanceType("trn1.32xlarge"))).toBe(
      Math.floor(memoryMiB * 0.925) - (255 + 11 * 247) - 100 - 421 - 128 * 220,
    );
  });

  // As awslabs/amazon-eks-ami has kubelet reserve, with the requests of the add-ons' own charts: vpc-cni 2 x 25m,
  // kube-proxy 100m, ebs-csi-node 3 x 10m and 40Mi, cloudwatch-agent 250m and 128Mi, fluent-bit 50m and 25Mi,
  // neuron-monitor 256m or dcgm-exporter 250m and 128Mi, the EFA plugin 10m and 20Mi.
  const addOns = { milli: 50 + 100 + 30 + 250 + 50 + 256 + 10, mib: 120 + 128 + 25 + 128 + 20 };
  const kubeletMilli = (vcpus: number) =>
    Array.from({ length: vcpus }, (_, core) => [60, 10, 5, 5][core] ?? 2.5).reduce((sum, each) => sum + each, 0);

  const misfits = (devicesOf: (count: number) => number) =>
    instanceTypes
      .filter(({ status, accelerator: { kind } }) => status === "current" && (kind === "neuron" || kind === "nvidia"))
      .filter((type) => {
        const { fraction, count } = type.accelerator;
        const devices = devicesOf(count);
        const { cpu, memory } = requests({
          accelerator: {
            instanceTypes: [type.instanceType],
            ...(fraction === undefined ? { devicesPerReplica: devices } : {}),
          },
        });
        const milli = cpu!.endsWith("m") ? Number.parseInt(cpu!, 10) : Number(cpu) * 1000;
        const mib = memory!.endsWith("Gi") ? Number.parseInt(memory!, 10) * 1024 : Number.parseInt(memory!, 10);
        const pods = count / devices;
        return (
          milli * pods > type.vcpus * 1000 - kubeletMilli(type.vcpus) - addOns.milli ||
          mib * pods > Math.floor(type.memoryMiB * 0.925) - (255 + 11 * (type.maxPods ?? 250)) - 100 - addOns.mib ||
          mib < 1024
        );
      })
      .map(({ instanceType }) => instanceType);

  it("fit beside the add-ons on every current type, alone and as often as its devices say", () => {
    expect([misfits((count) => count), misfits(() => 1)]).toEqual([[], []]);
  });

  it("are what the file reserves for others less, and at least something", () => {
    const reserving = (cpu: number) => ({
      accelerator: { instanceTypes: ["g5.xlarge"] },
      resources: { reserve: { cpu, memory: "1GiB" } },
    });
    expect(requests(reserving(0.5))).toEqual({ cpu: "2674m", memory: "12717Mi" });
    expect(runRules(eksRules, { ...base, ...reserving(3.5) }, []).map(({ code, path }) => [code, path])).toEqual([
      ["reserve-above-allocatable", ["resources", "reserve", "cpu"]],
    ]);
  });

  it.each([
    [{ cpu: 3.3 }, "cpu-above-allocatable", "about 3.174"],
    [{ memory: "15GiB" }, "memory-above-allocatable", "about 13741MiB"],
  ])("that no node has beside its add-ons are warned of: %o", (resources, code, figure) => {
    const found = runRules(eksRules, { ...base, accelerator: { instanceTypes: ["g5.xlarge"] }, resources }, []);
    expect(found.map((each) => each.code)).toContain(code);
    expect(found.find((each) => each.code === code)!.message).toContain(figure);
  });

  it("are what the file says, limits on memory only", () => {
    expect(
      podOf({ accelerator: { instanceTypes: ["g5.xlarge"] }, resources: { cpu: 2, memory: "15GiB" } }).containers[0]!
        .resources,
    ).toEqual({
      requests: { cpu: "2", memory: "15Gi" },
      limits: { memory: "15Gi", "nvidia.com/gpu": "1" },
    });
  });

  it("are absent from a CPU workload that says none", () => {
    expect(JSON.stringify(generate({ ...base, accelerator: "none" }))).not.toContain('"resources"');
  });

  it("of kubelet's CPU are 6 %, 1 %, 0.5 %, 0.5 % and 0.25 % of the cores", () => {
    // awslabs/amazon-eks-ami's own cases: 80 of 4 cores, 90 of 8.
    expect([
      allocatableMilliCpu(requireInstanceType("inf2.xlarge")),
      allocatableMilliCpu(requireInstanceType("g5.2xlarge")),
    ]).toEqual([4000 - 80 - addOns.milli, 8000 - 90 - addOns.milli]);
  });
});

describe("quantities", () => {
  it.each([
    [cpuQuantity(4000), "4"],
    [cpuQuantity(500), "500m"],
    [cpuQuantity(0), "1m"],
    [memoryQuantity(1024), "1Gi"],
    [memoryQuantity(1536), "1536Mi"],
    [memoryQuantity(512), "512Mi"],
  ])("%s", (written, expected) => {
    expect(written).toBe(expected);
  });
});

describe("Neuron devices", () => {
  const how = (instanceType: string, devices: number, settings: KubernetesSettings = {}) => {
    const pod = podOf({ accelerator: { instanceTypes: [instanceType], devicesPerReplica: devices } }, settings);
    return [
      pod.schedulerName,
      pod.containers[0]!.resources!.limits!["aws.amazon.com/neuron"],
      pod.resourceClaims?.length,
    ];
  };

  it.each([
    ["one of many", "inf2.24xlarge", 1, {}, [undefined, "1", undefined]],
    ["all", "inf2.24xlarge", 6, {}, [undefined, "6", undefined]],
    ["some", "inf2.24xlarge", 2, {}, ["my-scheduler", "2", undefined]],
    // No version says what a cluster has installed.
    ["some, of any version", "trn2.48xlarge", 4, { kubernetesVersion: "1.35" }, ["my-scheduler", "4", undefined]],
    ["some, with DRA", "trn2.48xlarge", 4, { neuronScheduler: "dra" }, [undefined, undefined, 1]],
    ["one, with DRA", "trn2.48xlarge", 1, { neuronScheduler: "dra" }, [undefined, undefined, 1]],
    ["all, with DRA", "trn2.48xlarge", 16, { neuronScheduler: "dra" }, [undefined, undefined, 1]],
    ["some of Trainium, with DRA", "trn1.32xlarge", 4, { neuronScheduler: "dra" }, [undefined, undefined, 1]],
    ["all of Inferentia2, with DRA", "inf2.24xlarge", 6, { neuronScheduler: "dra" }, [undefined, undefined, 1]],
    [
      "some, with the extension",
      "trn2.48xlarge",
      4,
      { neuronScheduler: "extension" },
      ["my-scheduler", "4", undefined],
    ],
  ] as const)("%s", (_, type, devices, settings, expected) => {
    expect(how(type, devices, settings)).toEqual(expected);
  });

  it("compile into a volume, where the file does not say elsewhere", () => {
    const mounts = (environment: Record<string, string>) =>
      podOf({ accelerator: { instanceTypes: ["inf2.xlarge"] }, environment }).containers[0]!.volumeMounts;
    expect(mounts({})).toEqual([{ name: "neuron-compile-cache", mountPath: "/var/tmp/neuron-compile-cache" }]);
    expect(mounts({ NEURON_COMPILE_CACHE_URL: "/cache" })).toEqual([
      { name: "neuron-compile-cache", mountPath: "/cache" },
    ]);
    expect(mounts({ NEURON_COMPILE_CACHE_URL: "s3://cache" })).toBeUndefined();
  });

  it("have a process for each logical core", () => {
    const processes = (instanceType: string, environment: Record<string, string> = {}) =>
      JSON.stringify(
        generate({ ...base, nodes: 2, environment, accelerator: { instanceTypes: [instanceType] } }, "PyTorchJob"),
      ).match(/"nprocPerNode":"(\d+)"/)![1];
    expect([
      processes("trn1.32xlarge"),
      processes("trn2.48xlarge"),
      processes("trn2.48xlarge", { NEURON_LOGICAL_NC_CONFIG: "1" }),
      processes("p5.48xlarge"),
    ]).toEqual(["32", "64", "128", "8"]);
  });
});

describe("GPUs", () => {
  it("of a fractional type are one device", () => {
    expect(
      podOf({ accelerator: { instanceTypes: ["g6f.2xlarge"] } }).containers[0]!.resources!.limits!["nvidia.com/gpu"],
    ).toBe("1");
  });
});

describe("the fabric", () => {
  it("asks for RDMA only where all types have it", () => {
    const of = (...names: string[]) =>
      fabricEnvironment(
        names.map((name) => requireInstanceType(name)),
        1,
      );
    expect([of("trn1.32xlarge"), of("g5.8xlarge"), of("p4d.24xlarge", "g5.8xlarge")]).toEqual([
      { FI_PROVIDER: "efa", FI_EFA_USE_DEVICE_RDMA: "1" },
      { FI_PROVIDER: "efa" },
      { FI_PROVIDER: "efa" },
    ]);
    expect(fabricEnvironment([requireInstanceType("trn1.32xlarge")], 0)).toEqual({});
  });

  it("gives way to what the workload sets", () => {
    const env = podOf({
      nodes: 2,
      environment: { FI_PROVIDER: "tcp", PET_NNODES: "1:2" },
      accelerator: { instanceTypes: ["trn1.32xlarge"] },
    }).containers[0]!.env!;
    expect(env.filter(({ name }) => name === "FI_PROVIDER" || name === "PET_NNODES")).toEqual([
      { name: "FI_PROVIDER", value: "tcp" },
      { name: "PET_NNODES", value: "1:2" },
    ]);
  });
});

describe("text", () => {
  /** As kubelet expands it (k8s.io/kubernetes third_party/forked/golang/expansion), every variable set. */
  const expanded = (text: string) =>
    text.replace(/\$(\$|\([^)]*\))/g, (_, rest: string) => (rest === "$" ? "$" : "EXPANDED"));

  it.each(["plain", "$HOME", "$(HOME)", "$$", "$$(HOME)", "$$$(A)$", "a$(b", "`date` $", "$($(A))"])(
    "%s stays as it is",
    (text) => {
      expect(expanded(literal(text))).toBe(text);
    },
  );
});

describe("probes", () => {
  it("of a service replace it after startSeconds and three failures", () => {
    const { startupProbe, livenessProbe } = probesOf({
      kind: "service",
      health: { path: "/ping", port: 80, startSeconds: 300 },
    });
    expect(Number(startupProbe!["failureThreshold"]) * Number(startupProbe!["periodSeconds"])).toBe(300 + 3 * 30);
    expect(Number(livenessProbe!["failureThreshold"]) * Number(livenessProbe!["periodSeconds"])).toBe(3 * 30);
  });

  it("of a job end nothing", () => {
    expect(Object.keys(probesOf({ kind: "job", health: { path: "/ping", port: 80 } }))).toEqual(["readinessProbe"]);
  });
});

describe("labels", () => {
  it.each([
    ["team", true],
    ["example.com/team", true],
    ["a/b/c", false],
    ["-a", false],
    ["a b", false],
    ["aws:x", false],
    ["x".repeat(64), false],
  ])("%s as a key", (key, legal) => {
    expect(isLabelKey(key)).toBe(legal);
  });

  it("take values of letters, digits and - _ . only", () => {
    expect(["", "nlp", "a.b_c-d", "a b", "-", "x".repeat(64)].map(isLabelValue)).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});
