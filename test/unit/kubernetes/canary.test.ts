import { describe, expect, it } from "vitest";
import type { KubernetesSettings } from "../../../src/core/kubernetes/generate.ts";
import { generateManifests, resolveForKubernetes } from "../../../src/core/kubernetes/generate.ts";
import type { Manifest } from "../../../src/core/kubernetes/manifest.ts";
import type { Workload } from "../../../src/core/workload/schema.ts";
import { generate } from "../../support/kubernetes-workloads.ts";

const bert: Workload = {
  name: "bert",
  kind: "service",
  image: "repo/bert:1",
  replicas: 8,
  ports: [{ container: 8080, name: "http" }],
  accelerator: { instanceTypes: ["trn2.48xlarge"], devicesPerReplica: 4 },
  volumes: [{ path: "/models", efs: { fileSystem: "fs-1" } }],
  eks: { namespace: "ml" },
};
const settings: KubernetesSettings = { extras: ["istio-canary"], canaryImage: "repo/bert:2", canaryWeight: 25 };
const nameOf = ({ kind, metadata }: Manifest) => `${kind} ${metadata.name}`;

interface Deployment extends Manifest {
  readonly spec: {
    readonly replicas: number;
    readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
    readonly template: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> };
      readonly spec: { readonly containers: readonly { readonly image: string; readonly env?: readonly unknown[] }[] };
    };
  };
}

const deployments = (all: readonly Manifest[]) =>
  all.filter(({ kind }) => kind === "Deployment") as unknown as readonly Deployment[];
/** Each version has its own claim to the same volume. */
const claim = /"claimName":"[\w-]+"/;
const specOf = (all: readonly Manifest[], kind: string) =>
  all.find((each) => each.kind === kind)!["spec"] as Readonly<Record<string, unknown>>;
const within = (selector: Readonly<Record<string, string>>, labels: Readonly<Record<string, string>>) =>
  Object.entries(selector).every(([key, value]) => labels[key] === value);

describe("a canary", () => {
  it("has what is its own beside the stable version, and shares the rest", () => {
    const both = generate(bert, "Deployment", { ...settings, neuronScheduler: "dra" });
    const stable = generate(bert, "Deployment", { extras: ["service"], neuronScheduler: "dra" });
    const own = both.slice(0, -stable.length - 2).map(nameOf);
    expect(both.slice(own.length).map(nameOf)).toEqual([
      ...stable.map(nameOf),
      "DestinationRule bert",
      "VirtualService bert",
    ]);
    expect(own).toEqual([
      expect.stringMatching(/^PersistentVolume ml-bert-canary-models-/),
      expect.stringMatching(/^PersistentVolumeClaim bert-canary-models-/),
      "ResourceClaimTemplate bert-canary-devices",
      "Deployment bert-canary",
    ]);
    // The stable version does not start anew for it.
    expect(
      both.filter(
        ({ kind, metadata }) => kind !== "Service" && stable.map(nameOf).includes(`${kind} ${metadata.name}`),
      ),
    ).toEqual(stable.filter(({ kind }) => kind !== "Service"));
  });

  it("is the same pod with another image, and as many replicas as its share takes", () => {
    const [canary, stable] = deployments(generate(bert, "Deployment", settings)) as [Deployment, Deployment];
    expect([canary.spec.replicas, stable.spec.replicas]).toEqual([2, 8]);
    expect(JSON.stringify(canary.spec.template.spec).replaceAll("repo/bert:2", "repo/bert:1").replace(claim, "")).toBe(
      JSON.stringify(stable.spec.template.spec).replace(claim, ""),
    );
    const replicasAt = (canaryWeight: number) =>
      deployments(generate(bert, "Deployment", { ...settings, canaryWeight }))[0]!.spec.replicas;
    expect([0, 1, 13, 100].map(replicasAt)).toEqual([1, 1, 2, 8]);
  });

  it("is told from the stable version by the subsets, and found with it by the Service", () => {
    const all = generate(bert, "Deployment", settings);
    const pods = deployments(all).map(({ spec }) => spec.template.metadata.labels);
    const subsets = specOf(all, "DestinationRule")["subsets"] as readonly {
      readonly name: string;
      readonly labels: Readonly<Record<string, string>>;
    }[];
    expect(subsets.map(({ name, labels }) => [name, pods.map((each) => within(labels, each))])).toEqual([
      ["stable", [false, true]],
      ["canary", [true, false]],
    ]);
    const selector = specOf(all, "Service")["selector"] as Readonly<Record<string, string>>;
    expect(pods.map((each) => within(selector, each))).toEqual([true, true]);
    for (const { spec } of deployments(all))
      expect(pods.map((each) => within(spec.selector.matchLabels, each)).filter(Boolean)).toHaveLength(1);
    expect(specOf(all, "VirtualService")).toEqual({
      hosts: ["bert"],
      http: [
        {
          route: [
            { destination: { host: "bert", subset: "stable", port: { number: 8080 } }, weight: 75 },
            { destination: { host: "bert", subset: "canary", port: { number: 8080 } }, weight: 25 },
          ],
        },
      ],
    });
  });

  it("comes in by a Gateway of Istio's too", () => {
    const all = generate(bert, "Deployment", {
      ...settings,
      hosts: ["bert.example.com"],
      gateway: { namespace: "istio-system", name: "public" },
    });
    expect(specOf(all, "VirtualService")).toMatchObject({
      hosts: ["bert", "bert.example.com"],
      gateways: ["mesh", "istio-system/public"],
    });
  });

  it("has what is said of the pods, and is not scaled", () => {
    const all = generate(bert, "Deployment", {
      ...settings,
      extras: ["istio-canary", "open-telemetry", "hpa", "pdb"],
      otlpEndpoint: "http://collector:4317",
      maxReplicas: 16,
    });
    const [canary, stable] = deployments(all) as [Deployment, Deployment];
    expect([canary.spec.replicas, stable.spec.replicas]).toEqual([2, undefined]);
    expect(canary.spec.template.spec.containers[0]!.env).toEqual(stable.spec.template.spec.containers[0]!.env);
    expect(all.filter(({ kind }) => kind === "HorizontalPodAutoscaler")).toHaveLength(1);
  });

  it("warns as long as its requests may find no pod", () => {
    const warnings = (canaryWeight: number) =>
      generateManifests(resolveForKubernetes(bert, "Deployment"), { ...settings, canaryWeight }).warnings.filter(
        ({ code }) => code === "canary-not-ready",
      );
    expect(warnings(0)).toEqual([]);
    expect(warnings(25)).toHaveLength(1);
  });

  it("warns of an image that does not go with the machines, as of the workload's own", () => {
    const said = (canaryImage: string, accelerator: Workload["accelerator"] = bert.accelerator) =>
      generateManifests(resolveForKubernetes({ ...bert, accelerator }, "Deployment"), {
        ...settings,
        canaryImage,
      }).warnings.flatMap(({ code, message }) => (code === "image-and-type" ? [message] : []));
    const gpuImage = "public.ecr.aws/deep-learning-containers/vllm:0.27.1-gpu-py312-cu130-ubuntu22.04-ec2";
    expect(said("repo/bert:2")).toEqual([]);
    expect(said(gpuImage, { instanceTypes: ["g6.xlarge"] })).toEqual([]);
    expect(said(gpuImage)).toEqual([expect.stringContaining(`--canary-image ${gpuImage} `)]);
    expect(said(gpuImage, "none")).toEqual([]);
  });

  it.each<[string, Partial<Workload>, KubernetesSettings, string]>([
    ["another kind", {}, { ...settings }, "--with istio-canary: a second StatefulSet beside the first"],
    [
      "several variants",
      { accelerator: { instanceTypes: ["trn2.48xlarge", "inf2.24xlarge"] }, volumes: [] },
      { ...settings, variant: "bert-trn2-48xlarge" },
      "--with istio-canary: the Service of both versions would lead to the other variants too",
    ],
    [
      "its own image",
      {},
      { ...settings, canaryImage: "repo/bert:1" },
      "--with istio-canary: --canary-image repo/bert:1 is the workload's own image",
    ],
    [
      "a host without a Gateway",
      {},
      { ...settings, hosts: ["bert.example.com"] },
      "--with istio-canary: --host is of requests that come in by a Gateway",
    ],
    [
      "an HTTPRoute beside it",
      {},
      { ...settings, extras: ["istio-canary", "http-route"], gateway: { name: "public" } },
      "--with http-route: requests of an HTTPRoute go to the Service past the weights of istio-canary",
    ],
  ])("is refused with %s", (title, change, asked, said) => {
    const kind = title === "another kind" ? "StatefulSet" : "Deployment";
    expect(() => generate({ ...bert, ...change }, kind, asked)).toThrow(said);
  });
});
