// What kubectl 1.32 prints of refusals of kube-apiserver 1.34, as it stands there.
import { describe, expect, it } from "vitest";
import { explainRefusal } from "../../../../src/core/kubernetes/apply/explain-refusal.ts";
import { definitionOf, kinds } from "../../../../src/core/kubernetes/kinds.ts";
import { runs, testSeed } from "../../../support/depth.ts";
import { karpenterOf, nodeCases } from "../../../support/nodes.ts";
import { randomManifests } from "../../../support/random-kubernetes.ts";

const saying = (said: string, ...kinds: readonly string[]) => {
  const resources = kinds.map((kind) => ({ apiVersion: "v1", kind, name: "ml" }));
  const { message, hint } = explainRefusal(said, resources) ?? {};
  return [message, hint];
};

describe("a kind that the API server does not know", () => {
  /** Kubernetes' own are always there; Auto Mode's come with it. */
  const withoutOperator = new Set(["apps", "batch", "autoscaling", "policy", "networking.k8s.io", "eks.amazonaws.com"]);
  const written = [
    ...kinds.map((kind) => ({ kind: kind as string, apiVersion: definitionOf(kind).apiVersion })),
    ...randomManifests(runs(200), testSeed ?? 16).flatMap(({ manifests }) => manifests),
    ...Object.values(nodeCases).flatMap((each) => karpenterOf(each)),
  ];
  const groups = new Map(
    written
      .filter(({ apiVersion }) => apiVersion.includes("/") && !withoutOperator.has(apiVersion.split("/")[0]!))
      .map((each) => [each.kind, each] as const),
  );

  it.each([...groups.keys()])("has an operator, whose installation is told: %s", (kind) => {
    const { apiVersion } = groups.get(kind)!;
    const { hint } = explainRefusal(`no matches for kind "${kind}" in version "${apiVersion}"`, [])!;
    expect(hint).toMatch(/https:\/\//);
  });
});

describe("a refusal of the API server", () => {
  it("of a policy is its own sentence", () => {
    expect(
      saying(
        `The jobs "j3" is invalid: : ValidatingAdmissionPolicy 'deny' with binding 'deny' denied request: jobs need a cost label`,
      ),
    ).toEqual([
      "the cluster's policy deny refuses it: jobs need a cost label",
      "Change the workload, or eks.pod and eks.resource, to what it asks for.",
    ]);
  });

  it("of a spec of which nothing would be left says whose it was", () => {
    expect(
      saying(
        'The ResourceFlavor "cpu" is invalid: \n' +
          '* spec: Invalid value: "null": spec in body must be of type object: "null"\n' +
          "* <nil>: Invalid value: null: some validation rules were not checked because the object was invalid",
      ),
    ).toEqual([
      "ResourceFlavor cpu exists, and another manifest of that name wrote all that its spec has",
      expect.stringMatching(/kubectl delete resourceflavor cpu\. Else have both manifests say the same of it\.$/),
    ]);
  });

  it("of a namespace that is not there says how it comes to be, also where it is among the manifests", () => {
    for (const said of [
      `Error from server (NotFound): namespaces "ml" not found`,
      `Error from server (NotFound): error when creating "STDIN": namespaces "ml" not found`,
    ])
      expect(saying(said)).toEqual(["there is no namespace ml", "kubectl create namespace ml"]);
    expect(saying(`Error from server (NotFound): namespaces "ml" not found`, "Namespace")[1]).toMatch(
      /^It is among the manifests, .*: kubectl create namespace ml$/,
    );
  });

  it("of fields that there are not names them all", () => {
    expect(
      saying(
        "Error from server: failed to create typed patch object (ml/j5; batch/v1, Kind=Job): errors:\n" +
          "  .spec.backofLimit: field not declared in schema\n" +
          '  .spec.template.spec.containers[name="a"].imag: field not declared in schema',
      ),
    ).toEqual([
      'Job j5 has what batch/v1 of the cluster does not know: spec.backofLimit, spec.template.spec.containers[name="a"].imag',
      expect.stringContaining("eks.resource"),
    ]);
    expect(
      saying(
        "Error from server: failed to create typed patch object (/zones; kueue.x-k8s.io/v1beta2, Kind=Topology): .spec.a: field not declared in schema",
      )[0],
    ).toBe("Topology zones has what kueue.x-k8s.io/v1beta2 of the cluster does not know: spec.a");
  });

  it("of a quota has its figures", () => {
    expect(
      saying(
        'Error from server (Forbidden): jobs.batch "j4" is forbidden: exceeded quota: q, requested: count/jobs.batch=1, used: count/jobs.batch=1, limited: count/jobs.batch=1',
      ),
    ).toEqual([
      "the namespace's quota q has no room for it: requested: count/jobs.batch=1, used: count/jobs.batch=1, limited: count/jobs.batch=1",
      expect.stringContaining("kubectl describe resourcequota q"),
    ]);
  });

  it("of something else is left as it is", () => {
    expect(saying("Error from server (Timeout): the server was unable to return a response")).toEqual([
      undefined,
      undefined,
    ]);
  });
});
