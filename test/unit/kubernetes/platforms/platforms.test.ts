import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { isRaw, type Raw } from "../../../../src/core/base/merge.ts";
import { requireInstanceType } from "../../../../src/core/catalog/instance-types/catalog.ts";
import type { ClusterSettings } from "../../../../src/core/kubernetes/allocation.ts";
import { resolveForKubernetes } from "../../../../src/core/kubernetes/generate.ts";
import { isHeldBy } from "../../../../src/core/kubernetes/kind-definition.ts";
import { definitionOf, kinds } from "../../../../src/core/kubernetes/kinds.ts";
import { installsOf, schedulerInstall } from "../../../../src/core/kubernetes/installs.ts";
import { charts, helmInstall } from "../../../../src/core/kubernetes/platforms/charts.ts";
import { dashboardJson, dashboards } from "../../../../src/core/kubernetes/platforms/dashboards.ts";
import { fleetOf } from "../../../../src/core/kubernetes/platforms/fleet.ts";
import { platforms } from "../../../../src/core/kubernetes/platforms/platforms.ts";
import { neuronMonitorImage } from "../../../../src/core/kubernetes/platforms/prometheus.ts";
import type { Workload } from "../../../../src/core/workload/schema.ts";
import type { Manifest } from "../../../../src/core/kubernetes/manifest.ts";
import { formatManifests } from "../../../../src/output/yaml.ts";
import { missingCrdSchemas, schemaProblems } from "../../../support/kubernetes-schemas.ts";

interface ChartFacts {
  readonly charts: Readonly<
    Record<string, { readonly version: string; readonly published: string; readonly keys: readonly string[] }>
  >;
  readonly kubespawner: { readonly traits: readonly string[] };
  readonly neuronMonitor: { readonly image: string };
}
const facts = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../../../facts/${name}`, import.meta.url), "utf8")) as unknown;
const chartFacts = facts("helm-charts.json") as ChartFacts;

const lab = (name: string, accelerator: unknown, more: Raw = {}) =>
  resolveForKubernetes({ name, image: "repo/lab:1", kind: "service", accelerator, ...more } as Workload).workload;
const g5 = ["g5.12xlarge"];
const gpu = "nvidia.com/gpu";

const labs = {
  cpu: lab("cpu", "none", { resources: { cpu: 2, memory: "4GiB" } }),
  whole: lab("whole", { instanceTypes: g5 }, { environment: { JSON: '{"a": 1}' }, tags: { team: "nlp" } }),
  one: lab("one", { instanceTypes: g5, devicesPerReplica: 1 }, { user: 1000 }),
  sliced: lab("sliced", {
    instanceTypes: g5,
    resource: gpu,
    count: 1,
    sharing: { strategy: "time-slicing", replicas: 4 },
  }),
  mps: lab("mps", { instanceTypes: g5, resource: gpu, count: 1, sharing: { strategy: "mps", replicas: 2 } }),
  mig: lab("mig", { instanceTypes: ["p5.48xlarge"], resource: "nvidia.com/mig-1g.10gb", count: 1, efa: false }),
  neuron: lab("neuron", { instanceTypes: ["trn1.32xlarge"], efa: false }),
  part: lab(
    "part",
    { instanceTypes: ["inf2.48xlarge"], devicesPerReplica: 2 },
    { volumes: [{ path: "/data", claim: "shared" }], eks: { secrets: { TOKEN: { name: "hf", key: "token" } } } },
  ),
};
const everyLab = Object.values(labs);
const types = (...names: readonly string[]) => names.map((name) => requireInstanceType(name));
const fleet = (names: readonly string[], workloads = everyLab.slice(0, 0), cluster: ClusterSettings = {}) =>
  fleetOf(types(...names), workloads, cluster);

const cases = {
  "gpu-operator": fleet(["p5.48xlarge"]),
  "gpu-operator.shared": fleet([], everyLab),
  "neuron-helm-chart": fleet([], [labs.part, labs.neuron]),
  "neuron-helm-chart.dra": fleet(["trn2.48xlarge"], [], { neuronScheduler: "dra" }),
  jupyterhub: fleet([], everyLab),
  kueue: fleet([]),
  prometheus: fleet(["trn1.32xlarge", "g6.12xlarge"]),
};
const platformOf = (name: string) => platforms[name.split(".")[0]!]!;

describe.each(Object.entries(cases))("the values of %s", (name, of) => {
  const values = platformOf(name).values(of);

  it("are what a reviewer has read", async () => {
    expect(platformOf(name).fleetProblems(of)).toEqual([]);
    await expect(formatManifests([values])).toMatchFileSnapshot(
      join(import.meta.dirname, `../../../golden/eks-platforms/${name}.yaml`),
    );
  });

  it("have no keys but those that are known to be the chart's own", () => {
    const known = chartFacts.charts[name.split(".")[0]!]!.keys;
    const under = (value: unknown, path: string): readonly string[] =>
      known.includes(path)
        ? []
        : isRaw(value) && Object.keys(value).length > 0
          ? Object.entries(value).flatMap(([key, each]) => under(each, path === "" ? key : `${path}.${key}`))
          : [path];
    expect(under(values, "")).toEqual([]);
  });
});

it("writes every key that the facts say is written", () => {
  const has = (value: unknown, path: readonly string[]): boolean =>
    path.length === 0 || (isRaw(value) && Object.hasOwn(value, path[0]!) && has(value[path[0]!], path.slice(1)));
  for (const [chart, { keys }] of Object.entries(chartFacts.charts)) {
    const written = Object.entries(cases).filter(([name]) => name.split(".")[0] === chart);
    const unwritten = keys.filter(
      (key) => !written.some(([name, of]) => has(platformOf(name).values(of), key.split("."))),
    );
    expect([chart, unwritten]).toEqual([chart, []]);
  }
});

it("has the versions and days of the facts, and names the chart's release in the command", () => {
  const ours = Object.entries(charts).map(([name, { version, published }]) => [name, { version, published }]);
  const theirs = Object.entries(chartFacts.charts).map(([name, { version, published }]) => [
    name,
    { version, published },
  ]);
  expect(Object.fromEntries(ours)).toEqual(Object.fromEntries(theirs));
  expect(Object.keys(platforms).toSorted()).toEqual(Object.keys(charts).toSorted());
  expect(neuronMonitorImage).toBe(chartFacts.neuronMonitor.image);
  expect(helmInstall(charts.kueue)).toBe("helm upgrade --install kueue oci://registry.k8s.io/kueue/charts/kueue");
});

it("has the GPU Operator give out no GPU that the DRA driver gives out", () => {
  const operator = platforms["gpu-operator"]!;
  const plugin = (of: ReturnType<typeof fleet>) => (operator.values(of)["devicePlugin"] as Raw)["enabled"];
  const gb200 = fleet(["p6e-gb200.36xlarge"]);
  const mixed = fleet(["p6e-gb200.36xlarge", "g6.xlarge"]);
  expect([plugin(gb200), plugin(mixed), plugin(cases["gpu-operator"])]).toEqual([false, true, true]);
  const label = /nvidia\.com\/gpu\.deploy\.device-plugin=false/;
  expect([gb200, mixed].map((of) => label.test(operator.notes(of).join("\n")))).toEqual([false, true]);
  expect(operator.notes(gb200).join("\n")).not.toContain("has the device plugin");
});

/** Its namespace and its role are not the chart's, which has half of it beside the DRA driver. */
it("leaves Neuron's node problem detector out wherever it installs Neuron's chart", () => {
  const { namespace, release } = charts["neuron-helm-chart"];
  const commands = [...Object.values(installsOf), schedulerInstall].filter((each) => each.includes(` ${release} `));
  expect(commands).toEqual([
    `${helmInstall(charts["neuron-helm-chart"])} --namespace ${namespace} --set npd.enabled=false`,
    expect.stringMatching(/ --create-namespace --set npd\.enabled=false .*--set draDriver\.enabled=true$/),
    expect.stringMatching(/ --set npd\.enabled=false --set scheduler\.enabled=true$/),
  ]);
  for (const name of ["neuron-helm-chart", "neuron-helm-chart.dra"] as const)
    expect(platformOf(name).values(cases[name])["npd"]).toEqual({ enabled: false });
});

describe("Neuron's chart, of a fleet that it cannot serve whole", () => {
  const chart = platforms["neuron-helm-chart"]!;
  const saidOf = (of: ReturnType<typeof fleet>) =>
    [...of.pods.flatMap((pod) => chart.podProblems!(pod, of)), ...chart.fleetProblems(of)].map(({ code }) => code);
  const ultra = lab("ultra", { instanceTypes: ["trn2u.48xlarge"] }, { kind: "job", nodes: 4 });
  const cores = lab("cores", { instanceTypes: ["trn1.32xlarge"], resource: "aws.amazon.com/neuroncore", count: 2 });
  const inf1 = lab("inf1", { instanceTypes: ["inf1.6xlarge"] });

  it("refuses what the DRA driver does not give out, once", () => {
    expect(saidOf(fleet(["inf1.6xlarge"], [], { neuronScheduler: "dra" }))).toEqual(["dra-type"]);
    expect(saidOf(fleet(["inf1.6xlarge"], [inf1], { neuronScheduler: "dra" }))).toEqual(["dra-type"]);
    expect(saidOf(fleet([], [cores], { neuronScheduler: "dra" }))).toEqual(["dra-resource"]);
    expect(saidOf(fleet(["inf1.6xlarge"], [inf1, cores]))).toEqual([]);
  });

  it("refuses pods of the device plugin beside an UltraServer's claims, and those without the driver", () => {
    expect(saidOf(fleet([], [ultra, labs.neuron, labs.part]))).toEqual(["platform-mechanism", "platform-mechanism"]);
    expect(saidOf(fleet([], [ultra, labs.whole]))).toEqual([]);
    expect(saidOf(fleet([], [ultra, labs.neuron], { neuronScheduler: "dra" }))).toEqual([]);
    expect(saidOf(fleet([], [ultra], { neuronScheduler: "extension" }))).toEqual(["ultraserver-claim"]);
  });
});

describe("the profiles of JupyterHub", () => {
  const { singleuser } = platforms["jupyterhub"]!.values(cases.jupyterhub) as {
    singleuser: { profileList: readonly { slug: string; default?: true; kubespawner_override: Raw }[] };
  };

  it("are one a workload, of which the first is the default, in traits of KubeSpawner alone", () => {
    expect(singleuser.profileList.map(({ slug }) => slug)).toEqual(Object.keys(labs));
    expect(singleuser.profileList.flatMap((each) => (each.default === true ? [each.slug] : []))).toEqual(["cpu"]);
    const traits = singleuser.profileList.flatMap((each) => Object.keys(each.kubespawner_override));
    expect(traits.filter((trait) => !chartFacts.kubespawner.traits.includes(trait))).toEqual([]);
  });

  it("are one a type where a workload's types carry different devices", () => {
    const several = fleet([], [lab("lab", { instanceTypes: ["g5.xlarge", "inf2.xlarge"] })]);
    const values = platforms["jupyterhub"]!.values(several) as typeof cases & { singleuser: typeof singleuser };
    expect(values.singleuser.profileList.map(({ slug }) => slug)).toEqual(["lab-g5-xlarge", "lab-inf2-xlarge"]);
  });

  it.each([
    [{ nodes: 2 }, "nodes is 2"],
    [{ replicas: 3 }, "replicas is 3"],
    [{ command: ["serve"] }, "has its pods run jupyterhub-singleuser"],
    [{ entryPoint: ["serve"] }, "has its pods run jupyterhub-singleuser"],
    [{ ports: [{ container: 8888 }, { container: 80 }] }, "is reached at port 8888 alone, and this is 80"],
    [{ volumes: [{ path: "/home/jovyan", claim: "home" }] }, "has each user's own volume at /home/jovyan"],
    [{ volumes: [{ path: "/fs", efs: { fileSystem: "fs-1" } }] }, "the chart makes none of a file system"],
    [{ model: { uri: "s3://models/bert" } }, "loads no model"],
    [
      { model: { uri: "s3://models/bert", path: "/models" }, volumes: [{ path: "/models", scratch: "9GiB" }] },
      "has the init container of its chart",
    ],
    [{ rollout: { maxUnavailable: 1 } }, "is one pod, of no rollout"],
    [{ eks: { queue: { kueue: "team-a" } } }, "is held back by no queue"],
    [{ init: [{ name: "fetch", image: "fetch:1" }] }, "has the init container of its chart"],
    [{ sidecars: [{ name: "metrics", image: "metrics:1" }] }, "has the init container of its chart"],
  ])("refuse %j", (more, said) => {
    const of = fleet([], [lab("lab", { instanceTypes: ["g5.xlarge"] }, more)]);
    const problems = of.pods.flatMap((pod) => platforms["jupyterhub"]!.podProblems!(pod, of));
    expect(problems.map(({ code, message }) => [code, message])).toEqual([
      ["profile-field", expect.stringContaining(said)],
    ]);
  });

  it("cannot claim devices", () => {
    const of = fleet([], [labs.neuron], { neuronScheduler: "dra" });
    const problems = of.pods.flatMap((pod) => platforms["jupyterhub"]!.podProblems!(pod, of));
    expect(problems.map(({ message }) => message)).toEqual([
      "a profile of JupyterHub cannot claim devices by DRA: KubeSpawner has no field for it",
    ]);
  });
});

it("has Kueue hold back every kind that aiplat writes for it, or its pods or jobs", () => {
  const { managerConfig } = platforms["kueue"]!.values(cases.kueue) as {
    managerConfig: { controllerManagerConfigYaml: string };
  };
  const { integrations } = parse(managerConfig.controllerManagerConfigYaml) as {
    integrations: { frameworks: readonly string[] };
  };
  const held = kinds.filter((kind) => isHeldBy(definitionOf(kind), "kueue"));
  const named = new Set<string>(
    held.filter((kind) =>
      integrations.frameworks.some((name) => name === kind.toLowerCase() || name.endsWith(`/${kind.toLowerCase()}`)),
    ),
  );
  // Their Jobs are held back, an Argo workflow's pods and JobSets.
  expect(held.filter((kind) => !named.has(kind))).toEqual(["CronJob", "Experiment", "Workflow"]);
  expect(integrations.frameworks).toEqual(expect.arrayContaining(["batch/job", "pod", "jobset.x-k8s.io/jobset"]));
});

it.skipIf(missingCrdSchemas())("has Prometheus' chart make only what its schemas take", async () => {
  const { extraManifests } = platforms["prometheus"]!.values(cases.prometheus) as {
    extraManifests: readonly Manifest[];
  };
  expect(extraManifests.map(({ kind }) => kind)).toEqual([
    "Namespace",
    "DaemonSet",
    "PodMonitor",
    "ConfigMap",
    "ConfigMap",
  ]);
  expect((await Promise.all(extraManifests.map(schemaProblems))).flat()).toEqual([]);
});

describe("the dashboards", () => {
  const metrics = facts("device-metrics.json") as Readonly<Record<string, { readonly metrics: readonly string[] }>>;

  it.each(Object.entries(dashboards))(
    "of %s ask for metrics that the exporter has, and for each",
    (name, { panels }) => {
      const asked = panels.flatMap(({ query }) =>
        query.match(/\b(?:DCGM_\w+|[a-z]+(?:_[a-z]+)*_(?:ratio|bytes|seconds|total))\b/g),
      );
      expect([...new Set(asked)].toSorted()).toEqual(metrics[name]!.metrics.toSorted());
    },
  );

  it("are in one grid, and nothing in them is a template of Helm's, which the chart would fill in", () => {
    for (const name of ["nvidia", "neuron"] as const) {
      const { panels } = dashboardJson(name) as { panels: readonly { gridPos: { x: number; y: number } }[] };
      expect(new Set(panels.map(({ gridPos: { x, y } }) => `${x} ${y}`)).size).toBe(panels.length);
    }
    expect(JSON.stringify(platforms["prometheus"]!.values(cases.prometheus))).not.toContain("{{");
  });
});

it.each([
  ["gpu-operator", ["trn1.2xlarge"], "none of trn1.2xlarge has them"],
  ["gpu-operator", [], "no type of nodes is named"],
  ["neuron-helm-chart", ["g5.xlarge"], "none of g5.xlarge has them"],
  ["prometheus", [], "no type with either is named"],
  ["jupyterhub", ["g5.xlarge"], "has a profile for each workload, and none is named"],
] as const)("%s of %j has nothing to do", (name, of, said) => {
  expect(platforms[name]!.fleetProblems(fleet(of)).map(({ message }) => message)).toEqual([
    expect.stringContaining(said),
  ]);
});
