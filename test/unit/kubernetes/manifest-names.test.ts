import { describe, expect, it } from "vitest";
import { manifestNameProblems } from "../../../src/core/kubernetes/manifest-names.ts";
import type { Manifest } from "../../../src/core/kubernetes/manifest.ts";

const problems = (metadata: object) =>
  manifestNameProblems({ apiVersion: "batch/v1", kind: "Job", metadata } as unknown as Manifest, ["eks", "resource"]);

describe("the name of a resource", () => {
  it.each([["a"], ["a.b-c.0"], ["x".repeat(253)]])("can be %s", (name) => {
    expect(problems({ name, namespace: "ml" })).toEqual([]);
  });

  it.each([["../a"], ["A"], [""], ["a_b"], ["-a"], ["x".repeat(254)], [5], [undefined], ["a\n"]])(
    "cannot be %j",
    (name) => {
      expect(problems({ name }).map(({ path }) => path)).toEqual([["eks", "resource", "metadata", "name"]]);
    },
  );

  it("has a namespace that is one label", () => {
    expect(problems({ name: "a", namespace: "a.b" }).map(({ path }) => path?.at(-1))).toEqual(["namespace"]);
  });
});
