import { describe, expect, it } from "vitest";
import { generateManifests, resolveForKubernetes } from "../../../src/core/kubernetes/generate.ts";
import { kinds, type Kind } from "../../../src/core/kubernetes/kinds.ts";
import type { Workload } from "../../../src/core/workload/schema.ts";
import { workloadOf } from "../../support/kubernetes-workloads.ts";

const ecr = "123456789012.dkr.ecr.us-east-1.amazonaws.com/train:1";

function warned(kind: Kind, change: Partial<Workload>, nodes = 1) {
  const base = workloadOf({ kind, accelerator: "nvidia", devices: "whole instance", nodes });
  const { entryPoint: _none, ...workload } = { ...base, ...change, eks: { ...base.eks, ...change.eks } };
  const said = change.entryPoint === undefined ? workload : { ...workload, entryPoint: change.entryPoint };
  return generateManifests(resolveForKubernetes(said, kind))
    .warnings.filter(({ code }) => code === "entry-point-of-image")
    .map(({ path }) => path);
}

describe("an image's entry point, of a private image, is asked of the registry", () => {
  it("by the controllers that start containers by a program of their own, and by no others", () => {
    const asking = kinds.filter((kind) => {
      try {
        return warned(kind, { image: ecr }).length > 0;
      } catch {
        // A kind that has another image.
        return false;
      }
    });
    expect(asking).toEqual(["Experiment", "Workflow"]);
  });

  it.each(["Experiment", "Workflow"] as const)("not where the workload says it, or all may read it: %s", (kind) => {
    const entryPoint = ["python", "train.py"];
    expect(warned(kind, { image: ecr, entryPoint })).toEqual([]);
    expect(warned(kind, { image: "public.ecr.aws/docker/library/python:3.13" })).toEqual([]);
  });

  it("of Argo's sidecars too, and not of a JobSet's pods, which are not Argo's", () => {
    const sidecars = [{ name: "metrics", image: ecr }];
    expect(warned("Workflow", { image: "repo/train:1", sidecars })).toEqual([["sidecars", 0]]);
    expect(warned("Workflow", { image: ecr }, 2)).toEqual([]);
    expect(warned("Experiment", { image: "repo/train:1", sidecars })).toEqual([]);
  });
});
