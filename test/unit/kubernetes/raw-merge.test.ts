import { describe, expect, it } from "vitest";
import { Refusal } from "../../../src/core/base/problem.ts";
import {
  generateManifests,
  resolveForKubernetes,
  type KubernetesSettings,
} from "../../../src/core/kubernetes/generate.ts";
import type { Kind } from "../../../src/core/kubernetes/kinds.ts";
import type { Manifest } from "../../../src/core/kubernetes/manifest.ts";
import { rawGroupRule } from "../../../src/core/kubernetes/raw-group-rule.ts";
import type { Workload } from "../../../src/core/workload/schema.ts";
import { generate } from "../../support/kubernetes-workloads.ts";
import { minimal, problemsOf } from "../../support/workload.ts";

type Eks = NonNullable<Workload["eks"]>;

const base = { name: "bert", image: "bert:1", accelerator: { instanceTypes: ["g5.xlarge"] } } satisfies Workload;

function said(
  eks: Eks,
  kind: Kind,
  settings: KubernetesSettings = {},
  change: Partial<Workload> = {},
): readonly string[] {
  try {
    const { warnings } = generateManifests(resolveForKubernetes({ ...base, ...change, eks }, kind), settings);
    return warnings
      .map(({ code, path }) => `${code} ${path?.join(".") ?? ""}`)
      .filter((each) => !each.startsWith("eviction"));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return error.problems.map(({ code, path, hint }) => `${code} ${path?.join(".") ?? ""} | ${hint ?? ""}`);
  }
}

const specOf = <Spec>(manifests: readonly Manifest[], kind: string) =>
  manifests.find((each) => each.kind === kind)!["spec"] as Spec;

interface Group {
  readonly groupName: string;
  readonly replicas?: number;
  readonly minReplicas?: number;
  readonly maxReplicas?: number;
  readonly rayStartParams?: unknown;
  readonly template?: unknown;
}

describe("Ray's groups of workers", () => {
  const head = { template: { spec: { containers: [{ name: "head", image: "ray:1" }] } } };
  const groups = (workerGroupSpecs: readonly object[], kind: Kind = "RayCluster") => {
    const within = { RayCluster: undefined, RayJob: "rayClusterSpec", RayService: "rayClusterConfig" }[kind as string];
    const spec = within === undefined ? { workerGroupSpecs } : { [within]: { workerGroupSpecs } };
    const command = { RayJob: ["python", "a.py"], RayService: ["serve", "run", "app:model"] }[kind as string];
    const made = generate(
      {
        ...base,
        ...(kind === "RayJob" ? {} : { replicas: 2 }),
        ...(command === undefined ? {} : { command }),
        eks: { resource: { spec } },
      },
      kind,
    );
    const found = specOf<Record<string, unknown>>(made, kind);
    return (within === undefined ? found : (found[within] as Record<string, unknown>))[
      "workerGroupSpecs"
    ] as readonly Group[];
  };

  it.each(["RayCluster", "RayJob", "RayService"] as const)("merge by groupName in a %s", (kind) => {
    const [own, other, ...rest] = groups(
      [
        { groupName: "workers", maxReplicas: 8 },
        { groupName: "cpu", replicas: 4, ...head },
      ],
      kind,
    );
    expect(own).toMatchObject({ groupName: "workers", minReplicas: kind === "RayJob" ? 1 : 2, maxReplicas: 8 });
    expect(own!.template).toBeDefined();
    expect([other!.groupName, other!.replicas, rest]).toEqual(["cpu", 4, []]);
  });

  it.each([
    [{ replicas: 5 }, [5, 2, 5]],
    [{ replicas: 1 }, [1, 1, 2]],
    [{ replicas: 5, maxReplicas: 9 }, [5, 2, 9]],
    [{ replicas: 5, minReplicas: 0, maxReplicas: 9 }, [5, 0, 9]],
    [{ minReplicas: 0 }, [2, 0, 2]],
  ])("have bounds that follow the replicas: %o", (fields, expected) => {
    const [own] = groups([{ groupName: "workers", ...fields }]);
    expect([own!.replicas, own!.minReplicas, own!.maxReplicas]).toEqual(expected);
  });

  it("never have a number that KubeRay would not run", () => {
    const bounds = { resource: { spec: { workerGroupSpecs: [{ groupName: "workers", maxReplicas: 1 }] } } };
    expect(said(bounds, "RayCluster", {}, { replicas: 2 })).toEqual([
      "ray-bounds eks.resource | Say replicas in eks.resource too, or other bounds.",
    ]);
  });

  it("keep their devices", () => {
    const resources = { limits: { "nvidia.com/gpu": "4" } };
    const template = { spec: { containers: [{ name: "bert", resources }] } };
    const eks = { resource: { spec: { workerGroupSpecs: [{ groupName: "workers", template }] } } };
    expect(said(eks, "RayCluster")[0]).toContain("devices-changed eks.resource");
  });
});

describe("a JobSet's replicatedJobs", () => {
  it("merge by name, and one more is one more", () => {
    const driver = {
      name: "driver",
      template: { spec: { template: { spec: { containers: [{ name: "d", image: "d:1" }] } } } },
    };
    const own = { name: "node", template: { spec: { activeDeadlineSeconds: 60 } } };
    const eks = { resource: { spec: { replicatedJobs: [own, driver] } } };
    const { replicatedJobs } = specOf<{
      readonly replicatedJobs: readonly { readonly name: string; readonly template: { readonly spec: object } }[];
    }>(generate({ ...base, eks }, "JobSet"), "JobSet");
    expect(replicatedJobs.map(({ name }) => name)).toEqual(["node", "driver"]);
    expect(replicatedJobs[0]!.template.spec).toMatchObject({ activeDeadlineSeconds: 60, backoffLimit: 0 });
  });
});

describe("items of lists that merge by name", () => {
  it("have one", () => {
    const eks = {
      resource: { spec: { workerGroupSpecs: [{ maxReplicas: 3 }], replicatedJobs: [{ name: "" }, { name: "a" }] } },
    };
    expect(problemsOf({ ...minimal, eks }, [rawGroupRule]).map(({ path }) => path!.join("."))).toEqual([
      "eks.resource.spec.workerGroupSpecs.0",
      "eks.resource.spec.replicatedJobs.0",
    ]);
  });
});

describe("eks.companions", () => {
  it("reaches everything that goes with the resource, by kind", () => {
    const made = generate(
      {
        ...base,
        ports: [{ container: 8080 }],
        eks: {
          companions: {
            Service: {
              metadata: { annotations: { a: "b" } },
              spec: { type: "LoadBalancer", ports: [{ port: 8080, name: "web" }] },
            },
            HorizontalPodAutoscaler: { spec: { behavior: { scaleDown: { stabilizationWindowSeconds: 600 } } } },
          },
        },
      },
      "Deployment",
      { extras: ["service", "hpa"], maxReplicas: 4 },
    );
    expect(specOf(made, "Service")).toMatchObject({
      type: "LoadBalancer",
      ports: [{ port: 8080, targetPort: 8080, name: "web" }],
    });
    expect(made.find(({ kind }) => kind === "Service")!.metadata.annotations).toEqual({ a: "b" });
    expect(specOf(made, "HorizontalPodAutoscaler")).toMatchObject({
      maxReplicas: 4,
      behavior: { scaleDown: { stabilizationWindowSeconds: 600 } },
    });
    expect(made.map(({ kind }) => kind)).toEqual(["Deployment", "Service", "HorizontalPodAutoscaler"]);
  });

  it("reaches into the pod of a TrainingRuntime, whose devices stay", () => {
    const replicatedJobs = (limits: object) => ({
      TrainingRuntime: {
        spec: {
          template: {
            spec: {
              replicatedJobs: [
                {
                  name: "node",
                  template: { spec: { template: { spec: { containers: [{ name: "node", ...limits }] } } } },
                },
              ],
            },
          },
        },
      },
    });
    const companions = replicatedJobs({ imagePullPolicy: "Always" });
    const text = JSON.stringify(generate({ ...base, eks: { companions } }, "TrainJob"));
    expect(text).toContain('"imagePullPolicy":"Always"');
    expect(text).toContain('"nvidia.com/gpu":"1"');
    const changed = replicatedJobs({ resources: { limits: { "nvidia.com/gpu": 2 } } });
    expect(said({ companions: changed }, "TrainJob")[0]).toContain("devices-changed eks.companions.TrainingRuntime");
  });

  it("does not change what a claim asks for", () => {
    const trn2 = { accelerator: { instanceTypes: ["trn2.48xlarge"], devicesPerReplica: 4 } };
    const claim = (devices: object) => ({ companions: { ResourceClaimTemplate: { spec: { spec: { devices } } } } });
    const dra = { neuronScheduler: "dra" } as const;
    expect(said(claim({ requests: [] }), "Deployment", dra, trn2)[0]).toContain("devices-changed");
    expect(said(claim({ config: [] }), "Deployment", dra, trn2)).toEqual([]);
  });

  it("says what is not there, and refuses what never is", () => {
    const companions = (kind: string) => ({ companions: { [kind]: { spec: {} } } });
    expect(said(companions("Service"), "Deployment")).toEqual(["companion-absent eks.companions.Service"]);
    expect(said(companions("Servise"), "Deployment")).toEqual([
      "unknown-companion eks.companions.Servise | Did you mean Service?",
    ]);
    expect(said(companions("Deployment"), "Deployment")).toEqual([
      "unknown-companion eks.companions.Deployment | Write eks.resource: its raw fields.",
    ]);
    expect(said(companions("constructor"), "Deployment")[0]).toContain("unknown-companion");
  });

  it("makes no name that Kubernetes does not take", () => {
    const companions = { Service: { metadata: { name: "A B" } } };
    expect(said({ companions }, "StatefulSet")[0]).toContain("names-in-eks eks.companions.Service.metadata.name");
  });
});

describe("replicas of a resource", () => {
  const three = { resource: { spec: { replicas: 3 } } };

  it("are those of the raw fields", () => {
    expect(specOf(generate({ ...base, eks: three }, "Deployment"), "Deployment")).toMatchObject({ replicas: 3 });
  });

  it("are not said beside an autoscaler", () => {
    expect(said(three, "Deployment", { extras: ["hpa"], maxReplicas: 4 })).toEqual([
      "scaled-by-hand eks.resource.spec.replicas | Remove it: replicas is the least, --max-replicas the most.",
    ]);
  });
});
