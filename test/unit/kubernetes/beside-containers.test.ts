import { describe, expect, it } from "vitest";
import { kinds, type Kind } from "../../../src/core/kubernetes/kinds.ts";
import type { Container, Manifest, PodSpec } from "../../../src/core/kubernetes/manifest.ts";
import type { Workload } from "../../../src/core/workload/schema.ts";
import { refusals } from "../../support/ecs-workload.ts";
import { isCoreKind, missingCrdSchemas, schemaProblems } from "../../support/kubernetes-schemas.ts";
import { acceleratedPods, cases, generate, workloadOf } from "../../support/kubernetes-workloads.ts";

const init: NonNullable<Workload["init"]> = [
  { name: "one", image: "one:1", entryPoint: ["/bin/sh", "-c"], command: ["echo $(HOME)"], mounts: ["/models"] },
  { name: "two", image: "two:1", resources: { cpu: 2, memory: "1GiB" } },
];
const sidecars: NonNullable<Workload["sidecars"]> = [
  {
    name: "metrics",
    image: "metrics:1",
    ports: [{ container: 9000, name: "metrics" }],
    health: { path: "/ready", port: 9000, startSeconds: 30 },
    resources: { cpu: 0.5, memory: "256MiB" },
    mounts: ["/models"],
  },
  { name: "logs", image: "logs:1" },
];
const volumes = [{ path: "/models", host: "/opt/models", readOnly: true }];

/** The kinds that start what is beside the workload's container. */
const withoutInit: readonly Kind[] = ["ServingRuntime"];
const withoutSidecars: readonly Kind[] = [...withoutInit, "Notebook"];
const titled = cases.map(
  (each) => [`${each.kind}, ${each.accelerator}, ${each.devices}, ${each.nodes} nodes`, each] as const,
);

/** Every pod of the documents, those without devices too. */
function podsIn(value: unknown): readonly PodSpec[] {
  if (Array.isArray(value)) return value.flatMap(podsIn);
  if (typeof value !== "object" || value === null) return [];
  const own = Array.isArray((value as PodSpec).containers) ? [value as PodSpec] : [];
  return [...own, ...Object.values(value).flatMap(podsIn)];
}

const names = (containers: readonly Container[] = []) => containers.map(({ name }) => name);

describe("the containers beside the workload's own", () => {
  it.each(titled.filter(([, { kind }]) => !withoutSidecars.includes(kind)))(
    "are in the pods with devices, and no others: %s",
    async (_, each) => {
      const manifests = generate({ ...workloadOf(each), volumes, init, sidecars }, each.kind);
      const accelerated = acceleratedPods(manifests);
      expect(accelerated.length).toBeGreaterThan(0);
      for (const { initContainers } of accelerated)
        expect(names(initContainers)).toEqual(["one", "two", "metrics", "logs"]);
      for (const pod of podsIn(manifests))
        if (pod.initContainers !== undefined) expect(names(pod.initContainers)).toHaveLength(4);
      if (!missingCrdSchemas() || manifests.every(({ apiVersion }) => isCoreKind(apiVersion)))
        expect((await Promise.all(manifests.map((manifest) => schemaProblems(manifest)))).flat()).toEqual([]);
    },
  );

  it("are refused by name where a kind has no place for them", () => {
    const of = (kind: Kind, beside: Partial<Workload>) =>
      refusals(() => generate({ ...workloadOf(cases.find((each) => each.kind === kind)!), ...beside }, kind));
    expect(withoutInit.map((kind) => of(kind, { init: [init[1]!] }))).toEqual([["kind-limit init"]]);
    expect(withoutSidecars.map((kind) => of(kind, { sidecars: [sidecars[1]!] }))).toEqual([
      ["kind-limit sidecars"],
      ["kind-limit sidecars"],
    ]);
    expect(
      kinds.filter((kind) => !withoutSidecars.includes(kind) && of(kind, { sidecars: [sidecars[1]!] }).length > 0),
    ).toEqual([]);
  });

  const plain: Workload = {
    name: "bert",
    image: "repo/bert:1",
    kind: "service",
    accelerator: { instanceTypes: ["inf2.xlarge"] },
    eks: { namespace: "ml", serviceAccount: "bert" },
  };
  const podOf = (workload: Partial<Workload>, settings = {}) =>
    acceleratedPods(generate({ ...plain, ...workload }, undefined, settings))[0]!;
  const resources = ({ containers: [own] }: PodSpec) => own!.resources!.requests!;
  const amount = (text = "") => (text.endsWith("m") ? Number(text.slice(0, -1)) : Number(text) * 1000);

  it("take their part of the share: of the sidecars the sum, of init the largest", () => {
    const [whole, part] = [resources(podOf({})), resources(podOf({ volumes, init, sidecars }))];
    expect(amount(whole["cpu"]) - amount(part["cpu"])).toBe(2000 + 500 + 250);
    expect(parseInt(whole["memory"]!) - parseInt(part["memory"]!)).toBe(1024 + 256 + 512);
    const said = { resources: { cpu: 2, memory: "4GiB" }, volumes, init, sidecars };
    expect(resources(podOf(said))).toEqual({ cpu: "2", memory: "4Gi" });
  });

  it("are refused where they leave the workload's own nothing", () => {
    const large = [{ ...sidecars[1]!, resources: { cpu: 4, memory: "15GiB" } }];
    expect(refusals(() => podOf({ sidecars: large }))).toEqual(["containers-above-share sidecars"]);
    expect(refusals(() => podOf({ sidecars: large, resources: { cpu: 2, memory: "1GiB" } }))).toEqual([]);
  });

  it("start in their order, and the workload when the sidecars are healthy", () => {
    expect(podOf({ volumes, init, sidecars }).initContainers).toMatchObject([
      // What fills a volume writes into it, and nothing is expanded.
      { command: ["/bin/sh", "-c"], args: ["echo $$(HOME)"], volumeMounts: [{ name: "models", mountPath: "/models" }] },
      { resources: { requests: { cpu: "2", memory: "1Gi" }, limits: { memory: "1Gi" } } },
      {
        restartPolicy: "Always",
        ports: [{ name: "metrics", containerPort: 9000, protocol: "TCP" }],
        startupProbe: { httpGet: { path: "/ready", port: 9000 }, failureThreshold: 12 },
        volumeMounts: [{ name: "models", mountPath: "/models", readOnly: true }],
      },
      { restartPolicy: "Always" },
    ]);
    expect(podOf({ init }).initContainers!.some((each) => "restartPolicy" in each)).toBe(false);
  });

  it("have the secrets that they name, and the workload's own those that it names or nobody does", () => {
    const arn = "arn:aws:secretsmanager:us-east-1:111122223333:secret:a-AbCdEf";
    const pod = podOf({
      secrets: { BOTH: arn },
      init: [{ ...init[1]!, secrets: { BOTH: arn, THEIRS: arn } }],
      eks: {
        ...plain.eks,
        secrets: { BOTH: { name: "s", key: "a" }, THEIRS: { name: "s", key: "b" }, OWN: { name: "s", key: "c" } },
      },
    });
    const variables = ({ env = [] }: Container) => env.map(({ name }) => name);
    expect([variables(pod.initContainers![0]!), variables(pod.containers[0]!)]).toEqual([
      ["BOTH", "THEIRS"],
      ["BOTH", "OWN"],
    ]);
  });

  it("share devices where a claim gives them out, and are refused elsewhere", () => {
    const sharing: Partial<Workload> = { sidecars: [{ ...sidecars[1]!, devices: "shared" }] };
    const pod = podOf(sharing, { neuronScheduler: "dra" });
    const claims = [...pod.initContainers!, ...pod.containers].map((each) => each.resources!.claims);
    expect(claims).toEqual([[{ name: "neurons" }], [{ name: "neurons" }]]);
    expect(refusals(() => podOf(sharing))).toEqual(["shared-devices sidecars.0.devices"]);
    const gpus = { accelerator: { instanceTypes: ["g5.xlarge"] }, ...sharing };
    expect(refusals(() => podOf(gpus))).toEqual(["shared-devices sidecars.0.devices"]);
  });

  it("are no sidecars on a Kubernetes that has none", () => {
    expect(refusals(() => podOf({ sidecars: [sidecars[1]!] }, { kubernetesVersion: "1.28" }))).toEqual([
      "sidecar-version ",
    ]);
    expect(refusals(() => podOf({ sidecars: [sidecars[1]!] }, { kubernetesVersion: "1.29" }))).toEqual([]);
    expect(refusals(() => podOf({ init: [init[1]!] }, { kubernetesVersion: "1.28" }))).toEqual([]);
  });

  it("have no name of a container that a kind names itself", () => {
    const called = (name: string) => ({ sidecars: [{ name, image: "a:1" }] });
    const job = { ...plain, kind: "job" as const };
    expect(refusals(() => generate({ ...job, ...called("pytorch") }, "PyTorchJob"))).toEqual([
      "container-name-twice sidecars.0.name",
    ]);
    expect(refusals(() => generate({ ...job, ...called("pytorch") }, "Job"))).toEqual([]);
  });
});

describe("a model that is fetched", () => {
  const job = workloadOf(cases.find(({ kind }) => kind === "Job")!);
  const serving = workloadOf(cases.find(({ kind }) => kind === "InferenceService")!);
  const model = { uri: "s3://models/bert", path: "/models/bert" };
  const scratch = [{ path: "/models", scratch: "20GiB" }];
  const initOf = (manifests: readonly Manifest[]) => acceleratedPods(manifests)[0]!.initContainers;

  it("is there before the containers of init, in the volume that holds its path", () => {
    const [fetch, ...rest] = initOf(generate({ ...job, model, volumes: scratch, init: [init[1]!] }, "Job"))!;
    expect(fetch).toMatchObject({
      name: "fetch-model",
      image: expect.stringMatching(/^public\.ecr\.aws\/aws-cli\/aws-cli:2\.\d/) as string,
      volumeMounts: [{ name: "models", mountPath: "/models" }],
    });
    expect(fetch!.args!.slice(1)).toEqual(["fetch-model", model.uri, model.path]);
    expect(names(rest)).toEqual(["two"]);
  });

  it("is refused where no volume takes it", () => {
    const of = (more: Partial<Workload>) => refusals(() => generate({ ...job, model, ...more }, "Job"));
    expect(of({})).toEqual(["model-path model.path"]);
    expect(of({ volumes: [{ path: "/data", scratch: "1GiB" }] })).toEqual(["model-path model.path"]);
    expect(of({ volumes: [{ path: "/models", configMap: "app" }] })).toEqual(["model-path model.path"]);
  });

  it("is KServe's to fetch in an InferenceService, to its own place", () => {
    const of = (change: object, more: Partial<Workload> = {}) =>
      generate({ ...serving, model: { ...model, ...change }, ...more }, "InferenceService");
    expect(initOf(of({ path: "/mnt/models" }))).toBeUndefined();
    expect(refusals(() => of({}, { volumes: scratch }))).toEqual(["kind-limit model.path"]);
    expect(refusals(() => of({ path: "/mnt/models", image: "aws:1" }))).toEqual(["kind-limit model.image"]);
    expect(
      refusals(() => of({ path: "/mnt/models" }, { volumes: [{ path: "/mnt/models", scratch: "1GiB" }] })),
    ).toEqual(["kind-limit volumes.0.path"]);
  });
});
