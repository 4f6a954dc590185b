// kubectl reads what aiplat writes, and understands it as it was meant: no cluster is needed for either command.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { requireInstanceType } from "../../src/core/catalog/instance-types/catalog.ts";
import { kinds } from "../../src/core/kubernetes/kinds.ts";
import { kustomizationFiles } from "../../src/core/kubernetes/kustomization.ts";
import type { Manifest } from "../../src/core/kubernetes/manifest.ts";
import { formatManifests } from "../../src/output/yaml.ts";
import { kubectl, kubectlAnswer } from "../support/kubectl.ts";
import { cases, generate, workloadOf } from "../support/kubernetes-workloads.ts";
import { missingTools } from "../support/tools.ts";

/** What kubectl makes of manifests: each with the annotation. */
async function annotated(text: string): Promise<readonly unknown[]> {
  const answer = await kubectl(["annotate", "--local", "-f", "-", "read-by=kubectl", "-o", "yaml"], text);
  return parseAllDocuments(answer, { schema: "core" }).map((document) => document.toJS() as unknown);
}

function withAnnotation(manifest: Manifest): Manifest {
  return {
    ...manifest,
    metadata: { ...manifest.metadata, annotations: { ...manifest.metadata.annotations, "read-by": "kubectl" } },
  };
}

describe.skipIf(missingTools("kubectl"))("kubectl", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "aiplat-kubectl-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each(kinds)("reads every %s as it was meant", async (kind) => {
    const manifests = cases.filter((each) => each.kind === kind).flatMap((each) => generate(workloadOf(each), kind));
    expect(await annotated(formatManifests(manifests))).toEqual(manifests.map(withAnnotation));
  });

  it("reads text as text, whatever it looks like", async () => {
    const words = [
      "yes",
      "no",
      "on",
      "y",
      "true",
      "null",
      "~",
      "012",
      "0o14",
      "-0o7",
      "0x1F",
      "1_000",
      "0b101",
      "1:30",
      "1e3",
      ".5",
      "+1",
      "=",
      "<<",
      "2001-01-01",
      "",
      " a",
      "a: b",
      "- a",
      "#x",
      "*a",
      "!x",
      "a #b",
      "two\nlines\n",
      "tab\tx",
      "\u0007",
      "é",
      "0",
      "08",
      ".inf",
      ".NaN",
      "1_0.5",
      "{}",
      "[]",
      "|",
      "%x",
      "@x",
    ];
    const environment = Object.fromEntries(words.map((word, index) => [`V${index}`, word]));
    const manifests = generate({
      name: "bert",
      image: "repo/bert:1",
      accelerator: "none",
      environment,
      tags: { y: "yes", on: "off", team: "1e3" },
    });
    expect(await annotated(formatManifests(manifests))).toEqual(manifests.map(withAnnotation));
  });

  it.each(kinds.filter((kind) => kind !== "TrainJob"))("takes the folder of a %s without a word", async (kind) => {
    const own = await mkdtemp(join(folder, "kind-"));
    const workload = workloadOf({ kind, accelerator: "neuron", devices: "one device", nodes: 1 });
    const manifests = generate(workload, kind);
    for (const [name, content] of kustomizationFiles(manifests, "yaml"))
      await writeFile(join(own, name), formatManifests([content as unknown as Manifest]));
    const { stdout, stderr } = await kubectlAnswer(["annotate", "--local", "-k", own, "a=b", "-o", "name"]);
    expect([stdout.trim().split("\n").length, stderr]).toEqual([manifests.length, ""]);
  });

  it("makes a TrainJob after its runtime, without which its webhook refuses it", async () => {
    const own = await mkdtemp(join(folder, "train-"));
    const workload = workloadOf({ kind: "TrainJob", accelerator: "neuron", devices: "one device", nodes: 1 });
    for (const [name, content] of kustomizationFiles(generate(workload, "TrainJob"), "yaml"))
      await writeFile(join(own, name), formatManifests([content as unknown as Manifest]));
    const { stdout, stderr } = await kubectlAnswer(["annotate", "--local", "-k", own, "a=b", "-o", "name"]);
    expect(stdout).toBe("trainingruntime.trainer.kubeflow.org/bert\ntrainjob.trainer.kubeflow.org/bert\n");
    // The one word of kubectl's that eks generate announces: in kubectl's own order the TrainJob comes first.
    expect(stderr.trim()).toMatch(/^.*Warning: Sorting order is set both in 'kustomization.yaml' .*$/);
    await writeFile(join(own, "kustomization.yaml"), "resources: [trainingruntime-bert.yaml, trainjob-bert.yaml]\n");
    expect(await kubectl(["annotate", "--local", "-k", own, "a=b", "-o", "name"])).toMatch(/^trainjob\./);
  });

  it("builds the kustomization whole", async () => {
    const manifests = [
      ...generate(
        {
          ...workloadOf({ kind: "StatefulSet", accelerator: "nvidia", devices: "whole instance", nodes: 1 }),
          eks: { namespace: "ml", queue: { kueue: "team-a" } },
        },
        "StatefulSet",
        {
          extras: ["service", "scaled-object", "pod-monitor"],
          maxReplicas: 5,
          prometheusUrl: "http://prometheus:9090",
          queueFleets: [{ type: requireInstanceType("p5.48xlarge"), count: 2 }],
        },
      ),
    ];
    const files = kustomizationFiles(manifests, "yaml");
    expect([...files.keys()]).toEqual([
      "kustomization.yaml",
      "resourceflavor-cpu.yaml",
      "resourceflavor-p5-48xlarge.yaml",
      "clusterqueue-team-a.yaml",
      "localqueue-team-a.yaml",
      "service-bert-nodes.yaml",
      "statefulset-bert.yaml",
      "service-bert.yaml",
      "scaledobject-bert.yaml",
      "podmonitor-dcgm-exporter.yaml",
    ]);
    for (const [name, manifest] of files) await writeFile(join(folder, name), formatManifests([manifest]));
    const built = parseAllDocuments(await kubectl(["kustomize", folder]), { schema: "core" }).map(
      (document) => document.toJS() as unknown,
    );
    // kustomize has an order of its own.
    expect(built).toHaveLength(manifests.length);
    expect(built).toEqual(expect.arrayContaining([...manifests]));
  });
});
