import { describe, expect, it } from "vitest";
import { definitionOf, kinds } from "../../../src/core/kubernetes/kinds.ts";
import { isCoreKind, missingCrdSchemas, schemaProblems } from "../../support/kubernetes-schemas.ts";
import { cases, generate, multiNodeKinds, workloadOf } from "../../support/kubernetes-workloads.ts";
import { findInstanceType } from "../../../src/core/catalog/instance-types/catalog.ts";

const titled = cases.map(
  (each) => [`${each.kind}, ${each.accelerator}, ${each.devices}, ${each.nodes} nodes`, each] as const,
);
const isCore = (kind: string) => ["Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob"].includes(kind);

describe("manifests of Kubernetes' own kinds", () => {
  it.each(titled.filter(([, { kind }]) => isCore(kind)))("%s", async (_, each) => {
    const manifests = generate(workloadOf(each), each.kind);
    expect((await Promise.all(manifests.map((manifest) => schemaProblems(manifest)))).flat()).toEqual([]);
  });

  it("are held to schemas that forbid unknown fields", async () => {
    const deployment = JSON.stringify(generate(workloadOf(cases[0]!), "Deployment")[0]);
    const typo = JSON.parse(
      deployment.replace('"tolerations"', '"tolerationz"').replace('"image":"repo/bert:1"', '"image":1'),
    ) as Record<string, unknown>;
    const problems = await schemaProblems(typo);
    expect(problems).toContain(
      '/spec/template/spec: must NOT have additional properties {"additionalProperty":"tolerationz"}',
    );
    expect(problems.join("\n")).toContain("/spec/template/spec/containers/0/image: must be string");
  });
});

describe.skipIf(missingCrdSchemas())("manifests of custom resources", () => {
  it.each(titled.filter(([, { kind }]) => !isCore(kind)))("%s", async (_, each) => {
    const manifests = generate(workloadOf(each), each.kind);
    expect((await Promise.all(manifests.map((manifest) => schemaProblems(manifest)))).flat()).toEqual([]);
  });

  it("are held to schemas that forbid unknown fields", async () => {
    const jobSet = JSON.stringify(
      generate(workloadOf({ kind: "JobSet", accelerator: "neuron", devices: "one device", nodes: 1 }), "JobSet")[0],
    );
    const typo = JSON.parse(jobSet.replace('"labels"', '"label"').replace('"replicas"', '"replica"')) as Record<
      string,
      unknown
    >;
    expect(await schemaProblems(typo)).toEqual([
      expect.stringMatching(/^\/spec\/replicatedJobs\/0: must NOT have additional properties .*replica/),
      ': must NOT have additional properties {"additionalProperty":"label"}',
    ]);
  });

  it("include a model's format, extras and queues", async () => {
    const serving = workloadOf({
      kind: "InferenceService",
      accelerator: "neuron",
      devices: "whole instance",
      nodes: 1,
    });
    const deployment = workloadOf({ kind: "Deployment", accelerator: "nvidia", devices: "whole instance", nodes: 1 });
    const queued = workloadOf({ kind: "MPIJob", accelerator: "neuron", devices: "whole instance", nodes: 2 });
    const manifests = [
      ...generate({ ...serving, model: { uri: "s3://models/bert", format: "pytorch" } }, "InferenceService"),
      ...generate({ ...serving, model: { uri: "s3://models/bert" } }, "InferenceService"),
      ...generate(deployment, "Deployment", { extras: ["service", "hpa", "pod-monitor"], maxReplicas: 5 }),
      ...generate(deployment, "Deployment", {
        extras: ["scaled-object"],
        maxReplicas: 5,
        prometheusUrl: "http://prometheus:9090",
      }),
      ...generate({ ...queued, eks: { queue: { kueue: "team-a" } } }, "MPIJob", {
        queueFleets: ["trn1.32xlarge", "p5.48xlarge", "g5.xlarge"].map((name) => ({
          type: findInstanceType(name)!,
          count: 2,
        })),
      }),
      ...generate(
        { ...serving, accelerator: { instanceTypes: ["trn2.48xlarge"], devicesPerReplica: 4 } },
        "Deployment",
        { neuronScheduler: "dra" },
      ),
    ];
    expect(new Set(manifests.map(({ kind }) => kind))).toEqual(
      new Set([
        "InferenceService",
        "Deployment",
        "Service",
        "HorizontalPodAutoscaler",
        "ScaledObject",
        "PodMonitor",
        "Topology",
        "ResourceFlavor",
        "ClusterQueue",
        "LocalQueue",
        "MPIJob",
        "ResourceClaimTemplate",
      ]),
    );
    expect((await Promise.all(manifests.map((manifest) => schemaProblems(manifest)))).flat()).toEqual([]);
  });
});

describe("the cases", () => {
  it("are every kind, and several nodes wherever a kind carries them", () => {
    expect(new Set(cases.map(({ kind }) => kind))).toEqual(new Set(kinds));
    // By their documentation: what says how many nodes carries them.
    expect(multiNodeKinds).toEqual(kinds.filter((kind) => definitionOf(kind).documentation.nodes !== "1 only"));
    expect(kinds.filter(isCore)).toEqual(kinds.filter((kind) => isCoreKind(definitionOf(kind).apiVersion)));
  });
});
