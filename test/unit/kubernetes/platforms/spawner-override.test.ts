import { expect, it } from "vitest";
import type { Raw } from "../../../../src/core/base/merge.ts";
import { resolveForKubernetes } from "../../../../src/core/kubernetes/generate.ts";
import type { Container, PodTemplate, Quantities } from "../../../../src/core/kubernetes/manifest.ts";
import { acceleratedPod } from "../../../../src/core/kubernetes/pod.ts";
import { spawnerOverride } from "../../../../src/core/kubernetes/platforms/spawner-override.ts";
import { parseQuantity } from "../../../../src/core/kubernetes/quantity.ts";
import { mergePod } from "../../../../src/core/kubernetes/raw-merge.ts";
import { podVariants } from "../../../../src/core/kubernetes/variants.ts";
import type { Workload } from "../../../../src/core/workload/schema.ts";
import { runs, testSeed } from "../../../support/depth.ts";
import { makePod } from "../../../support/kube-spawner.ts";
import { randomManifests } from "../../../support/random-kubernetes.ts";

const absent = (value: unknown) => JSON.parse(JSON.stringify(value)) as Raw;
const sorted = (list: unknown) =>
  ((list ?? []) as readonly unknown[]).map((each) => JSON.stringify(each)).toSorted((a, b) => (a < b ? -1 : 1));
const amounts = (quantities: Quantities = {}) =>
  Object.fromEntries(Object.entries(quantities).map(([name, each]) => [name, Number(parseQuantity(each).toFixed(3))]));

/** What a pod comes to for its user, whoever made it. */
function meaning(pod: { readonly metadata: unknown; readonly spec: unknown }, own: (key: string) => boolean) {
  const { metadata, spec } = absent(pod) as unknown as PodTemplate;
  const { containers, volumes, tolerations, ...rest } = spec;
  const [{ name: _name, ports: _ports, command: _command, args: _args, ...container }, ...others] = containers as [
    Container,
    ...Container[],
  ];
  const { env, resources, volumeMounts, securityContext, ...fields } = container;
  return {
    labels: Object.fromEntries(Object.entries(metadata.labels ?? {}).filter(([key]) => !own(key))),
    annotations: metadata.annotations ?? {},
    volumes: sorted(volumes),
    tolerations: sorted((tolerations ?? []).filter(({ key }) => key?.startsWith("hub.jupyter.org") !== true)),
    others,
    rest,
    fields,
    env: sorted(env),
    requests: amounts(resources?.requests),
    limits: amounts(resources?.limits),
    volumeMounts: sorted(volumeMounts),
    securityContext: securityContext ?? {},
  };
}

it("has KubeSpawner make the pod that every kind of aiplat's carries, braces and all", () => {
  let compared = 0;
  for (const { workload: raw } of randomManifests(runs(400), testSeed ?? 21)) {
    const environment = { ...(raw["environment"] as Raw | undefined), JSON: '{"a": "{}"}' };
    const { workload } = resolveForKubernetes({ ...raw, environment } as unknown as Workload);
    for (const { name, shape } of podVariants(workload)) {
      const pod = mergePod(acceleratedPod(workload, shape, name, {}), workload.eks.pod);
      if (pod.spec.resourceClaims !== undefined || pod.spec.initContainers !== undefined) continue;
      const ours = (key: string) => key.startsWith("app.kubernetes.io/");
      const made = makePod(absent(spawnerOverride(pod))) as unknown as PodTemplate;
      expect(meaning(made, ours)).toEqual(meaning(pod, ours));
      compared++;
    }
  }
  expect(compared).toBeGreaterThan(runs(300));
});

it("keeps the tolerations that the chart gives every user's pod, where it has its own", () => {
  const pod = (tolerations: PodTemplate["spec"]["tolerations"]): PodTemplate => ({
    metadata: {},
    spec: { containers: [{ name: "lab", image: "lab:1" }], tolerations: tolerations ?? [] },
  });
  expect(spawnerOverride(pod([]))).toEqual({ image: "lab:1" });
  const { tolerations } = spawnerOverride(pod([{ key: "nvidia.com/gpu", operator: "Exists" }])) as {
    tolerations: readonly { key: string }[];
  };
  expect(tolerations.map(({ key }) => key)).toEqual([
    "hub.jupyter.org/dedicated",
    "hub.jupyter.org_dedicated",
    "nvidia.com/gpu",
  ]);
});
